#include "sim/thermal/cooling_tower.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "scenarios/base/units.hpp"
#include "sim/thermal/falling_root.hpp"
#include "sim/thermal/heat_exchanger.hpp"
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
constexpr double merkel_wet_bulb_low_k = -10.0, merkel_wet_bulb_high_k = 25.0, merkel_water_min = 0.3;
constexpr double sea_level_pa = 101325.0, design_dry_bulb_k = 308.15;  // of design points [energyplus2023engref]
constexpr double fraction_tolerance = 1e-9;
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

/// cpe of air that takes up `heat_w` as saturated air would.
double effective_specific_heat(double heat_w, double air_kg_per_s, TowerAir const& air) {
  double const gain = heat_w / air_kg_per_s;
  double const guess_k = air.wet_bulb_k + gain / 4000.0;
  return gain / (saturated_air_temperature_k(air.wet_enthalpy_j_per_kg + gain, air.pressure_pa, guess_k) - air.wet_bulb_k);
}

double moist_specific_heat(TowerAir const& air) {
  return dry_air_specific_heat_j_per_kg_k + 1860.0 * air.humidity_ratio;
}

/// Slopes at the points of a monotone piecewise cubic [fritsch1980].
std::vector<double> monotone_slopes(std::vector<double> const& x, std::vector<double> const& y) {
  std::size_t const n = x.size();
  std::vector<double> secant(n - 1), slope(n);
  for (std::size_t i = 0; i + 1 < n; ++i) secant[i] = (y[i + 1] - y[i]) / (x[i + 1] - x[i]);
  for (std::size_t i = 1; i + 1 < n; ++i) {
    double const before = x[i] - x[i - 1], after = x[i + 1] - x[i];
    slope[i] = secant[i - 1] * secant[i] > 0.0 ? (before * secant[i] + after * secant[i - 1]) / (before + after) : 0.0;
  }
  slope[0] = n > 2 ? 2.0 * secant[0] - slope[1] : secant[0];
  slope[n - 1] = n > 2 ? 2.0 * secant[n - 2] - slope[n - 2] : secant[0];
  for (std::size_t i = 0; i < n; ++i)  // no steeper than three times the flatter neighbour, and of its sign
    for (std::size_t side : {i, i + 1})
      if (side > 0 && side < n) {
        double const s = secant[side - 1];
        slope[i] = s >= 0.0 ? std::clamp(slope[i], 0.0, 3.0 * s) : std::clamp(slope[i], 3.0 * s, 0.0);
      }
  return slope;
}

}  // namespace

double york_approach_k(double wet_bulb_c, double range_k, double liquid_gas_ratio) {
  return Quadratic(wet_bulb_c, range_k).approach(std::min(liquid_gas_ratio, ratio_max));
}

TowerAir::TowerAir(double dry_bulb_k, double wet_bulb, double pressure)
    : wet_bulb_k(wet_bulb),
      pressure_pa(pressure),
      humidity_ratio(std::max(0.0, humidity_ratio_from_wet_bulb(dry_bulb_k, wet_bulb, pressure))),
      enthalpy_j_per_kg(moist_air_enthalpy_j_per_kg(dry_bulb_k, humidity_ratio)),
      wet_enthalpy_j_per_kg(saturated_enthalpy(wet_bulb, pressure)),
      dry_kg_per_m3(moist_air_density_kg_per_m3(dry_bulb_k, humidity_ratio, pressure) / (1.0 + humidity_ratio)) {}

