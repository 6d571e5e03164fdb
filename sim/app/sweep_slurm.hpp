#pragma once
/// ondol sweep --engine slurm: the same runs, as a job array, and what a task of it does.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/schema/sweep_spec.hpp"
#include "sim/app/sweep.hpp"
#include "sim/sweep/runner.hpp"

namespace ondol::app {

/// Throws InputError: options of Slurm without it, or that do not go with it.
void check_engine(SweepOptions const& options);

/// Throws InputError when an array of an earlier sweep into this folder is still in the queue.
void refuse_living(sim::RunStore const& store);

/// Submits and waits, under locks of its own; nothing when it was only to be submitted.
std::optional<sim::RunnerReport> run_on_slurm(schema::SweepSpec const& sweep, SweepOptions const& options,
                                              std::vector<sim::RunRequest> const& requests, sim::RunStore const& store,
                                              sim::RunnerOptions const& runner);

/// What a task does: runs those of its list, which have been checked; tells failed ones.  Returns the exit code.
int run_list(schema::SweepSpec const& sweep, SweepOptions const& options, sim::RunStore const& store,
             sim::RunnerOptions runner);

}  // namespace ondol::app
