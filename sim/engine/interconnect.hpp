#pragma once
/// From the catalogue's interconnects to what collectives take (workloads/demand/interconnect.hpp).

#include <string>

#include "scenarios/schema/spec.hpp"
#include "workloads/demand/interconnect.hpp"

namespace ondol::sim {

/// Links of one accelerator of a catalogue rack: within its domain by its accelerator, between domains by its node, at the rate
/// of its part of the node's ports where a declared fabric joins it.
workloads::Interconnect interconnect(schema::Catalogue const& catalogue, schema::RackSpec const& rack,
                                     schema::FabricSpec const* fabric = nullptr);

}  // namespace ondol::sim
