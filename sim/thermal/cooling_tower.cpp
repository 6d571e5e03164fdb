#include "sim/thermal/cooling_tower.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "scenarios/base/units.hpp"
#include "sim/thermal/psychrometrics.hpp"

namespace ondol::sim {

namespace {

// k (wet bulb) fastest, then j (range), then i (liquid to gas ratio) [energyplus2023engref].
constexpr double york[27] = {-0.359741205,    -0.055053608,    0.0023850432,    0.173926877,         -0.0248473764,
                             0.00048430224,   -0.005589849456, 0.0005770079712, -1.342427256e-05,    2.84765801111111,
                             -0.121765149,    0.0014599242,    1.680428651,     -0.0166920786,       -0.0007190532,
                             -0.025485194448, 4.87491696e-05,  2.719234152e-05, -0.0653766255555556, -0.002278167,
                             0.0002500254,    -0.0910565458,   0.00318176316,   3.8621772e-05,       -0.0034285382352,
                             8.56589904e-06,  -1.516821552e-06};

constexpr double wet_bulb_min_c = -34.4, wet_bulb_max_c = 26.7;
constexpr double range_min_k = 1.1, range_max_k = 22.2;
constexpr double approach_min_k = 1.1, approach_max_k = 40.0;
constexpr double ratio_max = 8.0;
constexpr double water_specific_heat = 4186.0;  // J/(kg K) at 20..35 degC, 0.2 %  [incropera2007, table A.6]

/// approach = a + b g + c g^2 at one wet bulb and range.
struct Quadratic {
  double a, b, c;
  Quadratic(double wet_bulb_c, double range_k) {
    double const w = std::clamp(wet_bulb_c, wet_bulb_min_c, wet_bulb_max_c), r = std::clamp(range_k, range_min_k, range_max_k);
    double term[3];
    for (int i = 0; i < 3; ++i) {
      double const* c9 = york + 9 * i;
      auto const row = [&](int j) { return c9[3 * j] + w * (c9[3 * j + 1] + w * c9[3 * j + 2]); };
      term[i] = row(0) + r * (row(1) + r * row(2));
    }
    a = term[0], b = term[1], c = term[2];
  }
  double approach(double ratio) const { return std::clamp(a + ratio * (b + c * ratio), approach_min_k, approach_max_k); }
  /// Ratio in (0, 8] that gives the approach; 8 where the tower is too strong even so.
  double ratio(double approach_k) const {
    double const d = std::min(approach_k, approach_max_k) - a;
    double const discriminant = b * b + 4.0 * c * d;
    if (discriminant < 0.0) return ratio_max;
    double const root = 2.0 * d / (b + std::sqrt(discriminant));
    return root > 0.0 ? std::min(root, ratio_max) : ratio_max * 1e-6;
  }
};

double saturated_enthalpy(double t, double p) {
  return moist_air_enthalpy_j_per_kg(t, saturation_humidity_ratio(t, p));
}

}  // namespace

double york_approach_k(double wet_bulb_c, double range_k, double liquid_gas_ratio) {
  return Quadratic(wet_bulb_c, range_k).approach(std::min(liquid_gas_ratio, ratio_max));
}

CoolingTower::CoolingTower(TowerParams const& params) : params_(params) {
  if (!(params.water_flow_kg_per_s > 0.0) || !(params.design_range_k > 0.0) || !(params.design_approach_k > 0.0))
    throw std::invalid_argument("cooling tower: flow, range and approach of the design point must be positive");
  if (!(params.cycles_of_concentration > 1.0))
    throw std::invalid_argument("cooling tower: cycles of concentration must exceed 1");
  if (params.fan_air.size() != params.fan_power.size() || params.fan_air.size() == 1)
    throw std::invalid_argument("cooling tower: the fan map needs as many powers as air flows, at least two");
  ratio_ = Quadratic(params.design_wet_bulb_k - celsius_offset, params.design_range_k).ratio(params.design_approach_k);
  // EnergyPlus asks for 0.75..1.25; a tower beyond twice either way is a typing error rather than a tower.
  if (!(ratio_ > 0.375 && ratio_ < 2.5))
    throw std::invalid_argument("cooling tower: the design approach is out of reach of the YorkCalc correlation");
  double const p = 101325.0;
  double const mean_water = params.design_wet_bulb_k + params.design_approach_k + 0.5 * params.design_range_k;
  air_kg_per_s_ = design_heat_w() / (saturated_enthalpy(mean_water, p) - saturated_enthalpy(params.design_wet_bulb_k, p));
}

double CoolingTower::design_heat_w() const {
  return params_.water_flow_kg_per_s * water_specific_heat * params_.design_range_k;
}

double CoolingTower::coldest_k(double heat_w, double flow_kg_per_s, double wet_bulb_k) const {
  double const range = heat_w / (flow_kg_per_s * water_specific_heat);
  double const ratio = ratio_ * flow_kg_per_s / params_.water_flow_kg_per_s;
  return wet_bulb_k + Quadratic(wet_bulb_k - celsius_offset, range).approach(ratio);
}

TowerPoint CoolingTower::control(double heat_w, double flow_kg_per_s, double wet_bulb_k, double wanted_k) const {
  TowerPoint point;
  if (heat_w <= 0.0 || flow_kg_per_s <= 0.0) {
    point.leaving_k = wanted_k;
    point.reached = true;
    return point;
  }
  double const range = heat_w / (flow_kg_per_s * water_specific_heat);
  double const wet_c = wet_bulb_k - celsius_offset;
  Quadratic const curve(wet_c, range);
  double const full = ratio_ * flow_kg_per_s / params_.water_flow_kg_per_s;
  double const coldest = wet_bulb_k + curve.approach(full);
  point.clamped = wet_c < wet_bulb_min_c || wet_c > wet_bulb_max_c || range > range_max_k;
  point.reached = wanted_k >= coldest - 1e-9;
  point.leaving_k = std::max(wanted_k, coldest);
  point.air_fraction =
      point.reached ? std::clamp(full / curve.ratio(point.leaving_k - wet_bulb_k), full / ratio_max, 1.0) : 1.0;
  point.fan_w = fan_power_w(point.air_fraction);
  return point;
}

double CoolingTower::fan_power_w(double x) const {
  auto const& air = params_.fan_air;
  if (air.empty()) return params_.fan_w * x * x * x;
  auto const upper = static_cast<std::size_t>(std::upper_bound(air.begin(), air.end(), x) - air.begin());
  if (upper == 0) return params_.fan_w * params_.fan_power.front();
  if (upper == air.size()) return params_.fan_w * params_.fan_power.back();
  double const share = (x - air[upper - 1]) / (air[upper] - air[upper - 1]);
  return params_.fan_w * std::lerp(params_.fan_power[upper - 1], params_.fan_power[upper], share);
}

TowerWater CoolingTower::water(TowerPoint const& point, double heat_w, double flow_kg_per_s, double dry_bulb_k,
                               double wet_bulb_k, double pressure_pa) const {
  TowerWater use;
  if (heat_w <= 0.0 || flow_kg_per_s <= 0.0) return use;
  double const ratio_in = std::max(0.0, humidity_ratio_from_wet_bulb(dry_bulb_k, wet_bulb_k, pressure_pa));
  double const enthalpy_in = moist_air_enthalpy_j_per_kg(dry_bulb_k, ratio_in);
  double const entering_k = point.leaving_k + heat_w / (flow_kg_per_s * water_specific_heat);
  // Air cannot leave warmer than the water enters; at very low fan speed natural draught brings the rest.
  double const warmest = saturated_enthalpy(std::min(entering_k, 353.15), pressure_pa);
  double air = air_kg_per_s_ * point.air_fraction;
  double enthalpy_out = air > 0.0 ? enthalpy_in + heat_w / air : warmest;
  if (enthalpy_out > warmest) {
    enthalpy_out = warmest;
    air = heat_w / std::max(warmest - enthalpy_in, 1.0);
  }
  double const leaving_air_k = saturated_air_temperature_k(enthalpy_out, pressure_pa, 0.5 * (point.leaving_k + entering_k));
  double const evaporated = air * (saturation_humidity_ratio(leaving_air_k, pressure_pa) - ratio_in);
  use.evaporated_kg_per_s = std::clamp(evaporated, 0.0, heat_w / latent_heat_j_per_kg(entering_k) * 1.2);
  use.drift_kg_per_s = params_.drift_fraction * flow_kg_per_s;
  use.blow_down_kg_per_s =
      std::max(0.0, use.evaporated_kg_per_s / (params_.cycles_of_concentration - 1.0) - use.drift_kg_per_s);
  return use;
}

}  // namespace ondol::sim
