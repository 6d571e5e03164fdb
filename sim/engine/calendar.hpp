#pragma once
/// The ordered calendar: what is known to happen, by date and then by the order in which it was written down.  SimGrid does
/// not define the order of timers of one date, so the order is kept here and SimGrid is asked for one date at a time.

#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

namespace ondol::sim {

struct Entry {
  enum class What {
    job_submit,
    job_end,
    job_resume,
    rack_boot,
    node_boot,
    profile_change,
    beat,
    cap_sample,
    cap_command,
    budget_notice,
    budget_change
  };
  double date_s = 0;
  std::uint64_t sequence = 0;  ///< set by the calendar
  What what = What::job_submit;
  std::uint32_t subject = 0;
  std::uint32_t generation = 0;  ///< an entry whose generation is no longer its subject's is void
};

class Calendar {
 public:
  void add(Entry entry) {
    entry.sequence = next_sequence_++;
    if (entry.what != Entry::What::beat) changes_.push(entry.date_s);
    queue_.push(entry);
  }
  bool empty() const { return queue_.empty(); }
  double next_date() const { return queue_.top().date_s; }
  Entry const& top() const { return queue_.top(); }
  Entry pop() {
    Entry const entry = queue_.top();
    queue_.pop();
    return entry;
  }

  /// Whether something but a beat was written down for a date up to this one and after those asked for before.
  bool changes(double now_s) {
    bool found = false;
    for (; !changes_.empty() && changes_.top() <= now_s; changes_.pop()) found = true;
    return found;
  }

 private:
  struct Later {
    bool operator()(Entry const& a, Entry const& b) const {
      return a.date_s != b.date_s ? a.date_s > b.date_s : a.sequence > b.sequence;
    }
  };
  std::priority_queue<Entry, std::vector<Entry>, Later> queue_;
  std::priority_queue<double, std::vector<double>, std::greater<>> changes_;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace ondol::sim
