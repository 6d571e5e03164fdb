#include "sim/engine/assemble.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <utility>

#include "sim/engine/assemble_chain.hpp"
#include "sim/engine/billing.hpp"
#include "sim/thermal/psychrometrics.hpp"

namespace ondol::sim {

namespace {

using namespace schema;

Owner loss_owner(PowerUnitSpec::Kind kind) {
  switch (kind) {
    case PowerUnitSpec::Kind::transformer:
      return Owner::transformer_loss;
    case PowerUnitSpec::Kind::switchgear:
    case PowerUnitSpec::Kind::transfer_switch:
      return Owner::switchgear_loss;
    case PowerUnitSpec::Kind::ups:
      return Owner::ups_loss;
    case PowerUnitSpec::Kind::busway:
    case PowerUnitSpec::Kind::cable:
      return Owner::busway_loss;
    case PowerUnitSpec::Kind::pdu:
      return Owner::pdu_loss;
    case PowerUnitSpec::Kind::generator:
      return Owner::generator_loss;
    case PowerUnitSpec::Kind::battery:
      return Owner::battery_loss;
  }
  return Owner::transformer_loss;
}

Weather weather(Scenario const& s, double offset_s, double pressure_pa) {
  auto const& w = s.site.weather;
  if (w.file.empty()) return Weather::constant(w.dry_bulb.v, w.relative_humidity, pressure_pa);
  auto made =
      Weather::from_file(w.file, {.utc_offset_s = offset_s, .elevation_m = s.site.elevation.v, .typical_year = w.typical_year});
  double const start = static_cast<double>(s.simulation.start);
  if (!made.covers(start, start + s.simulation.duration.v))
    throw InputError(fmt::format(
        "weather file {} does not cover the run; set site.weather.typical_year = true or choose other dates", w.file));
  return made;
}

PowerSmoothingParams smoothing(PowerSmoothingSpec const& spec) {
  PowerSmoothingParams p;
  p.floor = spec.floor;
  if (spec.ramp_up) p.up_w_per_s = spec.ramp_up->v;
  if (spec.ramp_down) p.down_w_per_s = spec.ramp_down->v;
  p.hold_s = spec.hold.v;
  p.storage_j = spec.storage.v;
  p.storage_w = spec.storage_power.v;
  p.storage_efficiency = spec.storage_efficiency;
  return p;
}

StorageParams storage_params(Scenario const& s, StorageSpec const& spec, topology::PowerTree const& tree) {
  using Role = topology::PowerTree::Role;
  auto const& unit = s.catalogue.power_unit.at(spec.unit);
  auto const cells = unit.battery.value_or(BatterySpec{});
  double const units = spec.units, capacity_j = units * unit.stored_energy->v;
  StorageParams p;
  p.name = spec.name;
  for (std::uint32_t v = 0; v < tree.vertices.size(); ++v) {
    auto const& vertex = tree.vertices[v];
    if (spec.at == "utility" ? vertex.role == Role::utility : vertex.role == Role::unit && s.power[vertex.owner].id == spec.at)
      p.vertices.push_back(v);
  }
  p.initial_charge = spec.initial_charge;
  p.standby_w = units * loss_curve(unit.loss, unit.rating).loss_w(0.0);
  p.battery.capacity_j = capacity_j;
  p.battery.discharge_limit_w = units * cells.discharge_power.value_or(unit.rating).v;
  p.battery.charge_limit_w = units * cells.charge_power.value_or(unit.rating).v;
  p.battery.round_trip_efficiency = cells.efficiency;
  auto& c = p.control;
  c.discharge_w = p.battery.discharge_limit_w;
  c.charge_w = p.battery.charge_limit_w;
  c.discharge_efficiency = std::pow(cells.efficiency, p.battery.discharge_share);
  c.charge_efficiency = cells.efficiency / c.discharge_efficiency;
  c.floor_j = std::max(spec.reserve, cells.reserve) * capacity_j;
  c.target_j = c.ceiling_j = capacity_j;
  c.response_s = cells.response_time.v;
  c.period_s = spec.period.v;
  if (spec.ramp) {
    c.ramp_w_per_s = spec.ramp->limit.v;
    c.recovery_s = spec.ramp->recovery.v;
    c.target_j = std::max(spec.ramp->target * capacity_j, c.floor_j);
  }
  if (spec.peak_shaving) {
    auto const& peak = *spec.peak_shaving;
    c.limit_w = peak.limit.v;
    c.limit_over_s = peak.over.v;
    c.recharge_below_w = peak.recharge_below.value_or(peak.limit).v;
    if (c.limit_over_s > 0) c.clock_s = std::fmod(static_cast<double>(s.simulation.start), c.limit_over_s);
  }
  return p;
}

PlantParams plant_params(Scenario const& s, PlantSpec const& spec) {
  auto const& fluid = s.catalogue.fluid.at(spec.fluid);
  PlantParams p;
  p.fluid_specific_heat_j_per_kg_k = fluid.specific_heat.v;
  p.fluid_density_kg_per_m3 = fluid.density.v;
  p.supply_k = spec.supply_temperature.v;
  p.volume_m3 = spec.volume.v;
  p.metal_j_per_k = spec.metal_heat_capacity.v;
  p.flow_kg_per_s = spec.flow.v;
  p.pump_w = spec.pump_power.v;
  p.economizer = spec.economizer;
  p.economizer_approach_k = spec.economizer_approach.v;
  p.condenser_pump_w = spec.condenser_pump_power.v;
  if (!spec.chiller.empty()) {
    auto const& c = s.catalogue.chiller.at(spec.chiller);
    p.chiller = ChillerParams{.reference_capacity_w = c.reference_capacity.v,
                              .reference_cop = c.reference_cop,
                              .plr_min = c.plr_min,
                              .plr_max = c.plr_max,
                              .plr_unload = c.plr_unload,
                              .evaporator_min_k = c.evaporator_min.v,
                              .evaporator_max_k = c.evaporator_max.v,
                              .condenser_min_k = c.condenser_min.v,
                              .condenser_max_k = c.condenser_max.v,
                              .condenser_flow_kg_per_s = c.condenser_flow.v,
                              .capacity_curve = c.capacity_curve,
                              .eir_curve = c.eir_curve,
                              .part_load_curve = c.part_load_curve};
    p.chillers = spec.chillers;
  }
  if (!spec.tower.empty()) {
    auto const& t = s.catalogue.tower.at(spec.tower);
    p.tower = TowerParams{.water_flow_kg_per_s = t.water_flow.v,
                          .design_wet_bulb_k = t.design_wet_bulb.v,
                          .design_range_k = t.design_range.v,
                          .design_approach_k = t.design_approach.v,
                          .fan_w = t.fan_power.v,
                          .drift_fraction = t.drift_fraction,
                          .cycles_of_concentration = t.cycles_of_concentration,
                          .fan_air = {},
                          .fan_power = {}};
    p.towers = spec.towers;
  }
  if (!spec.dry_cooler.empty()) {
    auto const& d = s.catalogue.dry_cooler.at(spec.dry_cooler);
    DryCoolerParams dry;
    dry.rated_heat_w = d.rated_heat.v;
    dry.design_air_k = d.design_air.v;
    dry.fluid_in_k = d.fluid_in.v;
    dry.fluid_out_k = d.fluid_out.v;
    dry.fan_w = d.fan_power.v;
    dry.adiabatic = d.adiabatic;
    dry.adiabatic_effectiveness = d.adiabatic_effectiveness;
    p.dry_cooler = dry;
    p.dry_coolers = spec.dry_coolers;
  }
  return p;
}

std::size_t plant_index(Scenario const& s, std::string const& id) {
  for (std::size_t i = 0; i < s.plant.size(); ++i)
    if (s.plant[i].id == id) return i;
  throw InputError("no plant \"" + id + "\"");
}

HallParams hall_params(Scenario const& s, topology::Facility const& facility, HallSpec const& hall, double air_density) {
  // Metal that follows the air and coolant held in the racks of this hall.
  double metal = 0, coolant_m3 = 0;
  for (auto const& place : facility.racks) {
    if (s.hall[place.hall].id != hall.id) continue;
    auto const& rack = s.catalogue.rack.at(s.racks[place.group].rack);
    metal += rack.heat_capacity.v;
    coolant_m3 += rack.coolant_volume.v;
  }
  HallParams p;
  if (hall.air) {
    auto const& c = s.catalogue.crah.at(hall.air->crah);
    AirSideParams air;
    air.plant = plant_index(s, hall.air->plant);
    air.crah.rated_heat_w = c.rated_heat.v;
    air.crah.rated_approach_k = c.rated_approach.v;
    air.crah.airflow_m3_per_s = c.airflow.v;
    air.crah.fan_w = c.fan_power.v;
    air.crah.water_flow_kg_per_s = c.water_flow.v;
    air.crahs = hall.air->crahs;
    air.supply_k = hall.air->supply_temperature.v;
    air.heat_capacity_j_per_k = hall.air->volume.v * air_density * dry_air_specific_heat_j_per_kg_k + metal;
    air.density_kg_per_m3 = air_density;
    p.air = air;
  }
  if (hall.liquid) {
    auto const& c = s.catalogue.cdu.at(hall.liquid->cdu);
    auto const& fluid = s.catalogue.fluid.at(hall.liquid->fluid);
    LiquidSideParams liquid;
    liquid.plant = plant_index(s, hall.liquid->plant);
    liquid.cdu.rated_heat_w = c.rated_heat.v;
    liquid.cdu.rated_approach_k = c.rated_approach.v;
    liquid.cdu.technology_flow_kg_per_s = c.technology_flow.v;
    liquid.cdu.facility_flow_kg_per_s = c.facility_flow.v;
    liquid.cdu.pump_w = c.pump_power.v;
    liquid.cdus = hall.liquid->cdus;
    liquid.supply_k = hall.liquid->supply_temperature.v;
    liquid.specific_heat_j_per_kg_k = fluid.specific_heat.v;
    liquid.heat_capacity_j_per_k =
        (coolant_m3 + hall.liquid->cdus * c.coolant_volume.v) * fluid.density.v * fluid.specific_heat.v +
        hall.liquid->cdus * c.metal_heat_capacity.v;
    p.liquid = liquid;
  }
  return p;
}

}  // namespace

Assembly assemble(Scenario const& s, topology::Facility const& facility) {
  Assembly a;
  a.utc_offset_s = offset_of_zone_s(s.site.time_zone);
  double const pressure = pressure_at_elevation_pa(s.site.elevation.v);
  double const room_k = from_celsius(20.0).v;
  a.air_density_kg_per_m3 = moist_air_density_kg_per_m3(room_k, humidity_ratio_from_relative(room_k, 0.5, pressure), pressure);
  a.weather = weather(s, a.utc_offset_s, pressure);
  for (auto const& plant : s.plant) a.plants.push_back(plant_params(s, plant));
  for (auto const& hall : s.hall) {
    a.halls.push_back(hall_params(s, facility, hall, a.air_density_kg_per_m3));
    a.hall_recirculation.push_back(hall.air ? hall.air->recirculation : 0.0);
  }

  for (std::size_t f = 0; f < facility.fabrics.size(); ++f) {
    auto const& fabric = facility.fabrics[f];
    a.fabrics.push_back({fabric.hall, fabric.parts.power_w()});
    for (std::uint32_t p = 0; p < facility.pools.size(); ++p)
      if (schema::fabric_of(s, facility.pools[p]) == &s.fabric[f]) a.fabrics.back().pools.push_back(p);
  }

  // Racks of a group are contiguous, in group order.
  for (std::uint32_t r = 0; r < facility.racks.size();) {
    auto const& first = facility.racks[r];
    auto const& group = s.racks[first.group];
    RackClass c = rack_class(s, group.rack, group.power_limit);
    if (schema::fabric_of(s, group.pool)) c.switch_w = s.catalogue.rack.at(group.rack).switch_power.v;
    if (group.power_smoothing) c.smoothing = smoothing(*group.power_smoothing);
    c.name = group.pool;
    c.first_rack = r;
    c.first_node = first.first_node;
    c.hall = first.hall;
    c.pool = first.pool;
    while (r < facility.racks.size() && facility.racks[r].group == first.group) ++r, ++c.racks;
    a.classes.push_back(std::move(c));
  }

  // Pools: what the scheduler and the demand need to know.
  a.nodes_of_pool.resize(facility.pools.size());
  a.accelerators_per_node_of_pool.assign(facility.pools.size(), 0);
  a.supplies.resize(facility.pools.size());
  for (auto const& c : a.classes) {
    auto& per_node = a.accelerators_per_node_of_pool[c.pool];
    if (per_node != 0 && per_node != c.accelerators)
      throw InputError(fmt::format("pool \"{}\" mixes nodes of {} and {} accelerators; give each its own pool",
                                   facility.pools[c.pool], per_node, c.accelerators));
    per_node = c.accelerators;
    for (std::uint32_t n = 0; n < c.racks * c.nodes_per_rack; ++n) a.nodes_of_pool[c.pool].push_back(c.first_node + n);
    auto& supply = a.supplies[c.pool];
    int const nodes = supply.nodes + static_cast<int>(c.racks * c.nodes_per_rack);
    supply = pool_supply(s, s.racks[facility.racks[c.first_rack].group].rack, schema::fabric_of(s, facility.pools[c.pool]));
    supply.name = facility.pools[c.pool];
    supply.nodes = nodes;
  }

  a.tree = topology::power_tree(facility.graph);
  for (auto const& v : a.tree.vertices) {
    if (v.role == topology::PowerTree::Role::unit) {
      a.loss_owner.push_back(loss_owner(s.catalogue.power_unit.at(s.power[v.owner].unit).kind));
    } else {
      a.loss_owner.push_back(Owner::busway_loss);  // lossless: never used
    }
  }
  a.chain = chain_params(s, facility, a.tree);
  for (auto const& spec : s.storage) a.storages.push_back(storage_params(s, spec, a.tree));

  a.tariff = tariff_params(s, s.site.tariff, a.utc_offset_s);
  for (auto const& id : s.site.compare_tariffs) a.compared.push_back(tariff_params(s, id, a.utc_offset_s));
  a.carbon = carbon_params(s);
  return a;
}

}  // namespace ondol::sim
