#include <algorithm>
#include <set>

#include "scenarios/schema/check_context.hpp"

namespace ondol::schema {
namespace {

/// Whether some rack hangs on the bank, directly or through others.
bool feeds_racks(Scenario const& s, std::string const& bank) {
  std::set<std::string> seen;
  std::vector<std::string> front;
  for (auto const& g : s.racks) front.insert(front.end(), g.fed_by.begin(), g.fed_by.end());
  while (!front.empty()) {
    auto const at = front.back();
    front.pop_back();
    if (at == bank) return true;
    if (!seen.insert(at).second) continue;
    for (auto const& b : s.power)
      if (b.id == at) front.insert(front.end(), b.fed_by.begin(), b.fed_by.end());
  }
  return false;
}

void check_floor(Context const& c, std::string const& path, CapChannelSpec const& channel) {
  if (!channel.floor) return;
  double highest = 0;
  for (auto const& g : c.s.racks) {
    auto const* r = c.rack(g);
    auto const* n = r ? c.node(*r) : nullptr;
    auto const* a = n ? Context::find(c.s.catalogue.accelerator, n->accelerator) : nullptr;
    if (!a) return;
    highest = std::max(highest, a->power_limit.v);
  }
  if (channel.floor->v >= highest)
    c.error(path, "floor = " + watts(channel.floor->v) + " leaves nothing to cap: no accelerator may draw more than " +
                      watts(highest));
}

}  // namespace

void check_capping(Context const& c) {
  for (std::size_t i = 0; i < c.s.capping.size(); ++i) {
    auto const& spec = c.s.capping[i];
    auto const at = [i](char const* key) { return list_path("capping", i, key); };
    if (!c.good(list_path("capping", i)) || !c.good("power") || !c.good("racks")) continue;
    check_floor(c, at("floor"), spec.channel);
    if (spec.limit && spec.fraction != CappingSpec{}.fraction)
      c.error(at("fraction"), "limit and fraction both say what a unit may draw; name one of them");
    double rating = c.s.site.grid_capacity.v;
    if (spec.bank != "utility") {
      auto const bank = std::find_if(c.s.power.begin(), c.s.power.end(), [&](auto const& b) { return b.id == spec.bank; });
      if (bank == c.s.power.end()) continue;  // told with the names
      if (auto const* unit = Context::find(c.s.catalogue.power_unit, bank->unit)) rating = unit->rating.v;
      if (!feeds_racks(c.s, spec.bank))
        c.warning(at("bank"), "no rack hangs on " + in_quotes(spec.bank) + "; there is nothing to cap");
    }
    if (spec.limit && spec.limit->v > rating)
      c.warning(at("limit"), "limit = " + watts(spec.limit->v) + " is above the rating of " + watts(rating));
    if (!spec.limit && spec.fraction > 1) c.warning(at("fraction"), "the limit is above the rating of " + watts(rating));
  }
  for (std::size_t i = 0; i < c.s.budget.size(); ++i) {
    auto const& spec = c.s.budget[i];
    auto const at = [i](char const* key) { return list_path("budget", i, key); };
    if (!c.good(list_path("budget", i))) continue;
    check_floor(c, at("floor"), spec.channel);
    if (spec.power && !spec.file.empty())
      c.error(at("file"), "power and file both say what the site may draw; name one of them");
    if (!spec.power && spec.file.empty())
      c.error(list_path("budget", i),
              "budget " + in_quotes(spec.name) + " says nothing that the site may draw: give power, or a file");
    if (c.good("simulation.duration") && spec.start.v >= c.s.simulation.duration.v && c.s.simulation.duration.v > 0)
      c.warning(at("start"), "starts when the run is already over");
  }
}

}  // namespace ondol::schema
