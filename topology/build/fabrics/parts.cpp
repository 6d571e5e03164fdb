#include "topology/build/fabrics/parts.hpp"

#include <algorithm>

namespace ondol::topology {

FabricParts fabric_parts(schema::Catalogue const& catalogue, schema::FabricSpec const& spec, FabricShape const& shape,
                         SwitchNetwork const& network) {
  auto const& leaf = catalogue.network_switch.at(spec.network_switch);
  auto const& spine = spec.spine_switch.empty() ? leaf : catalogue.network_switch.at(spec.spine_switch);
  auto const& core = spec.core_switch.empty() ? spine : catalogue.network_switch.at(spec.core_switch);
  FabricParts p;
  using Level = SwitchNetwork::Level;
  for (auto const& it : network.switches()) {
    if (it.failed) continue;
    auto const& kind = it.level == Level::leaf ? leaf : it.level == Level::spine ? spine : core;
    ++(it.level == Level::leaf ? p.leaves : it.level == Level::spine ? p.spines : p.cores);
    p.switch_w += kind.power.v;
    p.ports += it.ports;
    p.ports_used += it.used;
  }
  auto const works = [&](SwitchNetwork::Index s) { return !network.switches()[s].failed; };
  p.node_cables = static_cast<std::uint32_t>(
      std::count_if(network.nics().begin(), network.nics().end(), [&](auto const& nic) { return works(nic.at); }));
  double ends = 0;
  for (auto const& bundle : network.bundles()) {
    int const held = (works(bundle.a) ? 1 : 0) + (works(bundle.b) ? 1 : 0);
    if (held > 0) p.switch_cables += bundle.cables;
    ends += double(bundle.cables) * held;
  }
  auto const& between = catalogue.optic.at(spec.optic);
  auto const& to_node = catalogue.optic.at(spec.node_cable);
  p.modules = ends * shape.port_bytes_per_s / between.bandwidth.v;
  p.node_modules = p.node_cables * shape.port_bytes_per_s / to_node.bandwidth.v;
  p.optic_w = p.modules * between.power.v + p.node_modules * to_node.power.v;
  return p;
}

}  // namespace ondol::topology
