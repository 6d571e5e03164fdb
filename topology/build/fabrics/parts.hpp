#pragma once
/// What a fabric is made of and what it draws.
///
/// Power [W]: switches x their power without modules, and a module at each end of each cable between switches and at the
/// switch's end of each cable to a node.  Constant: switches and modules of this kind draw little less when idle (assumed; no
/// published load curve).  The module in the node's port and the NIC behind it are part of the node's host power.

#include <cstdint>

#include "scenarios/schema/spec.hpp"
#include "topology/build/fabrics/switch_network.hpp"

namespace ondol::topology {

struct FabricParts {
  std::uint32_t leaves = 0, spines = 0, cores = 0;  ///< that work; routers are leaves
  std::uint32_t ports = 0, ports_used = 0;          ///< of these, at the port rate
  std::uint32_t node_cables = 0, switch_cables = 0;
  double modules = 0;       ///< between switches, both ends; a module may serve several cables
  double node_modules = 0;  ///< at the switch's end of cables to nodes
  double switch_w = 0, optic_w = 0;
  int hops_unit = 0, hops_farthest = 0;  ///< most switches on a way within the first unit, and at all, from the first node

  std::uint32_t switches() const { return leaves + spines + cores; }
  double power_w() const { return switch_w + optic_w; }
};

FabricParts fabric_parts(schema::Catalogue const& catalogue, schema::FabricSpec const& spec, FabricShape const& shape,
                         SwitchNetwork const& network);

}  // namespace ondol::topology
