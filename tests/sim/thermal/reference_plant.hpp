#pragma once
/// Plants and halls that the tests share: sizes of a 20 MW building, equipment of the catalogue.

#include "sim/thermal/cooling_system.hpp"

namespace ondol::sim::test {

inline constexpr double kelvin(double celsius) {
  return celsius + 273.15;
}

/// Trane CVHF VSD 2,317 kW [modelica-buildings ElectricEIR.mo].
inline ChillerParams trane() {
  ChillerParams p;
  p.reference_capacity_w = 2.3174e6;
  p.reference_cop = 6.33;
  p.plr_min = p.plr_unload = 0.10;
  p.plr_max = 1.04;
  p.evaporator_min_k = 277.59, p.evaporator_max_k = 282.04;
  p.condenser_min_k = 285.93, p.condenser_max_k = 302.59;
  p.condenser_flow_kg_per_s = 113.56;
  p.capacity_curve = {7.277716e-01, 1.018101e-02, -6.282438e-04, 1.337701e-02, -5.050352e-04, 1.527259e-03};
  p.eir_curve = {3.502330e-01, -2.301510e-02, 5.749596e-04, 1.902421e-02, 3.109974e-04, -4.714517e-04};
  p.part_load_curve = {9.861441e-02, 5.297727e-01, 3.707229e-01};
  return p;
}

/// Carrier 19XR VSD 1,407 kW.
inline ChillerParams carrier() {
  ChillerParams p;
  p.reference_capacity_w = 1.4066e6;
  p.reference_cop = 6.04;
  p.plr_min = p.plr_unload = 0.20;
  p.plr_max = 1.04;
  p.evaporator_min_k = 277.59, p.evaporator_max_k = 283.15;
  p.condenser_min_k = 285.93, p.condenser_max_k = 305.37;
  p.condenser_flow_kg_per_s = 75.71;
  p.capacity_curve = {1.042261e+00, 2.644821e-03, -1.468026e-03, 1.366256e-02, -8.302334e-04, 1.573579e-03};
  p.eir_curve = {1.026340e+00, -1.612819e-02, -1.092591e-03, -1.784393e-02, 7.961842e-04, -9.586049e-05};
  p.part_load_curve = {1.188880e-01, 6.723542e-01, 2.068754e-01};
  return p;
}

inline TowerParams tower() {
  TowerParams p;
  p.water_flow_kg_per_s = 130.0;  // 3.03 MW at 5.56 K
  p.design_wet_bulb_k = kelvin(25.55);
  p.design_range_k = 5.56;
  p.design_approach_k = 3.89;
  p.fan_w = 30e3;
  return p;
}

/// BAC TrilliumSeries TDFS1238N.
inline DryCoolerParams trillium() {
  DryCoolerParams p;
  p.rated_heat_w = 2.931e6;
  p.design_air_k = kelvin(35.0);
  p.fluid_in_k = kelvin(46.11);
  p.fluid_out_k = kelvin(40.55);
  p.fan_w = 117.68e3;
  return p;
}

inline PlantParams chilled_plant(int chillers = 6, int towers = 7, bool economizer = true) {
  PlantParams p;
  p.supply_k = kelvin(18.0);
  p.volume_m3 = 120.0;
  p.pipe_volume_m3 = 60.0;
  p.metal_j_per_k = 4e7;
  p.flow_kg_per_s = 300.0;
  p.pump_w = 150e3;
  p.chiller = trane();
  p.chillers = chillers;
  p.tower = tower();
  p.towers = towers;
  p.economizer = economizer;
  p.condenser_pump_w = 150e3;
  return p;
}

inline PlantParams warm_plant(int dry_coolers = 12) {
  PlantParams p;
  p.supply_k = kelvin(36.0);
  p.volume_m3 = 150.0;
  p.pipe_volume_m3 = 75.0;
  p.metal_j_per_k = 5e7;
  p.flow_kg_per_s = 700.0;
  p.pump_w = 250e3;
  p.dry_cooler = trillium();
  p.dry_coolers = dry_coolers;
  return p;
}

inline AirSideParams crahs(std::size_t plant, int count = 40) {
  AirSideParams a;
  a.plant = plant;
  a.crah.rated_heat_w = 300e3;
  a.crah.rated_approach_k = 5.0;
  a.crah.airflow_m3_per_s = 21.0;  // 11.8 K rise
  a.crah.fan_w = 9e3;
  a.crah.water_flow_kg_per_s = 8.0;
  a.crahs = count;
  a.supply_k = kelvin(24.0);
  a.heat_capacity_j_per_k = 8e7;
  return a;
}

inline LiquidSideParams cdus(std::size_t plant, int count = 14) {
  LiquidSideParams l;
  l.plant = plant;
  l.cdu.rated_heat_w = 2e6;  // Google Project Deschutes: 3 K at 31.48 and 32.3 kg/s
  l.cdu.rated_approach_k = 3.0;
  l.cdu.technology_flow_kg_per_s = 31.48;
  l.cdu.facility_flow_kg_per_s = 32.3;
  l.cdu.pump_w = 74e3;
  l.cdus = count;
  l.supply_k = kelvin(40.0);
  l.rack_j_per_k = 1e7;
  l.pipe_j_per_k = 2e7;
  l.cdu_j_per_k = 3e7;
  return l;
}

/// Air through chilled water, liquid through warm water.
inline CoolingSystem building(CoolingOptions options = {}) {
  HallParams hall;
  hall.air = crahs(0);
  hall.liquid = cdus(1);
  return CoolingSystem({chilled_plant(), warm_plant()}, {hall}, options);
}

inline WeatherSample air(double dry_c, double relative_humidity) {
  return Weather::constant(kelvin(dry_c), relative_humidity, 101325.0).at(0.0);
}

}  // namespace ondol::sim::test
