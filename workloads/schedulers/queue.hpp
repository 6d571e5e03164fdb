#pragma once
/// Which waiting jobs start now: pure functions of the queue, the running jobs and the free nodes.  The caller starts the
/// returned jobs in the order given, each by PoolNodes::place, which then makes the placements these functions foresaw.
///
/// Reserved jobs stand before the others; within each kind the order is the caller's.
/// Page: docs/models/scheduling.md

#include <span>
#include <vector>

#include "workloads/demand/job.hpp"
#include "workloads/schedulers/placement.hpp"

namespace ondol::workloads {

struct Waiting {
  JobIndex job = 0;
  int accelerators = 0;
  double estimate_s = open_ended;
  bool reserved = false;
};

struct Running {
  JobIndex job;
  int accelerators;
  double expected_end_s;              ///< start + estimate, not before now
  std::span<NodeShare const> shares;  ///< what it gives back at its end
};

/// First come, first served: starts in order until the first that does not fit.
std::vector<JobIndex> fcfs(std::span<Waiting const> waiting, PoolNodes const& nodes);

/// EASY backfill [mualem2001backfill]: the first job that does not fit gets a reservation at the earliest expected time at
/// which it can be placed; a later job starts now when it fits and either ends before that time or leaves the head placeable
/// at it.  So, with estimates that hold, no start of a later job delays the head.
std::vector<JobIndex> easy_backfill(std::span<Waiting const> waiting, std::span<Running const> running, PoolNodes const& nodes,
                                    double now_s);

/// Earliest time at which `accelerators` can be placed if running jobs end as expected; open_ended if never.
double reservation(int accelerators, std::span<Running const> running, PoolNodes const& nodes, double now_s);

}  // namespace ondol::workloads
