#pragma once
/// Job arrays that a sweep has submitted, as files, so that a later runner finds them:
///
///   DIR/slurm/N/job.json      name and number of array N, written before sbatch is called and again after
///   DIR/slurm/N/array.sh      what sbatch was given
///   DIR/slurm/N/runs-I.json   the runs of its task I
///   DIR/slurm/N/task-I.log    what that task said

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/sweep/runner.hpp"

namespace ondol::sim {

struct SlurmArray {
  std::filesystem::path folder;
  std::string name;       ///< of the job; no two arrays have the same
  std::uint64_t job = 0;  ///< 0: sbatch has not answered
  std::uint32_t tasks = 0;
  bool ended = false;  ///< seen to be so: Slurm need not be asked again

  std::filesystem::path runs(std::uint32_t task) const { return folder / ("runs-" + std::to_string(task) + ".json"); }
  std::filesystem::path log(std::uint32_t task) const { return folder / ("task-" + std::to_string(task) + ".log"); }
  std::filesystem::path script() const { return folder / "array.sh"; }

  /// Throws std::runtime_error (disk full).
  void save() const;
};

/// Those of this store, in their order.  One that was not written to its end is not among them: it was not submitted.
std::vector<SlurmArray> arrays_of(RunStore const& store);

/// The next one: its folder, empty, and a name of its own that begins with `title`.
SlurmArray new_array(RunStore const& store, std::string const& title);

/// The runs of a task, for the process that runs them.  Reading throws InputError when the file is not one of these.
void write_runs(std::filesystem::path const& path, std::vector<RunRequest> const& runs);
std::vector<RunRequest> read_runs(std::filesystem::path const& path);

}  // namespace ondol::sim
