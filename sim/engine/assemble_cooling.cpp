#include "sim/engine/assemble_cooling.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "scenarios/base/error.hpp"
#include "sim/engine/hourly_file.hpp"
#include "sim/engine/refusal.hpp"
#include "sim/thermal/psychrometrics.hpp"

namespace ondol::sim {

using namespace schema;

namespace {

std::size_t plant_index(Scenario const& s, std::string const& id) {
  for (std::size_t i = 0; i < s.plant.size(); ++i)
    if (s.plant[i].id == id) return i;
  throw InputError("no plant \"" + id + "\"");
}

}  // namespace

CoolingOptions cooling_options(CoolingSpec const& spec) {
  return {.tolerance_k = spec.tolerance.v,
          .longest_step_s = spec.longest_step.v,
          .control = spec.control == CoolingSpec::Control::pi ? CoolingOptions::Control::pi : CoolingOptions::Control::ideal};
}

PlantOrders plant_orders(Scenario const& s, std::size_t plant, double utc_offset_s) {
  auto const& spec = s.plant[plant];
  PlantOrders orders;
  if (spec.tank) {
    orders.charge_hours = spec.tank->charge_hours;
    orders.discharge_hours = spec.tank->discharge_hours;
  }
  if (!spec.reuse || spec.reuse->file.empty()) return orders;
  auto const& r = *spec.reuse;
  orders.demand_w = read_hourly(r.file, {.time_column = r.time_column,
                                         .column = r.column,
                                         .utc_offset_s = static_cast<std::int64_t>(utc_offset_s),
                                         .typical_year = s.site.weather.typical_year});
  double const start = static_cast<double>(s.simulation.start);
  if (!orders.demand_w.covers(start, start + s.simulation.duration.v))
    refuse(s, fmt::format("plant[{}].reuse.file", plant),
           fmt::format("the demand of {} is not there for all hours of the run", r.file));
  return orders;
}

PlantParams plant_params(Scenario const& s, PlantSpec const& spec) {
  auto const& fluid = s.catalogue.fluid.at(spec.fluid);
  PlantParams p;
  p.fluid_specific_heat_j_per_kg_k = fluid.specific_heat.v;
  p.fluid_density_kg_per_m3 = fluid.density.v;
  p.supply_k = spec.supply_temperature.v;
  p.volume_m3 = spec.volume.v;
  p.pipe_volume_m3 = spec.pipe_volume ? spec.pipe_volume->v : 0.5 * spec.volume.v;
  p.metal_j_per_k = spec.metal_heat_capacity.v;
  p.flow_kg_per_s = spec.flow.v;
  p.pump_w = spec.pump_power.v;
  p.pumps = spec.pumps;
  p.pumps_needed = spec.pumps_needed > 0 ? spec.pumps_needed : spec.pumps;
  p.economizer = spec.economizer;
  p.economizer_approach_k = spec.economizer_approach.v;
  p.condenser_pump_w = spec.condenser_pump_power.v;
  if (spec.condenser_temperature) p.condenser_k = spec.condenser_temperature->v;
  if (auto const& r = spec.reset) {
    using By = SupplyResetParams::By;
    auto const by = r->by == ResetSpec::By::dry_bulb   ? By::dry_bulb
                    : r->by == ResetSpec::By::wet_bulb ? By::wet_bulb
                                                       : By::demand;
    p.reset = SupplyResetParams{by, r->low.v, r->high.v, r->supply_at_low.v, r->supply_at_high.v};
  }
  if (auto const& t = spec.staging)
    p.staging = PlantStagingParams{t->minimum_on.v, t->minimum_off.v, t->delay.v, t->up, t->down, t->changeover.v};
  if (auto const& t = spec.tank) {
    using Use = TankParams::Use;
    double const flow = t->flow.v > 0.0 ? t->flow.v : spec.flow.v;
    p.tank = TankParams{.use = t->use == TankSpec::Use::buffer    ? Use::buffer
                               : t->use == TankSpec::Use::reserve ? Use::reserve
                                                                  : Use::shift,
                        .volume_m3 = t->volume.v,
                        .layers = t->layers,
                        .heat_loss_w_per_k = t->heat_loss.v,
                        .charge_k = t->charge_temperature.value_or(spec.supply_temperature).v,
                        .flow_w_per_k = flow * p.fluid_specific_heat_j_per_kg_k};
  }
  if (auto const& r = spec.reuse)
    p.reuse = HeatReuseParams{.demand_w = r->demand.v,
                              .demand_slope_w_per_k = r->demand_slope.v,
                              .balance_k = r->balance_temperature.v,
                              .sink_k = r->temperature.v,
                              .approach_k = r->approach.v,
                              .lift = r->heat_pump ? HeatReuseParams::Lift::heat_pump : HeatReuseParams::Lift::none,
                              .second_law_efficiency = r->second_law_efficiency,
                              .pump_w = r->pump_power.v};
  if (!spec.chiller.empty()) {
    auto const& c = s.catalogue.chiller.at(spec.chiller);
    p.chiller = ChillerParams{
        .reference_capacity_w = c.reference_capacity.v,
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
        .part_load_curve = c.part_load_curve,
        .curves = c.curves == ChillerSpec::Curves::eir ? ChillerParams::Curves::eir : ChillerParams::Curves::reformulated,
        .part_load_surface = c.part_load_surface,
        .air_cooled = c.condenser == ChillerSpec::Condenser::air};
    p.chillers = spec.chillers;
  }
  if (!spec.tower.empty()) {
    auto const& t = s.catalogue.tower.at(spec.tower);
    p.tower = TowerParams{.correlation = t.correlation == TowerSpec::Correlation::merkel ? TowerParams::Correlation::merkel
                                                                                         : TowerParams::Correlation::yorkcalc,
                          .water_flow_kg_per_s = t.water_flow.v,
                          .design_wet_bulb_k = t.design_wet_bulb.v,
                          .design_range_k = t.design_range.v,
                          .design_approach_k = t.design_approach.v,
                          .airflow_m3_per_s = t.airflow ? t.airflow->v : 0.0,
                          .fan_w = t.fan_power.v,
                          .drift_fraction = t.drift_fraction,
                          .cycles_of_concentration = t.cycles_of_concentration,
                          .minimum_speed = t.minimum_speed,
                          .free_convection = t.free_convection,
                          .fan_air = t.fan_air,
                          .fan_power = t.fan_power_share};
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
    dry.cycles_of_concentration = d.cycles_of_concentration;
    dry.minimum_speed = d.minimum_speed;
    p.dry_cooler = dry;
    p.dry_coolers = spec.dry_coolers;
  }
  return p;
}

HallParams hall_params(Scenario const& s, topology::Facility const& facility, HallSpec const& hall, double air_density) {
  // Metal that follows the air and coolant held in the racks of this hall.
  double metal = 0, coolant_m3 = 0;
  int racks = 0;
  for (auto const& place : facility.racks) {
    if (s.hall[place.hall].id != hall.id) continue;
    auto const& rack = s.catalogue.rack.at(s.racks[place.group].rack);
    ++racks;
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
    air.crah.minimum_speed = c.minimum_speed;
    air.crahs = hall.air->crahs;
    air.supply_k = hall.air->supply_temperature.v;
    double const room = hall.air->volume.v * air_density * dry_air_specific_heat_j_per_kg_k;
    air.heat_capacity_j_per_k = room + metal;
    if (room > 0.0) air.cold_share = 0.5 * room / air.heat_capacity_j_per_k;
    air.density_kg_per_m3 = air_density;
    if (auto const& e = hall.air->economizer) {
      air.economizer =
          AirEconomizerParams{.kind = e->kind == AirEconomizerSpec::Kind::indirect ? AirEconomizerParams::Kind::indirect
                                                                                   : AirEconomizerParams::Kind::outside_air,
                              .effectiveness = e->effectiveness,
                              .adiabatic_effectiveness = e->adiabatic_effectiveness,
                              .cycles_of_concentration = e->cycles_of_concentration,
                              .fan_w = e->fan_power.v};
      if (e->dew_point_minimum) air.economizer->dew_point_minimum_k = e->dew_point_minimum->v;
      if (e->dew_point_maximum) air.economizer->dew_point_maximum_k = e->dew_point_maximum->v;
    }
    p.air = air;
  }
  if (auto const& d = hall.rear_door; d && racks > 0)
    p.rear_door = RearDoorParams{.plant = plant_index(s, d->plant),
                                 .doors = racks,
                                 .rated_heat_w = d->rated_heat.v,
                                 .rated_approach_k = d->rated_approach.v,
                                 .airflow_m3_per_s = d->airflow.v,
                                 .water_flow_kg_per_s = d->water_flow.v,
                                 .air_density_kg_per_m3 = air_density};
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
    if (hall.liquid->flow_control == LiquidSpec::FlowControl::by_heat) liquid.cdu.minimum_speed = hall.liquid->minimum_flow;
    double const per_m3 = fluid.density.v * fluid.specific_heat.v, held_m3 = hall.liquid->cdus * c.coolant_volume.v;
    double const pipe_m3 = hall.liquid->pipe_volume ? std::min(hall.liquid->pipe_volume->v, held_m3) : 0.5 * held_m3;
    liquid.rack_j_per_k = coolant_m3 * per_m3;
    liquid.pipe_j_per_k = pipe_m3 * per_m3;
    liquid.cdu_j_per_k = (held_m3 - pipe_m3) * per_m3 + hall.liquid->cdus * c.metal_heat_capacity.v;
    p.liquid = liquid;
  }
  return p;
}

}  // namespace ondol::sim
