#include "topology/build/report_parts.hpp"
#include "topology/build/wiring.hpp"
#include "topology/graph/boost_graph.hpp"
#include "topology/layers/fabric.hpp"
#include "topology/layers/single_points.hpp"

namespace ondol::topology {
namespace {

using Index = std::uint32_t;

/// Nodes that hang on one switch by one bundle are one vertex each; a network is small enough to look at whole.
void find_single_points(Facility const& facility, FabricNetwork const& network, std::vector<Index>& local,
                        FacilityReport& report) {
  auto const& graph = facility.graph;
  BoostGraph const& all = graph.impl().graph;
  std::vector<Index> members;
  for (auto const* part : {&network.nodes, &network.leaves, &network.spines})
    for (Index v : *part) {
      local[v] = static_cast<Index>(members.size());
      members.push_back(v);
    }
  EdgeList edges;
  std::vector<Weight> weight(members.size());
  for (Index i = 0; i < members.size(); ++i) {
    Index const v = members[i];
    for (auto [e, end] = boost::out_edges(v, all); e != end; ++e)
      if (all[*e].layer == Layer::fabric) edges.emplace_back(i, local[boost::target(*e, all)]);
    if (graph.vertex(v).kind == Kind::node) weight[i] = {0, 1, 0.0};
  }
  auto const lost = cut_off_by(static_cast<Index>(members.size()), edges, 0, weight);
  for (Index i = 0; i < members.size(); ++i)
    if (lost[i].nodes > 0) {
      Vertex const& it = graph.vertex(members[i]);
      report.fabric_single_points.push_back({graph.full_name(members[i]), it.kind, 0, lost[i].nodes, 0.0});
    }
}

/// What the loss of any one switch or cable leaves of the bisection, at worst; of switches or cables alike one is tried.
void find_worst_losses(Facility const& facility, FabricNetwork const& network, double cable_bytes_per_s, FabricReport& out) {
  out.worst_switch_fraction = out.worst_cable_fraction = 1.0;
  if (out.bisection_bytes_per_s <= 0.0) return;
  for (auto const& loss : kinds_of_loss(facility.graph, network, cable_bytes_per_s)) {
    double const left = bisection_bytes_per_s(facility.graph, network, loss) / out.bisection_bytes_per_s;
    auto const name = [&](Index v) { return facility.graph.full_name(v); };
    if (loss.vertex && left < out.worst_switch_fraction) {
      out.worst_switch_fraction = left;
      out.worst_switch = name(*loss.vertex);
    } else if (!loss.vertex && left < out.worst_cable_fraction) {
      out.worst_cable_fraction = left;
      out.worst_cable = name(loss.a) + " - " + name(loss.b);
    }
  }
}

}  // namespace

void report_fabric(schema::Scenario const& scenario, Facility const& facility, FacilityReport& report) {
  auto const all = fabric(facility.graph);
  for (auto const& fault : all.faults) report.warnings.push_back(fault);
  std::vector<Index> local(facility.graph.vertex_count(), 0);
  for (auto const& network : all.networks) {
    FabricReport out;
    auto const rack = facility.graph.parent(network.nodes.front());
    auto const& name = facility.graph.vertex(rack.value_or(network.nodes.front())).name;
    out.pool = name.substr(0, name.rfind('/'));
    double cable_bytes_per_s = undeclared_port_bytes_per_s;
    if (auto const* declared = schema::fabric_of(scenario, out.pool)) {
      auto const f = static_cast<std::size_t>(declared - scenario.fabric.data());
      out.pool = declared->id;
      auto const& place = facility.fabrics.at(f);
      out.parts = place.parts;
      out.switch_hops = place.hops_farthest;
      out.switch_hops_unit = place.hops_unit;
      cable_bytes_per_s = place.port_bytes_per_s;
    }
    out.nodes = static_cast<Index>(network.nodes.size());
    out.leaves = static_cast<Index>(network.leaves.size());
    out.spines = static_cast<Index>(network.spines.size());
    if (!out.parts) out.switch_hops = switch_hops(facility.graph, network);
    out.bisection_bytes_per_s = bisection_bytes_per_s(facility.graph, network);
    double const injected = half_injection_bytes_per_s(facility.graph, network);
    out.bisection_fraction = injected > 0.0 ? out.bisection_bytes_per_s / injected : 1.0;
    find_worst_losses(facility, network, cable_bytes_per_s, out);
    report.fabric.push_back(std::move(out));
    find_single_points(facility, network, local, report);
  }
  sort_losses(report.fabric_single_points);
}

}  // namespace ondol::topology
