#include "sim/thermal/dry_cooler.hpp"

#include <algorithm>
#include <stdexcept>

#include "sim/thermal/psychrometrics.hpp"

namespace ondol::sim {

namespace {

constexpr double fluid_resistance_share = 0.2;  // assumed: air side dominates in finned coils

ExchangerRating rating(DryCoolerParams const& p) {
  double const range = p.fluid_in_k - p.fluid_out_k;
  if (!(p.rated_heat_w > 0.0) || !(range > 0.0) || !(p.fluid_out_k > p.design_air_k))
    throw std::invalid_argument("dry cooler: needs rated heat > 0 and fluid in > fluid out > design air");
  if (p.adiabatic &&
      (!(p.adiabatic_effectiveness > 0.0) || p.adiabatic_effectiveness > 1.0 || !(p.cycles_of_concentration > 1.0)))
    throw std::invalid_argument("dry cooler: adiabatic pads need an effectiveness in (0, 1] and cycles above 1");
  double const rate = p.rated_heat_w / range;
  return {p.rated_heat_w, p.fluid_out_k - p.design_air_k, rate, rate, fluid_resistance_share};
}

}  // namespace

DryCooler::DryCooler(DryCoolerParams const& params) : params_(params), coil_(rating(params)) {}

DryCooler DryCooler::times(double units) const {
  DryCooler all = *this;
  all.coil_ = coil_.times(units);
  all.units_ *= units;
  return all;
}

double DryCooler::air_w_per_k(double speed) const {
  return speed * coil_.rated_cold_w_per_k();
}

double DryCooler::coldest_air_k(double dry_bulb_k, double wet_bulb_k) const {
  return params_.adiabatic ? dry_bulb_k - params_.adiabatic_effectiveness * (dry_bulb_k - wet_bulb_k) : dry_bulb_k;
}

double DryCooler::conductance_w_per_k(double fluid_w_per_k) const {
  return coil_.conductance_w_per_k(fluid_w_per_k, air_w_per_k(1.0));
}

double DryCooler::capacity_w(double fluid_in_k, double fluid_w_per_k, double dry_bulb_k, double wet_bulb_k) const {
  return std::max(0.0, conductance_w_per_k(fluid_w_per_k) * (fluid_in_k - coldest_air_k(dry_bulb_k, wet_bulb_k)));
}

DryCoolerPoint DryCooler::control(double wanted_w, double fluid_in_k, double fluid_w_per_k, double dry_bulb_k,
                                  double wet_bulb_k, double pressure_pa) const {
  DryCoolerPoint point;
  if (wanted_w <= 0.0 || units_ <= 0.0 || fluid_w_per_k <= 0.0) return point;
  double air_k = dry_bulb_k;
  double const full = air_w_per_k(1.0);
  auto match = coil_.match(wanted_w, fluid_in_k, fluid_w_per_k, air_k, full, 0.3);
  bool const wet = params_.adiabatic && match.heat_w < wanted_w;
  if (wet) {
    air_k = coldest_air_k(dry_bulb_k, wet_bulb_k);
    match = coil_.match(wanted_w, fluid_in_k, fluid_w_per_k, air_k, full, 0.3);
  }
  if (match.heat_w <= 0.0) return point;
  point.heat_w = match.heat_w;
  point.fan_speed = match.cold_w_per_k / full;
  double const turning = std::max(point.fan_speed, params_.minimum_speed);
  point.fan_w = units_ * params_.fan_w * turning * turning * point.fan_speed;  // fans below the least speed cycle
  if (wet) {
    double const air_kg_per_s = air_w_per_k(point.fan_speed) / dry_air_specific_heat_j_per_kg_k;
    double const before = humidity_ratio_from_wet_bulb(dry_bulb_k, wet_bulb_k, pressure_pa);
    double const after = humidity_ratio_from_wet_bulb(air_k, wet_bulb_k, pressure_pa);
    point.evaporated_kg_per_s = std::max(0.0, air_kg_per_s * (after - before));
    point.water_kg_per_s =
        point.evaporated_kg_per_s * params_.cycles_of_concentration / (params_.cycles_of_concentration - 1.0);
  }
  return point;
}

}  // namespace ondol::sim
