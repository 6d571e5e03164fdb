#pragma once
/// Who reaches whom in a fabric, and over how many switches, by the ways that its routing takes and that are left.

#include <cstdint>
#include <vector>

#include "topology/build/fabrics/shape.hpp"
#include "topology/build/fabrics/switch_network.hpp"

namespace ondol::topology {

struct Reach {
  /// Nodes without a way to, or back from, the node that most others reach so, and nodes with fewer such partners than it.
  std::vector<std::uint32_t> cut_off;
  /// Most switches on a way between two nodes of one unit (leaf, router), and between any two; 0: there are none.
  int hops_unit = 0, hops_farthest = 0;
};

/// Nodes that are alike stand for each other: of a fabric without failures the first is asked for its ways to all kinds of
/// others, of one with failures each kind for its ways to all kinds.
Reach reach(FabricShape const& shape, SwitchNetwork const& network);

}  // namespace ondol::topology
