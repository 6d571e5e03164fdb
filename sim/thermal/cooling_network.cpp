#include "sim/thermal/cooling_network.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "sim/thermal/actuators.hpp"

namespace ondol::sim {

namespace {

constexpr double cut_out_k = 3.0;                         // assumed, see header
constexpr double chiller_lag_s = 90.0, fan_lag_s = 30.0;  // of the plant's machines, assumed, see header

/// Where ideal control has the valve: wide open once the exchanger is at its limit.
double valve_position(CoolingNetwork::SideFlow const& s, double limit_w_per_k) {
  if (limit_w_per_k <= 0.0) return 0.0;
  return s.heat_per_water_w_per_k < 0.0 ? 1.0 : valve_of(s.water_w_per_k / limit_w_per_k);
}

constexpr double warm_enough_k = 0.3, cold_enough_k = 1.0, blend_k = 1.0;  // of tanks that take or give (assumed)
constexpr double refill = 0.2;  // of its flow, reserve (assumed: full again in a few hours)
constexpr double shortest_wait_s = 1.0, reset_period_s = 120.0;

/// 0 below 0, 1 above `width`, straight between: controls without jumps.
double ramp(double x, double width) {
  return std::clamp(x / width, 0.0, 1.0);
}

}  // namespace

CoolingNetwork::Stage CoolingNetwork::stage() const {
  Stage s;
  s.slope.resize(size());
  s.halls.resize(halls_.size());
  s.plants.resize(plants_.size());
  s.air.resize(halls_.size());
  s.liquid.resize(halls_.size());
  s.flows.resize(plants_.size());
  return s;
}

void CoolingNetwork::begin(double interval_s, std::span<double const> air, std::span<double const> liquid,
                           WeatherSample const& start, WeatherSample const& end) {
  if (air.size() != halls_.size() || liquid.size() != halls_.size())
    throw std::invalid_argument("cooling system: one air and one liquid heat per hall are needed");
  interval_s_ = interval_s;
  offset_s_ = 0;
  from_ = start;
  to_ = end;
  input_w_ = 0;
  for (std::size_t h = 0; h < halls_.size(); ++h) {
    auto& hall = halls_[h];
    hall.air_w = hall.liquid_w = hall.vented_w = 0;
    (hall.air ? hall.air_w : hall.liquid ? hall.liquid_w : hall.vented_w) += air[h];
    (hall.liquid ? hall.liquid_w : hall.air ? hall.air_w : hall.vented_w) += liquid[h];
    input_w_ += air[h] + liquid[h];
  }
}

WeatherSample CoolingNetwork::weather(double at_s) const {
  double const share = interval_s_ > 0.0 ? (offset_s_ + at_s) / interval_s_ : 0.0;
  return {std::lerp(from_.dry_bulb_k, to_.dry_bulb_k, share), std::lerp(from_.wet_bulb_k, to_.wet_bulb_k, share),
          std::lerp(from_.relative_humidity, to_.relative_humidity, share),
          std::lerp(from_.pressure_pa, to_.pressure_pa, share)};
}

void CoolingNetwork::evaluate(double at_s, std::span<double const> y, Stage& out, Control control) {
  auto const w = weather(at_s);
  bool const pi = control == Control::pi;
  std::fill(water_.begin(), water_.end(), 0.0);
  std::fill(heat_.begin(), heat_.end(), 0.0);
  if (pi) {
    for (auto const& hall : halls_) {
      if (hall.air)
        water_[hall.air->plant] +=
            opening_of(y[hall.air->valve]) * hall.air->side.water_limit_w_per_k(hall.air->turning.at(at_s).share);
      if (hall.door) door_w(hall, y, 1.0);
      if (hall.liquid)
        water_[hall.liquid->plant] +=
            opening_of(y[hall.liquid->valve]) * hall.liquid->side.water_limit_w_per_k(hall.liquid->turning.at(at_s).share);
    }
  }
  for (std::size_t p = 0; p < plants_.size(); ++p) {
    auto const& plant = plants_[p];
    double const asked = (pi ? water_[p] : plant.valves_w_per_k) / plant.design_w_per_k;
    double const opening = std::max(asked, plant.params.minimum_flow);
    auto const turning = plant.turning.at(at_s);
    if (pi) {
      pumped_[p] = plant.pumps.at_speed(y[plant.speed], opening, turning);
      water_share_[p] = opening > 0.0 ? pumped_[p].flow / opening : 0.0;
    } else {
      water_share_[p] = opening > 0.0 ? std::min(1.0, plant.pumps.most_flow(opening, turning) / opening) : 0.0;
    }
    water_[p] = heat_[p] = 0.0;
    out.flows[p].valves_open = 0.0;
  }
  for (std::size_t h = 0; h < halls_.size(); ++h) {
    auto const& hall = halls_[h];
    out.halls[h] = {};
    out.halls[h].vented_w = hall.vented_w;
    if (hall.air) {
      auto const& air = *hall.air;
      auto const turning = air.turning.at(at_s);
      double const share = water_share_[air.plant], water_k = y[plants_[air.plant].header];
      double const taken_w = hall.door ? door_w(hall, y, water_share_[hall.door->params().plant]) : 0.0;
      double const room_w = hall.air_w - taken_w;
      out.halls[h].door_w = taken_w;
      auto point =
          pi ? air.side.at_position(y[air.fan], share * opening_of(y[air.valve]) * air.side.water_limit_w_per_k(turning.share),
                                    y[air.hot], water_k, turning, w)
             : air.side.at(room_w, y[air.hot], water_k, share, turning, w);
      point.power_w *= air.turning.driven(at_s);
      point.outdoor.fan_w *= air.turning.driven(at_s);
      evaluate_air(hall, at_s, point, room_w, y, out, h);
      note_valve(out.flows[air.plant], point.water_w_per_k, share * air.side.water_limit_w_per_k(turning.share));
    }
    if (hall.liquid) {
      auto const& liquid = *hall.liquid;
      auto const turning = liquid.turning.at(at_s);
      double const share = water_share_[liquid.plant], water_k = y[plants_[liquid.plant].header], return_k = y[liquid.cdu];
      auto point = pi ? liquid.side.at_position(
                            hall.liquid_w, share * opening_of(y[liquid.valve]) * liquid.side.water_limit_w_per_k(turning.share),
                            return_k, water_k, turning)
                      : liquid.side.at(hall.liquid_w, return_k, water_k, share, turning);
      point.power_w *= liquid.turning.driven(at_s);
      evaluate_liquid(hall, point, y, out, h);
      note_valve(out.flows[liquid.plant], point.water_w_per_k, share * liquid.side.water_limit_w_per_k(turning.share));
    }
  }
  for (std::size_t p = 0; p < plants_.size(); ++p) evaluate_plant(p, at_s, w, y, out, control);
  if (!pi) std::fill(out.slope.begin() + static_cast<std::ptrdiff_t>(cells()), out.slope.end(), 0.0);
}

/// Heat that the rear doors of a hall take; notes their water.
double CoolingNetwork::door_w(Hall const& hall, std::span<double const> y, double water_share) {
  std::size_t const plant = hall.door->params().plant;
  auto const point = hall.door->at(hall.air_w, y[hall.air->cold], y[plants_[plant].header], water_share);
  water_[plant] += point.water_w_per_k;
  heat_[plant] += point.heat_w;
  return point.heat_w;
}

void CoolingNetwork::evaluate_air(Hall const& hall, double at_s, SidePoint const& point, double room_w,
                                  std::span<double const> y, Stage& out, std::size_t h) {
  auto const& air = *hall.air;
  double const cold_k = y[air.cold], hot_k = y[air.hot], flow = point.flow_w_per_k;
  double const recirculated = std::max(0.0, hall.air_w / air.side.design_rise_k() - flow);
  water_[air.plant] += point.water_w_per_k;
  heat_[air.plant] += point.heat_w;
  out.halls[h].crah_fan_w = point.power_w;
  out.halls[h].set(point.outdoor);
  double const through_w = (flow + recirculated) * (hot_k - cold_k);
  out.slope[air.cold] = (through_w + point.power_w - point.heat_w - point.outdoor.heat_w) / capacity_[air.cold];
  out.slope[air.hot] = (room_w - through_w) / capacity_[air.hot];
  out.air[h] = {flow,
                recirculated,
                point.water_w_per_k,
                point.heat_per_return_w_per_k,
                point.heat_per_water_w_per_k,
                point.supply_k,
                point.outdoor.heat_per_return_w_per_k};
  if (air.valve == absent) return;
  double const warm_k = point.supply_k - air.side.params().supply_k;
  double const slow = air.side.wanted_speed(room_w, hot_k, air.turning.at(at_s).share) - y[air.fan];
  out.slope[air.valve] = crah_valve.rate(air.valve_control.command(warm_k, y[air.valve_integral]), y[air.valve]);
  out.slope[air.valve_integral] = air.valve_control.integral_rate(warm_k, y[air.valve_integral]);
  out.slope[air.fan] = fan_drive.rate(air.fan_control.command(slow, y[air.fan_integral]), y[air.fan]);
  out.slope[air.fan_integral] = air.fan_control.integral_rate(slow, y[air.fan_integral]);
}

void CoolingNetwork::evaluate_liquid(Hall const& hall, SidePoint const& point, std::span<double const> y, Stage& out,
                                     std::size_t h) {
  auto const& liquid = *hall.liquid;
  double const flow = point.flow_w_per_k;
  water_[liquid.plant] += point.water_w_per_k;
  heat_[liquid.plant] += point.heat_w;
  out.halls[h].cdu_pump_w = point.power_w;
  double before_w = flow * y[liquid.cdu] - point.heat_w;
  for (std::size_t i = liquid.first; i <= liquid.cdu; ++i) {
    double const after_w = flow * y[i];
    double given_w = before_w - after_w;
    if (i == liquid.rack) given_w += hall.liquid_w;
    if (i == liquid.cdu) given_w += point.power_w;
    out.slope[i] = given_w / capacity_[i];
    before_w = after_w;
  }
  out.liquid[h] = {flow, 0.0, point.water_w_per_k, point.heat_per_return_w_per_k, point.heat_per_water_w_per_k, point.supply_k};
  if (liquid.valve == absent) return;
  double const warm_k = point.supply_k - liquid.side.params().supply_k;
  out.slope[liquid.valve] = cdu_valve.rate(liquid.valve_control.command(warm_k, y[liquid.valve_integral]), y[liquid.valve]);
  out.slope[liquid.valve_integral] = liquid.valve_control.integral_rate(warm_k, y[liquid.valve_integral]);
}

void CoolingNetwork::note_valve(PlantFlow& flow, double water_w_per_k, double limit_w_per_k) {
  if (limit_w_per_k > 0.0) flow.valves_open = std::max(flow.valves_open, water_w_per_k / limit_w_per_k);
}

/// What machines and tank of a plant do for the water of its return end; leaves the slopes of the tank in `out`.
CoolingNetwork::Machines CoolingNetwork::machines(Plant const& plant, double flow, double target_k, double back_k,
                                                  double supply_k, WeatherSample const& w, std::span<double const> y,
                                                  PlantRates& rates, std::span<double> slope) const {
  Machines result{flow, 0.0, target_k};
  auto const mode = plant.stager && controlled_ ? plant.stager->mode() : PlantMode{};
  auto const rejected = [&] {
    return plant.rejection.at(back_k, result.machines_w_per_k, result.target_k, supply_k, w, plant.available, mode);
  };
  if (!plant.tank || !controlled_) {
    rates.rejection = rejected();
    if (plant.tank) std::fill_n(slope.begin() + static_cast<std::ptrdiff_t>(plant.top), plant.bottom - plant.top + 1, 0.0);
    return result;
  }
  auto const& t = plant.tank->params();
  double const top_k = y[plant.top], bottom_k = y[plant.bottom];
  double const warm = ramp(top_k - t.charge_k - warm_enough_k, blend_k), set_k = plant.params.supply_k;
  bool const reserve = t.use == TankParams::Use::reserve;
  auto const charge = [&](double most) {
    result.tank_w_per_k = most * warm;
    result.machines_w_per_k = flow + result.tank_w_per_k;
    result.target_k = warm > 0.0 ? std::min(target_k, t.charge_k) : target_k;
  };
  if (reserve) {
    charge(refill * t.flow_w_per_k);
  } else if (plant.order == TankOrder::charge) {
    charge(t.flow_w_per_k);
  } else if (plant.order == TankOrder::discharge) {
    double const cold = ramp(set_k + cold_enough_k - bottom_k, blend_k);
    result.tank_w_per_k = -std::min(flow, t.flow_w_per_k) * cold;
    result.machines_w_per_k = flow + result.tank_w_per_k;
  }
  rates.rejection = rejected();
  auto const missing_w = [&](double wanted_k) {
    return result.machines_w_per_k * std::max(0.0, back_k - wanted_k) - rates.rejection.cooling_w;
  };
  if (reserve && result.tank_w_per_k > 0.0 && missing_w(result.target_k) > 1e-9 * flow) {  // first the halls
    result = {flow, 0.0, target_k};
    rates.rejection = rejected();
  }
  if (double const missing = missing_w(set_k); reserve && result.tank_w_per_k == 0.0 && missing > 1e-9 * flow) {
    double const colder_k = back_k - bottom_k;
    result.tank_w_per_k = -std::min({missing / std::max(colder_k, blend_k), flow, t.flow_w_per_k}) * ramp(colder_k, blend_k);
    result.machines_w_per_k = flow + result.tank_w_per_k;
  }
  double const entering_k = result.tank_w_per_k >= 0.0 ? supply_k : back_k;
  std::size_t const layers = plant.bottom - plant.top + 1;
  rates.tank_loss_w =
      -plant.tank->slopes(y.subspan(plant.top, layers), result.tank_w_per_k, entering_k, slope.subspan(plant.top, layers));
  rates.tank_w =
      result.tank_w_per_k >= 0.0 ? -result.tank_w_per_k * (top_k - supply_k) : -result.tank_w_per_k * (back_k - bottom_k);
  return result;
}

void CoolingNetwork::evaluate_plant(std::size_t p, double at_s, WeatherSample const& w, std::span<double const> y, Stage& out,
                                    Control control) {
  auto const& plant = plants_[p];
  bool const pi = control == Control::pi;
  if (!pi) {
    auto const turning = plant.turning.at(at_s);
    double const bypass = plant.params.minimum_flow;
    double const least = bypass > 0.0 ? std::min(bypass, plant.pumps.most_flow(bypass, turning)) : 0.0;
    pumped_[p] = plant.pumps.carrying(std::max(water_[p] / plant.design_w_per_k, least), turning.share);
  }
  double const flow = pumped_[p].flow * plant.design_w_per_k;
  double const pump_w = plant.params.pump_w * pumped_[p].power * plant.turning.driven(at_s);
  double const back_k = y[plant.back], supply_k = y[plant.supply], set_point_k = plant.params.supply_k;
  double target_k = set_point_k;
  if (pi && flow > 0.0) target_k = std::max(back_k - std::max(y[plant.taken], 0.0) / flow, set_point_k - cut_out_k);
  auto& rates = out.plants[p];
  rates = {};
  rates.pump_w = pump_w;
  rates.flow_kg_per_s = flow / plant.params.fluid_specific_heat_j_per_kg_k;
  auto const through = machines(plant, flow, target_k, back_k, supply_k, w, y, rates, out.slope);
  auto const& rejected = rates.rejection;
  double const tank = through.tank_w_per_k, charged = std::max(tank, 0.0), given = std::max(-tank, 0.0);

  double before_w = (flow + charged - given) * back_k - rejected.cooling_w - charged * supply_k;
  if (tank != 0.0) before_w += given * y[plant.bottom];
  for (std::size_t i = plant.supply; i <= plant.header; ++i) {
    double loss_w = 0;
    if (plant.buffer_end != absent && i > plant.supply && i <= plant.buffer_end && controlled_)
      loss_w = plant.params.tank->heat_loss_w_per_k / plant.params.tank->layers * (y[i] - plant.params.tank->ambient_k);
    out.slope[i] = (before_w - flow * y[i] - loss_w) / capacity_[i];
    rates.tank_loss_w += loss_w;
    before_w = flow * y[i];
  }
  before_w += heat_[p];
  for (std::size_t i = plant.gather; i < plant.back; ++i) {
    double const after_w = flow * y[i];
    out.slope[i] = (before_w - after_w) / capacity_[i];
    before_w = after_w;
  }
  if (plant.reuse && flow > 0.0 && plant.available.powered && plant.turning.driven(at_s) > 0.0) {
    double const demand_w = plant.reuse_demand_w.value_or(plant.reuse->demand_w(w.dry_bulb_k));
    rates.reuse = plant.reuse->at(demand_w, before_w / flow, flow, before_w - flow * set_point_k);
  }
  double const into_w = before_w - rates.reuse.taken_w + charged * (tank != 0.0 ? y[plant.top] : 0.0) + pump_w;
  out.slope[plant.back] = (into_w - (flow + charged) * back_k) / capacity_[plant.back];

  auto& link = out.flows[p];
  link.flow_w_per_k = flow;
  link.tank_w_per_k = tank;
  link.cooling_per_return_w_per_k = 0.0;
  if (pi) {
    double const wanted_w = through.machines_w_per_k * std::max(0.0, back_k - set_point_k), taken_w = y[plant.taken];
    double const lag_s = plant.params.chillers > 0 ? chiller_lag_s : fan_lag_s;
    out.slope[plant.taken] = (wanted_w - taken_w - std::max(0.0, taken_w - rejected.cooling_w)) / lag_s;
    double const error = control_head - pumped_[p].head;
    out.slope[plant.speed] = pump_drive.rate(plant.pump_control.command(error, y[plant.speed_integral]), y[plant.speed]);
    out.slope[plant.speed_integral] = plant.pump_control.integral_rate(error, y[plant.speed_integral]);
  } else if (rejected.cooling_w >= (1.0 - 1e-9) * through.machines_w_per_k * (back_k - through.target_k) &&
             back_k > through.target_k) {
    link.cooling_per_return_w_per_k = through.machines_w_per_k;
  } else if (rejected.free_w > 0.0) {  // free cooling goes with the distance from the weather
    double const weather_k = plant.params.towers > 0 ? w.wet_bulb_k : w.dry_bulb_k;
    link.cooling_per_return_w_per_k = std::min(through.machines_w_per_k, rejected.free_w / std::max(1.0, back_k - weather_k));
  }
}

/// Heat into `row` per kelvin of `column` [W/K].
template <class Add>
void CoolingNetwork::linear_part(Stage const& stage, Add const& add) const {
  auto const pass = [&](std::size_t from, std::size_t to, double w) { add(from, from, -w), add(to, from, w); };
  auto const exchange = [&](std::size_t first, std::size_t hot, Plant const& plant, SideFlow const& s) {
    // Heat taken from what enters `first` and given to `gather` goes with the temperatures of `hot` and of the header.
    add(first, hot, -s.heat_per_return_w_per_k), add(plant.gather, hot, s.heat_per_return_w_per_k);
    add(first, plant.header, -s.heat_per_water_w_per_k), add(plant.gather, plant.header, s.heat_per_water_w_per_k);
  };
  for (std::size_t h = 0; h < halls_.size(); ++h) {
    if (auto const& air = halls_[h].air) {
      auto const& s = stage.air[h];
      double const through = s.flow_w_per_k + s.recirculated_w_per_k;
      pass(air->hot, air->cold, through), pass(air->cold, air->hot, through);
      exchange(air->cold, air->hot, plants_[air->plant], s);
      add(air->cold, air->hot, -s.outdoor_per_return_w_per_k);
    }
    if (auto const& liquid = halls_[h].liquid) {
      auto const& s = stage.liquid[h];
      pass(liquid->cdu, liquid->first, s.flow_w_per_k);
      for (std::size_t i = liquid->first; i < liquid->cdu; ++i) pass(i, i + 1, s.flow_w_per_k);
      exchange(liquid->first, liquid->cdu, plants_[liquid->plant], s);
    }
  }
  for (std::size_t p = 0; p < plants_.size(); ++p) {
    auto const& plant = plants_[p];
    auto const& f = stage.flows[p];
    double const charged = std::max(f.tank_w_per_k, 0.0), given = std::max(-f.tank_w_per_k, 0.0);
    pass(plant.back, plant.supply, f.flow_w_per_k + charged - given);
    add(plant.supply, plant.back, -f.cooling_per_return_w_per_k);
    if (plant.tank) {
      pass(plant.supply, plant.bottom, charged), pass(plant.top, plant.back, charged);
      pass(plant.back, plant.top, given), pass(plant.bottom, plant.supply, given);
      for (std::size_t i = plant.top; i < plant.bottom; ++i) pass(i + 1, i, charged), pass(i, i + 1, given);
    }
    for (std::size_t i = plant.supply; i < plant.header; ++i) pass(i, i + 1, f.flow_w_per_k);
    pass(plant.header, plant.gather, f.flow_w_per_k);
    for (std::size_t i = plant.gather; i < plant.back; ++i) pass(i, i + 1, f.flow_w_per_k);
  }
}

void CoolingNetwork::find_pattern() {
  std::vector<SparseFactors::Place> places;
  linear_part(stage(), [&](std::size_t row, std::size_t column, double) { places.emplace_back(row, column); });
  factors_ = SparseFactors(cells(), places);
}

SparseFactors const& CoolingNetwork::factored(Stage const& stage, double g) {
  factors_.reset();
  linear_part(stage,
              [&](std::size_t row, std::size_t column, double w) { factors_.add(row, column, -g * w / capacity_[row]); });
  factors_.factor();
  return factors_;
}

double CoolingNetwork::sink_w(std::size_t plant, Stage const& stage, std::span<double const> k) const {
  return stage.flows[plant].cooling_per_return_w_per_k * k[plants_[plant].back];
}

double CoolingNetwork::outdoor_sink_w(std::size_t hall, Stage const& stage, std::span<double const> k) const {
  auto const& air = halls_[hall].air;
  return air ? stage.air[hall].outdoor_per_return_w_per_k * k[air->hot] : 0.0;
}

void CoolingNetwork::begin_control(Stage const& now) {
  controlled_ = true;
  for (std::size_t p = 0; p < plants_.size(); ++p) {
    auto& plant = plants_[p];
    if (plant.stager) plant.stager->begin(now.plants[p].rejection);
    if (plant.tank)
      std::fill(state_.begin() + static_cast<std::ptrdiff_t>(plant.top),
                state_.begin() + static_cast<std::ptrdiff_t>(plant.bottom) + 1, plant.params.tank->charge_k);
  }
}

void CoolingNetwork::decide(double dt_s, Stage const& now) {
  for (std::size_t p = 0; p < plants_.size(); ++p) {
    auto& plant = plants_[p];
    if (plant.stager) plant.stager->advance(dt_s, now.plants[p].rejection, plant.available.chillers);
    if (plant.reset) {
      plant.reset->advance(dt_s, weather(dt_s), now.flows[p].valves_open);
      plant.params.supply_k = plant.reset->supply_k();
    }
  }
}

double CoolingNetwork::next_decision_s() const {
  double next = std::numeric_limits<double>::infinity();
  for (auto const& plant : plants_) {
    if (plant.stager) next = std::min(next, plant.stager->next_decision_s());
    if (plant.reset && plant.params.reset->by == SupplyResetParams::By::demand) next = std::min(next, reset_period_s);
  }
  return std::max(next, shortest_wait_s);
}

std::vector<std::pair<std::size_t, StagingDecision>> CoolingNetwork::take_decisions() {
  std::vector<std::pair<std::size_t, StagingDecision>> all;
  for (std::size_t p = 0; p < plants_.size(); ++p)
    if (plants_[p].stager)
      for (auto& decision : plants_[p].stager->take_decisions()) all.emplace_back(p, std::move(decision));
  return all;
}

void CoolingNetwork::guess_steady() {
  controlled_ = false;
  for (auto& plant : plants_) {
    if (!plant.reset) continue;
    plant.reset->advance(0.0, from_, 1.0);
    plant.params.supply_k = plant.reset->supply_k();
  }
  std::vector<double> water(plants_.size()), heat(plants_.size());
  for (auto& hall : halls_) {
    auto const note = [&](std::size_t plant, SidePoint const& point, double load_w) {
      water[plant] += std::max(point.water_w_per_k, 1e-9);
      heat[plant] += load_w + point.power_w;
    };
    if (hall.air) {
      auto const& air = *hall.air;
      double const set_k = air.side.params().supply_k, water_k = plants_[air.plant].params.supply_k;
      auto const flow = air.side.at(hall.air_w, set_k, water_k, 1.0, air.turning.at(0.0), from_).flow_w_per_k;
      // A room that is asked for more than its units' rating has hardly a steady state near: it starts as if at the rating.
      auto const& params = air.side.params();
      double const carried_w = std::min(hall.air_w, air.turning.at(0.0).share * params.crahs * params.crah.rated_heat_w);
      state_[air.cold] = set_k;
      state_[air.hot] = set_k + (flow > 0.0 ? carried_w / flow : 0.0);
      note(air.plant, air.side.at(hall.air_w, state_[air.hot], water_k, 1.0, air.turning.at(0.0), from_), hall.air_w);
    }
    if (hall.liquid) {
      auto const& liquid = *hall.liquid;
      double const set_k = liquid.side.params().supply_k, water_k = plants_[liquid.plant].params.supply_k;
      auto const at = liquid.side.at(hall.liquid_w, set_k, water_k, 1.0, liquid.turning.at(0.0));
      double const per_w = at.flow_w_per_k > 0.0 ? 1.0 / at.flow_w_per_k : 0.0;
      for (std::size_t i = liquid.first; i <= liquid.cdu; ++i)
        state_[i] = set_k + per_w * ((i >= liquid.rack ? hall.liquid_w : 0.0) + (i == liquid.cdu ? at.power_w : 0.0));
      note(liquid.plant, liquid.side.at(hall.liquid_w, state_[liquid.cdu], water_k, 1.0, liquid.turning.at(0.0)),
           hall.liquid_w);
    }
  }
  for (std::size_t p = 0; p < plants_.size(); ++p) {
    auto const& plant = plants_[p];
    double const set_k = plant.params.supply_k, flow = std::max(water[p], plant.params.minimum_flow * plant.design_w_per_k);
    for (std::size_t i = plant.supply; i <= plant.header; ++i) state_[i] = set_k;
    for (std::size_t i = plant.gather; i <= plant.back; ++i) state_[i] = set_k + (flow > 0.0 ? heat[p] / flow : 0.0);
  }
}

void CoolingNetwork::place_actuators() {
  if (control_ == Control::ideal) return;
  auto at = stage();
  evaluate(0.0, state_, at, Control::ideal);
  for (std::size_t h = 0; h < halls_.size(); ++h) {
    if (auto const& air = halls_[h].air) {
      double const share = air->turning.at(0.0).share, limit = air->side.water_limit_w_per_k(share);
      double const design = share * air->side.design_w_per_k();
      state_[air->valve] = state_[air->valve_integral] = valve_position(at.air[h], limit);
      state_[air->fan] = state_[air->fan_integral] = design > 0.0 ? at.air[h].flow_w_per_k / design : air->fan_control.least;
    }
    if (auto const& liquid = halls_[h].liquid) {
      double const limit = liquid->side.water_limit_w_per_k(liquid->turning.at(0.0).share);
      state_[liquid->valve] = state_[liquid->valve_integral] = valve_position(at.liquid[h], limit);
    }
  }
  for (std::size_t p = 0; p < plants_.size(); ++p) {
    auto const& plant = plants_[p];
    state_[plant.speed] = state_[plant.speed_integral] =
        plant.pumps.speed(at.flows[p].flow_w_per_k / plant.design_w_per_k, plant.turning.at(0.0).share);
    state_[plant.taken] = at.plants[p].rejection.cooling_w;
  }
}

void CoolingNetwork::settle_machines() {
  for (auto& plant : plants_) plant.turning.settle();
  for (auto& hall : halls_) {
    if (hall.air) hall.air->turning.settle();
    if (hall.liquid) hall.liquid->turning.settle();
  }
}

void CoolingNetwork::advance_machines(double dt_s) {
  for (auto& plant : plants_) plant.turning.advance(dt_s);
  for (auto& hall : halls_) {
    if (hall.air) hall.air->turning.advance(dt_s);
    if (hall.liquid) hall.liquid->turning.advance(dt_s);
  }
}

bool CoolingNetwork::machines_move() const {
  bool moves = false;
  for (auto const& plant : plants_) moves |= !plant.turning.steady();
  for (auto const& hall : halls_)
    moves |= (hall.air && !hall.air->turning.steady()) || (hall.liquid && !hall.liquid->turning.steady());
  return moves;
}

double CoolingNetwork::stored_j(std::span<double const> y) const {
  LongSum sum;
  for (std::size_t i = 0; i < cells(); ++i) sum.add(capacity_[i] * y[i]);
  return sum.value();
}

}  // namespace ondol::sim
