#include "sim/engine/assemble_trips.hpp"

#include <algorithm>
#include <utility>

namespace ondol::sim {

using namespace schema;

namespace {

using What = CoolingTrip::What;

/// Plant or hall of a checked event.
template <class Spec>
std::uint32_t index_of(std::vector<Spec> const& list, std::string const& id) {
  auto const at = std::find_if(list.begin(), list.end(), [&](Spec const& spec) { return spec.id == id; });
  return static_cast<std::uint32_t>(at - list.begin());
}

What what_of(EventSpec const& e) {
  switch (e.what) {
    case EventSpec::What::pump_trip:
      return What::pumps;
    case EventSpec::What::tower_trip:
      return What::towers;
    case EventSpec::What::dry_cooler_trip:
      return What::dry_coolers;
    case EventSpec::What::cdu_trip:
      return What::cdus;
    case EventSpec::What::crah_trip:
      return What::crahs;
    case EventSpec::What::set_point:
      return e.side == EventSpec::Side::air      ? What::air_set_point
             : e.side == EventSpec::Side::liquid ? What::liquid_set_point
                                                 : What::plant_set_point;
    default:
      return What::chillers;
  }
}

int all_of(What what, PlantMachines const& plant) {
  return what == What::pumps         ? plant.pumps
         : what == What::towers      ? plant.towers
         : what == What::dry_coolers ? plant.dry_coolers
                                     : plant.chillers;
}

}  // namespace

CoolingTrips cooling_trips(Scenario const& s) {
  std::vector<PlantMachines> plants;
  for (auto const& p : s.plant)
    plants.push_back({.name = p.id,
                      .chillers = p.chillers,
                      .towers = p.towers,
                      .dry_coolers = p.dry_coolers,
                      .pumps = p.pumps,
                      .pumps_needed = p.pumps_needed > 0 ? p.pumps_needed : p.pumps,
                      .chiller_restart_s = p.restart.v});
  std::vector<HallMachines> halls;
  for (auto const& h : s.hall)
    halls.push_back({.name = h.id, .crahs = h.air ? h.air->crahs : 0, .cdus = h.liquid ? h.liquid->cdus : 0});
  std::vector<CoolingTrip> trips;
  for (auto const& e : s.event) {
    if (!e.is_cooling()) continue;
    CoolingTrip t{.what = what_of(e), .start_s = e.start.v};
    if (e.duration) t.end_s = e.start.v + e.duration->v;
    if (e.hall.empty()) {
      t.owner = index_of(s.plant, e.plant);
      t.units = e.units > 0 ? e.units : all_of(t.what, plants[t.owner]);
    } else {
      t.owner = index_of(s.hall, e.hall);
      t.units = e.units > 0 ? e.units : t.what == What::cdus ? halls[t.owner].cdus : halls[t.owner].crahs;
    }
    t.set_point_k = e.temperature.v;
    trips.push_back(t);
  }
  return {std::move(plants), std::move(halls), std::move(trips)};
}

}  // namespace ondol::sim
