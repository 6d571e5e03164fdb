#pragma once
/// How many of N equal supplies or modules carry a load, the others resting.  R rating of one.
///
///   least loss   the n between the least that bears P, with `spare` more, and N that makes n L(P/n) + (N - n) standby least
///   hysteresis   one more while P/n > on_above R;  one less while P/(n-1) <= off_below R: what firmware does
///
/// Loss of a bank in which all N share the load: bank_loss_w.  Ignores: the time a unit needs to wake (hold a spare for it).
/// Page: docs/models/power-chain.md

#include "sim/power/loss_curve.hpp"

namespace ondol::sim {

struct StagingParams {
  int units = 1;
  double rated_w = 0;
  int spare = 0;  ///< always on beyond what bears the load
  double on_above = 0.6, off_below = 0.4;
  double standby_w = 0;  ///< of a resting unit
};

/// Throws std::invalid_argument and names the first parameter outside its range.
void check(StagingParams const& p);

double staged_loss_w(StagingParams const& p, LossCurve const& curve, int active, double output_w);
int least_loss_units(StagingParams const& p, LossCurve const& curve, double output_w);
/// From `active` units, after the load has become `output_w`.
int staged_units(StagingParams const& p, int active, double output_w);

}  // namespace ondol::sim
