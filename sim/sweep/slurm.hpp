#pragma once
/// The runs of a sweep on a Slurm cluster [yoo2003slurm]: those that are missing become the tasks of one job array.
///
/// Each task is this program again, on a node, with the list of its runs (slurm_array.hpp); it leaves outcomes in the store as
/// a local run does, so the store must lie where all nodes see it.  This side only submits, asks squeue and looks for outcomes.
/// When it is ended the array goes on, and a later one waits for it instead of submitting again.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/sweep/runner.hpp"
#include "sim/sweep/slurm_array.hpp"

namespace ondol::sim {

struct SlurmOptions {
  std::string title;                 ///< name of the sweep, shown in the queue
  std::string partition;             ///< empty: the cluster's default
  std::string time_limit;            ///< of a task, as sbatch takes it; empty: the partition's default
  std::vector<std::string> options;  ///< to sbatch, as they are
  std::size_t chunk = 1;             ///< runs of a task; more where the array would have more tasks than the cluster allows
  std::size_t most_at_once = 0;      ///< tasks; 0: as many as the cluster gives
  std::vector<std::string> worker;   ///< command of a task; -j CPUS --runs LIST is put behind it
};

/// Arrays of this store that have not ended, also those whose number an earlier runner did not live to write down.  Throws
/// std::runtime_error when Slurm does not answer.
std::vector<SlurmArray> living_arrays(RunStore const& store);

/// Submits those requests that neither the store holds as complete nor a living array of it will run.  Returns the living
/// arrays, that one last.  Throws InputError (no Slurm, refused), std::runtime_error (controller away, disk full).
std::vector<SlurmArray> submit_to_slurm(std::vector<RunRequest> const& requests, RunStore const& store,
                                        RunnerOptions const& runner, SlurmOptions const& slurm);

/// Waits until these arrays have ended.  A run whose task ended without it has failed, with Slurm's reason.  runner.stop and a
/// failure with fail_fast cancel the arrays; runner.jobs means nothing here.
RunnerReport wait_for_slurm(std::vector<RunRequest> const& requests, RunStore const& store, RunnerOptions const& runner,
                            std::vector<SlurmArray> arrays);

}  // namespace ondol::sim
