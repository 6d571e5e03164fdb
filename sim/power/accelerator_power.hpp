#pragma once
/// Board power of one accelerator from what it does [W]:
///
///   P(f) = idle + context + u_sm p_sm f^n + e_flop(precision) F s(f) f^(n-1) + e_byte B s(f) + k (T - T_ref)
///
/// f    clock relative to the clock that a sustained dense matmul holds at the board limit (f = 1), 0 < f <= 1
/// F, B operations and bytes per second the work would do at f = 1
/// s(f) speed of the work at f: 1/(c/f + 1 - c), c its compute share                          [williams2009roofline]
/// n    dynamic power ~ f V(f)^2 ~ f^n along the voltage curve; energy per operation ~ f^(n-1), HBM stays at its own voltage
///
/// When P(1) exceeds the limit the clock falls until P(f) = limit (closure); the clock never falls below `minimum_clock`, and
/// then P may stay above the limit.  P rises with f, u_sm, F, B and T, so the clock is unique.
/// Within a step of the temperature coupling the clock is held and P is linear in T: P(T) = at_reference + slope (T - T_ref).
///
/// Form: additive state + unit + byte energies [antepara2025], here with one unit per level.
/// Valid: steady phases >= 0.1 s, T 290..370 K.  Ignores: data values (random data assumed), boost above the sustained clock at
/// part load, the limiter's own dynamics and overshoot, board-to-board spread (about 5 %).
/// Page with fit and errors: docs/models/accelerator-power.md

#include <array>
#include <cstddef>

namespace ondol::sim {

enum class Precision { bf16, fp8, fp4, fp64 };
inline constexpr std::size_t precisions = 4;

struct AcceleratorPowerParams {
  double power_limit_w = 0;
  double idle_w = 0;                                      ///< no process holds the device, at the reference temperature
  double context_w = 0;                                   ///< added while a process holds it
  double sm_active_w = 0;                                 ///< added with all units awake, before operations and bytes
  std::array<double, precisions> sustained_flop_per_s{};  ///< by Precision: best measured matmul rate
  std::array<double, precisions> joules_per_flop{};       ///< by Precision, at f = 1
  double sustained_byte_per_s = 0;
  double joules_per_byte = 0;
  double leakage_w_per_k = 0;
  double leakage_reference_k = 318.15;
  double clock_exponent = 2.4;
  double minimum_clock = 0.3;
};

/// Energy per operation of the other precisions from the bf16 value e:
/// fp8 = r e; fp4 = 0.54 r e (matmul rows of the GB200, tests/validation/accelerator_power); fp64 = 19 e (A100: 13.4 against
/// 0.70 pJ) [antepara2025].
std::array<double, precisions> joules_per_flop_from_bf16(double bf16, double fp8_ratio);

struct ActivityInput {
  double sm = 0;       ///< share of time the compute units are awake, 0..1
  double compute = 0;  ///< share of the sustained matmul rate of the precision, 0..1
  double memory = 0;   ///< share of the sustained memory bandwidth, 0..1
  Precision precision = Precision::bf16;
  double compute_share = 1;  ///< share of the time at f = 1 that stretches with 1/f (sim/compute/roofline.hpp)
};

struct AcceleratorDraw {
  double power_w = 0;         ///< at the temperature given
  double at_reference_w = 0;  ///< at T_ref and this clock
  double slope_w_per_k = 0;   ///< at this clock
  double clock = 1;           ///< f
  double speed = 1;           ///< s(f), progress relative to f = 1
  bool limited = false;       ///< the power limit, not the activity or the clock limit, set the clock
};

/// `context`: a process holds the device.  `clock_limit`: from thermal slowdown, in (0, 1].  `power_limit_w` is capped by the
/// board's own limit.
AcceleratorDraw accelerator_draw(AcceleratorPowerParams const& p, ActivityInput const& activity, bool context,
                                 double power_limit_w, double clock_limit, double temperature_k);

}  // namespace ondol::sim
