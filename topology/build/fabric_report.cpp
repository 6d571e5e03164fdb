#include "topology/build/report_parts.hpp"
#include "topology/build/wiring.hpp"
#include "topology/layers/fabric.hpp"

namespace ondol::topology {
namespace {

using Index = std::uint32_t;

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
  }
}

}  // namespace ondol::topology
