#pragma once
/// When each of several flows ends, that begin together and share links at max-min fair rates (max_min.hpp), with new rates
/// whenever one ends:  integral over time of the rate = bytes.  Valid for flows long against the round trip; no latency,
/// no start-up of congestion control, no loss.

#include <vector>

#include "sim/network/flow_set.hpp"

namespace ondol::sim {

/// Seconds; infinite for a flow over a dead link, 0 for one without bytes or links.
std::vector<double> fluid_times(std::vector<double> capacity, FlowSet const& flows);

/// Byte/s of all links of a fabric, by number.
std::vector<double> capacities(topology::Routes const& routes);

}  // namespace ondol::sim
