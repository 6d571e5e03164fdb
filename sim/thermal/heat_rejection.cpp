#include "sim/thermal/heat_rejection.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "sim/thermal/falling_root.hpp"

namespace ondol::sim {

namespace {

constexpr double water_specific_heat = 4186.0;  // J/(kg K), open tower water [incropera2007, table A.6]
constexpr double least_tower_flow = 0.25;       // of design (assumed: below it nozzles wet the fill unevenly)
constexpr double least_cell_flow = 0.75;        // of a cell's design flow: bound of the YorkCalc correlation
constexpr double worthwhile_free_share =
    0.05;  // partial free cooling below this share is left off (assumed: its fans cost as much)
constexpr double worthwhile_dry_cop = 10.0;  // heat per fan power below which dry coolers do not precool for towers (assumed)
constexpr double temperature_tolerance_k = 1e-7;

/// Plate exchanger of the economiser: its approach holds at the smaller of the two design capacity rates, with the design range
/// of the tower on it.
ExchangerRating plate_rating(PlantParams const& p) {
  double const loop = p.flow_kg_per_s * p.fluid_specific_heat_j_per_kg_k;
  double const tower = p.towers * p.tower->water_flow_kg_per_s * water_specific_heat;
  double const range = p.tower->design_range_k;
  double const heat = std::min(loop, tower) * range;
  return {heat, range + p.economizer_approach_k - heat / loop, loop, tower, 0.5};
}

}  // namespace

struct HeatRejection::TowerFlow {
  int cells = 0;
  double cell_kg_per_s = 0, total_w_per_k = 0, pump_w = 0;
};

struct HeatRejection::Chilled {
  double cooling_w = 0, power_w = 0;
  double unit_w = 0;  ///< most that one unit can cool
  int units = 0;
  double running = 0;  ///< at a moment
  bool clamped = false;
};

/// Chillers that may run, or all must.
struct HeatRejection::Chillers {
  int units = 0;
  bool all = false;
};

HeatRejection::HeatRejection(PlantParams const& p)
    : loop_design_w_per_k_(p.flow_kg_per_s * p.fluid_specific_heat_j_per_kg_k),
      condenser_pump_w_(p.condenser_pump_w),
      condenser_k_(p.condenser_k),
      air_cooled_(p.chillers > 0 && p.chiller && p.chiller->air_cooled),
      economizer_(p.economizer || p.chillers == 0 || air_cooled_),
      chillers_(p.chillers),
      towers_(p.towers),
      dry_coolers_(p.dry_coolers) {
  if (p.chillers < 0 || p.towers < 0 || p.dry_coolers < 0) throw std::invalid_argument("plant: a number of units is negative");
  if ((p.chillers > 0 && !p.chiller) || (p.towers > 0 && !p.tower) || (p.dry_coolers > 0 && !p.dry_cooler))
    throw std::invalid_argument("plant: units without a description");
  if (p.towers == 0 && p.dry_coolers == 0 && !air_cooled_)
    throw std::invalid_argument("plant: neither towers nor dry coolers nor air-cooled chillers, so its heat has nowhere to go");
  if (!(loop_design_w_per_k_ > 0.0)) throw std::invalid_argument("plant: design flow must be positive");
  if (p.chillers > 0) {
    chiller_ = Chiller(*p.chiller);
    if (!air_cooled_ && !(p.chiller->condenser_flow_kg_per_s > 0.0))
      throw std::invalid_argument("plant: chillers need a condenser flow");
  }
  if (p.towers > 0) {
    tower_ = CoolingTower(*p.tower);
    if (!(p.economizer_approach_k > 0.0)) throw std::invalid_argument("plant: the approach of the economiser must be positive");
    plate_ = CounterflowExchanger(plate_rating(p));
  }
  if (p.dry_coolers > 0) dry_cooler_ = DryCooler(*p.dry_cooler);
}

/// Tower water at `share` of the design flow of the cells in service.
HeatRejection::TowerFlow HeatRejection::tower_flow(double share, int cells) const {
  double const x = std::clamp(share, std::max(least_tower_flow, least_cell_flow / cells), 1.0);
  TowerFlow flow;
  flow.cells = std::clamp(static_cast<int>(x * cells / least_cell_flow + 1e-9), 1, cells);
  flow.cell_kg_per_s = x * cells / flow.cells * tower_.params().water_flow_kg_per_s;
  flow.total_w_per_k = flow.cells * flow.cell_kg_per_s * water_specific_heat;
  double const pumped = x * cells / towers_;
  flow.pump_w = condenser_pump_w_ * pumped * pumped * pumped;
  return flow;
}

double HeatRejection::coldest_tower_k(double heat_w, TowerFlow const& flow, TowerAir const& air) const {
  return tower_.coldest_k(heat_w / flow.cells, flow.cell_kg_per_s, air);
}

void HeatRejection::finish_towers(RejectionPoint& point, double heat_w, TowerFlow const& flow, double wanted_k,
                                  TowerAir const& air) const {
  double const each = heat_w / flow.cells;
  auto const tower = tower_.control(each, flow.cell_kg_per_s, air, wanted_k);
  auto const water = tower_.water(tower, each, flow.cell_kg_per_s, air);
  point.tower_fan_w += flow.cells * tower.fan_w;
  point.condenser_pump_w += flow.pump_w;
  point.evaporated_kg_per_s += flow.cells * water.evaporated_kg_per_s;
  point.drift_kg_per_s += flow.cells * water.drift_kg_per_s;
  point.water_kg_per_s += flow.cells * water.total_kg_per_s();
  point.clamped |= tower.clamped;
}

HeatRejection::Chilled HeatRejection::chill(double evaporator_k, double condenser_k, double load_w, Chillers const& on) const {
  Chilled result;
  if (on.units <= 0 || load_w <= 0.0) return result;
  auto const at = chiller_.at(evaporator_k, condenser_k);
  result.units = on.all ? on.units : chiller_.units_needed(at, load_w, on.units);
  result.unit_w = at.available_w * chiller_.params().plr_max;
  result.cooling_w = std::min(load_w, result.units * result.unit_w);
  result.power_w = result.units * chiller_.power_w(at, result.cooling_w / result.units);
  result.running = result.units * chiller_.running_share(at, result.cooling_w / result.units);
  result.clamped = at.clamped;
  return result;
}

void HeatRejection::add(RejectionPoint& point, Chilled const& c) {
  point.cooling_w += c.cooling_w;
  point.chiller_w += c.power_w;
  point.chillers += c.units;
  point.running += c.running;
  point.clamped |= c.clamped;
}

void HeatRejection::with_towers(RejectionPoint& point, double entering_k, double wanted_w, double loop_w_per_k,
                                double evaporator_k, TowerAir const& air, int cells, Chillers const& on,
                                FreeCooling free_cooling) const {
  double const design_w = cells * tower_.design_heat_w();
  double const wet_bulb_k = air.wet_bulb_k;
  if (economizer_) {
    auto const matched = tower_flow(std::max(loop_w_per_k / loop_design_w_per_k_, wanted_w / design_w), cells);
    double const needed_k = entering_k - wanted_w / plate_.conductance_w_per_k(loop_w_per_k, matched.total_w_per_k);
    point.free_margin_k = needed_k - coldest_tower_k(wanted_w + matched.pump_w, matched, air);
    if (point.free_margin_k >= 0.0 && free_cooling == FreeCooling::allowed) {
      point.cooling_w += wanted_w;
      point.free_w += wanted_w;
      finish_towers(point, wanted_w + matched.pump_w, matched, needed_k, air);
      return;
    }
    auto const full = tower_flow(1.0, cells);
    if (free_cooling == FreeCooling::off) point.free_reach_k = entering_k - coldest_tower_k(wanted_w, full, air);
    double const conductance = plate_.conductance_w_per_k(loop_w_per_k, full.total_w_per_k);
    auto const free_at = [&](double tower_k) { return std::clamp(conductance * (entering_k - tower_k), 0.0, wanted_w); };
    auto const chilled_at = [&](double tower_k) { return chill(evaporator_k, tower_k, wanted_w - free_at(tower_k), on); };
    auto const heat_at = [&](double tower_k) {
      auto const c = chilled_at(tower_k);
      return free_at(tower_k) + c.cooling_w + c.power_w + full.pump_w;
    };
    if (wet_bulb_k < entering_k && free_cooling == FreeCooling::allowed) {
      double const tower_k = falling_root([&](double t) { return coldest_tower_k(heat_at(t), full, air) - t; }, wet_bulb_k,
                                          entering_k, temperature_tolerance_k);
      double const free = free_at(tower_k);
      if (free > (on.units > 0 ? worthwhile_free_share * wanted_w : 0.0)) {
        point.chilled_wanted_w = wanted_w - free;
        auto const c = chilled_at(tower_k);
        add(point, c);
        point.unit_w = c.unit_w;
        point.cooling_w += free;
        point.free_w += free;
        finish_towers(point, heat_at(tower_k), full, std::max(tower_k, entering_k - wanted_w / conductance), air);
        return;
      }
    }
  }
  point.chilled_wanted_w = wanted_w;
  if (on.units <= 0) return;
  double const coldest = chiller_.entering_min_k(), warmest = chiller_.entering_max_k();
  double const target = std::clamp(condenser_k_.value_or(wet_bulb_k + tower_.params().design_approach_k), coldest, warmest);
  auto const flow_for = [&](Chilled const& c) { return tower_flow((c.cooling_w + c.power_w) / design_w, cells); };
  auto const excess = [&](double t) {
    auto const c = chill(evaporator_k, t, wanted_w, on);
    auto const flow = flow_for(c);
    return coldest_tower_k(c.cooling_w + c.power_w + flow.pump_w, flow, air) - t;
  };
  double const condenser_k = falling_root(excess, target, std::max(warmest, target) + 25.0, temperature_tolerance_k);
  auto const c = chill(evaporator_k, condenser_k, wanted_w, on);
  point.unit_w = c.unit_w;
  if (c.cooling_w <= 0.0) return;
  auto const flow = flow_for(c);
  add(point, c);
  point.condenser_k = condenser_k;
  finish_towers(point, c.cooling_w + c.power_w + flow.pump_w, flow, condenser_k, air);
}

RejectionPoint HeatRejection::chillers_on_dry_coolers(double wanted_w, double evaporator_k, WeatherSample const& w,
                                                      int dry_coolers, Chillers const& on) const {
  RejectionPoint point;
  auto const bank = dry_cooler_.times(dry_coolers);
  double const air_k = bank.coldest_air_k(w.dry_bulb_k, w.wet_bulb_k);
  double const approach_k = bank.params().fluid_out_k - bank.params().design_air_k;
  double const warmest = chiller_.entering_max_k();
  double const target = std::clamp(condenser_k_.value_or(w.dry_bulb_k + approach_k), chiller_.entering_min_k(), warmest);
  auto const rate_of = [&](Chilled const& c) {
    return std::max(c.units, 1) * chiller_.params().condenser_flow_kg_per_s * water_specific_heat;
  };
  auto const pump_of = [&](Chilled const& c) {
    double const x = static_cast<double>(c.units) / chillers_;
    return condenser_pump_w_ * x * x * x;
  };
  auto const excess = [&](double t) {
    auto const c = chill(evaporator_k, t, wanted_w, on);
    double const heat = c.cooling_w + c.power_w + pump_of(c), rate = rate_of(c);
    return air_k + heat * (1.0 / bank.conductance_w_per_k(rate) - 1.0 / rate) - t;
  };
  double const condenser_k = falling_root(excess, target, std::max(warmest, target) + 25.0, temperature_tolerance_k);
  auto const c = chill(evaporator_k, condenser_k, wanted_w, on);
  point.chilled_wanted_w = wanted_w;
  point.unit_w = c.unit_w;
  if (c.cooling_w <= 0.0) return point;
  double const heat = c.cooling_w + c.power_w + pump_of(c);
  auto const fans = bank.control(heat, condenser_k + heat / rate_of(c), rate_of(c), w.dry_bulb_k, w.wet_bulb_k, w.pressure_pa);
  add(point, c);
  point.condenser_k = condenser_k;
  point.condenser_pump_w = pump_of(c);
  point.dry_cooler_fan_w = fans.fan_w;
  point.evaporated_kg_per_s = fans.evaporated_kg_per_s;
  point.water_kg_per_s = fans.water_kg_per_s;
  return point;
}

RejectionPoint HeatRejection::at(double entering_k, double loop_w_per_k, double set_point_k, double header_k,
                                 WeatherSample const& w, PlantAvailability const& available, PlantMode const& mode) const {
  RejectionPoint point;
  double wanted_w = loop_w_per_k * (entering_k - set_point_k);
  if (!(wanted_w > 0.0)) return point;
  double const evaporator_k = std::max(set_point_k, header_k);
  Chillers const on{std::min(mode.chillers.value_or(available.chillers), available.chillers), mode.chillers.has_value()};
  if (available.dry_coolers > 0) {
    if (economizer_ || towers_ > 0) {
      auto const bank = dry_cooler_.times(available.dry_coolers);
      auto const dry = bank.control(wanted_w, entering_k, loop_w_per_k, w.dry_bulb_k, w.wet_bulb_k, w.pressure_pa);
      point.free_margin_k = (bank.capacity_w(entering_k, loop_w_per_k, w.dry_bulb_k, w.wet_bulb_k) - wanted_w) / loop_w_per_k;
      if (mode.free_cooling == FreeCooling::off)
        point.free_reach_k = entering_k - bank.coldest_air_k(w.dry_bulb_k, w.wet_bulb_k);
      bool const worthwhile =
          dry.heat_w >= wanted_w || (available.towers == 0 && !air_cooled_) || dry.heat_w > worthwhile_dry_cop * dry.fan_w;
      if (worthwhile && mode.free_cooling == FreeCooling::allowed) {
        point.cooling_w = point.free_w = dry.heat_w;
        point.dry_cooler_fan_w = dry.fan_w;
        point.evaporated_kg_per_s = dry.evaporated_kg_per_s;
        point.water_kg_per_s = dry.water_kg_per_s;
        if (dry.heat_w >= wanted_w) return point;
      }
    }
    if (on.units > 0 && towers_ == 0 && !air_cooled_) {
      auto chilled = chillers_on_dry_coolers(wanted_w, evaporator_k, w, available.dry_coolers, on);
      chilled.free_margin_k = point.free_margin_k;
      return chilled.cooling_w > point.cooling_w ? chilled : point;
    }
    wanted_w -= point.cooling_w;
    entering_k -= point.cooling_w / loop_w_per_k;
  }
  if (air_cooled_) {
    auto const c = chill(evaporator_k, w.dry_bulb_k, wanted_w, on);
    point.chilled_wanted_w = wanted_w;
    point.unit_w = c.unit_w;
    add(point, c);
  } else if (available.towers > 0) {
    TowerAir const air(w.dry_bulb_k, w.wet_bulb_k, w.pressure_pa);
    with_towers(point, entering_k, wanted_w, loop_w_per_k, evaporator_k, air, available.towers, on, mode.free_cooling);
  }
  return point;
}

}  // namespace ondol::sim
