#include "topology/build/power_feed.hpp"

#include <algorithm>
#include <cmath>

namespace ondol::topology {

using Index = std::uint32_t;

Sources with_standby(FacilityGraph const& graph, PowerTree const& tree) {
  Sources s;
  s.vertices.push_back(0);
  s.local.assign(graph.vertex_count(), 0);
  auto const keep = [&](Index v, std::size_t in_tree) {
    if (s.local[v] != 0) return;
    s.local[v] = static_cast<Index>(s.vertices.size());
    s.vertices.push_back(v);
    s.tree_vertex.push_back(static_cast<Index>(in_tree));
  };
  s.tree_vertex.push_back(static_cast<Index>(tree.vertices.size()));
  for (std::size_t i = 0; i < tree.vertices.size(); ++i) keep(tree.vertices[i].graph_vertex, i);
  for (Kind kind : {Kind::generator, Kind::battery})
    for (Index v : graph.vertices(kind)) keep(v, tree.vertices.size());
  for (std::size_t i = 1; i < s.vertices.size(); ++i) {
    auto feeders = graph.sources(Layer::power, s.vertices[i]);
    for (Index alternate : graph.sources(Layer::standby, s.vertices[i])) feeders.push_back(alternate);
    for (Index feeder : feeders) s.edges.emplace_back(s.local[feeder], static_cast<Index>(i));
    if (feeders.empty()) s.edges.emplace_back(0, static_cast<Index>(i));
  }
  return s;
}

std::vector<double> shared_loads(PowerTree const& tree) {
  std::vector<double> load(tree.vertices.size(), 0.0);
  for (std::size_t i = 0; i < tree.vertices.size(); ++i) {
    auto const& v = tree.vertices[i];
    if (v.role != PowerTree::Role::unit && v.role != PowerTree::Role::utility) load[i] = v.rating_w;
    for (Index k = 0; k < v.feeder_count; ++k) load[tree.feeders[v.first_feeder + k]] += load[i] / v.feeder_count;
  }
  return load;
}

bool equal_shares_survive(PowerTree const& tree, Index lost) {
  auto const n = tree.vertices.size();
  if (lost >= n) return false;
  std::vector<Index> live(n, 0);   // feeders with power; for a source, itself
  std::vector<char> turned(n, 0);  // a transfer switch on its alternates
  auto const range = [&](std::size_t i) {
    auto const& v = tree.vertices[i];
    return turned[i] ? std::pair(v.first_feeder + v.feeder_count, v.alternate_count)
                     : std::pair(v.first_feeder, v.feeder_count);
  };
  for (std::size_t i = n; i-- > 0;) {
    if (i == lost) continue;
    auto const& v = tree.vertices[i];
    if (v.feeder_count + v.alternate_count == 0) live[i] = 1;
    for (bool const alternates : {false, true}) {
      if (live[i] > 0) break;
      turned[i] = alternates;
      auto const [first, count] = range(i);
      for (Index k = 0; k < count; ++k) live[i] += live[tree.feeders[first + k]] > 0 ? 1 : 0;
    }
  }
  std::vector<double> load(n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    auto const& v = tree.vertices[i];
    bool const unit = v.role == PowerTree::Role::unit;
    if (!unit && v.role != PowerTree::Role::utility) load[i] = v.rating_w;
    if (load[i] <= 0.0) continue;
    if (live[i] == 0 || (unit && load[i] > v.rating_w)) return false;
    auto const [first, count] = range(i);
    for (Index k = 0; k < count; ++k)
      if (Index const feeder = tree.feeders[first + k]; live[feeder] > 0) load[feeder] += load[i] / live[i];
  }
  return true;
}

Feed::Feed(FacilityGraph const& graph, Sources const& s, double total_w)
    : flow_(2), unit_edge_(s.vertices.size(), no_edge), rating_w_(s.vertices.size(), std::nan("")) {
  auto const n = s.vertices.size();
  std::vector<Index> in(n, source), out(n, source);
  for (std::size_t i = 1; i < n; ++i) {
    Vertex const& it = graph.vertex(s.vertices[i]);
    if (!is_power_unit(it.kind) && it.kind != Kind::utility) continue;
    in[i] = flow_.add_vertex();
    out[i] = flow_.add_vertex();
    unit_edge_[i] = flow_.add_edge(in[i], out[i], it.kind == Kind::utility ? total_w : it.rating.v);
    if (it.kind != Kind::utility) rating_w_[i] = it.rating.v;
  }
  std::vector<std::vector<Index>> feeders(n);
  for (auto const& [from, to] : s.edges) feeders[to].push_back(from);
  std::map<std::vector<Index>, double> loads;  // with the same feeders, as one
  for (std::size_t i = 1; i < n; ++i) {
    if (unit_edge_[i] == no_edge)
      loads[feeders[i]] += graph.vertex(s.vertices[i]).rating.v;
    else
      for (Index from : feeders[i]) flow_.add_edge(out[from], in[i], total_w);
  }
  for (auto const& [from, load_w] : loads) {
    Index const at = flow_.add_vertex();
    for (Index feeder : from) flow_.add_edge(out[feeder], at, load_w);
    flow_.add_edge(at, sink, load_w);
    load_w_ += load_w;
  }
}

void Feed::set_capacity(double share) {
  for (std::size_t i = 0; i < unit_edge_.size(); ++i)
    if (unit_edge_[i] != no_edge && !std::isnan(rating_w_[i])) flow_.set_capacity(unit_edge_[i], rating_w_[i] * share);
}

double Feed::fed() {
  return flow_.max_flow(source, sink);
}

double Feed::fed_without(std::vector<Index> const& lost) {
  std::vector<double> rating;
  for (Index i : lost) {
    rating.push_back(flow_.capacity(unit_edge_[i]));
    flow_.set_capacity(unit_edge_[i], 0.0);
  }
  double const left = fed();
  for (std::size_t k = 0; k < lost.size(); ++k) flow_.set_capacity(unit_edge_[lost[k]], rating[k]);
  return left;
}

std::vector<double> Feed::carried() const {
  std::vector<double> all(unit_edge_.size(), 0.0);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (unit_edge_[i] != no_edge) all[i] = flow_.flow(unit_edge_[i]);
  return all;
}

}  // namespace ondol::topology
