#pragma once
/// Three-phase quantities of a balanced load:  S = P / pf,  I = S / (sqrt(3) U).

#include <numbers>

namespace ondol::sim {

inline double apparent_va(double power_w, double power_factor) {
  return power_w / power_factor;
}
/// U between phases.
inline double line_current_a(double power_w, double volts, double power_factor) {
  return apparent_va(power_w, power_factor) / (std::numbers::sqrt3 * volts);
}
inline double line_power_w(double current_a, double volts, double power_factor) {
  return std::numbers::sqrt3 * volts * current_a * power_factor;
}

}  // namespace ondol::sim
