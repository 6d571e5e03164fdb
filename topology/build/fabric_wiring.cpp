#include <algorithm>

#include "topology/build/wiring.hpp"

namespace ondol::topology {
namespace {

/// One 400-Gbit/s port per accelerator and switches of 64 such ports: assumed where the scenario says nothing about its
/// fabric; the shape of an NVIDIA DGX SuperPOD of H100 systems with Quantum-2 switches.
constexpr std::size_t switch_ports = 64;
constexpr double port_bytes_per_s = 50e9;

}  // namespace

/// Two levels per pool.  A leaf gives half of its ports to nodes, in rack order, and half to spines; the spines have ports
/// for all of these, so nothing blocks.  A spine with more links than a switch has ports stands for a modular chassis or a
/// further level.
void wire_fabric(Wiring& w) {
  auto& graph = w.facility.graph;
  constexpr std::size_t down = switch_ports / 2;
  std::vector<std::vector<Wiring::Index>> nodes(w.facility.pools.size());
  for (auto const& rack : w.facility.racks)
    for (auto v : graph.targets(Layer::containment, rack.vertex))
      if (graph.vertex(v).kind == Kind::node) nodes[rack.pool].push_back(v);

  for (std::size_t p = 0; p < nodes.size(); ++p) {
    std::string const& pool = w.facility.pools[p];
    std::vector<Wiring::Index> leaves;
    std::vector<std::size_t> uplinks;
    std::size_t free_ports = 0;
    for (auto node : nodes[p]) {
      auto const ports = std::max<std::size_t>(1, graph.targets(Layer::containment, node).size());
      if (leaves.empty() || free_ports < ports) {
        leaves.push_back(w.add(w.site, Kind::network_switch, pool + "/leaf/" + std::to_string(leaves.size() + 1), Watts{0}, p));
        free_ports = std::max(down, ports);  // a node with more links than half a switch has gets a leaf as large as it needs
        uplinks.push_back(free_ports);
      }
      free_ports -= ports;
      graph.add_edge(Layer::fabric, node, leaves.back(), static_cast<double>(ports) * port_bytes_per_s);
    }
    if (leaves.size() < 2) continue;
    std::size_t const spines = std::clamp<std::size_t>((leaves.size() + 1) / 2, 2, down);
    for (std::size_t i = 0; i < spines; ++i) {
      auto const spine = w.add(w.site, Kind::network_switch, pool + "/spine/" + std::to_string(i + 1), Watts{0}, p);
      for (std::size_t l = 0; l < leaves.size(); ++l)
        graph.add_edge(Layer::fabric, leaves[l], spine,
                       static_cast<double>(uplinks[l]) / static_cast<double>(spines) * port_bytes_per_s);
    }
  }
}

}  // namespace ondol::topology
