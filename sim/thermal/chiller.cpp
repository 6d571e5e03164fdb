#include "sim/thermal/chiller.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "scenarios/base/units.hpp"

namespace ondol::sim {

namespace {

constexpr double high_pressure_span_k = 20.0;  // assumed, see header

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
}

ChillerPoint Chiller::at(double leaving_evaporator_k, double entering_condenser_k) const {
  double const evaporator = std::clamp(leaving_evaporator_k, params_.evaporator_min_k, params_.evaporator_max_k);
  double const condenser = std::clamp(entering_condenser_k, params_.condenser_min_k, params_.condenser_max_k);
  double const te = evaporator - celsius_offset, tc = condenser - celsius_offset;
  double const limit = std::clamp(1.0 - (entering_condenser_k - params_.condenser_max_k) / high_pressure_span_k, 0.0, 1.0);
  ChillerPoint point;
  point.available_w = limit * params_.reference_capacity_w * std::max(0.0, biquadratic(params_.capacity_curve, te, tc));
  double const lift = std::max(1.0, (entering_condenser_k - evaporator) / std::max(1.0, params_.condenser_max_k - evaporator));
  point.full_power_w = point.available_w / params_.reference_cop * std::max(0.0, biquadratic(params_.eir_curve, te, tc)) * lift;
  point.clamped = evaporator != leaving_evaporator_k || condenser != entering_condenser_k;
  return point;
}

double Chiller::power_w(ChillerPoint const& point, double load_w) const {
  if (load_w <= 0.0 || point.available_w <= 0.0) return 0.0;
  double const ratio = std::min(load_w / point.available_w, params_.plr_max);
  double const running = std::max({ratio, params_.plr_unload, params_.plr_min});
  double const cycling = params_.plr_min > 0.0 ? std::min(1.0, ratio / params_.plr_min) : 1.0;
  auto const& c = params_.part_load_curve;
  return point.full_power_w * (c[0] + running * (c[1] + running * c[2])) * cycling;
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
