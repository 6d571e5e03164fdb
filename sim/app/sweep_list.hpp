#pragma once
/// ondol sweep --list: the runs that a sweep asks for, and what they will take.

#include <string>
#include <vector>

#include "scenarios/schema/sweep_spec.hpp"
#include "sim/app/sweep_estimate.hpp"
#include "sim/sweep/plan.hpp"
#include "sim/sweep/runner.hpp"

namespace ondol::app {

void print_list(schema::SweepSpec const& sweep, sim::Plan const& plan, std::vector<sim::RunRequest> const& requests,
                SweepEstimate const& estimate, int jobs, bool colour);
std::string list_to_json(schema::SweepSpec const& sweep, sim::Plan const& plan, std::vector<sim::RunRequest> const& requests,
                         SweepEstimate const& estimate, int jobs);

}  // namespace ondol::app
