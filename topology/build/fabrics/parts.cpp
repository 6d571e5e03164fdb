#include "topology/build/fabrics/parts.hpp"

#include <algorithm>
#include <cmath>

namespace ondol::topology {
namespace {

using Index = SwitchNetwork::Index;
using Level = SwitchNetwork::Level;

/// Most switches that traffic of the first node meets: on its own rail with PXN, from its first NIC without.
void count_hops(FabricShape const& shape, SwitchNetwork const& network, FabricParts& parts) {
  auto const& nics = network.nics();
  if (nics.empty()) return;
  Index const rails = shape.nodes.front().nics;
  bool const relay = shape.kind == FabricShape::Kind::rail_fat_tree && shape.pxn && shape.nodes.front().domain > 1;
  Index const first_leaf = nics.front().at;
  std::vector<Index> seen(network.switches().size(), 0);
  std::vector<SwitchNetwork::Hop> hops;
  for (auto const& nic : nics) {
    if (nic.node == 0 || nic.failed) continue;
    auto const& from = nics[relay ? std::min(nic.rail, rails - 1) : 0];
    bool const in_unit = nic.at < first_leaf + (shape.kind == FabricShape::Kind::rail_fat_tree ? rails : 1);
    if (from.failed || (seen[nic.at] != 0 && !in_unit)) continue;
    seen[nic.at] = 1;
    hops.clear();
    if (!network.way(from.at, nic.at, Choice(shape.routing, nic.number, nic.number, 0), hops)) continue;
    int const met = static_cast<int>(hops.size()) + 1;
    parts.hops_farthest = std::max(parts.hops_farthest, met);
    if (in_unit) parts.hops_unit = std::max(parts.hops_unit, met);
  }
}

}  // namespace

FabricParts fabric_parts(schema::Catalogue const& catalogue, schema::FabricSpec const& spec, FabricShape const& shape,
                         SwitchNetwork const& network) {
  auto const& leaf = catalogue.network_switch.at(spec.network_switch);
  auto const& spine = spec.spine_switch.empty() ? leaf : catalogue.network_switch.at(spec.spine_switch);
  auto const& core = spec.core_switch.empty() ? spine : catalogue.network_switch.at(spec.core_switch);
  FabricParts p;
  for (auto const& it : network.switches()) {
    if (it.failed) continue;
    auto const& kind = it.level == Level::leaf ? leaf : it.level == Level::spine ? spine : core;
    ++(it.level == Level::leaf ? p.leaves : it.level == Level::spine ? p.spines : p.cores);
    p.switch_w += kind.power.v;
    p.ports += it.ports;
    p.ports_used += it.used;
  }
  auto const works = [&](Index s) { return !network.switches()[s].failed; };
  p.node_cables = static_cast<std::uint32_t>(
      std::count_if(network.nics().begin(), network.nics().end(), [&](auto const& nic) { return works(nic.at); }));
  double ends = 0;
  for (auto const& bundle : network.bundles()) {
    p.switch_cables += bundle.cables;
    ends += bundle.cables * ((works(bundle.a) ? 1.0 : 0.0) + (works(bundle.b) ? 1.0 : 0.0));
  }
  auto const& between = catalogue.optic.at(spec.optic);
  auto const& to_node = catalogue.optic.at(spec.node_cable);
  p.modules = ends * shape.port_bytes_per_s / between.bandwidth.v;
  p.node_modules = p.node_cables * shape.port_bytes_per_s / to_node.bandwidth.v;
  p.optic_w = p.modules * between.power.v + p.node_modules * to_node.power.v;
  count_hops(shape, network, p);
  return p;
}

}  // namespace ondol::topology