CoolingTower::CoolingTower(TowerParams const& params) : params_(params) {
  auto const& p = params_;
  if (!(p.water_flow_kg_per_s > 0.0) || !(p.design_range_k > 0.0) || !(p.design_approach_k > 0.0))
    throw std::invalid_argument("cooling tower: flow, range and approach of the design point must be positive");
  if (!(p.cycles_of_concentration > 1.0)) throw std::invalid_argument("cooling tower: cycles of concentration must exceed 1");
  if (!(p.minimum_speed > 0.0 && p.minimum_speed <= 1.0) || !(p.free_convection >= 0.0 && p.free_convection < 1.0))
    throw std::invalid_argument("cooling tower: least speed must lie in (0, 1], free convection in [0, 1)");
  if (p.fan_air.size() != p.fan_power.size() || p.fan_air.size() == 1)
    throw std::invalid_argument("cooling tower: the fan map needs as many powers as air flows, at least two");
  if (!p.fan_air.empty()) map_slopes_ = monotone_slopes(p.fan_air, p.fan_power);
  TowerAir const air(design_dry_bulb_k, p.design_wet_bulb_k, sea_level_pa);
  airflow_m3_per_s_ = p.airflow_m3_per_s;
  if (!(airflow_m3_per_s_ > 0.0)) {
    double const mean_water = p.design_wet_bulb_k + p.design_approach_k + 0.5 * p.design_range_k;
    airflow_m3_per_s_ =
        design_heat_w() / (saturated_enthalpy(mean_water, sea_level_pa) - air.wet_enthalpy_j_per_kg) / air.dry_kg_per_m3;
  }
  if (p.correlation == TowerParams::Correlation::yorkcalc) {
    ratio_ = Quadratic(p.design_wet_bulb_k - celsius_offset, p.design_range_k).ratio(p.design_approach_k);
    // EnergyPlus asks for 0.75..1.25; a tower beyond twice either way is a typing error rather than a tower.
    if (!(ratio_ > 0.375 && ratio_ < 2.5))
      throw std::invalid_argument("cooling tower: the design approach is out of reach of the YorkCalc correlation");
  } else {
    double const air_kg_per_s = airflow_m3_per_s_ * air.dry_kg_per_m3;
    double const cpe = effective_specific_heat(design_heat_w(), air_kg_per_s, air);
    double const water = p.water_flow_kg_per_s * water_specific_heat, gas = air_kg_per_s * cpe;
    double const least = std::min(water, gas), most = std::max(water, gas);
    double const effectiveness = design_heat_w() / (least * (p.design_approach_k + p.design_range_k));
    if (!(effectiveness < 1.0))
      throw std::invalid_argument("cooling tower: no tower gives the design approach with so little air");
    ua_w_per_k_ = least * counterflow_ntu(effectiveness, least / most) * moist_specific_heat(air) / cpe;
  }
}

double CoolingTower::design_heat_w() const {
  return params_.water_flow_kg_per_s * water_specific_heat * params_.design_range_k;
}

double CoolingTower::merkel_ua(double flow, TowerAir const& air) const {
  double const x = std::clamp(flow / params_.water_flow_kg_per_s, merkel_water_min, 1.0);
  double const colder = std::clamp(params_.design_wet_bulb_k - air.wet_bulb_k, merkel_wet_bulb_low_k, merkel_wet_bulb_high_k);
  return ua_w_per_k_ * (1.0 + 0.0081 * colder) * (0.1082 + x * (1.667 - 0.7713 * x));
}

double CoolingTower::leaving_k(double heat_w, double flow, TowerAir const& air, double fraction) const {
  double const water = flow * water_specific_heat, range = heat_w / water;
  if (params_.correlation == TowerParams::Correlation::yorkcalc) {
    double const ratio = std::min(ratio_max, ratio_ * flow / params_.water_flow_kg_per_s / fraction);
    return air.wet_bulb_k + Quadratic(air.wet_bulb_k - celsius_offset, range).approach(ratio);
  }
  double const air_kg_per_s = fraction * airflow_m3_per_s_ * air.dry_kg_per_m3;
  double const cpe = effective_specific_heat(heat_w, air_kg_per_s, air);
  double const gas = air_kg_per_s * cpe, least = std::min(water, gas), most = std::max(water, gas);
  double const ua = merkel_ua(flow, air) * fraction * (1.3 - 0.3 * fraction) * cpe / moist_specific_heat(air);
  double const effectiveness = counterflow_effectiveness(ua / least, least / most);
  return air.wet_bulb_k + heat_w / (effectiveness * least) - range;
}

double CoolingTower::fan_off_k(double heat_w, double flow, TowerAir const& air) const {
  double const share = params_.free_convection;
  if (share <= 0.0) return std::numeric_limits<double>::infinity();
  double const range = heat_w / (flow * water_specific_heat);
  return coldest_k(heat_w / share, flow, air) + (1.0 / share - 1.0) * range;
}

/// Air flow between the least and the full one that gives `wanted_k`.
double CoolingTower::fraction_for(double heat_w, double flow, TowerAir const& air, double wanted_k) const {
  if (params_.correlation == TowerParams::Correlation::yorkcalc) {
    Quadratic const curve(air.wet_bulb_k - celsius_offset, heat_w / (flow * water_specific_heat));
    double const full = ratio_ * flow / params_.water_flow_kg_per_s;
    return std::clamp(full / curve.ratio(wanted_k - air.wet_bulb_k), params_.minimum_speed, 1.0);
  }
  auto const excess = [&](double x) { return leaving_k(heat_w, flow, air, x) - wanted_k; };
  return falling_root(excess, params_.minimum_speed, 1.0, fraction_tolerance);
}

