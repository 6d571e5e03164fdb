#pragma once
/// Runs, each in a process of its own (SimGrid has one engine per process), so many at a time.
///
/// The parent only forks, waits and tells; it never reads a scenario, opens HDF5 or starts SimGrid, so that a child begins
/// clean. Children die with their parent (PR_SET_PDEATHSIG).  What a child does is the caller's `body`: it must leave an
/// outcome in the store.  A child that ends without one has failed, by its exit code or signal; others go on.

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/schema/sweep_spec.hpp"
#include "sim/sweep/outcome.hpp"

namespace ondol::sim {

/// A run that is wanted: what to run, and the key of what it must be.
struct RunRequest {
  std::string key;
  std::string label;
  std::vector<schema::Override> sets;
};

/// Called in the child, whose stdout and stderr are the log of the run.  Saves a complete outcome and returns 0; what it throws
/// is the reason of its failure.
using RunBody = std::function<int(RunRequest const&, RunStore const&)>;

struct RunnerOptions {
  int jobs = 1;
  bool fail_fast = false;                          ///< the first failure ends the others
  std::optional<std::uint64_t> memory_bytes = {};  ///< address space of a child at most
  std::atomic<int> const* stop = nullptr;          ///< non-zero: children are ended, nothing half-written is left as done
  std::function<void(struct RunnerProgress const&)> on_progress =
      {};                      ///< when something changed, else about five times a second
  bool needs_results = false;  ///< an outcome without its results file is not complete
};

struct RunnerProgress {
  std::size_t total = 0, done = 0, failed = 0, reused = 0;  ///< of keys; done counts those reused, not those failed
  struct Active {
    std::string label;
    double since_s = 0;  ///< wall time that it has run
  };
  std::vector<Active> active;
  double wall_s = 0;
  double left_s = 0;  ///< NaN: not known yet
  std::string note;   ///< what else there is to say: "12 in the queue (Resources)"
};

struct RunnerReport {
  std::vector<Outcome> outcomes;                ///< one a request, in their order; of one not run: failed, with the reason
  std::size_t ran = 0, reused = 0, failed = 0;  ///< of keys; ran: to a complete end
  bool stopped = false;                         ///< by options.stop
};

/// Runs those requests that the store does not hold as complete, equal keys once.
RunnerReport run_all(std::vector<RunRequest> const& requests, RunStore const& store, RunnerOptions const& options,
                     RunBody const& body);

}  // namespace ondol::sim
