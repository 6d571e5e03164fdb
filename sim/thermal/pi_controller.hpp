#pragma once
/// Proportional-integral controller with anti-windup, and the actuator that it moves.
///
///   command  c = K e + I              e = measured - set point (more cooling when positive)
///   integral dI/dt = K e/Ti + (sat(c) - c)/Ti        back-calculation [astrom2006, section 3.5]
///   actuator dx/dt = (sat(c) - x)/t_a, at most 1/stroke
///   tuning   SIMC [skogestad2003]: K = t/(k (tc + d)), Ti = min(t, 4 (tc + d)); k gain, t lag and d delay of the process,
///            tc = d unless said
///
/// Ignores: sampling, dead band and stiction, bumps at manual changes.   Page: docs/models/cooling-system.md

#include <algorithm>

namespace ondol::sim {

struct PiController {
  double gain = 0;        ///< of actuator per kelvin (or per head)
  double integral_s = 1;  ///< Ti
  double least = 0, most = 1;

  static PiController simc(double process_gain, double lag_s, double delay_s, double closed_loop_s) {
    double const rest = closed_loop_s + delay_s;
    return {lag_s / (process_gain * rest), std::min(lag_s, 4.0 * rest)};
  }
  double raw(double error, double integral) const { return gain * error + integral; }
  double command(double error, double integral) const { return std::clamp(raw(error, integral), least, most); }
  double integral_rate(double error, double integral) const {
    double const c = raw(error, integral);
    return (gain * error + std::clamp(c, least, most) - c) / integral_s;
  }
};

struct Actuator {
  double lag_s = 1, stroke_s = 1;
  double rate(double command, double position) const {
    return std::clamp((command - position) / lag_s, -1.0 / stroke_s, 1.0 / stroke_s);
  }
};

}  // namespace ondol::sim
