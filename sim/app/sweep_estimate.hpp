#pragma once
/// What a sweep will take: from runs that have ended, else from a look at the beginning of one.

#include <optional>
#include <string>

#include "sim/app/sweep_runs.hpp"

namespace ondol::app {

struct SweepEstimate {
  double run_s = 0;       ///< wall time of one run
  double peak_bytes = 0;  ///< memory of one run
  double file_bytes = 0;  ///< on disk, of one run
  std::size_t left = 0;   ///< runs that are still to be done
  std::size_t done = 0;
  std::string how;  ///< it was made: "from 12 runs that have ended", "from the first 3 h 20 min of 7 d ..."
};

/// Nothing when `stop` came first.  The pilot runs in a process of its own for two seconds at most.
std::optional<SweepEstimate> estimate_sweep(SweepRuns const& runs, std::vector<sim::RunRequest> const& requests,
                                            sim::RunStore const& store, std::atomic<int> const* stop);

}  // namespace ondol::app
