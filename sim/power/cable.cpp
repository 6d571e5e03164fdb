#include "sim/power/cable.hpp"

#include <cmath>
#include <stdexcept>

#include "sim/power/ac_power.hpp"

namespace ondol::sim {
namespace {

constexpr double reference_k = 293.15;

void require(bool holds, char const* what) {
  if (!holds) throw std::invalid_argument(what);
}

}  // namespace

void check(CableParams const& p) {
  require(p.length_m >= 0, "cable: the length must not be negative");
  require(p.area_m2 > 0 && p.parallel > 0, "cable: area and number of conductors must be positive");
  require(p.conductor.resistivity_ohm_m > 0 && p.strands >= 1, "cable: resistance must be positive");
  require(p.volts > 0, "cable: the voltage must be positive");
  require(p.power_factor > 0 && p.power_factor <= 1, "cable: the power factor must lie in (0, 1]");
}

double phase_resistance_ohm(CableParams const& p) {
  check(p);
  double const warm = 1 + p.conductor.per_k * (p.temperature_k - reference_k);
  return p.conductor.resistivity_ohm_m * p.strands * warm * p.length_m / (p.parallel * p.area_m2);
}

LossCurve cable_loss(CableParams const& p, Watts rating) {
  double const per_w = phase_resistance_ohm(p) / std::pow(p.volts * p.power_factor, 2);
  return LossCurve::quadratic(0, 0, per_w * rating.v, rating);
}

double voltage_drop_share(CableParams const& p, double power_w) {
  double const sine = std::sqrt(1 - p.power_factor * p.power_factor);
  double const reactance_ohm = p.reactance_ohm_per_m * p.length_m / p.parallel;
  double const ohm = phase_resistance_ohm(p) * p.power_factor + reactance_ohm * sine;
  return std::sqrt(3.0) * line_current_a(power_w, p.volts, p.power_factor) * ohm / p.volts;
}

}  // namespace ondol::sim
