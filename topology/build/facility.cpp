#include "topology/build/facility.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "topology/build/wiring.hpp"

namespace ondol::topology {
namespace {

/// Of one accelerator in the graph, with its edge and its share of node and fabric; measured by facility_test.
constexpr double bytes_per_accelerator = 300.0;
/// 32 times the largest facility of the targets; beyond it a number is a slip of the keyboard.
constexpr double largest_facility = 4.2e6;

void refuse_too_large(schema::Scenario const& scenario) {
  double accelerators = 0.0, things = 0.0;
  for (auto const& group : scenario.racks) {
    double per_rack = 1.0, nodes = 1.0;
    if (auto rack = scenario.catalogue.rack.find(group.rack); rack != scenario.catalogue.rack.end()) {
      nodes = std::max(0, rack->second.nodes);
      if (auto node = scenario.catalogue.node.find(rack->second.node); node != scenario.catalogue.node.end())
        per_rack = nodes * std::max(0, node->second.accelerators);
    }
    accelerators += group.count * per_rack;
    things += group.count * std::max({1.0, nodes, per_rack});
  }
  for (auto const& bank : scenario.power) things += bank.units;
  for (auto const& plant : scenario.plant) things += double(plant.chillers) + plant.towers + plant.dry_coolers;
  for (auto const& hall : scenario.hall) things += (hall.air ? hall.air->crahs : 0) + (hall.liquid ? hall.liquid->cdus : 0);
  if (things <= largest_facility) return;
  char text[200];
  std::snprintf(text, sizeof text,
                "the facility has %.3g things (%.3g accelerators); its graph alone would take %.3g GB; the limit is %.2g",
                things, accelerators, things * bytes_per_accelerator * 1e-9, largest_facility);
  throw InputError(text);
}

}  // namespace

Wiring::Index Wiring::add(Index holder, Kind kind, std::string name, Watts rating, std::size_t spec) {
  Index const v = facility.graph.add_vertex({kind, std::move(name), rating, static_cast<std::uint32_t>(spec)});
  facility.graph.add_edge(Layer::containment, holder, v);
  return v;
}

void Wiring::circulate(Layer layer, Index a, Index b) {
  facility.graph.add_edge(layer, a, b);
  facility.graph.add_edge(layer, b, a);
}

void Wiring::fault(std::string const& path, std::string message) {
  Fault f;
  f.file = scenario.file;
  f.message = std::move(message);
  for (std::string at = path;;) {
    if (auto it = scenario.origin.find(at); it != scenario.origin.end()) {
      f.file = it->second.file;
      f.line = it->second.line;
      f.column = it->second.column;
      break;
    }
    auto const dot = at.rfind('.');
    if (dot == std::string::npos) break;
    at.resize(dot);
  }
  faults.push_back(std::move(f));
}

std::vector<Wiring::Index> const* Wiring::units(std::string const& id, std::string const& path) {
  if (auto it = bank.find(id); it != bank.end()) return &it->second;
  std::vector<std::string> known;
  for (auto const& [name, members] : bank) known.push_back(name);
  std::string const near = nearest(id, known);
  fault(path, id.empty() ? path + " names no power bank"
                         : path + " names \"" + id + "\", which is no power bank" +
                               (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
  return nullptr;
}

Watts rated_rack_power(schema::Scenario const& scenario, schema::RackGroupSpec const& group) {
  auto const& catalogue = scenario.catalogue;
  auto const& rack = catalogue.rack.at(group.rack);
  auto const& node = catalogue.node.at(rack.node);
  Watts power = rack.rated_power.v > 0.0 ? rack.rated_power
                                         : node.rated_power * double(rack.nodes) + rack.switch_power + rack.network_share_power;
  if (schema::fabric_of(scenario, group.pool)) power -= rack.network_share_power;
  auto const accelerator = catalogue.accelerator.find(node.accelerator);
  if (group.power_limit && accelerator != catalogue.accelerator.end()) {
    Watts const spared = accelerator->second.power_limit - *group.power_limit;
    if (spared.v > 0.0) power -= spared * (double(rack.nodes) * node.accelerators);
  }
  return Watts{std::max(0.0, power.v)};
}

double liquid_fraction(schema::Scenario const& scenario, schema::RackGroupSpec const& group) {
  auto const& catalogue = scenario.catalogue;
  return catalogue.node.at(catalogue.rack.at(group.rack).node).liquid_fraction;
}

Facility build_facility(schema::Scenario const& scenario) {
  refuse_too_large(scenario);
  Wiring w(scenario);
  auto& graph = w.facility.graph;
  w.site = graph.add_vertex({Kind::site, scenario.site.name, Watts{0}, 0});
  w.utility = w.add(w.site, Kind::utility, "utility", scenario.site.grid_capacity, 0);
  w.weather = graph.add_vertex({Kind::weather, "weather", Watts{0}, 0});
  w.bank["utility"] = {w.utility};

  wire_power_banks(w);
  place_plants_and_halls(w);
  place_racks(w);
  if (!w.faults.empty()) throw InputError(std::move(w.faults));
  wire_cooling(w);
  wire_fabric(w);
  rate_plants(w);
  if (!w.faults.empty()) throw InputError(std::move(w.faults));
  return std::move(w.facility);
}

}  // namespace ondol::topology
