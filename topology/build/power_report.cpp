#include <algorithm>
#include <map>
#include <set>

#include "topology/build/report_parts.hpp"
#include "topology/layers/max_flow.hpp"
#include "topology/layers/power_tree.hpp"
#include "topology/layers/single_points.hpp"

namespace ondol::topology {
namespace {

using Index = std::uint32_t;

/// Of the flow with everything whole; below it a watt of rounding per edge must not turn N+1 into N.
constexpr double whole = 1.0 - 1e-6;

bool is_unit(Kind kind) {
  return kind >= Kind::transformer && kind <= Kind::battery;
}

/// The power layer with its standby sources and one source above all.
struct Sources {
  std::vector<Index> vertices;  ///< of the graph; position 0 is the source above all and stands for none
  std::vector<Index> local;     ///< graph vertex -> position, 0 where it is not part
  EdgeList edges;
};

Sources with_standby(FacilityGraph const& graph, PowerTree const& tree) {
  Sources s;
  s.vertices.push_back(0);
  s.local.assign(graph.vertex_count(), 0);
  auto keep = [&](Index v) {
    if (s.local[v] != 0) return;
    s.local[v] = static_cast<Index>(s.vertices.size());
    s.vertices.push_back(v);
  };
  for (auto const& vertex : tree.vertices) keep(vertex.graph_vertex);
  for (Kind kind : {Kind::generator, Kind::battery})
    for (Index v : graph.vertices(kind)) keep(v);
  for (std::size_t i = 1; i < s.vertices.size(); ++i) {
    auto const feeders = graph.sources(Layer::power, s.vertices[i]);
    for (Index feeder : feeders) s.edges.emplace_back(s.local[feeder], static_cast<Index>(i));
    if (feeders.empty()) s.edges.emplace_back(0, static_cast<Index>(i));
  }
  return s;
}

/// What the rated loads can draw at most.  Racks with the same feeders are one load.
class Feed {
 public:
  Feed(FacilityGraph const& graph, Sources const& s, double total_w) : flow_(2), unit_edge_(s.vertices.size(), no_edge) {
    std::vector<Index> out(s.vertices.size(), source);
    for (std::size_t i = 1; i < s.vertices.size(); ++i) {
      Vertex const& it = graph.vertex(s.vertices[i]);
      if (!is_unit(it.kind) && it.kind != Kind::utility) continue;
      Index const in = flow_.add_vertex();
      out[i] = flow_.add_vertex();
      in_.emplace(i, in);
      unit_edge_[i] = flow_.add_edge(in, out[i], it.kind == Kind::utility ? total_w : it.rating.v);
    }
    std::map<std::vector<Index>, double> loads;
    std::vector<std::vector<Index>> feeders(s.vertices.size());
    for (auto const& [from, to] : s.edges) feeders[to].push_back(from);
    for (std::size_t i = 1; i < s.vertices.size(); ++i) {
      if (auto const unit = in_.find(i); unit != in_.end()) {
        for (Index from : feeders[i]) flow_.add_edge(out[from], unit->second, total_w);
      } else {
        loads[feeders[i]] += graph.vertex(s.vertices[i]).rating.v;
      }
    }
    for (auto const& [from, load_w] : loads) {
      Index const at = flow_.add_vertex();
      for (Index feeder : from) flow_.add_edge(out[feeder], at, load_w);
      flow_.add_edge(at, sink, load_w);
    }
  }

  double fed() { return flow_.max_flow(source, sink); }

  double fed_without(std::vector<Index> const& lost) {
    std::vector<double> rating;
    for (Index i : lost) {
      rating.push_back(flow_.capacity(unit_edge_[i]));
      flow_.set_capacity(unit_edge_[i], 0.0);
    }
    double const left = fed();
    for (std::size_t k = 0; k < lost.size(); ++k) flow_.set_capacity(unit_edge_[lost[k]], rating[k]);
    return left;
  }

