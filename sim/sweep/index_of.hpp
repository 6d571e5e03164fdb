#pragma once
/// From a plan and what its runs answered to the index.

#include <string>
#include <vector>

#include "scenarios/schema/sweep_spec.hpp"
#include "sim/record/sweep_index.hpp"
#include "sim/sweep/plan.hpp"
#include "sim/sweep/runner.hpp"

namespace ondol::sim {

/// `requests` and `outcomes` one a planned run, in their order.  Beside the key figures that the sweep asks for (all, when it
/// names none) stand `status` (complete, failed, skipped), `run` (key) and `error`.  Nothing in it tells when or how fast runs
/// ran.  Throws InputError for a response that no complete run has, and for an axis with the name of a key figure.
SweepIndex index_of(schema::SweepSpec const& sweep, Plan const& plan, std::vector<RunRequest> const& requests,
                    std::vector<Outcome> const& outcomes, RunStore const& store);

/// Key figures of the runs that the sweep asks for, by first appearance, each with the value of every run (NaN: it has none).
struct Response {
  Kpi of;  ///< its value is not set
  std::vector<double> values;
};
std::vector<Response> responses_of(schema::SweepSpec const& sweep, std::vector<Outcome> const& outcomes);

/// Before the runs, by the key figures `known` of some of them: throws InputError for a response that none has and that is near
/// to one, and for an axis with the name of one.
void refuse_misspelt(schema::SweepSpec const& sweep, std::vector<Kpi> const& known);

}  // namespace ondol::sim
