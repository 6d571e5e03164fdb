#include "topology/build/fabrics/shape.hpp"

#include <algorithm>
#include <cmath>

#include "scenarios/base/error.hpp"
#include "topology/build/fabrics/fabric_routes.hpp"

namespace ondol::topology {
namespace {

/// Glass of refractive index 1.468 [corning2021smf28]; copper is a little faster, which the few metres to the node do not show.
constexpr double flight_s_per_m = 1.468 / 299792458.0;

/// Assumed: none is published for NVLink switches or Infinity Fabric; half as much again as a switch of the scale-out network.
constexpr double scaleup_latency_s = 300e-9;

/// Of one switch; the largest built have some hundreds.
constexpr double most_ports = 1e6;

std::uint32_t natural(int n) {
  return static_cast<std::uint32_t>(std::max(0, n));
}

}  // namespace

FabricShape fabric_shape(schema::Catalogue const& catalogue, schema::FabricSpec const& spec) {
  auto const& leaf = catalogue.network_switch.at(spec.network_switch);
  FabricShape f;
  f.id = spec.id;
  f.kind = spec.kind;
  f.port_bytes_per_s = spec.port_bandwidth.value_or(leaf.port_bandwidth).v;
  // A port may carry several cables of a lower rate: two of 400 Gbit/s on one of 800.
  auto const ports = [&](std::string const& id) {
    auto const& it = id.empty() ? leaf : catalogue.network_switch.at(id);
    double const count = it.ports * std::floor(it.port_bandwidth.v / f.port_bytes_per_s + 1e-9);
    if (!(count <= most_ports))
      throw InputError("cables of " + std::to_string(f.port_bytes_per_s) + " B/s cut the ports of a switch in more than " +
                       std::to_string(static_cast<int>(most_ports)));
    return natural(static_cast<int>(count));
  };
  f.leaf_ports = ports(spec.network_switch);
  f.spine_ports = ports(spec.spine_switch);
  f.core_ports = ports(spec.core_switch.empty() ? spec.spine_switch : spec.core_switch);
  f.levels = spec.levels;
  f.unit_nodes = natural(spec.unit_nodes);
  f.pod_nodes = natural(spec.pod_nodes);
  f.oversubscription = spec.oversubscription;
  f.core_oversubscription = spec.core_oversubscription;
  f.groups = natural(spec.groups);
  f.routers_per_group = natural(spec.routers_per_group);
  f.global_links = natural(spec.global_links);
  for (int n : spec.dimensions) f.dimensions.push_back(natural(n));
  f.routing = spec.routing;
  f.pxn = spec.pxn;
  f.failed = spec.failed;
  f.switch_latency_s = leaf.latency.v;
  f.node_cable_s = spec.node_cable_length.v * flight_s_per_m;
  f.cable_s = spec.cable_length.v * flight_s_per_m;
  f.scaleup_latency_s = scaleup_latency_s;
  return f;
}

NodeShape node_shape(schema::Catalogue const& catalogue, schema::RackSpec const& rack, schema::FabricSpec const& spec,
                     std::uint32_t count) {
  auto const& node = catalogue.node.at(rack.node);
  NodeShape shape;
  shape.nodes = count;
  shape.accelerators = natural(node.accelerators);
  shape.nics = natural(ports_of(spec, node));
  shape.scaleup = node.scaleup;
  shape.domain = rack.scaleup_domain > 0 ? natural(rack.scaleup_domain) : shape.accelerators;
  auto const accelerator = catalogue.accelerator.find(node.accelerator);
  shape.scaleup_bytes_per_s = accelerator == catalogue.accelerator.end() ? 0.0 : accelerator->second.scaleup_bandwidth.v;
  if (node.scaleup == schema::ScaleUp::none || shape.scaleup_bytes_per_s <= 0.0) {
    shape.scaleup = schema::ScaleUp::none;
    shape.domain = 1;
  }
  return shape;
}

FabricShape fabric_shape(schema::Scenario const& scenario, std::size_t fabric) {
  auto const& spec = scenario.fabric.at(fabric);
  FabricShape f = fabric_shape(scenario.catalogue, spec);
  for (auto const& group : scenario.racks) {
    if (std::find(spec.pools.begin(), spec.pools.end(), group.pool) == spec.pools.end()) continue;
    auto const& rack = scenario.catalogue.rack.at(group.rack);
    f.nodes.push_back(node_shape(scenario.catalogue, rack, spec, natural(group.count) * natural(rack.nodes)));
  }
  if (spec.storage_nodes > 0) {
    auto const ports = spec.storage_ports > 0 ? natural(spec.storage_ports) : f.nodes.empty() ? 1 : f.nodes.front().nics;
    f.nodes.push_back(
        {.nodes = natural(spec.storage_nodes), .accelerators = 1, .nics = ports, .scaleup = schema::ScaleUp::none});
  }
  return f;
}

FabricShape fabric_shape(schema::Scenario const& scenario, Facility const& facility, std::size_t fabric) {
  FabricShape f = fabric_shape(scenario, fabric);
  auto const& pools = scenario.fabric[fabric].pools;
  for (auto const& rack : facility.racks)  // group by group, as above
    if (std::find(pools.begin(), pools.end(), scenario.racks[rack.group].pool) != pools.end())
      for (std::uint32_t n = 0; n < rack.nodes; ++n) f.node_names.push_back(rack.name + "/n" + std::to_string(n + 1));
  for (int n = 1; n <= scenario.fabric[fabric].storage_nodes; ++n) f.node_names.push_back("storage/n" + std::to_string(n));
  return f;
}

}  // namespace ondol::topology
