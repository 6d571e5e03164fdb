#include "sim/sweep/losses.hpp"

#include <algorithm>

#include "scenarios/schema/quantity_text.hpp"

namespace ondol::sim {
namespace {

/// One unit that may be lost.
struct Unit {
  enum class Of { power, standby, cooling };
  Of of = Of::power;
  std::string owner;  ///< id of bank, plant or hall
  std::string name;   ///< "a unit of ups", "a chiller of chilled"
  std::string event;  ///< TOML: what = "chiller_trip", plant = "chilled", units = 1
};

std::vector<Unit> units_of(schema::Scenario const& s) {
  using schema::in_quotes;
  std::vector<Unit> all;
  for (auto const& bank : s.power) {
    auto const kind = s.catalogue.power_unit.at(bank.unit).kind;
    bool const standby = kind == schema::PowerUnitSpec::Kind::generator || kind == schema::PowerUnitSpec::Kind::battery;
    all.push_back({standby ? Unit::Of::standby : Unit::Of::power, bank.id, "a unit of " + bank.id,
                   "what = \"unit_failure\", bank = " + in_quotes(bank.id) + ", unit = 1"});
  }
  auto const machine = [&](int count, char const* what, char const* name, char const* key, std::string const& owner) {
    if (count > 0)
      all.push_back({Unit::Of::cooling, owner, std::string(name) + " of " + owner,
                     "what = \"" + std::string(what) + "\", " + key + " = " + in_quotes(owner) + ", units = 1"});
  };
  for (auto const& p : s.plant) {
    machine(p.chillers, "chiller_trip", "a chiller", "plant", p.id);
    machine(p.towers, "tower_trip", "a tower", "plant", p.id);
    machine(p.dry_coolers, "dry_cooler_trip", "a dry cooler", "plant", p.id);
    machine(p.pumps_needed > 0 || !p.pumps_fed_by.empty() ? p.pumps : 0, "pump_trip", "a pump", "plant", p.id);
  }
  for (auto const& h : s.hall) {
    machine(h.air ? h.air->crahs : 0, "crah_trip", "an air handler", "hall", h.id);
    machine(h.liquid ? h.liquid->cdus : 0, "cdu_trip", "a CDU", "hall", h.id);
  }
  return all;
}

bool is_meant(Unit const& unit, std::string const& word) {
  return word == "power" ? unit.of == Unit::Of::power : word == "cooling" ? unit.of == Unit::Of::cooling : unit.owner == word;
}

Fault at(schema::CaseSpec const& c, std::string message) {
  Fault fault = c.written;
  fault.message = "case \"" + c.name + "\": " + std::move(message);
  return fault;
}

}  // namespace

std::vector<SizingCase> sizing_cases(std::vector<schema::CaseSpec> const& declared, schema::Scenario const& base,
                                     double hottest_s) {
  std::vector<SizingCase> cases{{as_declared, as_declared, false, {}}};
  std::vector<Fault> faults;
  auto const units = units_of(base);
  for (auto const& c : declared) {
    if (c.lose.empty()) {
      cases.push_back({c.name, c.name, false, c.set});
      continue;
    }
    std::vector<char> lost(units.size(), 0);
    for (auto const& word : c.lose) {
      bool any = false;
      for (std::size_t i = 0; i < units.size(); ++i)
        if (is_meant(units[i], word)) lost[i] = any = true;
      if (any) continue;
      std::vector<std::string> known{"power", "cooling"};
      for (auto const& u : units)
        if (std::find(known.begin(), known.end(), u.owner) == known.end()) known.push_back(u.owner);
      auto const near = nearest(word, known);
      std::string list;
      for (auto const& k : known) list += (list.empty() ? "" : ", ") + k;
      faults.push_back(at(c, "\"" + word + "\" has no units that could be lost" +
                                 (near.empty() ? "; there are " + list : "; did you mean \"" + near + "\"?")));
    }
    double const start_s = c.start_s.value_or(hottest_s);
    std::string when = ", start = \"" + schema::number_text(start_s) + " s\"";
    if (c.duration_s) when += ", duration = \"" + schema::number_text(*c.duration_s) + " s\"";
    for (std::size_t i = 0; i < units.size(); ++i) {
      if (!lost[i]) continue;
      auto sets = c.set;
      schema::Override event;
      event.key = "event[" + std::to_string(base.event.size()) + "]";  // one past the last: it is added
      event.value = "{ " + units[i].event + when + " }";
      sets.push_back(std::move(event));
      cases.push_back({c.name + ": " + units[i].name, c.name, true, std::move(sets)});
    }
  }
  if (!faults.empty()) throw InputError(std::move(faults));
  return cases;
}

}  // namespace ondol::sim
