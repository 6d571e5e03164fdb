#pragma once
/// Loss and voltage drop of a three-phase cable or busbar from its dimensions.
///
///   R = rho20 (1 + alpha (T - 20 degC)) l / (n A)         resistance of one phase; n conductors in parallel
///   loss = 3 I^2 R = R (P / (U pf))^2                      a quadratic loss curve without no-load loss
///   drop = sqrt(3) I (R pf + X sin(phi)) / U               share of U
///
/// rho20 and alpha of annealed copper [iec1925std60028] and of aluminium [iec1987std60889].  The highest resistances that
/// IEC 60228 allows are 5 to 9 % above, for strands and tolerances: `strands`.
/// Valid for balanced sinusoidal currents.  Ignores: skin and proximity effect (4 % at 400 mm2), heating by the load itself.
/// Page: docs/models/power-chain.md

#include "sim/power/loss_curve.hpp"

namespace ondol::sim {

struct Conductor {
  double resistivity_ohm_m = 0;  ///< at 20 degC
  double per_k = 0;
};
inline constexpr Conductor copper{1.7241e-8, 3.93e-3};
inline constexpr Conductor aluminium{2.8264e-8, 4.03e-3};

struct CableParams {
  Conductor conductor = copper;
  double length_m = 0;
  double area_m2 = 0;  ///< of one conductor
  int parallel = 1;    ///< conductors of a phase
  double strands = 1.06;
  double temperature_k = 343.15;        ///< of the conductor: 70 degC
  double reactance_ohm_per_m = 0.8e-4;  ///< of a phase: cables laid together have 0.07 to 0.09 ohm/km
  double volts = 415;                   ///< between phases
  double power_factor = 1;
};

/// Throws std::invalid_argument and names the first parameter outside its range.
void check(CableParams const& p);

double phase_resistance_ohm(CableParams const& p);
/// By the power that leaves it; `rating` only scales the curve.
LossCurve cable_loss(CableParams const& p, Watts rating);
double voltage_drop_share(CableParams const& p, double power_w);

}  // namespace ondol::sim
