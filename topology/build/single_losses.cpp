#include "topology/build/single_losses.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

#include "topology/build/heat_path.hpp"
#include "topology/build/power_feed.hpp"
#include "topology/graph/boost_graph.hpp"
#include "topology/layers/fabric.hpp"
#include "topology/layers/power_tree.hpp"
#include "topology/layers/single_points.hpp"

namespace ondol::topology {
namespace {

using Index = std::uint32_t;

bool feeds(Vertex const& it) {
  return is_power_unit(it.kind) || it.kind == Kind::utility;
}

/// Of all racks, or of those in some pools.
std::vector<Weight> rack_weights(Facility const& facility, Sources const& s, std::vector<std::string> const* pools = nullptr) {
  std::vector<Weight> weight(s.vertices.size());
  for (auto const& rack : facility.racks)
    if (!pools || std::find(pools->begin(), pools->end(), facility.pools[rack.pool]) != pools->end())
      weight[s.local[rack.vertex]] = {1, rack.nodes, facility.graph.vertex(rack.vertex).rating.v};
  return weight;
}

void find_power(Facility const& facility, Sources const& s, std::vector<Loss>& losses) {
  auto const count = static_cast<Index>(s.vertices.size());
  auto const racks_on = hanging_on(count, s.edges, 0, rack_weights(facility, s));
  for (Index i = 1; i < count; ++i)
    if (Vertex const& it = facility.graph.vertex(s.vertices[i]); feeds(it))
      losses.push_back({it.name, it.kind, racks_on[i].racks, racks_on[i].nodes, racks_on[i].rack_w, s.vertices[i]});
}

/// Units that every path to the switches of a fabric crosses: without them its nodes are parted, also those that they do not
/// feed.  Units that take all of these nodes anyway are told with the power.
void find_fabric_feeds(schema::Scenario const& scenario, Facility const& facility, Sources const& s,
                       std::vector<Loss>& losses) {
  auto const count = static_cast<Index>(s.vertices.size());
  for (std::size_t f = 0; f < facility.fabrics.size(); ++f) {
    std::vector<Weight> switches(count);
    switches[s.local[facility.fabrics[f].vertex]].nodes = 1;
    auto const switches_on = hanging_on(count, s.edges, 0, switches);
    auto const racks_on = hanging_on(count, s.edges, 0, rack_weights(facility, s, &scenario.fabric[f].pools));
    auto const nodes = facility.fabrics[f].nodes;
    for (Index i = 1; i < count; ++i) {
      Vertex const& it = facility.graph.vertex(s.vertices[i]);
      if (feeds(it) && switches_on[i].nodes > 0 && racks_on[i].nodes < nodes)
        losses.push_back({it.name, it.kind, 0, nodes, 0.0, s.vertices[i]});
    }
  }
}

std::vector<char> cooled_without(HeatPath const& h, Index lost) {
  std::vector<std::vector<Index>> upstream(h.graph_vertex.size());
  for (auto const& [from, to] : h.edges) upstream[to].push_back(from);
  std::vector<char> reached(h.graph_vertex.size(), 0);
  std::vector<Index> front{h.weather};
  reached[h.weather] = 1;
  while (!front.empty()) {
    Index const v = front.back();
    front.pop_back();
    for (Index next : upstream[v])
      if (!reached[next] && next != lost) {
        reached[next] = 1;
        front.push_back(next);
      }
  }
  return reached;
}

void find_cooling(FacilityGraph const& graph, HeatPath const& h, std::vector<Loss>& losses) {
  // Heat in air and heat in liquid part at the rack, so a rack is one way in for each.
  EdgeList edges = h.edges;
  auto next = static_cast<Index>(h.graph_vertex.size());
  for (auto const& source : h.sources)
    for (Index entry : {source.air, source.liquid})
      if (entry != 0) edges.emplace_back(next++, entry);
  for (Index point : articulation_points(next, edges)) {
    if (point == h.weather || point >= h.graph_vertex.size()) continue;
    auto const cooled = cooled_without(h, point);
    Vertex const& it = graph.vertex(h.graph_vertex[point]);
    Loss loss{it.name, it.kind, 0, 0, 0.0, h.graph_vertex[point]};
    if (std::find(h.room.begin(), h.room.end(), point) != h.room.end()) loss.name += " room air";
    if (std::find(h.loop.begin(), h.loop.end(), point) != h.loop.end()) loss.name += " technology loop";
    if (it.kind == Kind::plant) loss.name += " facility loop";
    for (auto const& source : h.sources) {
      bool const hit = (source.air != 0 && (source.air == point || !cooled[source.air])) ||
                       (source.liquid != 0 && (source.liquid == point || !cooled[source.liquid]));
      if (!hit) continue;
      loss.racks += source.weight.racks;
      loss.nodes += source.weight.nodes;
      loss.rack_w += source.weight.rack_w;
    }
    losses.push_back(std::move(loss));
  }
}

/// Nodes that hang on one switch by one bundle are one vertex each; a network is small enough to look at whole.
void find_fabric(FacilityGraph const& graph, FabricNetwork const& network, std::vector<Index>& local,
                 std::vector<Loss>& losses) {
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
    if (lost[i].nodes > 0)
      losses.push_back({graph.full_name(members[i]), graph.vertex(members[i]).kind, 0, lost[i].nodes, 0.0, members[i]});
}

void drop_and_sort(std::vector<Loss>& losses) {
  std::erase_if(losses, [](Loss const& loss) { return loss.racks == 0 && loss.nodes == 0; });
  std::stable_sort(losses.begin(), losses.end(), [](Loss const& a, Loss const& b) {
    return std::tuple(a.rack_w, a.racks, a.nodes) > std::tuple(b.rack_w, b.racks, b.nodes);
  });
}

}  // namespace

SingleLosses single_losses(schema::Scenario const& scenario, Facility const& facility) {
  auto const& graph = facility.graph;
  SingleLosses found;
  Sources const s = with_standby(graph, power_tree(graph));
  find_power(facility, s, found.power);
  find_cooling(graph, heat_path(scenario, facility), found.cooling);
  find_fabric_feeds(scenario, facility, s, found.fabric);
  std::vector<Index> local(graph.vertex_count(), 0);
  for (auto const& network : fabric(graph).networks) find_fabric(graph, network, local, found.fabric);
  for (auto* losses : {&found.power, &found.cooling, &found.fabric}) drop_and_sort(*losses);
  return found;
}

}  // namespace ondol::topology
