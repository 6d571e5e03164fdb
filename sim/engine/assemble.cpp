#include "sim/engine/assemble.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <stdexcept>
#include <utility>

#include "sim/engine/assemble_chain.hpp"
#include "sim/engine/assemble_cooling.hpp"
#include "sim/engine/assemble_trips.hpp"
#include "sim/engine/billing.hpp"
#include "sim/engine/hourly_file.hpp"
#include "sim/engine/refusal.hpp"
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

std::string local_text(double unix_s, double utc_offset_s) {
  return hour_text(static_cast<std::int64_t>(unix_s), static_cast<std::int64_t>(utc_offset_s));
}

Weather weather(Scenario const& s, double offset_s, double pressure_pa) {
  auto const& w = s.site.weather;
  double const start = static_cast<double>(s.simulation.start), end = start + s.simulation.duration.v;
  auto made = [&] {
    if (w.design_day)
      return Weather::design_day({w.design_day->dry_bulb.v, w.design_day->wet_bulb.v, w.design_day->range.v}, pressure_pa,
                                 offset_s);
    if (w.file.empty() && w.files.empty()) return Weather::constant(w.dry_bulb.v, w.relative_humidity, pressure_pa);
    return Weather::from_files(w.files.empty() ? std::vector{w.file} : w.files,
                               {.utc_offset_s = offset_s,
                                .elevation_m = s.site.elevation.v,
                                .typical_year = w.typical_year && w.files.empty(),
                                .relative_humidity = w.relative_humidity,
                                .start_unix_s = start,
                                .offset_s = w.offset.v,
                                .repeat = w.repeat});
  }();
  made.warm_by(w.warming.v);
  if (!made.covers(start, end)) {
    double const zone = made.utc_offset_s();
    refuse(s, w.files.empty() ? "site.weather.file" : "site.weather.files",
           fmt::format(
               "the weather is of {} to {}, but the run is of {} to {} (all in the weather's time zone); choose other dates, "
               "set typical_year = true to use month, day and hour of a whole year in any year, or repeat = true",
               local_text(made.first_unix_s(), zone), local_text(made.last_unix_s(), zone), local_text(start, zone),
               local_text(std::ceil(end), zone)));
  }
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

/// The catalogue's resistance is from the coolant that enters; at the design flow its mean at the plates is half its rise
/// warmer.
void from_mean_coolant(RackClass& c, schema::RackSpec const& rack, schema::FluidSpec const& fluid) {
  double const flow = rack.coolant_flow.v * fluid.specific_heat.v;  // W/K
  if (!(flow > 0)) return;
  double const half_rise_k_per_w = 0.5 * static_cast<double>(c.nodes_per_rack) * c.accelerators / flow;
  double const less = std::min(half_rise_k_per_w, 0.5 * c.junction.sink_k_per_w);
  c.junction.sink_k_per_w -= less;
  c.sink.fixed_k_per_w -= std::min(less, c.sink.fixed_k_per_w);
}

}  // namespace

Assembly assemble(Scenario const& s, topology::Facility const& facility) {
  Assembly a;
  a.utc_offset_s = offset_of_zone_s(s.site.time_zone);
  a.seed = s.simulation.seed;
  double const pressure = pressure_at_elevation_pa(s.site.elevation.v);
  double const room_k = from_celsius(20.0).v;
  a.air_density_kg_per_m3 = moist_air_density_kg_per_m3(room_k, humidity_ratio_from_relative(room_k, 0.5, pressure), pressure);
  a.weather = weather(s, a.utc_offset_s, pressure);
  a.cooling = cooling_options(s.cooling);
  for (auto const& plant : s.plant) a.plants.push_back(plant_params(s, plant));
  for (std::size_t p = 0; p < s.plant.size(); ++p) a.orders.push_back(plant_orders(s, p, a.utc_offset_s));
  for (auto const& hall : s.hall) {
    a.halls.push_back(hall_params(s, facility, hall, a.air_density_kg_per_m3));
    a.hall_inlet_spread_k.push_back(hall.air ? hall.air->inlet_spread.v : 0.0);
    a.hall_return.push_back(hall.air ? Recirculation(hall.air->recirculation_matrix) : Recirculation());
    double const gain = a.hall_return.back().largest_gain();
    a.hall_recirculation.push_back(gain > 0 ? gain / (1 + gain) : hall.air ? hall.air->recirculation : 0.0);
  }

  a.trips = cooling_trips(s);

  for (std::size_t f = 0; f < facility.fabrics.size(); ++f) {
    auto const& fabric = facility.fabrics[f];
    a.fabrics.push_back({fabric.hall, fabric.parts.power_w()});
    for (std::uint32_t p = 0; p < facility.pools.size(); ++p)
      if (schema::fabric_of(s, facility.pools[p]) == &s.fabric[f]) a.fabrics.back().pools.push_back(p);
  }

  a.heat_loads = heat_loads(s);

  // Racks of a group are contiguous, in group order.
  for (std::uint32_t r = 0; r < facility.racks.size();) {
    auto const& first = facility.racks[r];
    auto const& group = s.racks[first.group];
    RackClass c = rack_class(s, group.rack, group.power_limit);
    if (schema::fabric_of(s, group.pool)) c.switch_w = s.catalogue.rack.at(group.rack).switch_power.v;
    if (group.power_smoothing) c.smoothing = smoothing(*group.power_smoothing);
    if (auto const& liquid = s.hall[first.hall].liquid; liquid && c.liquid_cooled)
      from_mean_coolant(c, s.catalogue.rack.at(group.rack), s.catalogue.fluid.at(liquid->fluid));
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
  a.accelerators_of_hall.assign(s.hall.size(), 0);
  for (auto const& c : a.classes) {
    a.accelerators_of_hall[c.hall] += double(c.racks) * c.nodes_per_rack * c.accelerators;
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
