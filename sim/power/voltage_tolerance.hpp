#pragma once
/// Whether equipment rides through a dip of its supply.  v residual voltage over nominal, d duration.
///
///   rides  <=>  d <= seconds of the highest step whose voltage v reaches;  steps fall in time as the voltage falls
///   itic       0 % 20 ms, 70 % 0.5 s, 80 % 10 s, 90 % for ever                                              [iti2000curve]
///   semi_f47   50 % 0.2 s, 70 % 0.5 s, 80 % 1 s, 90 % for ever; below 50 % one cycle at most               [semi2006f47]
///
/// Both are what equipment must bear: single pieces bear more.  A dip of changing depth counts by its lowest voltage and its
/// whole duration.  Ignores: phase, unbalanced dips, swells, the supply's load.
/// Page: docs/models/transfer-and-dips.md

#include <vector>

namespace ondol::sim {

struct VoltageTolerance {
  struct Step {
    double voltage = 0;  ///< of nominal: at or above it
    double seconds = 0;
  };
  std::vector<Step> steps;  ///< voltage and time rise

  double allowed_s(double voltage) const;  ///< infinite where it works for ever, 0 below the first step
  bool rides(double voltage, double duration_s) const { return duration_s <= allowed_s(voltage); }
};

/// Throws std::invalid_argument and says what is out of order.
void check(VoltageTolerance const& t);

VoltageTolerance itic();
VoltageTolerance semi_f47();

}  // namespace ondol::sim
