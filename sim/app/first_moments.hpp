#pragma once
/// Which key figures runs have, told before any of them has ended.

#include <atomic>
#include <optional>
#include <vector>

#include "scenarios/schema/sweep_spec.hpp"
#include "sim/app/sweep_runs.hpp"
#include "sim/state/kpi.hpp"

namespace ondol::app {

/// Simulates the first moments of each run, given by its overrides, in a process of its own; one with phase windows whole, for
/// what these tell is known at their end.  Values are 0.  What fails in those moments ends all.  Nothing when stopped.
std::optional<std::vector<sim::Kpi>> first_key_figures(std::vector<std::vector<schema::Override>> const& runs_sets,
                                                       SweepRuns const& runs, std::atomic<int> const* stop);

/// Responses that are misspelt and axes that are called as a key figure are told before a sweep begins, by what its first and
/// last run have.  A name that is near to none of theirs may still be one that other runs have, and is judged at the end, as
/// are the responses of scenarios with phase windows.  Throws InputError.  False when stopped.
bool check_responses(schema::SweepSpec const& sweep, std::vector<sim::RunRequest> const& requests, SweepRuns const& runs,
                     std::atomic<int> const* stop);

}  // namespace ondol::app
