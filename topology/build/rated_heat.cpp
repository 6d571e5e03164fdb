#include "topology/build/rated_heat.hpp"

#include <algorithm>

namespace ondol::topology {
namespace {

template <class Spec>
Spec const* find(std::map<std::string, Spec> const& entries, std::string const& id) {
  auto const it = entries.find(id);
  return it == entries.end() ? nullptr : &it->second;
}

}  // namespace

std::vector<HallHeat> rated_hall_heat(schema::Scenario const& scenario, std::vector<FabricPlace> const& fabrics) {
  auto const& catalogue = scenario.catalogue;
  std::vector<HallHeat> heat(scenario.hall.size());
  for (std::size_t h = 0; h < heat.size(); ++h) {
    auto const& hall = scenario.hall[h];
    for (auto const& group : scenario.racks) {
      auto const* rack = group.hall == hall.id ? find(catalogue.rack, group.rack) : nullptr;
      if (!rack || !find(catalogue.node, rack->node)) continue;
      Watts const power = rated_rack_power(scenario, group) * double(group.count);
      double const liquid = liquid_fraction(scenario, group);
      heat[h].racks += power;
      heat[h].liquid += power * liquid;
      heat[h].air += power * (1.0 - liquid);
    }
    for (auto const& fabric : fabrics)
      if (fabric.hall == h) heat[h].network += Watts{fabric.parts.power_w()};
    heat[h].air += heat[h].network;
    for (auto const& load : scenario.heat_load) {
      if (load.hall != hall.id) continue;
      Watts const power = load.power.value_or(Watts{0});
      heat[h].loads += power;
      heat[h].liquid += power * load.liquid_fraction;
      heat[h].air += power * (1.0 - load.liquid_fraction);
    }
    if (hall.air)
      if (auto const* crah = find(catalogue.crah, hall.air->crah)) heat[h].fans = crah->fan_power * double(hall.air->crahs);
    if (hall.liquid)
      if (auto const* cdu = find(catalogue.cdu, hall.liquid->cdu)) heat[h].pumps = cdu->pump_power * double(hall.liquid->cdus);
  }
  return heat;
}

std::vector<Watts> rated_plant_heat(schema::Scenario const& scenario, std::vector<HallHeat> const& halls) {
  std::vector<Watts> heat(scenario.plant.size());
  for (std::size_t p = 0; p < heat.size(); ++p)
    for (std::size_t h = 0; h < halls.size(); ++h) {
      auto const& hall = scenario.hall[h];
      if (hall.air && hall.air->plant == scenario.plant[p].id) heat[p] += halls[h].air + halls[h].fans;
      if (hall.liquid && hall.liquid->plant == scenario.plant[p].id) heat[p] += halls[h].liquid + halls[h].pumps;
    }
  return heat;
}

Watts rated_mechanical_power(schema::Scenario const& scenario, schema::PlantSpec const& plant, Watts heat) {
  auto const& catalogue = scenario.catalogue;
  Watts power = plant.condenser_pump_power;
  if (plant.pumps_fed_by.empty()) power += plant.pump_power;
  if (auto const* chiller = find(catalogue.chiller, plant.chiller); chiller && chiller->reference_cop > 0.0)
    power += Watts{std::min(heat.v, chiller->reference_capacity.v * plant.chillers) / chiller->reference_cop};
  if (auto const* tower = find(catalogue.tower, plant.tower)) power += tower->fan_power * double(plant.towers);
  if (auto const* dry = find(catalogue.dry_cooler, plant.dry_cooler)) power += dry->fan_power * double(plant.dry_coolers);
  return power;
}

}  // namespace ondol::topology
