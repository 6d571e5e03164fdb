#include "sim/thermal/chiller.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "scenarios/base/units.hpp"

namespace ondol::sim {

namespace {

constexpr double high_pressure_span_k = 20.0;   // assumed, see header
constexpr double water_specific_heat = 4186.0;  // J/(kg K), condenser water [incropera2007, table A.6]
constexpr double leaving_tolerance_k = 1e-9;

double biquadratic(std::array<double, 6> const& c, double e, double w) {
  return c[0] + e * (c[1] + c[2] * e) + w * (c[3] + c[4] * w) + c[5] * e * w;
}

}  // namespace

Chiller::Chiller(ChillerParams const& params) : params_(params) {
  if (!(params.reference_capacity_w > 0.0) || !(params.reference_cop > 0.0))
    throw std::invalid_argument("chiller: reference capacity and COP must be positive");
  if (!(params.plr_min >= 0.0) || !(params.plr_unload >= 0.0) || !(params.plr_max >= params.plr_min) || !(params.plr_max > 0.0))
    throw std::invalid_argument("chiller: part-load limits must satisfy 0 <= plr_min <= plr_max");
  if (!(params.evaporator_min_k <= params.evaporator_max_k) || !(params.condenser_min_k <= params.condenser_max_k))
    throw std::invalid_argument("chiller: temperature limits are out of order");
  if (params.curves == ChillerParams::Curves::eir) return;
  if (params.air_cooled || !(params.condenser_flow_kg_per_s > 0.0))
    throw std::invalid_argument("chiller: reformulated curves need a flow of condenser water");
  rise_k_ =
      params.reference_capacity_w * (1.0 + 1.0 / params.reference_cop) / (params.condenser_flow_kg_per_s * water_specific_heat);
}

/// Full load at Tc of the curves.
ChillerPoint Chiller::at_condenser(double evaporator_k, double condenser_k) const {
  double const evaporator = std::clamp(evaporator_k, params_.evaporator_min_k, params_.evaporator_max_k);
  double const condenser = std::clamp(condenser_k, params_.condenser_min_k, params_.condenser_max_k);
  double const te = evaporator - celsius_offset, tc = condenser - celsius_offset;
  double const limit = std::clamp(1.0 - (condenser_k - params_.condenser_max_k) / high_pressure_span_k, 0.0, 1.0);
  ChillerPoint point;
  point.available_w = limit * params_.reference_capacity_w * std::max(0.0, biquadratic(params_.capacity_curve, te, tc));
  double const lift = std::max(1.0, (condenser_k - evaporator) / std::max(1.0, params_.condenser_max_k - evaporator));
  point.full_power_w = point.available_w / params_.reference_cop * std::max(0.0, biquadratic(params_.eir_curve, te, tc)) * lift;
  point.clamped = evaporator != evaporator_k || condenser != condenser_k;
  return point;
}

double Chiller::part_load(double condenser_k, double x) const {
  if (params_.curves == ChillerParams::Curves::eir) {
    auto const& c = params_.part_load_curve;
    return c[0] + x * (c[1] + x * c[2]);
  }
  auto const& c = params_.part_load_surface;
  double const t = std::clamp(condenser_k, params_.condenser_min_k, params_.condenser_max_k) - celsius_offset;
  return c[0] + t * (c[1] + t * (c[2] + t * c[6])) + x * (c[3] + x * (c[4] + x * c[7])) + t * x * (c[5] + t * c[8] + x * c[9]);
}

double Chiller::running_share(ChillerPoint const& at, double load_w) const {
  if (load_w <= 0.0 || at.available_w <= 0.0) return 0.0;
  return params_.plr_min > 0.0 ? std::min(1.0, load_w / at.available_w / params_.plr_min) : 1.0;
}

double Chiller::loaded_power_w(ChillerPoint const& at, double condenser_k, double load_w) const {
  if (load_w <= 0.0 || at.available_w <= 0.0) return 0.0;
  double const ratio = std::min(load_w / at.available_w, params_.plr_max);
  double const running = std::max({ratio, params_.plr_unload, params_.plr_min});
  return std::max(0.0, at.full_power_w * part_load(condenser_k, running)) * running_share(at, load_w);
}

/// Fixed point of Tc = entering + (Q + P)/(m c): the curves bend little over the range of the water, so each round gains more
/// than a digit.
template <class Load>
double Chiller::leaving_condenser_k(ChillerPoint const& point, Load const& load) const {
  double const rate = params_.condenser_flow_kg_per_s * water_specific_heat;
  double leaving_k = point.entering_k;
  for (int round = 0; round < 50; ++round) {
    auto const full = at_condenser(point.evaporator_k, leaving_k);
    double const load_w = load(full);
    double const next_k = point.entering_k + (load_w + loaded_power_w(full, leaving_k, load_w)) / rate;
    double const change_k = std::abs(next_k - leaving_k);
    leaving_k = next_k;
    if (change_k < leaving_tolerance_k) break;
  }
  return leaving_k;
}

ChillerPoint Chiller::at(double evaporator_k, double entering_k) const {
  ChillerPoint point;
  point.evaporator_k = evaporator_k;
  point.entering_k = entering_k;
  double condenser_k = entering_k;
  if (params_.curves == ChillerParams::Curves::reformulated)
    condenser_k = leaving_condenser_k(point, [](ChillerPoint const& full) { return full.available_w; });
  point = at_condenser(evaporator_k, condenser_k);
  point.evaporator_k = evaporator_k;
  point.entering_k = entering_k;
  return point;
}

double Chiller::power_w(ChillerPoint const& point, double load_w) const {
  if (params_.curves == ChillerParams::Curves::eir || load_w <= 0.0) return loaded_power_w(point, point.entering_k, load_w);
  double const leaving_k = leaving_condenser_k(point, [load_w](ChillerPoint const&) { return load_w; });
  return loaded_power_w(at_condenser(point.evaporator_k, leaving_k), leaving_k, load_w);
}

int Chiller::units_needed(ChillerPoint const& point, double load_w, int units) const {
  if (load_w <= 0.0 || units <= 0) return 0;
  double const each = point.available_w * params_.plr_max;
  if (!(each > 0.0)) return units;
  double const exact = load_w / each;
  if (exact >= units) return units;
  return std::max(1, static_cast<int>(std::ceil(exact * (1.0 - 1e-12))));
}

}  // namespace ondol::sim
