#include "topology/build/fabrics/folded_clos.hpp"

#include <algorithm>
#include <cmath>

namespace ondol::topology {
namespace {

using Index = SwitchNetwork::Index;

Index shared_up(Index ports_down, double oversubscription) {
  return std::max<Index>(1, static_cast<Index>(std::ceil(ports_down / oversubscription - 1e-9)));
}

/// Least number of switches, two or more where it can be, that `cables` of each below part among equally; 0: none fits.
template <class Fits>
Index equal_parts(Index cables, Fits&& fits) {
  for (Index parts = std::min<Index>(2, cables); parts <= cables; ++parts)
    if (cables % parts == 0 && fits(parts)) return parts;
  return 0;
}

}  // namespace

Index FoldedClos::ports_up(FabricShape const& shape, Index ports_down) {
  return shared_up(ports_down, shape.oversubscription);
}

Index FoldedClos::most_leaves(FabricShape const& shape) {
  return shape.spine_ports;
}

Index FoldedClos::most_pods(FabricShape const& shape) {
  return shape.core_ports;
}

Index FoldedClos::most_pod_leaves(FabricShape const& shape) {
  Index leaves = shape.spine_ports;
  while (leaves > 1 && leaves + shared_up(leaves, shape.core_oversubscription) > shape.spine_ports) --leaves;
  return leaves;
}

bool FoldedClos::raise(FabricShape const& shape, Index leaves, Index ports_down, Index pod_leaves) {
  leaves_ = leaves;
  pod_leaves_ = shape.levels >= 3 ? std::min(pod_leaves, leaves) : leaves;
  for (Index l = 0; l < leaves; ++l) add_switch("leaf/" + std::to_string(l + 1), Level::leaf, shape.leaf_ports);
  if (shape.levels < 2 || leaves < 2) return true;
  Index const pods = (leaves + pod_leaves_ - 1) / pod_leaves_;
  Index const up = ports_up(shape, ports_down);
  auto const spine_up = [&](Index spines) {
    return pods > 1 ? shared_up(pod_leaves_ * (up / spines), shape.core_oversubscription) : 0;
  };
  spines_ = equal_parts(up, [&](Index s) {
    return std::uint64_t{pod_leaves_} * (up / s) <= shape.spine_ports &&
           pod_leaves_ * (up / s) + spine_up(s) <= shape.spine_ports;
  });
  if (spines_ == 0) return false;
  up_ = up / spines_;
  Index const v = spine_up(spines_);
  if (v > 0) {
    cores_ = equal_parts(v, [&](Index c) { return std::uint64_t{pods} * (v / c) <= shape.core_ports; });
    if (cores_ == 0) return false;
    core_up_ = v / cores_;
  }

  for (Index s = 0; s < pods * spines_; ++s) add_switch("spine/" + std::to_string(s + 1), Level::spine, shape.spine_ports);
  for (Index c = 0; c < cores_ * spines_; ++c) add_switch("core/" + std::to_string(c + 1), Level::core, shape.core_ports);
  for (Index l = 0; l < leaves; ++l)
    for (Index j = 0; j < spines_; ++j) add_bundle(l, leaves + l / pod_leaves_ * spines_ + j, up_);
  first_core_cable_ = cables_;
  for (Index p = 0; p < pods; ++p)
    for (Index j = 0; j < spines_; ++j)
      for (Index c = 0; c < cores_; ++c)
        add_bundle(leaves + p * spines_ + j, leaves + pods * spines_ + j * cores_ + c, core_up_);
  return true;
}

bool FoldedClos::way(Index from, Index to, Choice choice, std::vector<Hop>& hops) const {
  if (from == to) return !switches_[from].failed;
  if (spines_ == 0) return false;
  if (from / pod_leaves_ == to / pod_leaves_) return way_in_pod(from, to, choice, hops);
  return cores_ > 0 && way_over_core(from, to, choice, hops);
}

bool FoldedClos::way_in_pod(Index from, Index to, Choice choice, std::vector<Hop>& hops) const {
  auto const take = [&](Index j, Index k1, Index k2) {
    Index const a = leaf_cable(from, j, k1), b = leaf_cable(to, j, k2);
    if (!alive(a) || !alive(b)) return false;
    hops.insert(hops.end(), {2 * a, 2 * b + 1});
    return true;
  };
  constexpr int draws = 8;  // before the ways are tried in turn
  for (int t = 0; t < (damaged_ && !choice.fixed() ? draws : 1); ++t) {
    Index const j = choice.of(spines_), k1 = choice.of(up_);
    if (take(j, k1, choice.down(k1, up_))) return true;
  }
  if (choice.fixed()) return false;
  for (Index j = 0; j < spines_; ++j)
    for (Index k1 = 0; k1 < up_; ++k1)
      for (Index k2 = 0; k2 < up_; ++k2)
        if (take(j, k1, k2)) return true;
  return false;
}

bool FoldedClos::way_over_core(Index from, Index to, Choice choice, std::vector<Hop>& hops) const {
  Index const p = from / pod_leaves_, q = to / pod_leaves_;
  auto const take = [&](Index a, Index b, Index c, Index d) {
    if (!alive(a) || !alive(b) || !alive(c) || !alive(d)) return false;
    hops.insert(hops.end(), {2 * a, 2 * b, 2 * c + 1, 2 * d + 1});
    return true;
  };
  constexpr int draws = 8;
  for (int t = 0; t < (damaged_ && !choice.fixed() ? draws : 1); ++t) {
    Index const j = choice.of(spines_), k = choice.of(up_), c = choice.of(cores_), m = choice.of(core_up_);
    Index const down_m = choice.down(m, core_up_), down_k = choice.down(k, up_);
    if (take(leaf_cable(from, j, k), core_cable(p, j, c, m), core_cable(q, j, c, down_m), leaf_cable(to, j, down_k)))
      return true;
  }
  if (choice.fixed()) return false;
  auto const whole = [&](Index first, Index cables) {  // an unbroken cable of a bundle, or one broken
    for (Index k = 0; k < cables; ++k)
      if (alive(first + k)) return first + k;
    return first;
  };
  for (Index j = 0; j < spines_; ++j)
    for (Index c = 0; c < cores_; ++c)
      if (take(whole(leaf_cable(from, j, 0), up_), whole(core_cable(p, j, c, 0), core_up_),
               whole(core_cable(q, j, c, 0), core_up_), whole(leaf_cable(to, j, 0), up_)))
        return true;
  return false;
}

}  // namespace ondol::topology
