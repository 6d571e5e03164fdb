#include <map>

#include "scenarios/schema/check_context.hpp"

namespace ondol::schema {
namespace {

std::string gigabits(double bytes_per_s) {
  return number_text(bytes_per_s * 8e-9) + " Gbit/s";
}

void check_hardware(Context const& c, std::size_t i, FabricSpec const& f) {
  auto const* leaf = Context::find(c.s.catalogue.network_switch, f.network_switch);
  if (!leaf || !c.good("network_switch." + f.network_switch)) return;
  double const port = f.port_bandwidth.value_or(leaf->port_bandwidth).v;
  for (auto const& [key, id] : {std::pair{"network_switch", &f.network_switch}, std::pair{"spine_switch", &f.spine_switch},
                                std::pair{"core_switch", &f.core_switch}}) {
    auto const* it = Context::find(c.s.catalogue.network_switch, *id);
    if (it && port > it->port_bandwidth.v * (1 + 1e-9))
      c.error(list_path("fabric", i, f.port_bandwidth ? "port_bandwidth" : key),
              "cables of " + gigabits(port) + " do not fit " + *id + ", whose ports have " + gigabits(it->port_bandwidth.v));
  }
}

}  // namespace

void check_fabric(Context const& c) {
  std::map<std::string, std::string> taken;  // pool -> fabric
  for (std::size_t i = 0; i < c.s.fabric.size(); ++i) {
    auto const& f = c.s.fabric[i];
    auto const at = [i](char const* key) { return list_path("fabric", i, key); };
    if (!c.good(list_path("fabric", i))) continue;
    if (f.pools.empty()) c.error(at("pools"), "fabric " + in_quotes(f.id) + " joins no pool");
    for (auto const& pool : f.pools)
      if (auto const [it, fresh] = taken.emplace(pool, f.id); !fresh)
        c.error(at("pools"), "pool " + in_quotes(pool) + " is already joined by fabric " + in_quotes(it->second));
    if (f.kind == FabricSpec::Kind::torus && f.dimensions.empty())
      c.error(list_path("fabric", i), "fabric " + in_quotes(f.id) + " needs \"dimensions\", such as [8, 8, 4] for 256 nodes");
    if (f.kind == FabricSpec::Kind::dragonfly && (f.groups == 0 || f.routers_per_group == 0))
      c.error(list_path("fabric", i), "fabric " + in_quotes(f.id) + " needs \"groups\" and \"routers_per_group\"");
    if (f.routing == FabricSpec::Routing::valiant && f.kind != FabricSpec::Kind::dragonfly)
      c.error(at("routing"), "routing = \"valiant\" belongs to kind = \"dragonfly\"");
    if (f.levels < 3 && f.core_oversubscription != 1 && c.good(at("core_oversubscription")))
      c.warning(at("core_oversubscription"), "core_oversubscription has no effect with fewer than three levels");
    check_hardware(c, i, f);
  }
}

}  // namespace ondol::schema
