#include "topology/layers/power_tree.hpp"

#include <algorithm>
#include <boost/graph/strong_components.hpp>
#include <boost/graph/topological_sort.hpp>
#include <limits>
#include <map>
#include <numeric>
#include <optional>

#include "scenarios/base/error.hpp"
#include "topology/graph/boost_graph.hpp"

namespace ondol::topology {
namespace {

using Index = std::uint32_t;
struct Feeding {
  bool standby = false;
};
using Digraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, boost::no_property, Feeding>;
constexpr Index none = std::numeric_limits<Index>::max();

bool is_load(Kind kind) {
  return kind == Kind::rack || kind == Kind::cdu || kind == Kind::crah || kind == Kind::network || kind == Kind::mechanical ||
         kind == Kind::pumps || kind == Kind::base_load || kind == Kind::heat_load;
}

/// One CDU of a hall draws its power as part of all CDUs of the hall, which hold it.
bool is_part_of_load(FacilityGraph const& facility, Index v) {
  auto const holder = facility.parent(v);
  return holder && facility.vertex(*holder).kind == facility.vertex(v).kind;
}

PowerTree::Role role_of(Kind kind) {
  switch (kind) {
    case Kind::utility:
      return PowerTree::Role::utility;
    case Kind::rack:
      return PowerTree::Role::rack;
    case Kind::node:
      return PowerTree::Role::node_group;
    case Kind::cdu:
      return PowerTree::Role::cdu;
    case Kind::crah:
      return PowerTree::Role::crah;
    case Kind::network:
      return PowerTree::Role::network;
    case Kind::mechanical:
      return PowerTree::Role::mechanical;
    case Kind::pumps:
      return PowerTree::Role::pumps;
    case Kind::base_load:
      return PowerTree::Role::base_load;
    case Kind::heat_load:
      return PowerTree::Role::heat_load;
    default:
      return PowerTree::Role::unit;
  }
}

bool feeds(Layer layer) {
  return layer == Layer::power || layer == Layer::standby;
}

/// The power and standby layers by themselves, with their own dense numbering.
struct PowerLayer {
  std::vector<Index> facility_vertex;
  Digraph graph;
};

PowerLayer power_layer(FacilityGraph const& facility) {
  PowerLayer layer;
  std::vector<Index> local(facility.vertex_count(), none);
  auto keep = [&](Index v) {
    if (local[v] == none) {
      local[v] = static_cast<Index>(layer.facility_vertex.size());
      layer.facility_vertex.push_back(v);
    }
  };
  BoostGraph const& all = facility.impl().graph;
  for (Index v = 0; v < facility.vertex_count(); ++v) {
    Kind const kind = facility.vertex(v).kind;
    bool fed = false;
    for (auto [e, end] = boost::in_edges(v, all); e != end && !fed; ++e) fed = feeds(all[*e].layer);
    if (fed || kind == Kind::utility || is_power_unit(kind) || (is_load(kind) && !is_part_of_load(facility, v))) keep(v);
  }
  for (auto [e, end] = boost::edges(all); e != end; ++e) {
    if (!feeds(all[*e].layer)) continue;
    keep(static_cast<Index>(boost::source(*e, all)));
  }
  layer.graph = Digraph(layer.facility_vertex.size());
  for (auto [e, end] = boost::edges(all); e != end; ++e)
    if (feeds(all[*e].layer))
      boost::add_edge(local[boost::source(*e, all)], local[boost::target(*e, all)], Feeding{all[*e].layer == Layer::standby},
                      layer.graph);
  return layer;
}

/// A circuit inside a strongly connected component: follow edges that stay in it until a vertex comes again.
std::string circuit_text(FacilityGraph const& facility, PowerLayer const& layer, std::vector<Index> const& component,
                         Index start) {
  std::vector<Index> path;
  Index at = start;
  auto seen = path.end();
  while ((seen = std::find(path.begin(), path.end(), at)) == path.end()) {
    path.push_back(at);
    for (auto [next, end] = boost::adjacent_vertices(at, layer.graph); next != end; ++next)
      if (component[*next] == component[start]) {
        at = static_cast<Index>(*next);
        break;
      }
  }
  std::string text;
  for (auto v = seen; v != path.end(); ++v) text += facility.full_name(layer.facility_vertex[*v]) + " -> ";
  return text + facility.full_name(layer.facility_vertex[*seen]);
}

Fault fault(std::string message) {
  Fault f;
  f.message = std::move(message);
  return f;
}

std::vector<Fault> cycles(FacilityGraph const& facility, PowerLayer const& layer) {
  auto const n = boost::num_vertices(layer.graph);
  std::vector<Index> component(n);
  auto const count = boost::strong_components(
      layer.graph, boost::make_iterator_property_map(component.begin(), boost::get(boost::vertex_index, layer.graph)));
  std::vector<Index> first(count, none), size(count, 0);
  for (Index v = 0; v < n; ++v) {
    if (first[component[v]] == none) first[component[v]] = v;
    ++size[component[v]];
  }
  std::vector<Fault> faults;
  for (Index v = 0; v < n; ++v) {
    if (first[component[v]] != v) continue;
    if (size[component[v]] > 1 || boost::edge(v, v, layer.graph).second)
      faults.push_back(fault("power feeds itself: " + circuit_text(facility, layer, component, v) +
                             "; a unit must not be fed, even through others, by what it feeds"));
  }
  return faults;
}

std::vector<char> reached_from_utility(FacilityGraph const& facility, PowerLayer const& layer) {
  std::vector<char> reached(layer.facility_vertex.size(), 0);
  std::vector<Index> front;
  for (Index v = 0; v < reached.size(); ++v)
    if (facility.vertex(layer.facility_vertex[v]).kind == Kind::utility) {
      reached[v] = 1;
      front.push_back(v);
    }
  while (!front.empty()) {
    Index const v = front.back();
    front.pop_back();
    for (auto [next, end] = boost::adjacent_vertices(v, layer.graph); next != end; ++next)
      if (!reached[*next]) {
        reached[*next] = 1;
        front.push_back(static_cast<Index>(*next));
      }
  }
  return reached;
}

/// What is reached, and all that leads to a transfer switch among it.
std::vector<char> reached_or_leading(PowerLayer const& layer, std::vector<char> reached) {
  std::vector<Index> front;
  auto const climb = [&](Index v, bool only_standby) {
    for (auto [e, end] = boost::in_edges(v, layer.graph); e != end; ++e) {
      auto const above = static_cast<Index>(boost::source(*e, layer.graph));
      if ((only_standby && !layer.graph[*e].standby) || reached[above]) continue;
      reached[above] = 1;
      front.push_back(above);
    }
  };
  auto const known = reached;
  for (Index v = 0; v < known.size(); ++v)
    if (known[v]) climb(v, true);
  while (!front.empty()) {
    Index const v = front.back();
    front.pop_back();
    climb(v, false);
  }
  return reached;
}

bool is_standby(FacilityGraph const& facility, PowerLayer const& layer, Index v) {
  Kind const kind = facility.vertex(layer.facility_vertex[v]).kind;
  return (kind == Kind::generator || kind == Kind::battery) && boost::in_degree(v, layer.graph) == 0;
}

/// One fault a kind of thing: hundreds of racks that hang on one missing feeder are one mistake.
std::vector<Fault> unfed(FacilityGraph const& facility, PowerLayer const& layer, std::vector<char> const& reached) {
  std::map<Kind, std::vector<Index>> lost;
  for (Index v = 0; v < reached.size(); ++v)
    if (!reached[v] && !is_standby(facility, layer, v))
      lost[facility.vertex(layer.facility_vertex[v]).kind].push_back(layer.facility_vertex[v]);
  std::vector<Fault> faults;
  for (auto const& [kind, all] : lost) {
    constexpr std::size_t shown = 3;
    std::string names;
    for (std::size_t i = 0; i < std::min(shown, all.size()); ++i) names += (i ? ", " : "") + facility.full_name(all[i]);
    if (all.size() > shown) names += " and " + std::to_string(all.size() - shown) + " more";
    faults.push_back(
        fault(std::string(to_string(kind)) + " without a path to the utility: " + names + "; name what feeds it in `fed_by`"));
  }
  return faults;
}

/// Longest way down to a load, in edges; loads are 0.
std::vector<Index> heights(PowerLayer const& layer) {
  std::vector<Digraph::vertex_descriptor> loads_first;
  boost::topological_sort(layer.graph, std::back_inserter(loads_first));
  std::vector<Index> height(layer.facility_vertex.size(), 0);
  for (auto v : loads_first)
    for (auto [next, end] = boost::adjacent_vertices(v, layer.graph); next != end; ++next)
      height[v] = std::max(height[v], height[*next] + 1);
  return height;
}

}  // namespace

PowerTree power_tree(FacilityGraph const& facility) {
  PowerLayer const layer = power_layer(facility);
  auto faults = cycles(facility, layer);
  auto const reached = reached_or_leading(layer, reached_from_utility(facility, layer));
  if (faults.empty()) faults = unfed(facility, layer, reached);
  if (!faults.empty()) throw InputError(std::move(faults));

  auto const height = heights(layer);
  std::vector<Index> order;
  for (Index v = 0; v < reached.size(); ++v)
    if (reached[v]) order.push_back(v);
  auto const kind = [&](Index v) { return facility.vertex(layer.facility_vertex[v]).kind; };
  auto const rank = [&](Index v) {  // racks, other loads, units from the loads up, utility
    Kind const k = kind(v);
    Index const band = k == Kind::rack ? 0 : is_power_unit(k) ? 2 : k == Kind::utility ? 3 : 1;
    return std::tuple(height[v], band, layer.facility_vertex[v]);
  };
  std::sort(order.begin(), order.end(), [&](Index a, Index b) {
    auto const end_a = kind(a) == Kind::utility, end_b = kind(b) == Kind::utility;
    return end_a != end_b ? end_b : rank(a) < rank(b);
  });

  std::vector<Index> place(layer.facility_vertex.size(), none);
  for (Index i = 0; i < order.size(); ++i) place[order[i]] = i;

  // Units and racks are numbered in order of addition to the graph.
  std::vector<Index> ordinal(layer.facility_vertex.size(), 0);
  std::map<std::pair<PowerTree::Role, Index>, Index> counted;
  std::vector<Index> by_addition(layer.facility_vertex.size());
  std::iota(by_addition.begin(), by_addition.end(), 0U);
  std::sort(by_addition.begin(), by_addition.end(),
            [&](Index a, Index b) { return layer.facility_vertex[a] < layer.facility_vertex[b]; });
  for (Index v : by_addition) {
    auto const role = role_of(kind(v));
    Index const bank = role == PowerTree::Role::unit ? facility.vertex(layer.facility_vertex[v]).spec : 0;
    ordinal[v] = counted[{role, bank}]++;
  }

  PowerTree tree;
  tree.vertices.reserve(order.size());
  for (Index v : order) {
    Vertex const& it = facility.vertex(layer.facility_vertex[v]);
    PowerTree::Vertex out;
    out.graph_vertex = layer.facility_vertex[v];
    out.role = role_of(it.kind);
    out.name = facility.full_name(out.graph_vertex);
    out.owner = out.role == PowerTree::Role::rack ? ordinal[v] : it.spec;
    out.unit_index = out.role == PowerTree::Role::unit ? ordinal[v] : 0;
    out.rating_w = it.rating.v;
    out.first_feeder = static_cast<Index>(tree.feeders.size());
    for (bool const standby : {false, true})
      for (auto [e, end] = boost::in_edges(v, layer.graph); e != end; ++e) {
        Index const feeder = place[boost::source(*e, layer.graph)];
        if (feeder == none || layer.graph[*e].standby != standby) continue;
        tree.feeders.push_back(feeder);
        ++(standby ? out.alternate_count : out.feeder_count);
      }
    tree.vertices.push_back(std::move(out));
  }
  return tree;
}

}  // namespace ondol::topology
