#include "sim/power/accelerator_power.hpp"

#include <algorithm>
#include <cmath>

namespace ondol::sim {
namespace {

/// The parts of P(f) that do not move with the clock, and the coefficients of those that do.
struct PowerOfClock {
  double fixed_w, units_w, operations_w, bytes_w, compute_share, exponent;

  double speed(double f) const { return f / (compute_share + f * (1 - compute_share)); }

  struct Value {
    double power_w, slope_w;  // slope: dP/df
  };
  Value at(double f) const {
    double const q = std::pow(f, exponent - 1);
    double const stretched = compute_share + f * (1 - compute_share);
    double const s = f / stretched, ds = compute_share / (stretched * stretched);
    return {fixed_w + units_w * q * f + operations_w * s * q + bytes_w * s,
            units_w * exponent * q + operations_w * q * (ds + s * (exponent - 1) / f) + bytes_w * ds};
  }
};

/// Root of P(f) = limit in [low, high] with P(low) <= limit < P(high): Newton steps, halving when one leaves the bracket.
double clock_at_limit(PowerOfClock const& p, double limit_w, double low, double high) {
  double f = high;
  for (int step = 0; step < 60; ++step) {
    auto const [power_w, slope_w] = p.at(f);
    double const excess_w = power_w - limit_w;
    if (std::abs(excess_w) <= 1e-12 * limit_w) break;
    (excess_w > 0 ? high : low) = f;
    double const next = slope_w > 0 ? f - excess_w / slope_w : low;
    f = next > low && next < high ? next : 0.5 * (low + high);
  }
  return f;
}

}  // namespace

std::array<double, precisions> joules_per_flop_from_bf16(double bf16, double fp8_ratio) {
  constexpr double fp64_ratio = 13.4 / 0.70;
  constexpr double fp4_to_fp8 = 0.54;
  return {bf16, bf16 * fp8_ratio, bf16 * fp8_ratio * fp4_to_fp8, bf16 * fp64_ratio};
}

AcceleratorDraw accelerator_draw(AcceleratorPowerParams const& p, ActivityInput const& activity, bool context,
                                 double power_limit_w, double clock_limit, double temperature_k) {
  auto const precision = static_cast<std::size_t>(activity.precision);
  double const warmer_k = temperature_k - p.leakage_reference_k;
  double const leakage_w = p.leakage_w_per_k * warmer_k;
  PowerOfClock const power{p.idle_w + (context ? p.context_w : 0) + leakage_w,
                           activity.sm * p.sm_active_w,
                           activity.compute * p.sustained_flop_per_s[precision] * p.joules_per_flop[precision],
                           activity.memory * p.sustained_byte_per_s * p.joules_per_byte,
                           activity.compute_share,
                           p.clock_exponent};
  double const limit_w = std::min(power_limit_w, p.power_limit_w);
  double const high = std::max(p.minimum_clock, std::min(1.0, clock_limit));

  AcceleratorDraw draw;
  draw.clock = high;
  draw.power_w = power.at(high).power_w;
  if (draw.power_w > limit_w) {
    draw.limited = true;
    draw.clock = p.minimum_clock;
    draw.power_w = power.at(p.minimum_clock).power_w;
    if (draw.power_w < limit_w) {
      draw.clock = clock_at_limit(power, limit_w, p.minimum_clock, high);
      draw.power_w = limit_w;
    }
  }
  draw.speed = power.speed(draw.clock);
  draw.slope_w_per_k = p.leakage_w_per_k;
  draw.at_reference_w = draw.power_w - leakage_w;
  return draw;
}

}  // namespace ondol::sim
