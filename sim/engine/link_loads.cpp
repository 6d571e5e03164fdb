#include "sim/engine/link_loads.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

namespace ondol::sim {

namespace {

using Rows = std::vector<std::optional<std::uint32_t>>;

/// Row of the rack of each node of a fabric, in the order of its routes; storage servers come after them.
Rows racks_of_nodes(schema::Scenario const& scenario, topology::Facility const& facility, topology::FoldedGraph const& graph,
                    std::size_t fabric) {
  Rows rows;
  for (auto const& rack : facility.racks)
    if (schema::fabric_of(scenario, facility.pools[rack.pool]) == &scenario.fabric[fabric])
      rows.insert(rows.end(), rack.nodes, graph.row[rack.vertex]);
  return rows;
}

Rows rows_of_switches(topology::FabricPlace const& fabric, topology::FoldedGraph const& graph) {
  Rows rows;
  for (auto const vertex : fabric.switches)
    rows.push_back(vertex ? std::optional(graph.row[vertex]) : std::nullopt);  // a failed switch is no vertex
  return rows;
}

}  // namespace

std::optional<LinkLoads> LinkLoads::of(schema::Scenario const& scenario, topology::Facility const& facility,
                                       topology::FoldedGraph const& graph, FabricSharing& fabrics) {
  LinkLoads out;
  std::map<std::uint32_t, std::uint32_t> fabric_of_switch;  // by row
  for (std::uint32_t f = 0; f < facility.fabrics.size(); ++f)
    for (auto const& row : rows_of_switches(facility.fabrics[f], graph))
      if (row) fabric_of_switch[*row] = f;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> link_at;  // by rows of its ends
  for (auto const& edge : graph.edges) {
    if (edge.layer != topology::Layer::fabric) continue;
    auto const fabric = fabric_of_switch.find(edge.to);
    if (fabric == fabric_of_switch.end()) continue;
    link_at[{edge.from, edge.to}] = static_cast<std::uint32_t>(out.links_.size());
    out.links_.push_back({edge.from, edge.to, fabric->second, edge.bytes_per_s});
    auto const name = [&](std::uint32_t row) { return facility.graph.vertex(graph.vertices[row].graph_vertex).name; };
    out.name_.push_back(name(edge.from) + " -> " + name(edge.to));
  }
  if (out.links_.empty() || out.links_.size() > static_cast<std::size_t>(scenario.record.most_links)) return std::nullopt;
  out.load_.resize(out.links_.size());

  for (std::size_t f = 0; f < facility.fabrics.size(); ++f) {
    out.fabric_id_.push_back(scenario.fabric[f].id);
    Rows const racks = racks_of_nodes(scenario, facility, graph, f), switches = rows_of_switches(facility.fabrics[f], graph);
    auto const row = [&](topology::LinkEnd const& end) -> std::optional<std::uint32_t> {
      using Of = topology::LinkEnd::Of;
      if (end.of == Of::accelerator) return std::nullopt;
      auto const& rows = end.of == Of::node ? racks : switches;
      return end.index < rows.size() ? rows[end.index] : std::nullopt;
    };
    auto& places = out.place_.emplace_back();
    for (auto const& cable : fabrics.routes(f).links()) {
      auto const from = row(cable.from), to = row(cable.to);
      std::optional<Place> place;
      if (from && to) {
        if (auto const there = link_at.find({*from, *to}); there != link_at.end())
          place = {there->second, 0};
        else if (auto const back = link_at.find({*to, *from}); back != link_at.end())
          place = {back->second, 1};
      }
      places.push_back(place);
    }
  }
  fabrics.meter();
  return out;
}

void LinkLoads::describe(SignalTable& table) const {
  table.axes.push_back({"links", "link", name_});
  AxisColumn from{"links", "link", "from", "1", "Row in vertices", {}, {}},
      to{"links", "link", "to", "1", "Row in vertices", {}, {}},
      fabric{"links", "link", "fabric", "", "Declared fabric", {}, {}};
  for (auto const& link : links_) {
    from.numbers.push_back(link.from);
    to.numbers.push_back(link.to);
    fabric.strings.push_back(fabric_id_[link.fabric]);
  }
  table.columns.insert(table.columns.end(), {from, to, fabric});
  table.series.push_back(
      {"links", "load_fraction", "1", "Bytes of its busier sense over what that could carry", "time: mean", "link", load_});
}

void LinkLoads::close_report(FabricSharing& fabrics, double now_s) {
  for (std::size_t f = 0; f < place_.size(); ++f) {
    auto const carried = fabrics.take_carried(f);
    for (std::size_t cable = 0; cable < carried.size(); ++cable)
      if (auto const& place = place_[f][cable]) links_[place->link].carried[place->sense] += carried[cable];
  }
  double const span_s = now_s - std::exchange(reported_s_, now_s);
  for (std::size_t l = 0; l < links_.size(); ++l) {
    auto& link = links_[l];
    load_[l] = span_s > 0 ? std::max(link.carried[0], link.carried[1]) / (link.bytes_per_s * span_s) : std::nan("");
    link.carried = {};
  }
}

}  // namespace ondol::sim
