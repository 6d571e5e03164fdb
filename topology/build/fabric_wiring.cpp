#include <algorithm>

#include "topology/build/fabrics/fabric_routes.hpp"
#include "topology/build/fabrics/reach.hpp"
#include "topology/build/wiring.hpp"

namespace ondol::topology {
namespace {

using Index = Wiring::Index;

/// One 400-Gbit/s port per accelerator and switches of 64 such ports: assumed where the scenario says nothing about its
/// fabric; the shape of an NVIDIA DGX SuperPOD of H100 systems with Quantum-2 switches.
constexpr std::size_t switch_ports = 64;

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
    graph.add_edge(Layer::fabric, node, leaves.back(), static_cast<double>(ports) * undeclared_port_bytes_per_s);
  }
  if (leaves.size() < 2) return;
  std::size_t const spines = std::clamp<std::size_t>((leaves.size() + 1) / 2, 2, down);
  for (std::size_t i = 0; i < spines; ++i) {
    auto const spine = w.add(w.site, Kind::network_switch, pool + "/spine/" + std::to_string(i + 1), Watts{0}, p);
    for (std::size_t l = 0; l < leaves.size(); ++l)
      graph.add_edge(Layer::fabric, leaves[l], spine,
                     static_cast<double>(uplinks[l]) / static_cast<double>(spines) * undeclared_port_bytes_per_s);
  }
}

/// What the declaration names and the catalogue or the site does not have.
bool names_lead_somewhere(Wiring& w, schema::FabricSpec const& spec, std::string const& path) {
  auto const before = w.faults.size();
  auto const& catalogue = w.scenario.catalogue;
  entry(w, catalogue.network_switch, spec.network_switch, path + ".network_switch");
  if (!spec.spine_switch.empty()) entry(w, catalogue.network_switch, spec.spine_switch, path + ".spine_switch");
  if (!spec.core_switch.empty()) entry(w, catalogue.network_switch, spec.core_switch, path + ".core_switch");
  entry(w, catalogue.optic, spec.node_cable, path + ".node_cable");
  entry(w, catalogue.optic, spec.optic, path + ".optic");
  w.units(spec.fed_by, path + ".fed_by");
  std::vector<std::string> halls;
  for (auto const& hall : w.scenario.hall) halls.push_back(hall.id);
  if (std::find(halls.begin(), halls.end(), spec.hall) == halls.end()) {
    std::string const near = nearest(spec.hall, halls);
    w.fault(path + ".hall", path + ".hall names \"" + spec.hall + "\", which is no hall" +
                                (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
  }
  return w.faults.size() == before;
}

void wire_declared(Wiring& w, std::size_t f, std::vector<Index> const& nodes) {
  auto const& spec = w.scenario.fabric[f];
  auto& graph = w.facility.graph;
  std::string const path = "fabric[" + std::to_string(f) + "]";
  if (!names_lead_somewhere(w, spec, path)) return;
  FabricShape shape;
  std::unique_ptr<SwitchNetwork> network;
  try {
    shape = fabric_shape(w.scenario, w.facility, f);
    network = switch_network(shape);
  } catch (InputError const& e) {
    for (auto const& fault : e.faults()) {  // at the key that the message begins with
      auto const key = path + "." + fault.message.substr(0, fault.message.find(' '));
      w.fault(w.scenario.origin.contains(key) ? key : path + ".id", "fabric \"" + spec.id + "\": " + fault.message);
    }
    return;
  }
  auto const reached = reach(shape, *network);
  if (auto const& lost = reached.cut_off; !lost.empty()) {
    constexpr std::size_t shown = 3;
    std::string names;
    for (std::size_t i = 0; i < std::min(shown, lost.size()); ++i) names += (i ? ", " : "") + shape.node_name(lost[i]);
    if (lost.size() > shown) names += " and " + std::to_string(lost.size() - shown) + " more";
    bool const fixed = shape.routing == FabricShape::Routing::fixed;
    w.fault(path + (shape.failed.empty() ? ".levels" : ".failed"),
            "fabric \"" + spec.id + "\" leaves nodes without a way to all others: " + names +
                (fixed ? "; routing = \"static\" goes around no failure, \"ecmp\" and \"adaptive\" do" : ""));
    return;
  }

  FabricPlace place;
  place.nodes = shape.node_count();
  place.port_bytes_per_s = shape.port_bytes_per_s;
  place.parts = fabric_parts(w.scenario.catalogue, spec, shape, *network);
  place.hops_unit = reached.hops_unit;
  place.hops_farthest = reached.hops_farthest;
  place.hall = static_cast<Index>(
      std::find_if(w.scenario.hall.begin(), w.scenario.hall.end(), [&](auto const& it) { return it.id == spec.hall; }) -
      w.scenario.hall.begin());
  place.vertex = w.add(w.hall.at(place.hall), Kind::network, spec.id + "/network", Watts{place.parts.power_w()}, f);
  for (auto unit : w.bank.at(spec.fed_by)) graph.add_edge(Layer::power, unit, place.vertex);

  std::vector<Index> vertex;
  for (auto const& it : network->switches())
    vertex.push_back(it.failed ? 0 : w.add(place.vertex, Kind::network_switch, it.name, Watts{0}, f));
  auto const& nics = network->nics();
  for (std::size_t i = 0; i < nics.size();) {  // ports of one node on one switch are one edge
    std::size_t const first = i;
    double ports = 0;
    for (; i < nics.size() && nics[i].node == nics[first].node && nics[i].at == nics[first].at; ++i)
      ports += nics[i].failed ? 0 : 1;
    if (ports > 0 && nics[first].node < nodes.size())  // storage servers are no vertices
      graph.add_edge(Layer::fabric, nodes[nics[first].node], vertex[nics[first].at], ports * shape.port_bytes_per_s);
  }
  for (auto const& bundle : network->bundles()) {
    double cables = 0;
    for (Index k = 0; k < bundle.cables; ++k) cables += network->cable_failed(bundle.first + k) ? 0 : 1;
    if (cables > 0) graph.add_edge(Layer::fabric, vertex[bundle.a], vertex[bundle.b], cables * shape.port_bytes_per_s);
  }
  place.switches = std::move(vertex);
  w.facility.fabrics.push_back(std::move(place));
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
