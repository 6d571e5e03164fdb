#include <algorithm>
#include <map>
#include <set>

#include "scenarios/schema/check_context.hpp"

namespace ondol::schema {
namespace {

/// What is written on the racks behind each bank, halved where they have two feeds; standby banks must carry all of their
/// switch.
std::map<std::string, double> racks_behind(Context const& c) {
  std::map<std::string, double> load;
  for (auto const& g : c.s.racks)
    if (auto const* r = c.rack(g))
      for (auto const& feeder : g.fed_by) load[feeder] += g.count * r->rated_power.v / static_cast<double>(g.fed_by.size());
  std::map<std::string, std::size_t> waiting;  // banks below that have not told their load yet
  auto const above = [](PowerBankSpec const& bank) {
    std::set<std::string> all(bank.fed_by.begin(), bank.fed_by.end());
    all.insert(bank.alternate.begin(), bank.alternate.end());
    return all;
  };
  std::map<std::string, PowerBankSpec const*> banks;
  for (auto const& bank : c.s.power) {
    banks.emplace(bank.id, &bank);
    for (auto const& feeder : above(bank)) ++waiting[feeder];
  }
  std::vector<PowerBankSpec const*> ready;
  for (auto const& bank : c.s.power)
    if (!waiting[bank.id]) ready.push_back(&bank);
  while (!ready.empty()) {
    auto const& bank = *ready.back();
    ready.pop_back();
    for (auto const& feeder : above(bank)) {
      load[feeder] += load[bank.id];
      if (auto const it = banks.find(feeder); --waiting[feeder] == 0 && it != banks.end()) ready.push_back(it->second);
    }
  }
  return load;
}

}  // namespace

HallHeat rated_heat(Context const& c, HallSpec const& hall) {
  HallHeat heat;
  for (auto const& g : c.s.racks) {
    auto const* r = c.rack(g);
    auto const* n = r ? c.node(*r) : nullptr;
    if (!n || g.hall != hall.id) continue;
    double const share = n->cooling == Cooling::air ? 0 : n->liquid_fraction;
    heat.liquid += g.count * r->rated_power.v * share;
    heat.air += g.count * r->rated_power.v * (1 - share);
  }
  return heat;
}

/// Loads above ratings.
void warn_of_capacities(Context const& c) {
  double const everything = [&] {
    double w = c.s.site.base_load.v;
    for (auto const& g : c.s.racks)
      if (auto const* r = c.rack(g)) w += g.count * r->rated_power.v;
    return w;
  }();
  if (everything > c.s.site.grid_capacity.v)
    c.warning("site.grid_capacity", "the racks and the base load are rated " + watts(everything) +
                                        " before losses and cooling, above the contract of " + watts(c.s.site.grid_capacity.v));
  auto const racks = racks_behind(c);
  for (std::size_t b = 0; b < c.s.power.size(); ++b) {
    auto const& bank = c.s.power[b];
    auto const* unit = Context::find(c.s.catalogue.power_unit, bank.unit);
    if (!unit) continue;
    auto const behind = racks.find(bank.id);
    double const load = behind == racks.end() ? 0 : behind->second;
    double const rating = unit->rating.v * (bank.units_needed ? bank.units_needed : bank.units);
    if (load > rating)
      c.warning(list_path("power", b),
                "bank " + in_quotes(bank.id) + " is rated " + watts(rating) + ", its racks " + watts(load));
  }
  std::map<std::string, double> to_plant;
  for (std::size_t h = 0; h < c.s.hall.size(); ++h) {
    auto const& hall = c.s.hall[h];
    auto const [air, liquid] = rated_heat(c, hall);
    if (hall.air) {
      to_plant[hall.air->plant] += air;
      if (auto const* u = Context::find(c.s.catalogue.crah, hall.air->crah); u && air > u->rated_heat.v * hall.air->crahs)
        c.warning(list_path("hall", h, "air.crahs"), std::to_string(hall.air->crahs) + " air handlers are rated " +
                                                         watts(u->rated_heat.v * hall.air->crahs) +
                                                         ", the air heat of the racks " + watts(air));
    }
    if (hall.liquid) {
      to_plant[hall.liquid->plant] += liquid;
      if (auto const* u = Context::find(c.s.catalogue.cdu, hall.liquid->cdu); u && liquid > u->rated_heat.v * hall.liquid->cdus)
        c.warning(list_path("hall", h, "liquid.cdus"), std::to_string(hall.liquid->cdus) + " CDUs are rated " +
                                                           watts(u->rated_heat.v * hall.liquid->cdus) +
                                                           ", the liquid heat of the racks " + watts(liquid));
    }
  }
  for (std::size_t p = 0; p < c.s.plant.size(); ++p) {
    auto const& plant = c.s.plant[p];
    auto const* chiller = Context::find(c.s.catalogue.chiller, plant.chiller);
    auto const* tower = Context::find(c.s.catalogue.tower, plant.tower);
    auto const* dry = Context::find(c.s.catalogue.dry_cooler, plant.dry_cooler);
    double const chilled = chiller ? chiller->reference_capacity.v * plant.chillers : 0;
    bool const to_air = chiller && chiller->condenser == ChillerSpec::Condenser::air;
    double const rejected =
        to_air ? chilled : (tower ? tower->rated_heat.v * plant.towers : 0) + (dry ? dry->rated_heat.v * plant.dry_coolers : 0);
    double const cooled = chiller && !plant.economizer ? chilled : rejected;
    double const rating = std::min(rejected, cooled);
    double const heat = to_plant[plant.id];
    if (rating > 0 && heat > rating)
      c.warning(list_path("plant", p),
                "plant " + in_quotes(plant.id) + " is rated " + watts(rating) + ", the heat of its halls " + watts(heat));
  }
}

}  // namespace ondol::schema
