#pragma once
/// How much each rack may draw so that no guarded point of the feed is above its limit [W]:
///
///   sum_i a_gi x_i <= h_g          for every limit g: h what it leaves for racks, a_gi watts there for one of rack i
///   f_i <= x_i <= d_i              floor (lowest clock) and demand (no cap)
///   x_i = max(f_i, min(d_i, w_i level))    within one priority, as high a level as the limits allow: max-min fair
///
/// Floors first, for all; then what is left to the highest priority, then to the next.  Within a priority all racks rise at
/// their weights until a limit is full; its racks stay there and the others go on (progressive filling
/// [bertsekas1992datanetworks, section 6.5]), which is exact.  Where limits nest, as in a tree, no other division serves more.
/// Racks whose floors do not fit are named in the order of shedding (sim/state/shedding_order.hpp), by floors; a rack is named
/// only for a limit that its going helps.
/// Linear: the losses between rack and limit are in `a` at the present load.  Ignores: what racks draw next.
/// Page: docs/models/power-capping.md

#include <cstdint>
#include <vector>

namespace ondol::sim {

struct CapShare {
  std::uint32_t limit = 0;
  double share = 0;  ///< > 0
};

struct CapRack {
  double demand_w = 0, floor_w = 0;
  double weight = 1;  ///< > 0
  int priority = 0;   ///< larger: served first
  std::uint32_t first_share = 0, shares = 0;
};

struct CapProblem {
  std::vector<double> headroom_w;  ///< by limit
  std::vector<CapRack> racks;
  std::vector<CapShare> shares;  ///< those of rack i: shares[first_share] .. shares[first_share + shares - 1]
};

struct CapAnswer {
  std::vector<double> budget_w;     ///< by rack; 0 for those in `shed`
  std::vector<std::uint8_t> bound;  ///< by limit: it holds some rack below its demand
  std::vector<std::uint32_t> shed;  ///< in order
};

/// O(S log S) for S shares.
CapAnswer allocate_caps(CapProblem const& problem);

}  // namespace ondol::sim
