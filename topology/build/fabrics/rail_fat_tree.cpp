/// Rail-optimised fat tree [nvidia2023superpod, nvidia2025superpodb200]: port r of every node of a scalable unit goes to leaf r
/// of that unit, so that accelerators of one rank within their nodes meet on one switch.  Leaf r of unit u is leaf
/// u x rails + r.

#include <algorithm>

#include "scenarios/base/error.hpp"
#include "topology/build/fabrics/folded_clos.hpp"

namespace ondol::topology {
namespace {

class RailFatTree final : public FoldedClos {
 public:
  explicit RailFatTree(FabricShape const& shape) {
    id_ = shape.id;
    bool const alone = shape.levels < 2;
    double const down = shape.leaf_ports * shape.oversubscription / (1.0 + shape.oversubscription) + 1e-9;
    Index const share = static_cast<Index>(alone ? shape.leaf_ports : down);
    Index const unit_nodes = shape.unit_nodes > 0 ? shape.unit_nodes : std::max<Index>(1, share);
    if (Index const up = alone ? 0 : ports_up(shape, unit_nodes); unit_nodes + up > shape.leaf_ports)
      throw InputError("a leaf takes " + std::to_string(unit_nodes) + " nodes and " + std::to_string(up) +
                       " cables up, but its switch has " + std::to_string(shape.leaf_ports) + " ports; unit_nodes up to " +
                       std::to_string(share) + " fit");

    struct Unit {
      Index first_leaf, nodes, rails;
    };
    std::vector<Unit> units;
    Index leaves = 0, rails = 1;
    for (auto const& block : shape.nodes) {
      rails = std::max(rails, block.nics);
      for (Index done = 0; done < block.nodes; done += unit_nodes, leaves += block.nics)
        units.push_back({leaves, std::min(unit_nodes, block.nodes - done), block.nics});
    }
    Index const whole_units = std::max<Index>(1, most_pod_leaves(shape) / rails);
    Index const pod_nodes = std::min(shape.pod_nodes, shape.node_count());
    Index const pod_units = shape.pod_nodes > 0 ? (pod_nodes + unit_nodes - 1) / unit_nodes : whole_units;
    if ((alone && units.size() > 1) || !raise(shape, leaves, unit_nodes, pod_units * rails)) {
      Index const most = alone               ? unit_nodes
                         : shape.levels == 2 ? most_leaves(shape) / rails * unit_nodes
                                             : most_pods(shape) * std::min(pod_units, whole_units) * unit_nodes;
      throw InputError(std::to_string(shape.node_count()) + " nodes of " + std::to_string(rails) + " rails do not fit " +
                       std::to_string(shape.levels) + " levels of these switches; they take " + std::to_string(most) +
                       " nodes" + (shape.levels < 3 ? ", and levels = " + std::to_string(shape.levels + 1) + " more" : ""));
    }
    Index node = 0;
    for (auto const& unit : units)
      for (Index n = 0; n < unit.nodes; ++n, ++node)
        for (Index r = 0; r < unit.rails; ++r) plug(node, r, unit.first_leaf + r);
    number_plugs();
  }
};

}  // namespace

std::unique_ptr<SwitchNetwork> rail_fat_tree(FabricShape const& shape) {
  return std::make_unique<RailFatTree>(shape);
}

}  // namespace ondol::topology
