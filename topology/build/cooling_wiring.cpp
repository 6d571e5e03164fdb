#include <algorithm>

#include "topology/build/wiring.hpp"

namespace ondol::topology {
namespace {

using Index = Wiring::Index;

std::vector<Index> held(Wiring const& w, Index holder, Kind kind) {
  auto all = w.facility.graph.targets(Layer::containment, holder);
  std::erase_if(all, [&](Index v) { return w.facility.graph.vertex(v).kind != kind; });
  return all;
}

/// Chillers give their heat to towers, else to dry coolers, else to the air; with an economizer dry coolers cool the loop
/// beside the chillers.  The plate exchanger of a tower economizer is no path of its own: at design weather it carries nothing.
void wire_plant(Wiring& w, std::size_t p) {
  Index const plant = w.plant[p];
  auto const chillers = held(w, plant, Kind::chiller);
  auto const towers = held(w, plant, Kind::tower);
  auto const dry = held(w, plant, Kind::dry_cooler);
  bool const dry_on_condensers = !chillers.empty() && towers.empty() && !w.scenario.plant[p].economizer;

  for (Index v : towers) w.circulate(Layer::air, v, w.weather);
  for (Index v : dry) w.circulate(Layer::air, v, w.weather);
  for (Index chiller : chillers) {
    w.circulate(Layer::coolant, plant, chiller);
    for (Index tower : towers) w.circulate(Layer::coolant, chiller, tower);
    if (dry_on_condensers)
      for (Index cooler : dry) w.circulate(Layer::coolant, chiller, cooler);
    if (towers.empty() && (dry.empty() || !dry_on_condensers)) w.circulate(Layer::air, chiller, w.weather);
  }
  if (chillers.empty())
    for (Index tower : towers) w.circulate(Layer::coolant, plant, tower);
  if (!dry_on_condensers)
    for (Index cooler : dry) w.circulate(Layer::coolant, plant, cooler);
}

std::optional<Index> plant_of(Wiring& w, std::string const& id, std::string const& path) {
  std::vector<std::string> known;
  for (std::size_t p = 0; p < w.plant.size(); ++p) {
    if (w.scenario.plant[p].id == id) return w.plant[p];
    known.push_back(w.scenario.plant[p].id);
  }
  std::string const near = nearest(id, known);
  w.fault(path, path + " names \"" + id + "\", which is no plant" + (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
  return std::nullopt;
}

}  // namespace

void wire_cooling(Wiring& w) {
  auto const& s = w.scenario;
  for (std::size_t p = 0; p < s.plant.size(); ++p) wire_plant(w, p);

  for (std::size_t h = 0; h < s.hall.size(); ++h) {
    std::string const path = "hall[" + std::to_string(h) + "]";
    Index const hall = w.hall[h];
    if (s.hall[h].air)
      if (auto const plant = plant_of(w, s.hall[h].air->plant, path + ".air.plant"))
        for (Index all : held(w, hall, Kind::crah))
          for (Index crah : held(w, all, Kind::crah)) {
            w.circulate(Layer::coolant, *plant, crah);
            w.circulate(Layer::air, crah, hall);
          }
    if (s.hall[h].liquid)
      if (auto const plant = plant_of(w, s.hall[h].liquid->plant, path + ".liquid.plant"))
        for (Index all : held(w, hall, Kind::cdu))
          for (Index cdu : held(w, all, Kind::cdu)) {
            w.circulate(Layer::coolant, *plant, cdu);
            w.circulate(Layer::coolant, cdu, hall);
          }
  }

  for (auto const& rack : w.facility.racks) {
    auto const& hall = s.hall[rack.hall];
    double const liquid = liquid_fraction(s, s.racks[rack.group]);
    if (hall.liquid && liquid > 0.0) w.circulate(Layer::coolant, w.hall[rack.hall], rack.vertex);
    if (hall.air && liquid < 1.0) w.circulate(Layer::air, w.hall[rack.hall], rack.vertex);
  }
}

}  // namespace ondol::topology
