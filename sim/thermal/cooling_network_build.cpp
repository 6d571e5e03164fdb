/// The cells and actuators of a network, from the params of its plants and halls.

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include "sim/thermal/actuators.hpp"
#include "sim/thermal/cooling_network.hpp"

namespace ondol::sim {

namespace {

constexpr int facility_pipe_cells = 5, technology_pipe_cells = 3;  // each way: a step spreads over 1/sqrt(n) of its delay
constexpr double passage_s = 2.0;                                  // assumed, see hall_cooling.hpp
// Delay that sensors and wells add, and the wanted closed-loop time (assumed: SIMC asks for at least the delay; three times
// it).
constexpr double cdu_sensor_s = 5.0, air_sensor_s = 10.0, pressure_sensor_s = 1.0, slowness = 3.0;
constexpr double valve_scale = 0.1, speed_scale = 0.1;  // error that counts as 1 K
constexpr double pump_gain = 2.5;  // steepest head at the valves per speed: 2 x 1.25 n^2/n with valves shut

/// Steepest change of the supply temperature by the valve, at rated inlets and flow.
double valve_gain_k(CounterflowExchanger const& unit, double rated_heat_w, double approach_k) {
  double const hot = unit.rated_hot_w_per_k(), inlets_k = approach_k + rated_heat_w / hot, step = 0.05;
  double steepest = 0, before = 0;
  for (double v = step; v < 1.0 + 0.5 * step; v += step) {
    double const heat = unit.heat_w(inlets_k, hot, 0.0, opening_of(v) * unit.rated_cold_w_per_k());
    steepest = std::max(steepest, (heat - before) / (hot * step));
    before = heat;
  }
  return steepest;
}

double share_of(int units, int all) {
  return all > 0 ? static_cast<double>(units) / all : 0.0;
}

}  // namespace

CoolingNetwork::CoolingNetwork(std::vector<PlantParams> const& plants, std::vector<HallParams> const& halls, Control control)
    : control_(control) {
  for (std::size_t p = 0; p < plants.size(); ++p) add_plant(plants[p], p);
  for (std::size_t h = 0; h < halls.size(); ++h) add_hall(halls[h], h);
  water_.resize(plants_.size());
  heat_.resize(plants_.size());
  water_share_.resize(plants_.size());
  pumped_.resize(plants_.size());
  find_pattern();
  if (control_ == Control::pi) add_actuators();
}

std::size_t CoolingNetwork::add_cell(double temperature_k, double joules_per_k) {
  state_.push_back(temperature_k);
  capacity_.push_back(joules_per_k);
  scale_.push_back(1.0);
  return state_.size() - 1;
}

/// The last cell of a chain that shares out `joules_per_k`; the cell before it when there is nothing to share out.
std::size_t CoolingNetwork::add_chain(double temperature_k, double joules_per_k, int cells) {
  if (joules_per_k > 0.0)
    for (int i = 0; i < cells; ++i) add_cell(temperature_k, joules_per_k / cells);
  return state_.size() - 1;
}

std::size_t CoolingNetwork::add_actuator(double position, double scale) {
  state_.push_back(position);
  scale_.push_back(scale);
  return state_.size() - 1;
}

void CoolingNetwork::add_plant(PlantParams const& p, std::size_t number) {
  try {
    double const water = p.volume_m3 * p.fluid_density_kg_per_m3 * p.fluid_specific_heat_j_per_kg_k;
    if (!(water + p.metal_j_per_k > 0.0)) throw std::invalid_argument("plant: the water of the loop must have a heat capacity");
    if (!(p.pipe_volume_m3 >= 0.0 && (p.pipe_volume_m3 < p.volume_m3 || p.volume_m3 == 0.0)))
      throw std::invalid_argument("plant: its pipes must hold less than the whole loop");
    if (p.pumps < 1 || p.pumps_needed < 1 || p.pumps_needed > p.pumps)
      throw std::invalid_argument("plant: needs at least one pump, and as many as the design flow takes");
    double const pipes = p.volume_m3 > 0.0 ? p.pipe_volume_m3 / p.volume_m3 : 0.0, whole = water + p.metal_j_per_k;
    Plant plant{
        .params = p,
        .rejection = HeatRejection(p),
        .available = {p.chillers, p.towers, p.dry_coolers, 1.0},
        .pumps = PumpGroup(control_head),
        .turning = TurningGroup(share_of(p.pumps, p.pumps_needed)),
        .design_w_per_k = p.flow_kg_per_s * p.fluid_specific_heat_j_per_kg_k,
        .pump_control = PiController::simc(pump_gain, pump_drive.lag_s, pressure_sensor_s, slowness * pressure_sensor_s)};
    if (p.reset) plant.reset.emplace(*p.reset);
    if (p.staging) plant.stager.emplace(*p.staging, p.chillers);
    if (p.reuse) plant.reuse.emplace(*p.reuse);
    plant.supply = add_cell(p.supply_k, 0.5 * (1.0 - pipes) * whole);
    if (p.tank) {
      StratifiedTank tank(*p.tank, p.fluid_density_kg_per_m3 * p.fluid_specific_heat_j_per_kg_k);
      if (p.tank->use == TankParams::Use::buffer) {
        plant.buffer_end = add_chain(p.supply_k, p.tank->layers * tank.layer_j_per_k(), p.tank->layers);
      } else {
        plant.tank.emplace(std::move(tank));
      }
    }
    plant.header = add_chain(p.supply_k, 0.5 * pipes * whole, facility_pipe_cells);
    plant.gather = state_.size();
    add_chain(p.supply_k, 0.5 * pipes * whole, facility_pipe_cells);
    plant.back = add_cell(p.supply_k, 0.5 * (1.0 - pipes) * whole);
    if (plant.tank) {
      plant.top = state_.size();
      plant.bottom = add_chain(p.tank->charge_k, p.tank->layers * plant.tank->layer_j_per_k(), p.tank->layers);
    }
    plants_.push_back(std::move(plant));
  } catch (std::invalid_argument const& e) {
    throw std::invalid_argument("plant " + std::to_string(number) + ": " + e.what());
  }
}

void CoolingNetwork::add_hall(HallParams const& p, std::size_t number) {
  try {
    Hall hall;
    auto const plant_of = [&](std::size_t plant) -> Plant& {
      if (plant >= plants_.size()) throw std::invalid_argument("names a plant that does not exist");
      return plants_[plant];
    };
    if (p.air) {
      auto& plant = plant_of(p.air->plant);
      Air air{.side = AirSide(*p.air, plant.params.fluid_specific_heat_j_per_kg_k), .plant = p.air->plant};
      hall.available.crahs = p.air->crahs;
      double const capacity = p.air->heat_capacity_j_per_k;
      air.cold = add_cell(p.air->supply_k, p.air->cold_share * capacity);
      air.hot = add_cell(p.air->supply_k, (1.0 - p.air->cold_share) * capacity);
      plant.valves_w_per_k += air.side.water_limit_w_per_k(1.0);
      air.valve_control =
          PiController::simc(valve_gain_k(air.side.unit(), p.air->crah.rated_heat_w, p.air->crah.rated_approach_k),
                             crah_valve.lag_s, air_sensor_s, slowness * air_sensor_s);
      air.fan_control = PiController::simc(1.0, fan_drive.lag_s, pressure_sensor_s, slowness * pressure_sensor_s);
      air.fan_control.least = p.air->crah.minimum_speed;
      hall.air = std::move(air);
    }
    if (p.liquid) {
      auto& plant = plant_of(p.liquid->plant);
      Liquid liquid{.side = LiquidSide(*p.liquid, plant.params.fluid_specific_heat_j_per_kg_k), .plant = p.liquid->plant};
      hall.available.cdus = p.liquid->cdus;
      double const start = p.liquid->supply_k, passage = passage_s * liquid.side.design_w_per_k();
      double const pipes = p.liquid->pipe_j_per_k > 0.0 ? 0.5 * p.liquid->pipe_j_per_k : passage;
      liquid.first = state_.size();
      liquid.inlet = add_chain(start, pipes, technology_pipe_cells);
      liquid.rack = add_cell(start, p.liquid->rack_j_per_k > 0.0 ? p.liquid->rack_j_per_k : passage);
      add_chain(start, pipes, technology_pipe_cells);
      liquid.cdu = add_cell(start, p.liquid->cdu_j_per_k);
      plant.valves_w_per_k += liquid.side.water_limit_w_per_k(1.0);
      liquid.valve_control =
          PiController::simc(valve_gain_k(liquid.side.unit(), p.liquid->cdu.rated_heat_w, p.liquid->cdu.rated_approach_k),
                             cdu_valve.lag_s, cdu_sensor_s, slowness * cdu_sensor_s);
      hall.liquid = std::move(liquid);
    }
    if (p.rear_door) {
      if (!p.air) throw std::invalid_argument("rear doors need a room whose air CRAHs cool");
      auto& plant = plant_of(p.rear_door->plant);
      hall.door.emplace(*p.rear_door, plant.params.fluid_specific_heat_j_per_kg_k);
      plant.valves_w_per_k += hall.door->water_limit_w_per_k();
    }
    halls_.push_back(std::move(hall));
  } catch (std::invalid_argument const& e) {
    throw std::invalid_argument("hall " + std::to_string(number) + ": " + e.what());
  }
}

void CoolingNetwork::add_actuators() {
  for (auto& hall : halls_) {
    if (hall.air) {
      auto& air = *hall.air;
      air.valve = add_actuator(0.0, valve_scale);
      air.valve_integral = add_actuator(0.0, valve_scale);
      air.fan = add_actuator(air.fan_control.least, speed_scale);
      air.fan_integral = add_actuator(air.fan_control.least, speed_scale);
    }
    if (hall.liquid) {
      hall.liquid->valve = add_actuator(0.0, valve_scale);
      hall.liquid->valve_integral = add_actuator(0.0, valve_scale);
    }
  }
  for (auto& plant : plants_) {
    plant.speed = add_actuator(1.0, speed_scale);
    plant.speed_integral = add_actuator(1.0, speed_scale);
    plant.taken = add_actuator(0.0, plant.design_w_per_k);
  }
}

}  // namespace ondol::sim
