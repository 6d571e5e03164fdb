#pragma once
/// Board power of one accelerator and the clock that its limits leave it [W]:
///
///   P(phi) = S + l (T - T0) + phi g(phi) A p + s(phi) [ g(phi) sum_core (c_i + a d_i) r_i + sum_memory (c_j + a d_j) r_j ]
///
/// phi   SM clock over the reference clock, minimum <= phi <= 1
/// S     idle, + context while a process holds the device, at T0;  l leakage slope [W/K]
/// g     (V/V_ref)^2 with V/V_ref = max(voltage_floor, 1 - voltage_slope (1 - phi))
/// A, p  share of the multiprocessors that run warps, power with all of them awake
/// r     rates on the channels [1/s] that the work reaches at phi = 1;  s(phi) = 1/(c/phi + 1 - c) its speed at phi
///                                                                              (sim/compute/roofline.hpp)
/// c, d  control and data energy of one operation or byte;  a toggle of the operands
///
/// When P(1) exceeds the limit the clock falls until P(phi) = limit.  Every term rises with phi, so there is one answer; at the
/// lowest clock P may stay above the limit.  Within a step of the temperature coupling the clock is held and P is linear in T.
///
/// Form: state + awake + energies by unit and level, split by zero and random operands [antepara2025]; g as in [guerreiro2018].
/// Valid: steady phases >= 0.1 s, within the calibration's clocks, temperatures and powers.  Ignores: the limiter's dynamics
/// and overshoot, board-to-board spread (about 5 %), a memory clock that moves. Page with validation: docs/models/gpu-energy.md

#include <array>

#include "kernels/activity/channel.hpp"

namespace ondol::sim {

/// One calibrated board.  Energies are at the reference clock.
struct AcceleratorPowerParams {
  double idle_w = 0;     ///< no process holds the device, at the reference temperature
  double context_w = 0;  ///< added while a process holds it
  double awake_w = 0;    ///< added with every multiprocessor running warps, before what they do
  double leakage_w_per_k = 0;
  double leakage_reference_k = 318.15;
  double voltage_slope = 0;
  double voltage_floor = 1;
  double minimum_clock = 0.3;  ///< phi
  std::array<double, meter::channels> control_j{}, data_j{};

  /// (V/V_ref)^2 at phi.
  double voltage_factor(double phi) const;
  /// Clock at which the voltage reaches its floor: below it an operation costs no less.
  double floor_clock() const;
};

/// What keeps an accelerator busy: rates and shares at the reference clock.
struct AcceleratorLoad {
  meter::Work rate;          ///< 1/s
  double awake = 0;          ///< share of multiprocessors that run warps, 0..1
  double toggle = 1;         ///< of the operands, 0..1
  double compute_share = 1;  ///< of the time at phi = 1, stretches with 1/phi
};

/// A load on a board, summed: all that the clock needs to know.
struct PowerTerms {
  double fixed_w = 0, awake_w = 0, core_w = 0, memory_w = 0, compute_share = 1;
};
/// `context`: a process holds the device.
PowerTerms power_terms(AcceleratorPowerParams const& p, AcceleratorLoad const& load, bool context);

struct AcceleratorDraw {
  double power_w = 0;         ///< at the temperature given
  double at_reference_w = 0;  ///< at T0 and this clock
  double slope_w_per_k = 0;   ///< at this clock
  double clock = 1;           ///< phi
  double speed = 1;           ///< s(phi), progress relative to phi = 1
  bool limited = false;       ///< the power limit set the clock
};

/// A draw beyond this multiple of the limit is one that the lowest clock leaves, not what the search for the clock rounds.
inline constexpr double unheld_above = 1 + 1e-9;

/// `clock_limit` in (0, 1] from elsewhere; `power_limit_w` is what the limiter holds on the mean.
AcceleratorDraw accelerator_draw(AcceleratorPowerParams const& p, PowerTerms const& terms, double power_limit_w,
                                 double clock_limit, double temperature_k);

}  // namespace ondol::sim
