#pragma once
/// What a fabric is made of and what it draws.
///
/// Counted are the switches that work and what is plugged into them: their ports, cables that one of them holds an end of,
/// modules.  A cable or NIC that has failed is still plugged in, and counts.  Cables have the port rate, also where a port of a
/// switch carries several of them; then it counts as several ports, and a module of its rate as one.
///
/// Power [W]: switches x their power without modules, and a module at each end of each cable between switches and at the
/// switch's end of each cable to a node.  Constant: switches and modules of this kind draw little less when idle (assumed; no
/// published load curve).  The module in the node's port and the NIC behind it are part of the node's host power.

#include <cstdint>

#include "scenarios/schema/spec.hpp"
#include "topology/build/fabrics/switch_network.hpp"

namespace ondol::topology {

struct FabricParts {
  std::uint32_t leaves = 0, spines = 0, cores = 0;  ///< routers are leaves
  std::uint32_t ports = 0, ports_used = 0;
  std::uint32_t node_cables = 0, switch_cables = 0;
  double modules = 0;       ///< between switches, both ends
  double node_modules = 0;  ///< at the switch's end of cables to nodes
  double switch_w = 0, optic_w = 0;

  std::uint32_t switches() const { return leaves + spines + cores; }
  double power_w() const { return switch_w + optic_w; }
};

FabricParts fabric_parts(schema::Catalogue const& catalogue, schema::FabricSpec const& spec, FabricShape const& shape,
                         SwitchNetwork const& network);

}  // namespace ondol::topology
