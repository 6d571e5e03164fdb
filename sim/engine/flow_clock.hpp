#pragma once
/// When each of several flows ends by SimGrid's flow model [casanova2014simgrid]: an account of its own, for flows that begin
/// together and share links at max-min fair rates, to hold sim/network/fluid_times.hpp against.
///
/// The model is SimGrid's CM02 with all its corrections off (no latency, no window, no cross-traffic), on a zone whose routes
/// are those of the flows: what is left is its solver and its clock.  Equal to fluid_times to 1e-9 of a time for flows whose
/// sizes lie within a factor of 1e8 (tests/sim/engine/flow_clock_test.cpp).  Ignores: as fluid_times.
///
/// SimGrid has one engine in a process, so the flows pass in a child process, which begins at date 0 whatever was asked before.
/// Not while the clock of a run (clock.hpp) is there: the child would inherit its engine and its settings.

#include <vector>

#include "sim/network/flow_set.hpp"

namespace ondol::sim {

/// Seconds; infinite for a flow over a link of no capacity, 0 for one without bytes or links.  Throws std::logic_error when
/// this process has a Clock, std::system_error and std::runtime_error when the child process fails.
std::vector<double> flow_clock_times(std::vector<double> const& capacity_bytes_per_s, FlowSet const& flows);

}  // namespace ondol::sim
