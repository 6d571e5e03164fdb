#pragma once
/// What stands between a hall and the facility water: CRAHs for its air, CDUs for its technology coolant.
///
///   CRAH   f = max(f_min, Q/Q_rated, override), P_fan = n P_rated f^3; coil heat = what holds the supply air at its set point,
///   fan heat
///          included, at most eps Cmin (T_return - T_water); override runs from 0 to 1 as the return air passes its design
///          temperature by 1 to 3 K (assumed: keeps supply from sagging unseen when coils are at their limit)
///   CDU    f = max(f_min, Q/Q_rated), at most what the CDUs that turn can pump (pump_group.hpp), P_pump = n P_rated f^3, heat
///          alike, pump heat into the technology loop
///   water  the flow at which the exchanger moves just that heat (heat_exchanger.hpp), two-way valves
///
/// `at` is ideal control: set points are met within capacity.  `at_position` is the same equipment with its valve and fan where
/// controllers have put them.  Coils are dry (set points above the dew point of the room).  Ignores: leakage of air past racks.
/// Page: docs/models/cooling-system.md

#include <cstddef>

#include "sim/thermal/air_economizer.hpp"
#include "sim/thermal/heat_exchanger.hpp"
#include "sim/thermal/pump_group.hpp"

namespace ondol::sim {

struct CrahParams {  ///< one unit
  double rated_heat_w = 0;
  double rated_approach_k = 0;  ///< supply air - entering water at rated heat
  double airflow_m3_per_s = 0;
  double fan_w = 0;
  double water_flow_kg_per_s = 0;
  double minimum_speed = 0.3;  ///< (assumed: keeps the floor plenum under pressure)
};

struct AirSideParams {
  std::size_t plant = 0;
  CrahParams crah;
  int crahs = 0;
  double supply_k = 295.15;          ///< set point
  double heat_capacity_j_per_k = 0;  ///< room air and the racks' metal
  double cold_share = 0.05;          ///< of it on the cold side (assumed: half the air of a room where metal holds most)
  double density_kg_per_m3 = 1.2;
  std::optional<AirEconomizerParams> economizer = {};
};

struct CduParams {  ///< one unit
  double rated_heat_w = 0;
  double rated_approach_k = 0;  ///< technology supply - facility supply at rated heat
  double technology_flow_kg_per_s = 0, facility_flow_kg_per_s = 0;
  double pump_w = 0;           ///< at the technology flow above
  double minimum_speed = 1.0;  ///< 1: constant flow, as cold plates without valves want it; less: follows the heat
};

struct LiquidSideParams {
  std::size_t plant = 0;
  CduParams cdu;
  int cdus = 0;
  double supply_k = 305.15;  ///< set point of the technology supply
  double specific_heat_j_per_kg_k = 3900.0;
  double rack_j_per_k = 0;  ///< coolant in the racks; 0: what passes in 2 s (assumed: hoses and plates hold at least that)
  double pipe_j_per_k = 0;  ///< coolant between CDUs and racks, both ways; 0: what passes in 4 s (assumed: a few meters each)
  double cdu_j_per_k = 0;   ///< coolant in the CDUs, and their metal
  double heat_capacity_j_per_k() const { return rack_j_per_k + pipe_j_per_k + cdu_j_per_k; }
};

/// Working point of one side of a hall.
struct SidePoint {
  double heat_w = 0;                                               ///< given to the facility water
  double power_w = 0;                                              ///< fans or pumps, all of it heat in this side's loop
  double supply_k = 0;                                             ///< to the racks
  double flow_w_per_k = 0;                                         ///< of this side's fluid
  double water_w_per_k = 0;                                        ///< facility water drawn
  double heat_per_return_w_per_k = 0, heat_per_water_w_per_k = 0;  ///< slopes of heat_w by the two inlet temperatures
  AirEconomizerPoint outdoor = {};
};

class AirSide {
 public:
  AirSide(AirSideParams const& params, double water_specific_heat_j_per_kg_k);
  /// `load_w` from the racks, return air and entering water temperatures, share of the valves' full water flow that is to be
  /// had, what of its units turns.
  SidePoint at(double load_w, double return_k, double water_k, double water_share, Turning turning,
               WeatherSample const& outdoor) const;
  /// Fan speed that ideal control runs at.
  double wanted_speed(double load_w, double return_k, double share) const;
  SidePoint at_position(double speed, double water_w_per_k, double return_k, double water_k, Turning turning,
                        WeatherSample const& outdoor) const;
  double water_limit_w_per_k(double share) const { return share * params_.crahs * coil_.rated_cold_w_per_k(); }
  double design_rise_k() const { return design_rise_k_; }
  double design_w_per_k() const { return params_.crahs * coil_.rated_hot_w_per_k(); }
  void set_supply_k(double supply_k) { params_.supply_k = supply_k; }
  AirSideParams const& params() const { return params_; }
  CounterflowExchanger const& unit() const { return coil_; }

 private:
  SidePoint blown(double speed, double return_k, Turning turning) const;
  double economize(SidePoint& point, double return_k, WeatherSample const& outdoor) const;
  void finish(SidePoint& point, double return_k) const;
  AirSideParams params_;
  std::optional<AirEconomizer> economizer_;
  CounterflowExchanger coil_;  ///< one unit
  double design_rise_k_ = 0;
  mutable double guess_ =
      0.5;  ///< last valve position: where the next search begins, without effect on its result beyond rounding
};

class LiquidSide {
 public:
  LiquidSide(LiquidSideParams const& params, double water_specific_heat_j_per_kg_k);
  SidePoint at(double load_w, double return_k, double water_k, double water_share, Turning turning) const;
  SidePoint at_position(double load_w, double water_w_per_k, double return_k, double water_k, Turning turning) const;
  double water_limit_w_per_k(double share) const { return share * params_.cdus * exchanger_.rated_cold_w_per_k(); }
  double design_w_per_k() const { return params_.cdus * exchanger_.rated_hot_w_per_k(); }
  void set_supply_k(double supply_k) { params_.supply_k = supply_k; }
  LiquidSideParams const& params() const { return params_; }
  CounterflowExchanger const& unit() const { return exchanger_; }

 private:
  SidePoint pumped(double load_w, double return_k, Turning turning) const;
  LiquidSideParams params_;
  CounterflowExchanger exchanger_;
  mutable double guess_ = 0.5;
};

}  // namespace ondol::sim
