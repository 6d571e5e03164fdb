#include <algorithm>

#include "topology/build/power_feed.hpp"
#include "topology/build/report_parts.hpp"
#include "topology/layers/power_tree.hpp"
#include "topology/layers/single_points.hpp"

namespace ondol::topology {
namespace {

using Index = std::uint32_t;

struct WorstLoss {
  Index unit = 0;
  double fed_w = 0.0;
};

/// The unit of a bank whose loss leaves least.  Most need no maximum flow: where equal shares among what remains overload
/// nothing, all is fed; and a loss costs no more than the unit carried, so with the busiest first the search can end early.
WorstLoss worst_loss(PowerTree const& tree, Sources const& s, Feed& feed, std::vector<Index> units,
                     std::vector<double> const& carried_w, double fed_whole) {
  std::stable_sort(units.begin(), units.end(), [&](Index a, Index b) { return carried_w[a] > carried_w[b]; });
  WorstLoss worst{units.front(), fed_whole};
  for (Index i : units) {
    if (fed_whole - carried_w[i] >= worst.fed_w) break;
    if (equal_shares_survive(tree, s.tree_vertex[i])) continue;
    double const left = feed.fed_without({i});
    if (left < worst.fed_w) worst = {i, left};
  }
  return worst;
}

/// Of the flow with everything whole; below it a watt of rounding per edge must not turn N+1 into N.
constexpr double whole = 1.0 - 1e-6;

/// Loads of any kind that every path crosses a vertex to reach, counted as racks.
std::vector<Weight> load_weights(FacilityGraph const& graph, Sources const& s) {
  std::vector<Weight> weight(s.vertices.size());
  for (std::size_t i = 1; i < s.vertices.size(); ++i) {
    Vertex const& it = graph.vertex(s.vertices[i]);
    if (!is_power_unit(it.kind) && it.kind != Kind::utility && it.rating.v > 0.0) weight[i].racks = 1;
  }
  return weight;
}

}  // namespace

void report_power(schema::Scenario const& scenario, Facility const& facility, FacilityReport& report) {
  auto const& graph = facility.graph;
  PowerTree const tree = power_tree(graph);
  Sources const s = with_standby(graph, tree);
  auto const count = static_cast<Index>(s.vertices.size());

  auto const loads_on = hanging_on(count, s.edges, 0, load_weights(graph, s));
  auto const load = shared_loads(tree);
  std::vector<double> load_of(count, 0.0);
  for (std::size_t i = 0; i < tree.vertices.size(); ++i) {
    auto const& v = tree.vertices[i];
    load_of[s.local[v.graph_vertex]] = load[i];
    Kind const kind = graph.vertex(v.graph_vertex).kind;
    if (is_power_unit(kind) || kind == Kind::utility)
      report.power_vertices.push_back({v.name, kind, load[i], v.rating_w, v.rating_w > 0.0 ? load[i] / v.rating_w : 0.0});
  }

  Feed feed(graph, s, report.total_w);
  double const fed_whole = feed.fed();
  auto const carried_w = feed.carried();
  report.fed_w = report.grid_capacity_w > 0.0 ? std::min(fed_whole, report.grid_capacity_w) : fed_whole;

  std::vector<std::vector<Index>> units(scenario.power.size());
  for (Index i = 1; i < count; ++i)
    if (Vertex const& it = graph.vertex(s.vertices[i]); is_power_unit(it.kind)) units[it.spec].push_back(i);

  for (std::size_t b = 0; b < units.size(); ++b) {
    auto const& spec = scenario.power[b];
    if (units[b].empty()) continue;
    Vertex const& first = graph.vertex(s.vertices[units[b].front()]);
    PowerBankReport bank;
    bank.id = spec.id;
    bank.kind = first.kind;
    bank.units = static_cast<Index>(units[b].size());
    bank.units_needed = spec.units_needed > 0 ? static_cast<Index>(spec.units_needed) : bank.units;
    bank.capacity_w = first.rating.v * bank.units_needed;
    bool alone = false;  // a load hangs on one unit
    for (Index i : units[b]) {
      bank.load_w += load_of[i];
      bank.worst_unit_fraction = std::max(bank.worst_unit_fraction, load_of[i] / std::max(first.rating.v, 1.0));
      alone = alone || loads_on[i].racks > 0;
    }
    auto const worst = worst_loss(tree, s, feed, units[b], carried_w, fed_whole);
    bank.fed_w = worst.fed_w;
    bank.worst_loss = graph.vertex(s.vertices[worst.unit]).name;
    bank.load_fraction = bank.capacity_w > 0.0 ? bank.load_w / bank.capacity_w : 0.0;
    bank.fed_fraction = fed_whole > 0.0 ? bank.fed_w / fed_whole : 1.0;
    for (auto const& capping : scenario.capping)
      if (capping.bank == spec.id) bank.capped_by += (bank.capped_by.empty() ? "" : ", ") + capping.name;
    if (bank.load_w <= 0.0)
      bank.redundancy = "standby";
    else if (bank.load_w > first.rating.v * bank.units)
      bank.redundancy = "<N";
    else if (alone || bank.fed_fraction < whole)
      bank.redundancy = "N";
    else
      bank.redundancy = feed.fed_without(units[b]) >= whole * fed_whole ? "2N" : "N+1";
    report.power.push_back(std::move(bank));
  }
}

}  // namespace ondol::topology
