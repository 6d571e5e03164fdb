#pragma once
/// Evaporative cooling tower by the YorkCalc correlation                [energyplus2023engref, variable-speed tower, eq.
/// YorkCalc]
///
///   approach = sum_{i,j,k = 0..2} c_ijk Twb^k range^j (L/G)^i     Twb degC, range K; L/G = g0 (m/m_design)/(air/air_design)
///
/// g0 is chosen so that the tower meets its own design point (1 when that is the correlation's: 3.89 K at 5.56 K range
/// and 25.55 degC). The fan speed that gives a wanted leaving temperature is the root of a quadratic in L/G.  Fan power follows
/// the cube of air flow, or a map of points. Water: air leaves saturated with the enthalpy it took up (evaporation = G (W_out -
/// W_in)), drift is a share of the circulating water, blow-down = evaporation/(cycles - 1) - drift [ashrae2020systems, ch. 40].
/// Design air flow: the air leaves saturated at the mean water temperature of the design point (assumed: vendors seldom print
/// it). Bounds: Twb -34.4..26.7 degC, range 1.1..22.2 K, approach 1.1..40 K, L/G <= 8; inputs are clamped to them and the
/// result says so. Ignores: basin heat and its heaters, plume, recirculation, fan-off draught below L/G = 8.   Page:
/// docs/models/cooling-tower.md

#include <vector>

namespace ondol::sim {

/// Approach [K] by YorkCalc, inside its bounds.
double york_approach_k(double wet_bulb_c, double range_k, double liquid_gas_ratio);

struct TowerParams {
  double water_flow_kg_per_s = 0;  ///< design, one cell
  double design_wet_bulb_k = 298.70, design_range_k = 5.56, design_approach_k = 3.89;
  double fan_w = 0;  ///< at full air flow
  double drift_fraction = 2e-5;
  double cycles_of_concentration = 5;
  std::vector<double> fan_air, fan_power;  ///< map: fraction of air flow -> fraction of fan power; empty: cubic
};

struct TowerPoint {
  double leaving_k = 0;
  double air_fraction = 0;
  double fan_w = 0;
  bool reached = false;  ///< the wanted temperature is met
  bool clamped = false;  ///< outside the correlation
};

struct TowerWater {
  double evaporated_kg_per_s = 0, drift_kg_per_s = 0, blow_down_kg_per_s = 0;
  double total_kg_per_s() const { return evaporated_kg_per_s + drift_kg_per_s + blow_down_kg_per_s; }
};

class CoolingTower {
 public:
  CoolingTower() = default;
  explicit CoolingTower(TowerParams const& params);

  /// Coldest leaving water [K] of one cell, fans at full speed, that rejects `heat_w` into water of `flow`.
  double coldest_k(double heat_w, double flow_kg_per_s, double wet_bulb_k) const;
  /// The same with the fans slowed to give `wanted_k` where that is warmer.
  TowerPoint control(double heat_w, double flow_kg_per_s, double wet_bulb_k, double wanted_k) const;
  /// Water used by one cell that runs at `point`.
  TowerWater water(TowerPoint const& point, double heat_w, double flow_kg_per_s, double dry_bulb_k, double wet_bulb_k,
                   double pressure_pa) const;
  double fan_power_w(double air_fraction) const;

  TowerParams const& params() const { return params_; }
  double design_heat_w() const;

 private:
  TowerParams params_;
  double ratio_ = 1.0;       ///< g0
  double air_kg_per_s_ = 0;  ///< dry air at full speed
};

}  // namespace ondol::sim