TowerPoint CoolingTower::control(double heat_w, double flow, TowerAir const& air, double wanted_k) const {
  TowerPoint point;
  point.leaving_k = wanted_k;
  point.reached = true;
  if (heat_w <= 0.0 || flow <= 0.0) return point;
  if (params_.correlation == TowerParams::Correlation::yorkcalc) {
    double const wet_c = air.wet_bulb_k - celsius_offset;
    point.clamped = wet_c < wet_bulb_min_c || wet_c > wet_bulb_max_c || heat_w / (flow * water_specific_heat) > range_max_k;
  } else {
    double const colder = params_.design_wet_bulb_k - air.wet_bulb_k;
    point.clamped = colder < merkel_wet_bulb_low_k || colder > merkel_wet_bulb_high_k ||
                    flow < merkel_water_min * params_.water_flow_kg_per_s;
  }
  double const coldest = coldest_k(heat_w, flow, air);
  if (wanted_k < coldest) {
    point.reached = wanted_k >= coldest - 1e-9;
    point.leaving_k = coldest;
    point.air_fraction = 1.0;
    point.fan_w = fan_power_w(1.0);
    return point;
  }
  double const slowest = leaving_k(heat_w, flow, air, params_.minimum_speed);
  if (wanted_k <= slowest) {
    point.air_fraction = fraction_for(heat_w, flow, air, wanted_k);
    point.fan_w = fan_power_w(point.air_fraction);
    return point;
  }
  double const off = std::max(fan_off_k(heat_w, flow, air), slowest);
  double const turning = wanted_k >= off ? 0.0 : (off - wanted_k) / (off - slowest);
  point.air_fraction = turning * params_.minimum_speed;
  point.fan_w = turning * fan_power_w(params_.minimum_speed);
  return point;
}

double CoolingTower::fan_power_w(double x) const {
  auto const& air = params_.fan_air;
  auto const& power = params_.fan_power;
  if (air.empty()) return params_.fan_w * x * x * x;
  auto const upper = static_cast<std::size_t>(std::upper_bound(air.begin(), air.end(), x) - air.begin());
  if (upper == 0) return params_.fan_w * power.front();
  if (upper == air.size()) return params_.fan_w * power.back();
  double const width = air[upper] - air[upper - 1], t = (x - air[upper - 1]) / width, u = 1.0 - t;
  double const share = u * u * (1.0 + 2.0 * t) * power[upper - 1] + t * t * (3.0 - 2.0 * t) * power[upper] +
                       width * t * u * (u * map_slopes_[upper - 1] - t * map_slopes_[upper]);
  return params_.fan_w * share;
}

TowerWater CoolingTower::water(TowerPoint const& point, double heat_w, double flow, TowerAir const& in) const {
  TowerWater use;
  if (heat_w <= 0.0 || flow <= 0.0) return use;
  double const entering_k = point.leaving_k + heat_w / (flow * water_specific_heat);
  // Air cannot leave warmer than the water enters; at very low fan speed natural draught brings the rest.
  double const warmest = saturated_enthalpy(std::min(entering_k, 353.15), in.pressure_pa);
  double air = airflow_m3_per_s_ * in.dry_kg_per_m3 * point.air_fraction;
  double enthalpy_out = air > 0.0 ? in.enthalpy_j_per_kg + heat_w / air : warmest;
  if (enthalpy_out >= warmest) {
    enthalpy_out = warmest;
    air = heat_w / std::max(warmest - in.enthalpy_j_per_kg, 1.0);
  }
  double const leaving_air_k = saturated_air_temperature_k(enthalpy_out, in.pressure_pa, 0.5 * (point.leaving_k + entering_k));
  double const evaporated = air * (saturation_humidity_ratio(leaving_air_k, in.pressure_pa) - in.humidity_ratio);
  use.evaporated_kg_per_s = std::clamp(evaporated, 0.0, heat_w / latent_heat_j_per_kg(entering_k) * 1.2);
  use.drift_kg_per_s = params_.drift_fraction * flow;
  use.blow_down_kg_per_s =
      std::max(0.0, use.evaporated_kg_per_s / (params_.cycles_of_concentration - 1.0) - use.drift_kg_per_s);
  return use;
}

}  // namespace ondol::sim
