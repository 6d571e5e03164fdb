#pragma once
/// Thermal slowdown as a power limit: what the coolant can carry away from a die held at its slowdown temperature,
///
///   P <= (T_slowdown - T_coolant) / R.
///
/// Boost clocks fall continuously as the die nears its limit (facts of section "Cooling" in [stas00]); a limit on power gives
/// that without a limit cycle, because the die reaches T_slowdown exactly at the power the limit allows.  The clock that
/// meets the limit comes from the power model.  Valid while R is constant.  Ignores: sensor lag and the firmware's steps.
/// Page: docs/models/thermal-limit.md

#include <algorithm>

namespace ondol::sim {

/// Largest board power [W] that keeps the die at or below `slowdown_k` in steady state; never negative.
inline double thermal_power_limit_w(double slowdown_k, double coolant_k, double junction_k_per_w) {
  return std::max(0.0, (slowdown_k - coolant_k) / junction_k_per_w);
}

}  // namespace ondol::sim
