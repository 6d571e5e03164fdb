/// Plain fat tree: all ports of a node go to one leaf, nodes in order [leiserson1985fattree, alfares2008].

#include <algorithm>

#include "scenarios/base/error.hpp"
#include "topology/build/fabrics/folded_clos.hpp"

namespace ondol::topology {
namespace {

class FatTree final : public FoldedClos {
 public:
  explicit FatTree(FabricShape const& shape) {
    id_ = shape.id;
    Index nics = 1;
    for (auto const& block : shape.nodes) nics = std::max(nics, block.nics);
    double const down = shape.leaf_ports * shape.oversubscription / (1.0 + shape.oversubscription) + 1e-9;
    bool const alone = shape.levels < 2;
    Index const share = static_cast<Index>(alone ? shape.leaf_ports : down) / nics;
    Index const leaf_nodes = shape.unit_nodes > 0 ? shape.unit_nodes : share;
    Index const up = alone ? 0 : ports_up(shape, leaf_nodes * nics);
    if (leaf_nodes < 1 || leaf_nodes * nics + up > shape.leaf_ports)
      throw InputError("a leaf takes " + std::to_string(std::max<Index>(1, leaf_nodes)) + " nodes of " + std::to_string(nics) +
                       " ports and " + std::to_string(up) + " cables up, but its switch has " +
                       std::to_string(shape.leaf_ports) + " ports; unit_nodes up to " + std::to_string(share) + " fit");

    Index const nodes = shape.node_count();
    Index const leaves = (nodes + leaf_nodes - 1) / leaf_nodes;
    Index const whole = most_pod_leaves(shape);
    Index const pod_leaves = shape.pod_nodes > 0 ? (std::min(shape.pod_nodes, nodes) + leaf_nodes - 1) / leaf_nodes : whole;
    if ((alone && leaves > 1) || !raise(shape, leaves, leaf_nodes * nics, pod_leaves)) {
      Index const most = alone               ? leaf_nodes
                         : shape.levels == 2 ? most_leaves(shape) * leaf_nodes
                                             : most_pods(shape) * std::min(pod_leaves, whole) * leaf_nodes;
      throw InputError(std::to_string(nodes) + " nodes of " + std::to_string(nics) + " ports do not fit " +
                       std::to_string(shape.levels) + " levels of these switches; they take " + std::to_string(most) +
                       " nodes" + (shape.levels < 3 ? ", and levels = " + std::to_string(shape.levels + 1) + " more" : ""));
    }
    Index node = 0;
    for (auto const& block : shape.nodes)
      for (Index n = 0; n < block.nodes; ++n, ++node)
        for (Index r = 0; r < block.nics; ++r) plug(node, r, node / leaf_nodes);
    number_plugs();
  }
};

}  // namespace

std::unique_ptr<SwitchNetwork> fat_tree(FabricShape const& shape) {
  return std::make_unique<FatTree>(shape);
}

}  // namespace ondol::topology
