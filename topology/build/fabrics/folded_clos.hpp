#pragma once
/// Leaves, spines and cores of a fat tree [leiserson1985fattree]; how nodes plug into the leaves is the caller's.
///
/// A leaf with d ports down has u = ceil(d / oversubscription) up, in equal bundles to the s spines of its pod; a spine with
/// its d' ports down has v = ceil(d' / core_oversubscription) up, in equal bundles to the c cores of its group: core group j
/// joins spine j of every pod [alfares2008].  s is the least divisor of u, and c of v, for which the ports suffice, but no
/// less than two.  With two levels all leaves are one pod.

#include "topology/build/fabrics/switch_network.hpp"

namespace ondol::topology {

class FoldedClos : public SwitchNetwork {
 public:
  bool way(Index from, Index to, Choice choice, std::vector<Hop>& hops) const override;

 protected:
  /// `leaves` first, then spines pod by pod, then cores group by group.  `pod_leaves`: of three levels.
  /// False when the ports do not suffice.
  bool raise(FabricShape const& shape, Index leaves, Index ports_down, Index pod_leaves);

  /// Leaves that two levels take, and pods that three take.
  static Index most_leaves(FabricShape const& shape);
  static Index most_pods(FabricShape const& shape);
  /// Leaves of the largest pod.
  static Index most_pod_leaves(FabricShape const& shape);
  static Index ports_up(FabricShape const& shape, Index ports_down);

 private:
  bool way_in_pod(Index from, Index to, Choice choice, std::vector<Hop>& hops) const;
  bool way_over_core(Index from, Index to, Choice choice, std::vector<Hop>& hops) const;
  /// Cable k of the bundle from leaf to spine j of its pod, and from spine j of a pod to core c of its group.
  Index leaf_cable(Index leaf, Index j, Index k) const { return (leaf * spines_ + j) * up_ + k; }
  Index core_cable(Index pod, Index j, Index c, Index m) const {
    return first_core_cable_ + ((pod * spines_ + j) * cores_ + c) * core_up_ + m;
  }

  Index leaves_ = 0, pod_leaves_ = 0;
  Index spines_ = 0, up_ = 0;      ///< spines of a pod, cables from a leaf to one of them
  Index cores_ = 0, core_up_ = 0;  ///< cores of a group, cables from a spine to one of them
  Index first_core_cable_ = 0;
};

}  // namespace ondol::topology
