#pragma once
/// Power limits that a board is not held to: at its lowest clock (calibration) its load draws more.  The run then goes on above
/// the limit and says so in its events; a planner should know before.

#include <span>
#include <vector>

#include "scenarios/base/error.hpp"
#include "sim/engine/assemble.hpp"
#include "topology/build/facility.hpp"
#include "workloads/demand/job.hpp"

namespace ondol::sim {

/// Draw of one accelerator in matrix products at their best rate, at its lowest clock and reference temperature [W].
double lowest_product_draw_w(RackClass const& c);

/// One warning for each rack group with a limit of its own that a job of its pool passes, or that products would pass.
std::vector<Fault> limit_warnings(schema::Scenario const& scenario, topology::Facility const& facility,
                                  Assembly const& assembly, std::span<workloads::Job const> jobs);

}  // namespace ondol::sim
