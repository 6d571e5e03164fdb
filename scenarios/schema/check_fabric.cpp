#include <algorithm>
#include <map>

#include "scenarios/schema/check_context.hpp"

namespace ondol::schema {
namespace {

std::string gigabits(double bytes_per_s) {
  char text[48];
  std::snprintf(text, sizeof text, "%.6g Gbit/s", bytes_per_s * 8e-9);
  return text;
}

/// Electrical lanes of a QSFP-DD or OSFP cage: a port is cut in no more parts.
constexpr double most_parts = 8;

void check_switches(Context const& c, std::size_t i, FabricSpec const& f, double port) {
  for (auto const& [key, id] : {std::pair{"network_switch", &f.network_switch}, std::pair{"spine_switch", &f.spine_switch},
                                std::pair{"core_switch", &f.core_switch}}) {
    auto const* it = Context::find(c.s.catalogue.network_switch, *id);
    if (!it || !c.good("network_switch." + *id)) continue;
    auto const place = list_path("fabric", i, f.port_bandwidth ? "port_bandwidth" : key);
    double const parts = it->port_bandwidth.v / port;
    if (parts < 1 - 1e-9)
      c.error(place,
              "cables of " + gigabits(port) + " do not fit " + *id + ", whose ports have " + gigabits(it->port_bandwidth.v));
    else if (parts >= most_parts + 1)
      c.error(place, "cables of " + gigabits(port) + " cut a port of " + *id + " in " + about(parts) + "; up to " +
                         whole(most_parts) + " parts can be, of " + gigabits(it->port_bandwidth.v / most_parts) + " each");
  }
}

void check_optics(Context const& c, std::size_t i, FabricSpec const& f, double port) {
  for (auto const& [key, id] : {std::pair{"node_cable", &f.node_cable}, std::pair{"optic", &f.optic}}) {
    auto const* it = Context::find(c.s.catalogue.optic, *id);
    if (it && c.good("optic." + *id) && port > it->bandwidth.v * (1 + 1e-9))
      c.warning(list_path("fabric", i, key), "cables of " + gigabits(port) + " need more than one module of " + *id +
                                                 " at each end, which has " + gigabits(it->bandwidth.v));
  }
}

/// What the ports of a node carry together, against its NICs.
void check_nics(Context const& c, std::size_t i, FabricSpec const& f, double port) {
  for (auto const& group : c.s.racks) {
    auto const* rack = std::find(f.pools.begin(), f.pools.end(), group.pool) == f.pools.end() ? nullptr : c.rack(group);
    auto const* node = rack ? c.node(*rack) : nullptr;
    auto const* link = node ? Context::find(c.s.catalogue.interconnect, node->scaleout) : nullptr;
    if (!link || !c.good("node." + rack->node) || !c.good("interconnect." + node->scaleout)) continue;
    int const nics = ports_of(f, *node);
    double const carried = link->bandwidth.v * node->accelerators;
    if (nics * port > carried * (1 + 1e-9)) {
      c.warning(list_path("fabric", i,
                          f.nics > 0         ? "nics"
                          : f.port_bandwidth ? "port_bandwidth"
                                             : "network_switch"),
                std::to_string(nics) + " ports of " + gigabits(port) + " are more than the " + gigabits(carried) +
                    " that the NICs of " + rack->node + " carry together");
      return;
    }
  }
}

/// Jobs that count on more than their accelerators' ports carry.
void check_jobs(Context const& c, FabricSpec const& f, double port) {
  for (std::size_t t = 0; t < c.s.training.size(); ++t) {
    auto const& job = c.s.training[t];
    auto const at = list_path("training", t, "network_bandwidth");
    if (!c.good(at) || std::find(f.pools.begin(), f.pools.end(), job.pool) == f.pools.end()) continue;
    for (auto const& group : c.s.racks) {
      auto const* rack = group.pool == job.pool ? c.rack(group) : nullptr;
      auto const* node = rack ? c.node(*rack) : nullptr;
      if (!node || node->accelerators == 0 || !c.good("node." + rack->node)) continue;
      double const carried = ports_of(f, *node) * port / node->accelerators;
      if (!job.network_bandwidth || job.network_bandwidth->v <= carried * (1 + 1e-9)) continue;
      c.warning(at, "network_bandwidth is more than the " + gigabits(carried) + " that fabric " + in_quotes(f.id) +
                        " carries for an accelerator");
      break;
    }
  }
}

void check_levels(Context const& c, std::size_t i, FabricSpec const& f) {
  struct Use {
    char const* key;
    bool given;
    int levels;  ///< that it takes
  };
  for (auto const& use : {Use{"oversubscription", f.oversubscription != 1, 2}, Use{"spine_switch", !f.spine_switch.empty(), 2},
                          Use{"core_oversubscription", f.core_oversubscription != 1, 3},
                          Use{"core_switch", !f.core_switch.empty(), 3}, Use{"pod_nodes", f.pod_nodes > 0, 3}}) {
    auto const at = list_path("fabric", i, use.key);
    if (use.given && f.levels < use.levels && c.good(at))
      c.warning(at, std::string(use.key) + " has no effect with fewer than " + (use.levels == 2 ? "two" : "three") + " levels");
  }
}

void check_hardware(Context const& c, std::size_t i, FabricSpec const& f) {
  auto const* leaf = Context::find(c.s.catalogue.network_switch, f.network_switch);
  if (!leaf || !c.good("network_switch." + f.network_switch)) return;
  double const port = f.port_bandwidth.value_or(leaf->port_bandwidth).v;
  check_switches(c, i, f, port);
  check_optics(c, i, f, port);
  check_nics(c, i, f, port);
  check_jobs(c, f, port);
}

}  // namespace

void check_fabric(Context const& c) {
  std::map<std::string, std::string> taken;  // pool -> fabric
  for (std::size_t i = 0; i < c.s.fabric.size(); ++i) {
    auto const& f = c.s.fabric[i];
    auto const at = [i](char const* key) { return list_path("fabric", i, key); };
    if (!c.good(list_path("fabric", i))) continue;
    for (auto const& pool : f.pools)
      if (auto const [it, fresh] = taken.emplace(pool, f.id); !fresh)
        c.error(at("pools"), "pool " + in_quotes(pool) + " is already joined by fabric " + in_quotes(it->second));
    if (f.kind == FabricSpec::Kind::torus && f.dimensions.empty())
      c.error(list_path("fabric", i), "fabric " + in_quotes(f.id) + " needs \"dimensions\", such as [8, 8, 4] for 256 nodes");
    if (f.kind == FabricSpec::Kind::dragonfly && (f.groups == 0 || f.routers_per_group == 0))
      c.error(list_path("fabric", i), "fabric " + in_quotes(f.id) + " needs \"groups\" and \"routers_per_group\"");
    if (f.routing == FabricSpec::Routing::valiant && f.kind != FabricSpec::Kind::dragonfly)
      c.error(at("routing"), "routing = \"valiant\" belongs to kind = \"dragonfly\"");
    if (f.storage_ports > 0 && f.storage_nodes == 0)
      c.warning(at("storage_ports"), "storage_ports has no effect without storage_nodes");
    check_levels(c, i, f);
    check_hardware(c, i, f);
  }
}

}  // namespace ondol::schema
