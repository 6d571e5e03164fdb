#pragma once
/// The ordered calendar: what is known to happen, by date and then by the order in which it was written down.  SimGrid does
/// not define the order of timers of one date, so the order is kept here and SimGrid is asked for one date at a time.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
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

/// A queue, least first.  What comes in its order anyhow, as the arrivals of a run do, waits in a list; only the rest is
/// sorted.
template <class Value, class Later>
class MostlyInOrder {
 public:
  void push(Value value) {
    if (list_.size() == at_ || !later_(list_.back(), value))
      list_.push_back(std::move(value));
    else
      rest_.push(std::move(value));
  }
  bool empty() const { return at_ == list_.size() && rest_.empty(); }
  Value const& top() const { return from_list() ? list_[at_] : rest_.top(); }
  void pop() {
    if (!from_list()) return rest_.pop();
    if (++at_ < list_.size()) return;
    list_.clear();
    at_ = 0;
  }

 private:
  bool from_list() const { return at_ < list_.size() && (rest_.empty() || !later_(list_[at_], rest_.top())); }

  std::vector<Value> list_;
  std::size_t at_ = 0;  ///< of the list's first that is left
  std::priority_queue<Value, std::vector<Value>, Later> rest_;
  Later later_;
};

class Calendar {
 public:
  Calendar() = default;
  /// Without those whom `changes` is for, nothing is kept for it.
  explicit Calendar(bool tells_changes) : tells_changes_(tells_changes) {}

  void add(Entry entry) {
    entry.sequence = next_sequence_++;
    if (tells_changes_ && entry.what != Entry::What::beat) changes_.push(entry.date_s);
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
  MostlyInOrder<Entry, Later> queue_;
  MostlyInOrder<double, std::greater<>> changes_;
  bool tells_changes_ = true;
  std::uint64_t next_sequence_ = 0;
};

}  // namespace ondol::sim
