// Answers of the models of cooling equipment, one line a question, for page.py:
//   predict < questions > answers
//
//   chiller CAPACITY COP PLR_MIN PLR_MAX PLR_UNLOAD TE_MIN TE_MAX TC_MIN TC_MAX CAP*6 EIR*6 PART*3 TE TC PLR
//                                                                               available W, power W
//   reformulated ... TC_MAX FLOW CAP*6 EIR*6 PART*10 TE TC LOAD                 power W, entering TC, of LOAD W
//   york WET_BULB RANGE RATIO                                                   approach K
//   tower FLOW WET_BULB RANGE APPROACH FAN HEAT FLOW WET_BULB WANTED            leaving degC, fan W, air fraction
//   merkel FLOW WET_BULB RANGE APPROACH AIR FAN FAN_AIR*11 FAN_POWER*11 ENTERING FLOW DRY_BULB WET_BULB WANTED
//                                                                               leaving degC, fan W
//   dry HEAT AIR IN OUT FAN WANTED IN FLUID_W_PER_K AIR                         heat W, fan speed, fan W
//   moist DRY_BULB RELATIVE_HUMIDITY PRESSURE                                   ratio, wet bulb degC, J/kg, m3/kg
//   exchanger HEAT APPROACH HOT COLD SHARE HOT COLD HOT_IN COLD_IN              heat W, at capacity rates HOT and COLD W/K
//   plate FIXED FLOW EXPONENT SHARE                                             resistance to the mean of its coolant, K/W
// Temperatures in degC.

#include <cstdio>
#include <iostream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "scenarios/base/units.hpp"
#include "sim/thermal/chiller.hpp"
#include "sim/thermal/cooling_tower.hpp"
#include "sim/thermal/dry_cooler.hpp"
#include "sim/thermal/falling_root.hpp"
#include "sim/thermal/heat_exchanger.hpp"
#include "sim/thermal/heat_sink.hpp"
#include "sim/thermal/psychrometrics.hpp"

