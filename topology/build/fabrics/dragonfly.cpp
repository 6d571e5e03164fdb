/// Dragonfly [kim2008dragonfly]: routers of a group all joined to each other, groups all joined to each other.  With g groups
/// of a routers of h global cables, each pair of groups has floor(a h / (g - 1)) cables.  Cable i between groups G and H leaves
/// G at its global port ((H - G - 1) mod g) m + i, router port / h.  Nodes are dealt to routers in order, all ports of a node
/// to one router.
///
/// Minimal: at most one cable within the first group, one between groups, one within the last.  Valiant [valiant1981]: minimal
/// to a random third group, minimal on from there.

#include <algorithm>

#include "scenarios/base/error.hpp"
#include "topology/build/fabrics/switch_network.hpp"

namespace ondol::topology {
namespace {

class Dragonfly final : public SwitchNetwork {
 public:
  explicit Dragonfly(FabricShape const& shape) : groups_(shape.groups), routers_(shape.routers_per_group) {
    id_ = shape.id;
    Index nics = 1;
    for (auto const& block : shape.nodes) nics = std::max(nics, block.nics);
    Index const nodes = shape.node_count(), all = groups_ * routers_;
    if (all == 0) throw InputError("a dragonfly needs groups and routers_per_group");
    Index const per_router = shape.unit_nodes > 0 ? shape.unit_nodes : (nodes + all - 1) / all;
    Index const needed = per_router * nics + routers_ - 1 + shape.global_links;
    if (needed > shape.leaf_ports)
      throw InputError("a router takes " + std::to_string(per_router) + " nodes of " + std::to_string(nics) + " ports, " +
                       std::to_string(routers_ - 1) + " cables in its group and " + std::to_string(shape.global_links) +
                       " out of it, together " + std::to_string(needed) + " of its " + std::to_string(shape.leaf_ports) +
                       " ports; take " +
                       (needed - per_router * nics < shape.leaf_ports ? "more groups" : "fewer routers_per_group"));
    if (nodes > per_router * all)
      throw InputError(std::to_string(nodes) + " nodes do not fit; " + std::to_string(all) +
                       " routers of unit_nodes = " + std::to_string(per_router) + " take " + std::to_string(per_router * all));
    links_ = groups_ > 1 ? routers_ * shape.global_links / (groups_ - 1) : 0;
    if (groups_ > 1 && links_ == 0)
      throw InputError("groups = " + std::to_string(groups_) + " are too many to join each to each with " +
                       std::to_string(routers_) + " x " + std::to_string(shape.global_links) +
                       " global cables of a group; up to " + std::to_string(routers_ * shape.global_links + 1) + " can be");
    per_port_ = std::max<Index>(1, shape.global_links);

    for (Index g = 0; g < groups_; ++g)
      for (Index r = 0; r < routers_; ++r)
        add_switch("group/" + std::to_string(g + 1) + "/router/" + std::to_string(r + 1), Level::leaf, shape.leaf_ports);
    for (Index g = 0; g < groups_; ++g)
      for (Index r = 0; r < routers_; ++r)
        for (Index s = r + 1; s < routers_; ++s) add_bundle(g * routers_ + r, g * routers_ + s, 1);
    first_global_ = cables_;
    for (Index g = 0; g < groups_; ++g)
      for (Index h = g + 1; h < groups_; ++h)
        for (Index i = 0, n = 0; i < links_; i += n) {  // cables of the same two routers are one bundle
          Index const a = end(g, h, i), b = end(h, g, i);
          for (n = 1; i + n < links_ && end(g, h, i + n) == a && end(h, g, i + n) == b;) ++n;
          add_bundle(a, b, n);
        }
    Index node = 0;
    for (auto const& block : shape.nodes)
      for (Index n = 0; n < block.nodes; ++n, ++node)
        for (Index r = 0; r < block.nics; ++r) plug(node, r, node / per_router);
    number_plugs();
  }

  bool way(Index from, Index to, Choice choice, std::vector<Hop>& hops) const override {
    if (from == to) return !switches_[from].failed;
    Index const g = from / routers_, h = to / routers_;
    auto const begin = hops.size();
    if (choice.valiant() && groups_ > 2 && g != h) {
      Index third = choice.of(groups_ - 2);
      third += third >= std::min(g, h) ? 1 : 0;
      third += third >= std::max(g, h) ? 1 : 0;
      Index const at = third * routers_ + choice.of(routers_);
      if (minimal(from, at, choice, hops) && minimal(at, to, choice, hops)) return true;
      hops.resize(begin);
    }
    if (minimal(from, to, choice, hops)) return true;
    if (!damaged_ || choice.fixed()) return false;
    for (Index at = 0; at < groups_ * routers_; ++at)  // any third router that both reach
      if (at != from && at != to && minimal(from, at, choice, hops) && minimal(at, to, choice, hops))
        return true;
      else
        hops.resize(begin);
    return false;
  }

 private:
  /// Router of group g at cable i to group h.
  Index end(Index g, Index h, Index i) const {
    return g * routers_ + (((h + groups_ - g - 1) % groups_) * links_ + i) / per_port_;
  }

  /// Over the cable within a group, if the routers differ.
  bool within(Index a, Index b, std::vector<Hop>& hops) const {
    if (a == b) return !switches_[a].failed;
    Index const g = a / routers_, r = std::min(a, b) % routers_, s = std::max(a, b) % routers_;
    Index const cable = g * (routers_ * (routers_ - 1) / 2) + r * (2 * routers_ - r - 1) / 2 + (s - r - 1);
    if (!alive(cable)) return false;
    hops.push_back(2 * cable + (a > b ? 1 : 0));
    return true;
  }

  bool minimal(Index from, Index to, Choice& choice, std::vector<Hop>& hops) const {
    Index const g = from / routers_, h = to / routers_;
    if (g == h) return within(from, to, hops);
    Index const low = std::min(g, h), high = std::max(g, h);
    Index const pair = low * (2 * groups_ - low - 1) / 2 + (high - low - 1);
    Index const first = choice.of(links_);
    auto const begin = hops.size();
    for (Index t = 0; t < (damaged_ && !choice.fixed() ? links_ : 1); ++t) {
      Index const i = (first + t) % links_;
      Index const cable = first_global_ + pair * links_ + i;
      if (alive(cable) && within(from, end(g, h, i), hops)) {
        hops.push_back(2 * cable + (g > h ? 1 : 0));
        if (within(end(h, g, i), to, hops)) return true;
      }
      hops.resize(begin);
    }
    return false;
  }

  Index groups_, routers_, links_ = 0, per_port_ = 1, first_global_ = 0;
};

}  // namespace

std::unique_ptr<SwitchNetwork> dragonfly(FabricShape const& shape) {
  return std::make_unique<Dragonfly>(shape);
}

}  // namespace ondol::topology
