#include "sim/thermal/hall_cooling.hpp"

#include <algorithm>
#include <stdexcept>

#include "sim/thermal/psychrometrics.hpp"

namespace ondol::sim {

namespace {

constexpr double water_resistance_share = 0.2;                   // of a finned coil, assumed: the air side dominates
constexpr double override_begin_k = 1.0, override_span_k = 2.0;  // assumed, see header

double air_rate(AirSideParams const& p) {
  return p.crah.airflow_m3_per_s * p.density_kg_per_m3 * dry_air_specific_heat_j_per_kg_k;
}

ExchangerRating rating(AirSideParams const& p, double water_specific_heat) {
  if (p.crahs < 1 || !(p.crah.fan_w >= 0.0) || !(p.crah.minimum_speed >= 0.0 && p.crah.minimum_speed <= 1.0))
    throw std::invalid_argument("air side: needs at least one CRAH, fan power >= 0 and a least speed in [0, 1]");
  if (!(p.heat_capacity_j_per_k > 0.0)) throw std::invalid_argument("air side: room air must have a heat capacity");
  return {p.crah.rated_heat_w, p.crah.rated_approach_k, air_rate(p), p.crah.water_flow_kg_per_s * water_specific_heat,
          1.0 - water_resistance_share};
}

ExchangerRating rating(LiquidSideParams const& p, double water_specific_heat) {
  if (p.cdus < 1 || !(p.cdu.pump_w >= 0.0) || !(p.cdu.minimum_speed >= 0.0 && p.cdu.minimum_speed <= 1.0))
    throw std::invalid_argument("liquid side: needs at least one CDU, pump power >= 0 and a least speed in [0, 1]");
  if (!(p.rack_j_per_k >= 0.0 && p.pipe_j_per_k >= 0.0 && p.cdu_j_per_k > 0.0))
    throw std::invalid_argument("liquid side: coolant must have a heat capacity");
  return {p.cdu.rated_heat_w, p.cdu.rated_approach_k, p.cdu.technology_flow_kg_per_s * p.specific_heat_j_per_kg_k,
          p.cdu.facility_flow_kg_per_s * water_specific_heat, 0.5};
}

/// Heat that brings the leaving fluid to its set point, as far as the exchanger can, and the water this takes.
void exchange(SidePoint& point, CounterflowExchanger const& exchanger, double wanted_w, double return_k, double water_k,
              double water_limit, double& guess) {
  auto const match = exchanger.match(wanted_w, return_k, point.flow_w_per_k, water_k, water_limit, guess);
  point.heat_w = match.heat_w;
  point.water_w_per_k = match.cold_w_per_k;
  if (match.heat_w <= 0.0) return;
  guess = match.cold_w_per_k / water_limit;
  if (match.heat_w < wanted_w) {
    point.heat_per_return_w_per_k = match.heat_w / (return_k - water_k);
    point.heat_per_water_w_per_k = -point.heat_per_return_w_per_k;
  } else {
    point.heat_per_return_w_per_k = point.flow_w_per_k;
  }
}

void exchange_at(SidePoint& point, CounterflowExchanger const& exchanger, double water_w_per_k, double return_k,
                 double water_k) {
  double const conductance = exchanger.conductance_w_per_k(point.flow_w_per_k, water_w_per_k);
  point.heat_w = conductance * (return_k - water_k);
  point.water_w_per_k = water_w_per_k;
  point.heat_per_return_w_per_k = conductance;
  point.heat_per_water_w_per_k = -conductance;
}

}  // namespace

AirSide::AirSide(AirSideParams const& params, double water_specific_heat)
    : params_(params), coil_(rating(params, water_specific_heat)), design_rise_k_(params.crah.rated_heat_w / air_rate(params)) {
  if (params.economizer) economizer_.emplace(*params.economizer);
}

SidePoint AirSide::blown(double speed, double return_k, Turning turning) const {
  SidePoint point;
  point.supply_k = return_k;
  double const units = turning.share * params_.crahs, turned = speed * turning.speed;
  point.power_w = units * params_.crah.fan_w * turned * turned * turned;
  point.flow_w_per_k = units * turned * coil_.rated_hot_w_per_k();
  return point;
}

double AirSide::wanted_speed(double load_w, double return_k, double share) const {
  double const demand = share > 0.0 ? load_w / (share * params_.crahs * params_.crah.rated_heat_w) : 1.0;
  double const override_speed = (return_k - params_.supply_k - design_rise_k_ - override_begin_k) / override_span_k;
  return std::clamp(std::max(demand, override_speed), params_.crah.minimum_speed, 1.0);
}

/// Air that enters the coil [K].
double AirSide::economize(SidePoint& point, double return_k, WeatherSample const& outdoor) const {
  if (!economizer_) return return_k;
  double const wanted_k = params_.supply_k - point.power_w / point.flow_w_per_k;
  point.outdoor = economizer_->at(return_k, wanted_k, point.flow_w_per_k, point.flow_w_per_k / design_w_per_k(), outdoor);
  return point.outdoor.mixed_k;
}

void AirSide::finish(SidePoint& point, double return_k) const {
  // What outdoor air takes of a warmer return does not reach the coil.
  point.heat_per_return_w_per_k *= 1.0 - point.outdoor.heat_per_return_w_per_k / point.flow_w_per_k;
  point.supply_k = return_k + (point.power_w - point.heat_w - point.outdoor.heat_w) / point.flow_w_per_k;
}

SidePoint AirSide::at(double load_w, double return_k, double water_k, double water_share, Turning turning,
                      WeatherSample const& outdoor) const {
  double const units = turning.share * params_.crahs;
  if (units <= 0.0) return blown(0.0, return_k, turning);
  auto point = blown(wanted_speed(load_w, return_k, turning.share), return_k, turning);
  if (point.flow_w_per_k <= 0.0) return point;
  double const entering_k = economize(point, return_k, outdoor);
  double const wanted = point.flow_w_per_k * (entering_k - params_.supply_k) + point.power_w;
  exchange(point, coil_.times(units), wanted, entering_k, water_k, water_share * water_limit_w_per_k(turning.share), guess_);
  finish(point, return_k);
  return point;
}

SidePoint AirSide::at_position(double speed, double water_w_per_k, double return_k, double water_k, Turning turning,
                               WeatherSample const& outdoor) const {
  auto point = blown(speed, return_k, turning);
  if (point.flow_w_per_k <= 0.0) return point;
  double const entering_k = economize(point, return_k, outdoor);
  exchange_at(point, coil_.times(turning.share * params_.crahs), water_w_per_k, entering_k, water_k);
  finish(point, return_k);
  return point;
}

LiquidSide::LiquidSide(LiquidSideParams const& params, double water_specific_heat)
    : params_(params), exchanger_(rating(params, water_specific_heat)) {}

SidePoint LiquidSide::pumped(double load_w, double return_k, Turning turning) const {
  SidePoint point;
  point.supply_k = return_k;
  double const units = turning.share * params_.cdus;
  if (units <= 0.0) return point;
  double const wanted = std::clamp(load_w / (units * params_.cdu.rated_heat_w), params_.cdu.minimum_speed, 1.0);
  double const share = std::min(wanted, PumpGroup().most_flow(1.0, turning));
  point.power_w = params_.cdus * params_.cdu.pump_w * share * share * share;
  point.flow_w_per_k = share * design_w_per_k();
  return point;
}

SidePoint LiquidSide::at(double load_w, double return_k, double water_k, double water_share, Turning turning) const {
  auto point = pumped(load_w, return_k, turning);
  if (point.flow_w_per_k <= 0.0) return point;
  double const wanted = point.flow_w_per_k * (return_k - params_.supply_k);
  exchange(point, exchanger_.times(turning.share * params_.cdus), wanted, return_k, water_k,
           water_share * water_limit_w_per_k(turning.share), guess_);
  point.supply_k = return_k - point.heat_w / point.flow_w_per_k;
  return point;
}

SidePoint LiquidSide::at_position(double load_w, double water_w_per_k, double return_k, double water_k, Turning turning) const {
  auto point = pumped(load_w, return_k, turning);
  if (point.flow_w_per_k <= 0.0) return point;
  exchange_at(point, exchanger_.times(turning.share * params_.cdus), water_w_per_k, return_k, water_k);
  point.supply_k = return_k - point.heat_w / point.flow_w_per_k;
  return point;
}

}  // namespace ondol::sim