namespace {

using namespace ondol;
using namespace ondol::sim;
using Numbers = std::vector<double>;

double kelvin(double celsius) {
  return celsius + celsius_offset;
}

Numbers chiller(Numbers const& q) {
  ChillerParams p;
  p.reference_capacity_w = q.at(0), p.reference_cop = q[1];
  p.plr_min = q[2], p.plr_max = q[3], p.plr_unload = q[4];
  p.evaporator_min_k = kelvin(q[5]), p.evaporator_max_k = kelvin(q[6]);
  p.condenser_min_k = kelvin(q[7]), p.condenser_max_k = kelvin(q[8]);
  for (std::size_t i = 0; i < 6; ++i) p.capacity_curve[i] = q[9 + i], p.eir_curve[i] = q[15 + i];
  for (std::size_t i = 0; i < 3; ++i) p.part_load_curve[i] = q[21 + i];
  Chiller const machine(p);
  auto const point = machine.at(kelvin(q.at(24)), kelvin(q.at(25)));
  return {point.available_w, machine.power_w(point, q.at(26) * point.available_w)};
}

Numbers reformulated(Numbers const& q) {
  ChillerParams p;
  p.curves = ChillerParams::Curves::reformulated;
  p.reference_capacity_w = q.at(0), p.reference_cop = q[1];
  p.plr_min = q[2], p.plr_max = q[3], p.plr_unload = q[4];
  p.evaporator_min_k = kelvin(q[5]), p.evaporator_max_k = kelvin(q[6]);
  p.condenser_min_k = kelvin(q[7]), p.condenser_max_k = kelvin(q[8]);
  p.condenser_flow_kg_per_s = q[9];
  for (std::size_t i = 0; i < 6; ++i) p.capacity_curve[i] = q[10 + i], p.eir_curve[i] = q[16 + i];
  for (std::size_t i = 0; i < 10; ++i) p.part_load_surface[i] = q[22 + i];
  Chiller const machine(p);
  return {machine.power_w(machine.at(kelvin(q.at(32)), kelvin(q.at(33))), q.at(34))};
}

Numbers tower(Numbers const& q) {
  TowerParams p;
  p.water_flow_kg_per_s = q.at(0);
  p.design_wet_bulb_k = kelvin(q[1]), p.design_range_k = q[2], p.design_approach_k = q[3];
  p.fan_w = q[4];
  auto const point =
      CoolingTower(p).control(q.at(5), q.at(6), TowerAir(kelvin(q.at(7)), kelvin(q.at(7)), 101325.0), kelvin(q.at(8)));
  return {point.leaving_k - celsius_offset, point.fan_w, point.air_fraction};
}

/// As EnergyPlus runs it: no slower than the least speed, and so colder than wanted, unless free convection suffices.
Numbers merkel(Numbers const& q) {
  TowerParams p;
  p.correlation = TowerParams::Correlation::merkel;
  p.water_flow_kg_per_s = q.at(0);
  p.design_wet_bulb_k = kelvin(q[1]), p.design_range_k = q[2], p.design_approach_k = q[3];
  p.airflow_m3_per_s = q[4], p.fan_w = q[5];
  p.fan_air.assign(q.begin() + 6, q.begin() + 17);
  p.fan_power.assign(q.begin() + 17, q.begin() + 28);
  p.free_convection = 0.0;  // the data set does not tell it
  CoolingTower const cell(p);
  double const entering = kelvin(q.at(28)), flow = q.at(29), rate = flow * 4186.0, wanted = kelvin(q.at(32));
  TowerAir const air(kelvin(q.at(30)), kelvin(q.at(31)), 101325.0);
  auto const point = cell.control(rate * (entering - wanted), flow, air, wanted);
  if (point.air_fraction >= p.minimum_speed || point.fan_w == 0.0) return {point.leaving_k - celsius_offset, point.fan_w};
  auto const excess = [&](double leaving) {
    return cell.leaving_k(rate * (entering - leaving), flow, air, p.minimum_speed) - leaving;
  };
  double const leaving = falling_root(excess, air.wet_bulb_k, entering - 1e-3, 1e-9);
  return {leaving - celsius_offset, cell.fan_power_w(p.minimum_speed)};
}

Numbers dry_cooler(Numbers const& q) {
  DryCoolerParams p;
  p.rated_heat_w = q.at(0);
  p.design_air_k = kelvin(q[1]), p.fluid_in_k = kelvin(q[2]), p.fluid_out_k = kelvin(q[3]);
  p.fan_w = q[4];
  auto const point = DryCooler(p).control(q.at(5), kelvin(q.at(6)), q.at(7), kelvin(q.at(8)), kelvin(q.at(8)) - 5.0, 101325.0);
  return {point.heat_w, point.fan_speed, point.fan_w};
}

Numbers moist(Numbers const& q) {
  double const dry = kelvin(q.at(0)), pressure = q.at(2), ratio = humidity_ratio_from_relative(dry, q.at(1), pressure);
  return {ratio, wet_bulb_k(dry, q[1], pressure) - celsius_offset, moist_air_enthalpy_j_per_kg(dry, ratio),
          (1.0 + ratio) / moist_air_density_kg_per_m3(dry, ratio, pressure)};
}

Numbers exchanger(Numbers const& q) {
  CounterflowExchanger const x({q.at(0), q.at(1), q.at(2), q.at(3), q.at(4)});
  return {x.heat_w(kelvin(q.at(7)), q.at(5), kelvin(q.at(8)), q.at(6))};
}

Numbers answer(std::string const& what, Numbers const& q) {
  if (what == "chiller") return chiller(q);
  if (what == "reformulated") return reformulated(q);
  if (what == "merkel") return merkel(q);
  if (what == "york") return {york_approach_k(q.at(0), q.at(1), q.at(2))};
  if (what == "tower") return tower(q);
  if (what == "dry") return dry_cooler(q);
  if (what == "moist") return moist(q);
  if (what == "exchanger") return exchanger(q);
  if (what == "plate")
    return {sink_k_per_w({.fixed_k_per_w = q.at(0), .flow_k_per_w = q.at(1), .exponent = q.at(2)}, q.at(3), 0.0)};
  throw std::runtime_error("cannot read the question " + what);
}

}  // namespace

int main() {
  try {
    for (std::string line; std::getline(std::cin, line);) {
      std::istringstream in(line);
      std::string what;
      in >> what;
      Numbers const q{std::istream_iterator<double>(in), std::istream_iterator<double>()};
      char const* between = "";
      for (double const x : answer(what, q)) {
        std::printf("%s%.12g", between, x);
        between = " ";
      }
      std::printf("\n");
    }
  } catch (std::exception const& error) {
    std::fprintf(stderr, "predict: %s\n", error.what());
    return 1;
  }
  return 0;
}
