#pragma once
/// Open cooling tower with a fan of variable speed, by one of two correlations             [energyplus2023engref]
///
///   YorkCalc  approach = sum_{i,j,k = 0..2} c_ijk Twb^k range^j (L/G)^i          Twb degC, range K
///             L/G = g0 (m/m_design)/(air/air_design), g0 so that the tower meets its own design point (1 when that
///             is the correlation's: 3.89 K at 5.56 K range and 25.55 degC).
///             Bounds: Twb -34.4..26.7 degC, range 1.1..22.2 K, approach 1.1..40 K, L/G <= 8.
///   Merkel    Q = eps Cmin (Tw,in - Twb), eps counterflow of NTU = UA (cpe/cp)/Cmin, Ca = G cpe        [merkel1925]
///             against saturated air, cpe = dh/dTwb over what it takes up;  UA = UA0 (1.3 y - 0.3 y^2)
///             (1 + 0.0081 (Twb,design - Twb)) (0.1082 + 1.667 x - 0.7713 x^2), y share of air, x of water,
///             UA0 from the design point.  Bounds: Twb,design - Twb -10..25 K, x 0.3..1.
///
/// Inputs are clamped to the bounds and the result says so.  The fan holds a wanted leaving temperature.  Below its
/// least speed it goes on and off, and its power is the share of the time that it turns.  With the fan off a share s of
/// the capacity is left (free convection): the water leaves at T(Q/s) + (1/s - 1) range.  Fan power follows the cube of
/// air flow, or a map of points with a monotone cubic between them [fritsch1980].
/// Water: air leaves saturated with the enthalpy it took up (evaporation = G (W_out - W_in)), drift is a share of the
/// circulating water, blow-down = evaporation/(cycles - 1) - drift [ashrae2020systems, ch. 40].  Without a design air
/// flow the air leaves saturated at the mean water temperature of the design point (assumed: vendors seldom print it).
/// Ignores: basin heat and its heaters, plume, recirculation.   Page: docs/models/cooling-tower.md

#include <vector>

namespace ondol::sim {

/// Approach [K] by YorkCalc, inside its bounds.
double york_approach_k(double wet_bulb_c, double range_k, double liquid_gas_ratio);

/// Outdoor air as a tower sees it.
struct TowerAir {
  TowerAir(double dry_bulb_k, double wet_bulb_k, double pressure_pa);
  double wet_bulb_k, pressure_pa;
  double humidity_ratio;
  double enthalpy_j_per_kg, wet_enthalpy_j_per_kg;  ///< as it enters, and saturated at its wet bulb
  double dry_kg_per_m3;                             ///< dry air in a volume of it
};

struct TowerParams {
  enum class Correlation { yorkcalc, merkel };
  Correlation correlation = Correlation::yorkcalc;
  double water_flow_kg_per_s = 0;  ///< design, one cell
  double design_wet_bulb_k = 298.70, design_range_k = 5.56, design_approach_k = 3.89;
  double airflow_m3_per_s = 0;  ///< design; 0: see above
  double fan_w = 0;             ///< at full air flow
  double drift_fraction = 2e-5;
  double cycles_of_concentration = 5;
  double minimum_speed = 0.2;              ///< of the air flow, fan turning [energyplus2023engref]
  double free_convection = 0.125;          ///< s [energyplus2023engref]
  std::vector<double> fan_air, fan_power;  ///< map: fraction of air flow -> fraction of fan power; empty: cubic
};

struct TowerPoint {
  double leaving_k = 0;
  double air_fraction = 0;  ///< mean over on and off
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

  /// Leaving water [K] of one cell that rejects `heat_w` into water of `flow`, its fan at `air_fraction` > 0.
  double leaving_k(double heat_w, double flow_kg_per_s, TowerAir const& air, double air_fraction) const;
  /// The coldest, fan at full speed.
  double coldest_k(double heat_w, double flow_kg_per_s, TowerAir const& air) const {
    return leaving_k(heat_w, flow_kg_per_s, air, 1.0);
  }
  /// The same with the fan slowed to give `wanted_k` where that is warmer.
  TowerPoint control(double heat_w, double flow_kg_per_s, TowerAir const& air, double wanted_k) const;
  /// Water used by one cell that runs at `point`.
  TowerWater water(TowerPoint const& point, double heat_w, double flow_kg_per_s, TowerAir const& air) const;
  double fan_power_w(double air_fraction) const;

  TowerParams const& params() const { return params_; }
  double design_heat_w() const;

 private:
  double fan_off_k(double heat_w, double flow_kg_per_s, TowerAir const& air) const;
  double fraction_for(double heat_w, double flow_kg_per_s, TowerAir const& air, double wanted_k) const;
  double merkel_ua(double flow_kg_per_s, TowerAir const& air) const;

  TowerParams params_;
  double ratio_ = 1.0;              ///< g0
  double ua_w_per_k_ = 0;           ///< UA0
  double airflow_m3_per_s_ = 0;     ///< at full speed
  std::vector<double> map_slopes_;  ///< of the fan map at its points
};

}  // namespace ondol::sim
