#pragma once
/// The electrical chain of a scenario as its model takes it.

#include "scenarios/schema/spec.hpp"
#include "sim/power/power_chain.hpp"
#include "topology/build/facility.hpp"
#include "topology/layers/power_tree.hpp"

namespace ondol::sim {

ChainParams chain_params(schema::Scenario const& scenario, topology::Facility const& facility, topology::PowerTree const& tree);

}  // namespace ondol::sim
