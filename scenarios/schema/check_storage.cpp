#include <algorithm>

#include "scenarios/schema/check_context.hpp"

namespace ondol::schema {
namespace {

/// Whether a rack, a plant, a hall, a fabric, the base load or another bank hangs on the bank.
bool feeds_something(Scenario const& s, std::string const& bank) {
  auto const in = [&](std::vector<std::string> const& feeders) {
    return std::find(feeders.begin(), feeders.end(), bank) != feeders.end();
  };
  auto const is = [&](auto const& x) { return x.fed_by == bank; };
  return std::any_of(s.racks.begin(), s.racks.end(), [&](auto const& g) { return in(g.fed_by); }) ||
         std::any_of(s.power.begin(), s.power.end(), [&](auto const& b) { return in(b.fed_by); }) ||
         std::any_of(s.plant.begin(), s.plant.end(), is) || std::any_of(s.fabric.begin(), s.fabric.end(), is) ||
         std::any_of(s.hall.begin(), s.hall.end(),
                     [&](auto const& h) { return (h.air && is(*h.air)) || (h.liquid && is(*h.liquid)); }) ||
         (s.site.base_load.v > 0 && s.site.base_load_fed_by == bank);
}

}  // namespace

void check_storage(Context const& c) {
  using Kind = PowerUnitSpec::Kind;
  for (std::size_t i = 0; i < c.s.storage.size(); ++i) {
    auto const& s = c.s.storage[i];
    auto const at = [i](char const* key) { return list_path("storage", i, key); };
    if (!c.good(list_path("storage", i))) continue;
    if (auto const* unit = Context::find(c.s.catalogue.power_unit, s.unit); unit && c.good("power_unit." + s.unit)) {
      if (unit->kind != Kind::battery)
        c.error(at("unit"),
                in_quotes(s.unit) + " is no battery (kind = \"battery\"), and stores nothing that a site could use");
      else if (!unit->stored_energy || unit->stored_energy->v <= 0)
        c.error(at("unit"), in_quotes(s.unit) + " has no stored_energy");
    }
    for (auto const& bank : c.s.power) {
      if (bank.id != s.at) continue;
      auto const* unit = Context::find(c.s.catalogue.power_unit, bank.unit);
      if (unit && (unit->kind == Kind::generator || unit->kind == Kind::battery))
        c.error(at("at"), "bank " + in_quotes(s.at) + " stands by and carries nothing; join the storage to a bank of the feed");
      else if (!feeds_something(c.s, s.at))
        c.error(at("at"), "nothing hangs on bank " + in_quotes(s.at) + ": the storage could give to no one there");
    }
    if (!s.peak_shaving && !s.ramp)
      c.warning(at("name"), "storage " + in_quotes(s.name) + " has neither peak_shaving nor ramp, and does nothing");
    if (s.initial_charge < s.reserve)
      c.warning(at("initial_charge"), "the storage begins at " + about(100 * s.initial_charge) + " %, below its reserve of " +
                                          about(100 * s.reserve) + " %: it can only take at first");
    if (s.ramp && s.ramp->target < s.reserve)
      c.error(at("ramp.target"), "target = " + about(s.ramp->target) + " is below reserve = " + about(s.reserve));
    if (!s.peak_shaving) continue;
    auto const& peak = *s.peak_shaving;
    if (peak.limit < c.s.site.base_load)
      c.warning(at("peak_shaving.limit"), "the limit of " + watts(peak.limit.v) + " is below the base load of " +
                                              watts(c.s.site.base_load.v) + ": it cannot be kept for long");
    if (peak.recharge_below && *peak.recharge_below > peak.limit)
      c.error(at("peak_shaving.recharge_below"), "recharge_below = " + watts(peak.recharge_below->v) + " is above limit = " +
                                                     watts(peak.limit.v) + ": charging would make the peak");
    if (peak.over.v > 0 && s.period > peak.over)
      c.error(at("period"), "the controller's period is longer than the time whose mean it limits");
  }
}

}  // namespace ondol::schema