 private:
  static constexpr Index source = 0, sink = 1;
  static constexpr std::size_t no_edge = static_cast<std::size_t>(-1);
  FlowNetwork flow_;
  std::map<std::size_t, Index> in_;
  std::vector<std::size_t> unit_edge_;
};

std::vector<double> shared_loads(PowerTree const& tree) {
  std::vector<double> load(tree.vertices.size(), 0.0);
  for (std::size_t i = 0; i < tree.vertices.size(); ++i) {
    auto const& v = tree.vertices[i];
    if (v.role != PowerTree::Role::unit && v.role != PowerTree::Role::utility) load[i] = v.rating_w;
    for (Index k = 0; k < v.feeder_count; ++k) load[tree.feeders[v.first_feeder + k]] += load[i] / v.feeder_count;
  }
  return load;
}

std::vector<Weight> rack_weights(Facility const& facility, Sources const& s) {
  std::vector<Weight> weight(s.vertices.size());
  for (auto const& rack : facility.racks)
    weight[s.local[rack.vertex]] = {1, rack.nodes, facility.graph.vertex(rack.vertex).rating.v};
  return weight;
}

/// Loads of any kind that every path crosses a vertex to reach, counted as racks.
std::vector<Weight> load_weights(FacilityGraph const& graph, Sources const& s) {
  std::vector<Weight> weight(s.vertices.size());
  for (std::size_t i = 1; i < s.vertices.size(); ++i) {
    Vertex const& it = graph.vertex(s.vertices[i]);
    if (!is_unit(it.kind) && it.kind != Kind::utility && it.rating.v > 0.0) weight[i].racks = 1;
  }
  return weight;
}

}  // namespace

void report_power(schema::Scenario const& scenario, Facility const& facility, FacilityReport& report) {
  auto const& graph = facility.graph;
  PowerTree const tree = power_tree(graph);
  Sources const s = with_standby(graph, tree);
  auto const count = static_cast<Index>(s.vertices.size());

  auto const racks_on = hanging_on(count, s.edges, 0, rack_weights(facility, s));
  auto const loads_on = hanging_on(count, s.edges, 0, load_weights(graph, s));
  for (Index i = 1; i < count; ++i) {
    Vertex const& it = graph.vertex(s.vertices[i]);
    if (is_unit(it.kind) || it.kind == Kind::utility)
      report.power_single_points.push_back({it.name, it.kind, racks_on[i].racks, racks_on[i].nodes, racks_on[i].rack_w});
  }
  sort_losses(report.power_single_points);

  auto const load = shared_loads(tree);
  std::vector<double> load_of(count, 0.0);
  for (std::size_t i = 0; i < tree.vertices.size(); ++i) {
    auto const& v = tree.vertices[i];
    load_of[s.local[v.graph_vertex]] = load[i];
    Kind const kind = graph.vertex(v.graph_vertex).kind;
    if (is_unit(kind) || kind == Kind::utility)
      report.power_vertices.push_back({v.name, kind, load[i], v.rating_w, v.rating_w > 0.0 ? load[i] / v.rating_w : 0.0});
  }

  Feed feed(graph, s, report.total_w);
  double const fed_whole = feed.fed();
  report.fed_w = report.grid_capacity_w > 0.0 ? std::min(fed_whole, report.grid_capacity_w) : fed_whole;

  std::vector<std::vector<Index>> units(scenario.power.size());
  for (Index i = 1; i < count; ++i)
    if (Vertex const& it = graph.vertex(s.vertices[i]); is_unit(it.kind)) units[it.spec].push_back(i);

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
    bank.fed_w = fed_whole;
    bool alone = false;  // a load hangs on one unit
    for (Index i : units[b]) {
      bank.load_w += load_of[i];
      bank.worst_unit_fraction = std::max(bank.worst_unit_fraction, load_of[i] / std::max(first.rating.v, 1.0));
      alone = alone || loads_on[i].racks > 0;
      double const left = feed.fed_without({i});
      if (left < bank.fed_w || bank.worst_loss.empty()) {
        bank.fed_w = left;
        bank.worst_loss = graph.vertex(s.vertices[i]).name;
      }
    }
    bank.load_fraction = bank.capacity_w > 0.0 ? bank.load_w / bank.capacity_w : 0.0;
    bank.fed_fraction = fed_whole > 0.0 ? bank.fed_w / fed_whole : 1.0;
    bool const standby = graph.sources(Layer::power, s.vertices[units[b].front()]).empty();
    if (standby)
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
