#include "sim/power/accelerator_power.hpp"

#include <algorithm>
#include <cmath>

namespace ondol::sim {
namespace {

/// P(phi) and its slope, which jumps where the voltage reaches its floor but is never negative.
struct PowerOfClock {
  PowerTerms const& t;
  double fixed_w, voltage_slope, voltage_floor;

  struct Value {
    double power_w, slope_w;  // slope: dP/dphi
  };
  Value at(double phi) const {
    double const v = 1 - voltage_slope * (1 - phi);
    bool const floored = v <= voltage_floor;
    double const g = floored ? voltage_floor * voltage_floor : v * v;
    double const dg = floored ? 0 : 2 * voltage_slope * v;
    double const c = t.compute_share, stretched = c + phi * (1 - c);
    double const s = phi / stretched, ds = c / (stretched * stretched);
    return {fixed_w + phi * g * t.awake_w + s * (g * t.core_w + t.memory_w),
            (g + phi * dg) * t.awake_w + ds * (g * t.core_w + t.memory_w) + s * dg * t.core_w};
  }
};

/// Root of P(phi) = limit in [low, high] with P(low) <= limit < P(high): Newton steps, halving when one leaves the bracket.
double clock_at_limit(PowerOfClock const& p, double limit_w, double low, double high) {
  double phi = high;
  for (int step = 0; step < 60; ++step) {
    auto const [power_w, slope_w] = p.at(phi);
    double const excess_w = power_w - limit_w;
    if (std::abs(excess_w) <= 1e-12 * limit_w) break;
    (excess_w > 0 ? high : low) = phi;
    double const next = slope_w > 0 ? phi - excess_w / slope_w : low;
    phi = next > low && next < high ? next : 0.5 * (low + high);
  }
  return phi;
}

}  // namespace

double AcceleratorPowerParams::voltage_factor(double phi) const {
  double const v = std::max(voltage_floor, 1 - voltage_slope * (1 - phi));
  return v * v;
}

double AcceleratorPowerParams::floor_clock() const {
  double const at = voltage_slope > 0 ? 1 - (1 - voltage_floor) / voltage_slope : 1.0;
  return std::max(minimum_clock, at);
}

PowerTerms power_terms(AcceleratorPowerParams const& p, AcceleratorLoad const& load, bool context) {
  PowerTerms t;
  t.fixed_w = p.idle_w + (context ? p.context_w : 0);
  t.awake_w = load.awake * p.awake_w;
  for (std::size_t i = 0; i < meter::channels; ++i) {
    double const w = (p.control_j[i] + load.toggle * p.data_j[i]) * load.rate.amount[i];
    (meter::core_voltage(static_cast<meter::Channel>(i)) ? t.core_w : t.memory_w) += w;
  }
  t.compute_share = load.compute_share;
  return t;
}

AcceleratorDraw accelerator_draw(AcceleratorPowerParams const& p, PowerTerms const& terms, double power_limit_w,
                                 double clock_limit, double temperature_k) {
  double const leakage_w = p.leakage_w_per_k * (temperature_k - p.leakage_reference_k);
  PowerOfClock const power{terms, terms.fixed_w + leakage_w, p.voltage_slope, p.voltage_floor};
  double const high = std::max(p.minimum_clock, std::min(1.0, clock_limit));

  AcceleratorDraw draw;
  draw.clock = high;
  draw.power_w = power.at(high).power_w;
  if (draw.power_w > power_limit_w) {
    draw.limited = true;
    draw.clock = p.minimum_clock;
    draw.power_w = power.at(p.minimum_clock).power_w;
    if (draw.power_w < power_limit_w) {
      draw.clock = clock_at_limit(power, power_limit_w, p.minimum_clock, high);
      draw.power_w = power_limit_w;
    }
  }
  double const c = terms.compute_share;
  draw.speed = draw.clock / (c + draw.clock * (1 - c));
  draw.slope_w_per_k = p.leakage_w_per_k;
  draw.at_reference_w = draw.power_w - leakage_w;
  return draw;
}

}  // namespace ondol::sim
