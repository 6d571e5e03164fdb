/// Banks, and what feeds them.

#include <algorithm>
#include <map>
#include <set>

#include "scenarios/schema/check_context.hpp"

namespace ondol::schema {
namespace {

using Kind = PowerUnitSpec::Kind;

PowerUnitSpec const* unit_of(Context const& c, PowerBankSpec const& bank) {
  return c.good("power_unit." + bank.unit) ? Context::find(c.s.catalogue.power_unit, bank.unit) : nullptr;
}

/// Banks that a bank can draw from, in whatever state.
std::vector<std::string> sources(PowerBankSpec const& bank) {
  auto all = bank.fed_by;
  all.insert(all.end(), bank.alternate.begin(), bank.alternate.end());
  return all;
}

/// A bank fed by itself, however long the way: depth-first, each circle told once.
void check_circles(Context const& c, std::map<std::string, std::size_t> const& index) {
  auto const& banks = c.s.power;
  if (banks.size() > 10000) return;
  enum class Mark { unseen, open, done };
  std::vector<Mark> mark(banks.size(), Mark::unseen);
  std::vector<std::size_t> stack;
  auto const visit = [&](auto const& self, std::size_t i) -> void {
    mark[i] = Mark::open;
    stack.push_back(i);
    for (auto const& feeder : sources(banks[i])) {
      auto const it = index.find(feeder);
      if (it == index.end()) continue;
      if (mark[it->second] == Mark::open) {
        std::string circle;
        for (auto k = std::find(stack.begin(), stack.end(), it->second); k != stack.end(); ++k) circle += banks[*k].id + " <- ";
        c.error(list_path("power", i, "fed_by"), "power would flow in a circle: " + circle + feeder);
      } else if (mark[it->second] == Mark::unseen) {
        self(self, it->second);
      }
    }
    stack.pop_back();
    mark[i] = Mark::done;
  };
  for (std::size_t i = 0; i < banks.size(); ++i)
    if (mark[i] == Mark::unseen) visit(visit, i);
}

void check_feeders(Context const& c, std::size_t i) {
  auto const& bank = c.s.power[i];
  auto const at = [i](char const* key) { return list_path("power", i, key); };
  auto const* unit = unit_of(c, bank);
  if (!unit || !c.good(at("fed_by")) || !c.good(at("alternate"))) return;
  bool const is_switch = unit->kind == Kind::transfer_switch;
  if (bank.fed_by.empty() && unit->kind != Kind::generator && unit->kind != Kind::battery)
    c.error(at("fed_by"), list_path("power", i) + " needs \"fed_by\" (banks above it, or utility)");
  if (!bank.fed_by.empty() && unit->kind == Kind::generator)
    c.error(at("fed_by"), "a generator is a source: nothing feeds bank " + in_quotes(bank.id));
  if (!bank.alternate.empty() && !is_switch)
    c.error(at("alternate"), "alternate belongs to units of kind = \"transfer_switch\"; " + bank.unit + " is none");
  if (is_switch && bank.alternate.empty())
    c.error(list_path("power", i), "transfer switch " + in_quotes(bank.id) + " needs \"alternate\", the bank it turns to");
  for (auto const& other : bank.alternate)
    if (std::find(bank.fed_by.begin(), bank.fed_by.end(), other) != bank.fed_by.end())
      c.error(at("alternate"), "bank " + in_quotes(other) + " is both in fed_by and in alternate");
  for (auto const& [key, list] : {std::pair{"fed_by", &bank.fed_by}, std::pair{"alternate", &bank.alternate}}) {
    std::set<std::string> const distinct(list->begin(), list->end());
    if (distinct.size() > 1)
      c.error(at(key), "bank " + in_quotes(bank.id) + " would be fed by " + in_quotes((*list)[0]) + " and " +
                           in_quotes((*list)[1]) + " at once, which joins two sources; that needs a transfer switch" +
                           (is_switch ? " for each pair"
                                      : ": a bank of kind \"transfer_switch\" with one in fed_by and the "
                                        "other in alternate"));
  }
}

void check_unit_keys(Context const& c, std::size_t i) {
  auto const& bank = c.s.power[i];
  auto const at = [i](char const* key) { return list_path("power", i, key); };
  auto const* unit = unit_of(c, bank);
  if (!unit) return;
  if (bank.mode == PowerBankSpec::Mode::eco && unit->kind != Kind::ups)
    c.error(at("mode"), "mode belongs to units of kind = \"ups\"; " + bank.unit + " is none");
  if (bank.length && unit->kind != Kind::cable)
    c.error(at("length"), "length belongs to units of kind = \"cable\"; " + bank.unit + " is none");
  if (bank.breaker_rating && bank.breaker.empty())
    c.warning(at("breaker_rating"), "breaker_rating has no effect without breaker");
  if (bank.breaker_rating && !bank.breaker.empty() && bank.breaker_rating->v < unit->rating.v * (1 - 1e-9))
    c.warning(at("breaker_rating"), "the breakers of " + in_quotes(bank.id) + " are rated " + watts(bank.breaker_rating->v) +
                                        ", below the " + watts(unit->rating.v) + " of its units");
}

/// A generator helps only through the alternate side of a transfer switch.
void check_generators(Context const& c, std::map<std::string, std::size_t> const& index) {
  auto const& banks = c.s.power;
  std::vector<char> leads(banks.size(), 0);  // through units to the alternate side of a switch
  for (bool more = true; std::exchange(more, false);)
    for (auto const& bank : banks)
      for (auto const& feeder : sources(bank)) {
        auto const it = index.find(feeder);
        bool const taken = std::find(bank.alternate.begin(), bank.alternate.end(), feeder) != bank.alternate.end();
        if (it == index.end() || leads[it->second] || !(taken || leads[index.at(bank.id)])) continue;
        leads[it->second] = 1;
        more = true;
      }
  for (std::size_t i = 0; i < banks.size(); ++i)
    if (auto const* unit = unit_of(c, banks[i]);
        unit && unit->kind == Kind::generator && !leads[i] && c.good(list_path("power", i)))
      c.error(list_path("power", i),
              "generators " + in_quotes(banks[i].id) + " feed nothing: name the bank in \"alternate\" of a transfer switch");
}

/// Racks, plants, halls, fabrics and the base load need the utility above them; batteries and generators help only when it is
/// away.
void check_ways_to_utility(Context const& c) {
  auto const& s = c.s;
  if (!c.good("power")) return;
  std::set<std::string> standby;  // generators, batteries, and what only they feed
  for (bool more = true; std::exchange(more, false);)
    for (auto const& bank : s.power) {
      auto const* unit = unit_of(c, bank);
      bool const source = unit && (unit->kind == Kind::generator || unit->kind == Kind::battery) && bank.fed_by.empty();
      if (source || std::any_of(bank.fed_by.begin(), bank.fed_by.end(), [&](auto const& f) { return standby.contains(f); }))
        more |= standby.insert(bank.id).second;
    }
  auto const check = [&](std::string const& path, std::string const& what, std::string const& feeder) {
    if (!standby.contains(feeder) || !c.good(path)) return;
    c.error(path, "no way leads from the utility to " + in_quotes(feeder) + ", which feeds " + what +
                      "; name a bank below the utility, or a transfer switch that " + in_quotes(feeder) +
                      " is the alternate of");
  };
  for (std::size_t i = 0; i < s.racks.size(); ++i)
    for (auto const& feeder : s.racks[i].fed_by) check(list_path("racks", i, "fed_by"), "racks", feeder);
  for (std::size_t i = 0; i < s.plant.size(); ++i) {
    check(list_path("plant", i, "fed_by"), "plant " + in_quotes(s.plant[i].id), s.plant[i].fed_by);
    check(list_path("plant", i, "pumps_fed_by"), "pumps of plant " + in_quotes(s.plant[i].id), s.plant[i].pumps_fed_by);
  }
  for (std::size_t i = 0; i < s.hall.size(); ++i) {
    if (s.hall[i].air) check(list_path("hall", i, "air.fed_by"), "hall " + in_quotes(s.hall[i].id), s.hall[i].air->fed_by);
    if (s.hall[i].liquid)
      check(list_path("hall", i, "liquid.fed_by"), "hall " + in_quotes(s.hall[i].id), s.hall[i].liquid->fed_by);
  }
  for (std::size_t i = 0; i < s.heat_load.size(); ++i)
    check(list_path("heat_load", i, "fed_by"), "heat load " + in_quotes(s.heat_load[i].name), s.heat_load[i].fed_by);
  for (std::size_t i = 0; i < s.fabric.size(); ++i)
    check(list_path("fabric", i, "fed_by"), "fabric " + in_quotes(s.fabric[i].id), s.fabric[i].fed_by);
  if (s.site.base_load.v > 0) check("site.base_load_fed_by", "the base load", s.site.base_load_fed_by);
}

}  // namespace

void check_power(Context const& c) {
  auto const& banks = c.s.power;
  std::map<std::string, std::size_t> index;
  for (std::size_t i = 0; i < banks.size(); ++i) {
    index.emplace(banks[i].id, i);
    if (banks[i].id == "utility" && c.good(list_path("power", i, "id")))
      c.error(list_path("power", i, "id"), "\"utility\" is the grid connection and cannot be a bank's id");
    if (banks[i].units_needed > banks[i].units && c.good(list_path("power", i)))
      c.error(list_path("power", i, "units_needed"), "units_needed = " + std::to_string(banks[i].units_needed) +
                                                         " is more than units = " + std::to_string(banks[i].units));
    check_feeders(c, i);
    check_unit_keys(c, i);
  }
  check_circles(c, index);
  check_generators(c, index);
  check_ways_to_utility(c);
  for (std::size_t i = 0; i < c.s.racks.size(); ++i) {
    auto const& g = c.s.racks[i];
    auto const* r = c.rack(g);
    auto const at = list_path("racks", i, "breaker_rating");
    if (g.breaker_rating && g.breaker.empty()) c.warning(at, "breaker_rating has no effect without breaker");
    if (r && g.breaker_rating && !g.breaker.empty() && g.breaker_rating->v < r->rated_power.v && c.good("rack." + g.rack))
      c.warning(at, "the breakers of each feed are rated " + watts(g.breaker_rating->v) + ", below the " +
                        watts(r->rated_power.v) + " that a rack of " + g.rack + " draws through one of them alone");
  }
}

}  // namespace ondol::schema
