#pragma once
/// Who goes first when not all can be carried: the lowest priority, then the largest power, then the first of the scenario.
/// UPS and generators (sim/power/power_chain.hpp) and capping (sim/control/cap_allocation.hpp) ask here.
/// Page: docs/models/power-transients.md

#include <cstdint>
#include <tuple>

namespace ondol::sim {

struct SheddingRank {
  int priority = 0;
  double power_w = 0;  ///< that its going frees
  std::uint32_t rack = 0;

  bool goes_before(SheddingRank const& o) const {
    return std::tuple(priority, -power_w, rack) < std::tuple(o.priority, -o.power_w, o.rack);
  }
};

}  // namespace ondol::sim
