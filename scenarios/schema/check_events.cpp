/// Declared happenings: to whom, how many, and when.

#include "scenarios/schema/check_context.hpp"

namespace ondol::schema {
namespace {

using What = EventSpec::What;

void check_utility(Context const& c, std::size_t i) {
  auto const is_of_utility = [](EventSpec const& e) { return e.what == What::utility_outage || e.what == What::utility_dip; };
  auto const end = [](EventSpec const& e) { return e.duration ? e.start.v + e.duration->v : 1e300; };
  auto const& e = c.s.event[i];
  if (!is_of_utility(e)) return;
  for (std::size_t j = 0; j < i; ++j) {
    auto const& o = c.s.event[j];
    if (!is_of_utility(o) || !c.good(list_path("event", j)) || e.start.v > end(o) || o.start.v > end(e)) continue;
    c.error(list_path("event", i, "start"),
            "overlaps with another event of the utility, which begins at " + about(o.start.v) + " s");
    return;
  }
}

void check_bank(Context const& c, std::size_t i) {
  auto const& e = c.s.event[i];
  auto const at = [i](char const* key) { return list_path("event", i, key); };
  if (e.bank == "utility") return c.error(at("bank"), "the utility has no units; its failure is what = \"utility_outage\"");
  for (auto const& bank : c.s.power)
    if (bank.id == e.bank && e.unit > bank.units)
      c.error(at("unit"), "bank " + in_quotes(e.bank) + " has " + std::to_string(bank.units) +
                              (bank.units == 1 ? " unit" : " units") + ", there is no unit " + std::to_string(e.unit));
}

struct Machines {
  char const* singular;
  char const* plural;
  int count;
};

Machines machines_of(What what, PlantSpec const& plant) {
  switch (what) {
    case What::pump_trip:
      return {"pump", "pumps", plant.pumps};
    case What::tower_trip:
      return {"tower", "towers", plant.towers};
    case What::dry_cooler_trip:
      return {"dry cooler", "dry coolers", plant.dry_coolers};
    default:
      return {"chiller", "chillers", plant.chillers};
  }
}

void check_units(Context const& c, std::size_t i, std::string const& owner, char const* key, Machines const& m) {
  auto const& e = c.s.event[i];
  if (m.count == 0)
    c.error(list_path("event", i, key), owner + " has no " + m.plural + " that could trip");
  else if (e.units > m.count)
    c.error(list_path("event", i, "units"), "units = " + std::to_string(e.units) + ", but " + owner + " has " +
                                                std::to_string(m.count) + " " + (m.count == 1 ? m.singular : m.plural) +
                                                ". Leave units out for all?");
}

void check_trip(Context const& c, std::size_t i) {
  auto const& e = c.s.event[i];
  for (std::size_t p = 0; p < c.s.plant.size(); ++p) {
    auto const& plant = c.s.plant[p];
    if (plant.id != e.plant || e.what == What::set_point || !c.good(list_path("plant", p))) continue;
    check_units(c, i, "plant " + in_quotes(plant.id), "plant", machines_of(e.what, plant));
  }
  for (std::size_t h = 0; h < c.s.hall.size(); ++h) {
    auto const& hall = c.s.hall[h];
    if (hall.id != e.hall || !c.good(list_path("hall", h))) continue;
    bool const has_air = hall.air.has_value(), has_liquid = hall.liquid.has_value();
    auto const name = "hall " + in_quotes(hall.id);
    if (e.what == What::crah_trip)
      check_units(c, i, name, "hall", {"air handler", "air handlers", has_air ? hall.air->crahs : 0});
    else if (e.what == What::cdu_trip)
      check_units(c, i, name, "hall", {"CDU", "CDUs", has_liquid ? hall.liquid->cdus : 0});
    else if (e.side == EventSpec::Side::air && !has_air)
      c.error(list_path("event", i, "side"), name + " has no [hall.air]" + (has_liquid ? ". Write side = \"liquid\"?" : ""));
    else if (e.side == EventSpec::Side::liquid && !has_liquid)
      c.error(list_path("event", i, "side"), name + " has no [hall.liquid]" + (has_air ? ". Write side = \"air\"?" : ""));
  }
}

}  // namespace

void check_events(Context const& c) {
  for (std::size_t i = 0; i < c.s.event.size(); ++i) {
    auto const& e = c.s.event[i];
    if (!c.good(list_path("event", i))) continue;
    if (c.good("simulation.duration") && e.start.v >= c.s.simulation.duration.v)
      c.warning(list_path("event", i, "start"), "the run is over before this event");
    check_utility(c, i);
    if (!e.bank.empty()) check_bank(c, i);
    if (e.is_cooling()) check_trip(c, i);
  }
}

}  // namespace ondol::schema
