#pragma once
/// The runs of one base scenario that differ in overrides: all are read and checked before the first is simulated.

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "scenarios/base/error.hpp"
#include "scenarios/schema/spec.hpp"
#include "scenarios/schema/sweep_spec.hpp"
#include "sim/sweep/runner.hpp"

namespace ondol::schema {
class ScenarioReader;
}

namespace ondol::app {

struct WantedRun {
  std::string label;
  std::vector<schema::Override> sets;
};

struct CheckOptions {
  int jobs = 1;
  std::atomic<int> const* stop = nullptr;
  std::function<void(std::size_t done)> on_progress = {};
  sim::RunStore const* store = nullptr;  ///< runs that it holds as complete have been checked before
};

struct CheckedRuns {
  std::vector<sim::RunRequest> requests;  ///< one a wanted run, in their order; runs that are the same share a key
  std::vector<Fault> warnings;            ///< each once, with the runs that it befalls
  bool stopped = false;                   ///< by options.stop; requests are not all there
};

class SweepRuns {
 public:
  using Keep = schema::SweepSpec::Keep;
  explicit SweepRuns(std::filesystem::path base, Keep keep = Keep::all);

  /// Reads and checks all in `jobs` processes, as `ondol check` would.  Throws InputError with the faults of all runs, each
  /// once with the runs that it befalls.
  CheckedRuns check(std::vector<WantedRun> const& wanted, CheckOptions const& options) const;

  /// What a child of run_all does: reads the run again, simulates it, saves its outcome.
  sim::RunBody body() const;

  /// Only key figures are kept when false: RunnerOptions::needs_results.
  bool keeps_results() const { return keep_ != Keep::key_figures; }

  schema::Scenario read(std::vector<schema::Override> const& sets) const;
  /// As people would run it alone.
  std::string command_line(std::vector<schema::Override> const& sets) const;

 private:
  std::string key(schema::Scenario const& scenario) const;
  std::vector<schema::Override> with_keep(std::vector<schema::Override> const& sets) const;
  void check_slice(std::vector<WantedRun> const& wanted, std::size_t first, std::size_t step, CheckOptions const& options,
                   std::function<void(std::string const&)> const& say) const;

  std::filesystem::path base_;
  Keep keep_;
  std::string program_;                             ///< hash of its file
  std::shared_ptr<schema::ScenarioReader> reader_;  ///< parsed once, here, for all processes that are forked later
};

}  // namespace ondol::app
