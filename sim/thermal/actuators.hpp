#pragma once
/// Motor valves and drives of plants and halls.
///
///   equal-percentage valve   opening = (R^v - 1)/(R - 1), v the position of the stem, R = 50 (assumed: usual for control
///   valves)
///
/// Actuators lag their command and move no faster than their stroke.  Page: docs/models/cooling-system.md

#include <algorithm>
#include <cmath>

#include "sim/thermal/pi_controller.hpp"

namespace ondol::sim {

// Actuators: motor valves stroke in 60 to 90 s, drives in 10 s (assumed: data sheets of valve drives give 60 to 120 s).
inline constexpr Actuator cdu_valve{5.0, 60.0}, crah_valve{10.0, 90.0}, fan_drive{5.0, 20.0}, pump_drive{2.0, 10.0};
inline constexpr double control_head = 0.3;  // of design, held at the valves (assumed: 50 to 100 kPa of 250)
inline constexpr double rangeability = 50.0;

inline double opening_of(double valve) {
  return (std::pow(rangeability, valve) - 1.0) / (rangeability - 1.0);
}

inline double valve_of(double opening) {
  return std::clamp(std::log1p(opening * (rangeability - 1.0)) / std::log(rangeability), 0.0, 1.0);
}

}  // namespace ondol::sim
