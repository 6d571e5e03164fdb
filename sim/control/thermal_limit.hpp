#pragma once
/// What the firmware of an accelerator does as it warms, on the hottest board of a node:
///
///   free     below its operating temperature; its power limit alone sets the clock
///   held     at the operating temperature of the die, or the limit of its memory: the clock holds it there
///   slowed   from the slowdown temperature on the lowest clock, until the die is back at its operating temperature
///   off      from the shutdown temperature on, until it has cooled to the restart temperature
///
/// Held, its mean power is that which brings the die to the operating temperature after a control interval h:
///   P = (T_operating - T(h; P = 0)) / (dT(h)/dP)
/// one step ahead, and without a limit cycle however long h is: what warms the die of a row of heat capacities is a sum of
/// exponentials with positive weights, and the zero of such a sum, sampled every h, lies between its poles e^(l h) in (0, 1).
/// It is held until it may draw all that its work asks for.  Where the accelerators of a node do not all do the same, their
/// mean tells little of the hottest; then each may draw what its coolant can carry away from a die held there,
///   P <= (T_operating - T_coolant)/R
/// Thresholds as nvidia-smi tells them: maximum operating, slowdown 2 K and shutdown 8 K above [hopperlogs2025].
/// Valid at steps of 10 ms or more.  Ignores: sensor lag, the firmware's own steps.   Page: docs/models/thermal-limit.md

#include <algorithm>

#include "sim/state/thermal_stage.hpp"

namespace ondol::sim {

struct ThermalThresholds {
  double operating_k = 0, slowdown_k = 0, shutdown_k = 0, restart_k = 0;
  double memory_k = 0;
};

/// Thresholds count as reached this far from them: crossings are solved for to this.
inline constexpr double threshold_resolution_k = 1e-6;

/// Stage of the hottest board at these temperatures.  From held to free it goes by power, not here.
inline ThermalStage next_stage(ThermalStage stage, double die_k, double memory_k, ThermalThresholds const& t) {
  auto const reached = [](double x, double threshold) { return x >= threshold - threshold_resolution_k; };
  auto const down_to = [](double x, double threshold) { return x <= threshold + threshold_resolution_k; };
  if (stage == ThermalStage::off) return down_to(die_k, t.restart_k) ? ThermalStage::free : stage;
  if (reached(die_k, t.shutdown_k)) return ThermalStage::off;
  if (stage == ThermalStage::slowed) return down_to(die_k, t.operating_k) ? ThermalStage::held : stage;
  if (reached(die_k, t.slowdown_k)) return ThermalStage::slowed;
  if (stage == ThermalStage::free && (reached(die_k, t.operating_k) || reached(memory_k, t.memory_k)))
    return ThermalStage::held;
  return stage;
}

/// Power that brings a temperature, linear in it, to `level_k`; never negative.
inline double holding_power_w(double level_k, double without_power_k, double k_per_w) {
  return std::max(0.0, (level_k - without_power_k) / k_per_w);
}

/// Largest board power [W] that keeps the die at or below `level_k` in steady state; never negative.
inline double carried_power_w(double level_k, double coolant_k, double junction_k_per_w) {
  return std::max(0.0, (level_k - coolant_k) / junction_k_per_w);
}

}  // namespace ondol::sim
