#pragma once
/// What stands between a hall and the facility water: CRAHs for its air, CDUs for its technology coolant.
///
///   CRAH   f = max(f_min, Q/Q_rated, override), P_fan = n P_rated f^3; coil heat = what holds the supply air at its set point,
///   fan heat
///          included, at most eps Cmin (T_return - T_water); override runs from 0 to 1 as the return air passes its design
///          temperature by 1 to 3 K (assumed: keeps supply from sagging unseen when coils are at their limit)
///   CDU    f = max(f_min, Q/Q_rated), P_pump = n P_rated f^3, heat alike, pump heat into the technology loop
///   water  the flow at which the exchanger moves just that heat (heat_exchanger.hpp), two-way valves
///
/// Coils are dry (set points above the dew point of the room).  Ignores: valve authority, leakage of air past racks, controller
/// lag. Page: docs/models/cooling-system.md

#include <cstddef>

#include "sim/thermal/heat_exchanger.hpp"

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
  double density_kg_per_m3 = 1.2;
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
  double heat_capacity_j_per_k = 0;  ///< coolant in racks, pipes and CDUs, and the metal that follows it
};

/// Working point of one side of a hall.
struct SidePoint {
  double heat_w = 0;         ///< given to the facility water
  double power_w = 0;        ///< fans or pumps, all of it heat in this side's loop
  double supply_k = 0;       ///< to the racks
  double flow_w_per_k = 0;   ///< of this side's fluid
  double water_w_per_k = 0;  ///< facility water drawn
};

class AirSide {
 public:
  AirSide(AirSideParams const& params, double water_specific_heat_j_per_kg_k);
  /// `load_w` from the racks, return air and entering water temperatures, share of the valves' full water flow that is to be
  /// had.
  SidePoint at(double load_w, double return_k, double water_k, double water_share, int units) const;
  double water_limit_w_per_k(int units) const { return units * coil_.rated_cold_w_per_k(); }
  double design_w_per_k() const { return params_.crahs * coil_.rated_hot_w_per_k(); }
  void set_supply_k(double supply_k) { params_.supply_k = supply_k; }
  AirSideParams const& params() const { return params_; }

 private:
  AirSideParams params_;
  CounterflowExchanger coil_;  ///< one unit
  double design_rise_k_ = 0;
  mutable double guess_ =
      0.5;  ///< last valve position: where the next search begins, without effect on its result beyond rounding
};

class LiquidSide {
 public:
  LiquidSide(LiquidSideParams const& params, double water_specific_heat_j_per_kg_k);
  SidePoint at(double load_w, double return_k, double water_k, double water_share, int units) const;
  double water_limit_w_per_k(int units) const { return units * exchanger_.rated_cold_w_per_k(); }
  double design_w_per_k() const { return params_.cdus * exchanger_.rated_hot_w_per_k(); }
  void set_supply_k(double supply_k) { params_.supply_k = supply_k; }
  LiquidSideParams const& params() const { return params_; }

 private:
  LiquidSideParams params_;
  CounterflowExchanger exchanger_;
  mutable double guess_ = 0.5;
};

}  // namespace ondol::sim
