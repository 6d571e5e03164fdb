#pragma once
/// What Slurm is asked and what it answers, by its own commands: sbatch, squeue, scancel, scontrol [yoo2003slurm].

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ondol::sim {

/// A task of a job array, as squeue lists it.
struct SlurmTask {
  enum class Phase { waiting, running, ended };
  std::string name;                    ///< of the array
  std::uint64_t job = 0;               ///< number of the array
  std::optional<std::uint32_t> index;  ///< within it; nothing: all that are not listed, cancelled before any waited alone
  Phase phase = Phase::waiting;
  std::string state, reason, nodes;  ///< in the words of Slurm: TIMEOUT, TimeLimit, n12
};

/// Lines of `squeue --array --format=task_format`.  Others are passed over.
std::vector<SlurmTask> read_squeue(std::string const& text);
inline constexpr char const* task_format = "%j|%F|%K|%T|%r|%N";

/// Tasks that an array may have at most.  Throws InputError without Slurm, std::runtime_error when its controller does not
/// answer.
std::uint64_t most_tasks();

/// Submits; returns the number of the job.  Throws InputError with the words of sbatch when it refuses.
std::uint64_t submit(std::vector<std::string> const& options, std::string const& script);

/// Tasks of these arrays, also those that ended a while ago; those that Slurm has forgotten are missing.  Nothing: no answer
/// now.
std::optional<std::vector<SlurmTask>> tasks_of(std::vector<std::uint64_t> const& jobs);
std::optional<std::vector<SlurmTask>> tasks_named(std::string const& name);

void cancel(std::vector<std::uint64_t> const& jobs);

}  // namespace ondol::sim
