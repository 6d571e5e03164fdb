#include <algorithm>
#include <map>

#include "topology/build/fabrics/fabric_routes.hpp"
#include "topology/build/wiring.hpp"

namespace ondol::topology {
namespace {

using Index = Wiring::Index;

/// One 400-Gbit/s port per accelerator and switches of 64 such ports: assumed where the scenario says nothing about its
/// fabric; the shape of an NVIDIA DGX SuperPOD of H100 systems with Quantum-2 switches.
constexpr std::size_t switch_ports = 64;
constexpr double port_bytes_per_s = undeclared_port_bytes_per_s;

/// Two levels.  A leaf gives half of its ports to nodes, in rack order, and half to spines; the spines have ports for all of
/// these, so nothing blocks.  A spine with more links than a switch has ports stands for a modular chassis or a further level.
void wire_undeclared(Wiring& w, std::size_t p, std::vector<Index> const& nodes) {
  auto& graph = w.facility.graph;
  constexpr std::size_t down = switch_ports / 2;
  std::string const& pool = w.facility.pools[p];
  std::vector<Index> leaves;
  std::vector<std::size_t> uplinks;
  std::size_t free_ports = 0;
  for (auto node : nodes) {
    auto const ports = std::max<std::size_t>(1, graph.targets(Layer::containment, node).size());
    if (leaves.empty() || free_ports < ports) {
      leaves.push_back(w.add(w.site, Kind::network_switch, pool + "/leaf/" + std::to_string(leaves.size() + 1), Watts{0}, p));
      free_ports = std::max(down, ports);  // a node with more links than half a switch has gets a leaf as large as it needs
      uplinks.push_back(free_ports);
    }
    free_ports -= ports;
    graph.add_edge(Layer::fabric, node, leaves.back(), static_cast<double>(ports) * port_bytes_per_s);
  }
  if (leaves.size() < 2) return;
  std::size_t const spines = std::clamp<std::size_t>((leaves.size() + 1) / 2, 2, down);
  for (std::size_t i = 0; i < spines; ++i) {
    auto const spine = w.add(w.site, Kind::network_switch, pool + "/spine/" + std::to_string(i + 1), Watts{0}, p);
    for (std::size_t l = 0; l < leaves.size(); ++l)
      graph.add_edge(Layer::fabric, leaves[l], spine,
                     static_cast<double>(uplinks[l]) / static_cast<double>(spines) * port_bytes_per_s);
  }
}

/// Nodes outside the largest part that still hangs together.  Rails hang together through the scale-up fabric of their nodes.
std::vector<Index> cut_off(FabricShape const& shape, SwitchNetwork const& network) {
  auto const switches = network.switches().size();
  std::vector<Index> root(switches + shape.node_count());
  for (Index i = 0; i < root.size(); ++i) root[i] = i;
  auto const find = [&](Index i) {
    while (root[i] != i) i = root[i] = root[root[i]];
    return i;
  };
  for (auto const& bundle : network.bundles())
    for (Index k = 0; k < bundle.cables; ++k)
      if (!network.cable_failed(bundle.first + k)) root[find(bundle.a)] = find(bundle.b);
  std::vector<char> relays;
  for (auto const& block : shape.nodes)
    relays.insert(relays.end(), block.nodes, char(block.domain > 1 && block.scaleup != schema::ScaleUp::none));
  std::vector<char> plugged(shape.node_count(), 0);
  for (auto const& nic : network.nics()) {
    if (nic.failed || (plugged[nic.node] && !relays[nic.node])) continue;
    plugged[nic.node] = 1;
    root[find(static_cast<Index>(switches) + nic.node)] = find(nic.at);
  }
  std::map<Index, Index> size;
  for (Index n = 0; n < plugged.size(); ++n)
    if (plugged[n]) ++size[find(static_cast<Index>(switches) + n)];
  Index largest = 0, most = 0;
  for (auto const& [part, nodes] : size)
    if (nodes > most) largest = part, most = nodes;
  std::vector<Index> lost;
  for (Index n = 0; n < plugged.size(); ++n)
    if (!plugged[n] || find(static_cast<Index>(switches) + n) != largest) lost.push_back(n);
  return lost;
}

void wire_declared(Wiring& w, std::size_t f, std::vector<Index> const& nodes) {
  auto const& spec = w.scenario.fabric[f];
  auto& graph = w.facility.graph;
  std::string const path = "fabric[" + std::to_string(f) + "]";
  auto const shape = fabric_shape(w.scenario, w.facility, f);
  std::unique_ptr<SwitchNetwork> network;
  try {
    network = switch_network(shape);
  } catch (InputError const& e) {
    for (auto const& fault : e.faults())
      w.fault(path + (fault.message.starts_with("failed ") ? ".failed" : ".id"),
              "fabric \"" + spec.id + "\": " + fault.message);
    return;
  }
  if (auto const lost = cut_off(shape, *network); !lost.empty()) {
    constexpr std::size_t shown = 3;
    std::string names;
    for (std::size_t i = 0; i < std::min(shown, lost.size()); ++i) names += (i ? ", " : "") + shape.node_name(lost[i]);
    if (lost.size() > shown) names += " and " + std::to_string(lost.size() - shown) + " more";
    w.fault(path + ".failed", "fabric \"" + spec.id + "\" leaves nodes without a way to the others: " + names);
    return;
  }

  FabricPlace place;
  place.parts = fabric_parts(w.scenario.catalogue, spec, shape, *network);
  auto const hall =
      std::find_if(w.scenario.hall.begin(), w.scenario.hall.end(), [&](auto const& it) { return it.id == spec.hall; });
  if (hall == w.scenario.hall.end()) {
    w.fault(path + ".hall", path + ".hall names \"" + spec.hall + "\", which is no hall");
    return;
  }
  place.hall = static_cast<Index>(hall - w.scenario.hall.begin());
  place.vertex = w.add(w.hall.at(place.hall), Kind::network, spec.id + "/network", Watts{place.parts.power_w()}, f);
  if (auto const* units = w.units(spec.fed_by, path + ".fed_by"))
    for (auto unit : *units) graph.add_edge(Layer::power, unit, place.vertex);

  std::vector<Index> vertex;
  for (auto const& it : network->switches())
    vertex.push_back(it.failed ? 0 : w.add(place.vertex, Kind::network_switch, it.name, Watts{0}, f));
  auto const& nics = network->nics();
  for (std::size_t i = 0; i < nics.size();) {  // ports of one node on one switch are one edge
    std::size_t const first = i;
    double ports = 0;
    for (; i < nics.size() && nics[i].node == nics[first].node && nics[i].at == nics[first].at; ++i)
      ports += nics[i].failed ? 0 : 1;
    if (ports > 0)
      graph.add_edge(Layer::fabric, nodes[nics[first].node], vertex[nics[first].at], ports * shape.port_bytes_per_s);
  }
  for (auto const& bundle : network->bundles()) {
    double cables = 0;
    for (Index k = 0; k < bundle.cables; ++k) cables += network->cable_failed(bundle.first + k) ? 0 : 1;
    if (cables > 0) graph.add_edge(Layer::fabric, vertex[bundle.a], vertex[bundle.b], cables * shape.port_bytes_per_s);
  }
  w.facility.fabrics.push_back(place);
}

}  // namespace

void wire_fabric(Wiring& w) {
  auto& graph = w.facility.graph;
  std::vector<std::vector<Index>> of_pool(w.facility.pools.size()), of_fabric(w.scenario.fabric.size());
  for (auto const& rack : w.facility.racks) {
    auto const* declared = schema::fabric_of(w.scenario, w.facility.pools[rack.pool]);
    auto& nodes = declared ? of_fabric[static_cast<std::size_t>(declared - w.scenario.fabric.data())] : of_pool[rack.pool];
    for (auto v : graph.targets(Layer::containment, rack.vertex))
      if (graph.vertex(v).kind == Kind::node) nodes.push_back(v);
  }
  for (std::size_t p = 0; p < of_pool.size(); ++p)
    if (!of_pool[p].empty()) wire_undeclared(w, p, of_pool[p]);
  for (std::size_t f = 0; f < of_fabric.size(); ++f) wire_declared(w, f, of_fabric[f]);
}

}  // namespace ondol::topology
