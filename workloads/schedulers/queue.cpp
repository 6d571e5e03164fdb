#include "workloads/schedulers/queue.hpp"

#include <algorithm>
#include <limits>
#include <optional>

namespace ondol::workloads {

namespace {

/// Calls visit(job) for reserved jobs, then for the others, until it returns false.
template <class Visit>
void in_order(std::span<Waiting const> waiting, Visit visit) {
  for (bool const reserved : {true, false})
    for (auto const& w : waiting)
      if (w.reserved == reserved && !visit(w)) return;
}

struct Reservation {
  double at_s = open_ended;
  PoolNodes nodes;  ///< as they will be then, before the head takes its own
};

/// Lets running jobs end, soonest first, until the head fits.
Reservation reserve(int accelerators, std::span<Running const> running, PoolNodes nodes, double now_s) {
  if (nodes.fits(accelerators)) return {now_s, std::move(nodes)};
  auto const later = [](Running const* a, Running const* b) {
    return a->expected_end_s != b->expected_end_s ? a->expected_end_s > b->expected_end_s : a->job > b->job;
  };
  std::vector<Running const*> heap;
  heap.reserve(running.size());
  for (auto const& r : running)
    if (r.expected_end_s < open_ended) heap.push_back(&r);
  std::make_heap(heap.begin(), heap.end(), later);

  double at_s = open_ended;
  while (!heap.empty() && heap.front()->expected_end_s <= at_s) {
    auto const& r = *heap.front();
    nodes.release(r.shares);
    if (at_s == open_ended && nodes.fits(accelerators)) at_s = std::max(now_s, r.expected_end_s);
    std::pop_heap(heap.begin(), heap.end(), later);
    heap.pop_back();
  }
  return {at_s, std::move(nodes)};
}

}  // namespace

std::vector<JobIndex> fcfs(std::span<Waiting const> waiting, PoolNodes const& nodes) {
  std::vector<JobIndex> started;
  if (nodes.free() == 0) return started;
  std::optional<PoolNodes> now;  // with those started; worked out only when a second job asks
  int placed = 0;
  in_order(waiting, [&](Waiting const& w) {
    if (started.empty()) {
      if (!nodes.fits(placed = w.accelerators)) return false;
    } else {
      if (started.size() == 1) (now = nodes)->place(placed);
      if (!now->fits(w.accelerators)) return false;
      now->place(w.accelerators);
    }
    started.push_back(w.job);
    return true;
  });
  return started;
}

double reservation(int accelerators, std::span<Running const> running, PoolNodes const& nodes, double now_s) {
  return reserve(accelerators, running, nodes, now_s).at_s;
}

std::vector<JobIndex> easy_backfill(std::span<Waiting const> waiting, std::span<Running const> running, PoolNodes const& nodes,
                                    double now_s) {
  std::vector<JobIndex> started;
  if (nodes.free() == 0) return started;
  PoolNodes now = nodes;
  Waiting const* head = nullptr;
  std::optional<Reservation> promise;
  // Those started in this call, which will also end; their shares must outlive the reservation.
  struct Start {
    Waiting const* job;
    std::vector<NodeShare> shares;
  };
  std::vector<Start> starts;
  int refused = std::numeric_limits<int>::max();  // smallest size that would have broken the promise: larger ones are not tried
  auto const start = [&](Waiting const& w) {
    starts.push_back({&w, now.place(w.accelerators)});
    started.push_back(w.job);
  };

  in_order(waiting, [&](Waiting const& w) {
    if (!head) {
      if (now.fits(w.accelerators))
        start(w);
      else
        head = &w;
      return now.free() > 0;
    }
    if (w.accelerators > now.free() || !now.fits(w.accelerators)) return true;
    if (!promise) {  // worked out only when some job could use it
      std::vector<Running> all(running.begin(), running.end());
      for (auto const& s : starts) all.push_back({s.job->job, s.job->accelerators, now_s + s.job->estimate_s, s.shares});
      promise = reserve(head->accelerators, all, now, now_s);
    }
    if (now_s + w.estimate_s <= promise->at_s) {
      start(w);
    } else if (w.accelerators < refused) {
      auto const shares = now.place(w.accelerators);
      promise->nodes.take(shares);
      if (promise->nodes.fits(head->accelerators)) {
        started.push_back(w.job);
      } else {
        promise->nodes.release(shares);
        now.release(shares);
        refused = w.accelerators;
      }
    }
    return now.free() > 0;
  });
  return started;
}

}  // namespace ondol::workloads
