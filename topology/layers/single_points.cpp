#include "topology/layers/single_points.hpp"

#include <algorithm>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/biconnected_components.hpp>
#include <boost/graph/dominator_tree.hpp>
#include <iterator>
#include <limits>

namespace ondol::topology {
namespace {

using Index = std::uint32_t;
using Digraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS>;
using Undirected = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS, boost::no_property,
                                         boost::property<boost::edge_index_t, std::size_t>>;

/// Without loops and doubles: Boost's biconnected components assign no block to the second of two parallel edges.
Undirected undirected_graph(Index vertices, EdgeList edges) {
  for (auto& [a, b] : edges)
    if (a > b) std::swap(a, b);
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  Undirected g(vertices);
  std::size_t number = 0;
  for (auto const& [a, b] : edges)
    if (a != b) boost::add_edge(a, b, number++, g);
  return g;
}

Weight operator-(Weight a, Weight const& b) {
  a.racks -= b.racks;
  a.nodes -= b.nodes;
  a.rack_w -= b.rack_w;
  return a;
}

}  // namespace

std::vector<Weight> hanging_on(Index vertices, EdgeList const& directed, Index root, std::vector<Weight> const& weight) {
  Digraph g(vertices);
  for (auto const& [from, to] : directed) boost::add_edge(from, to, g);

  auto const nobody = boost::graph_traits<Digraph>::null_vertex();
  std::vector<Digraph::vertex_descriptor> dominator(vertices, nobody);
  // The short form of the call numbers unreachable vertices 0, like the root, and then trusts the edges that leave them
  // (Boost 1.74); its documentation asks for the largest number, so the long form gets that.
  auto const index = boost::get(boost::vertex_index, g);
  std::vector<std::size_t> visited(vertices, std::numeric_limits<std::size_t>::max());
  std::vector<Digraph::vertex_descriptor> parent(vertices, nobody), in_order(vertices, nobody);
  boost::lengauer_tarjan_dominator_tree(g, Digraph::vertex_descriptor{root}, index,
                                        boost::make_iterator_property_map(visited.begin(), index),
                                        boost::make_iterator_property_map(parent.begin(), index), in_order,
                                        boost::make_iterator_property_map(dominator.begin(), index));

  // Sum up the tree, leaves first: a vertex is ready when all that it dominates at once have been added to it.
  std::vector<Weight> sum(vertices);
  std::vector<Index> children(vertices, 0);
  for (Index v = 0; v < vertices; ++v)
    if (dominator[v] != nobody) ++children[dominator[v]];
  std::vector<Index> ready;
  for (Index v = 0; v < vertices; ++v) {
    if (dominator[v] != nobody || v == root) sum[v] = weight[v];
    if (dominator[v] != nobody && children[v] == 0) ready.push_back(v);
  }
  while (!ready.empty()) {
    Index const v = ready.back();
    ready.pop_back();
    auto const up = static_cast<Index>(dominator[v]);
    sum[up] += sum[v];
    if (--children[up] == 0 && dominator[up] != nobody) ready.push_back(up);
  }
  return sum;
}

std::vector<Index> articulation_points(Index vertices, EdgeList const& undirected) {
  auto const g = undirected_graph(vertices, undirected);
  std::vector<std::size_t> found;
  boost::articulation_points(g, std::back_inserter(found));
  std::vector<Index> points(found.begin(), found.end());
  std::sort(points.begin(), points.end());
  return points;
}

std::vector<Weight> cut_off_by(Index vertices, EdgeList const& undirected, Index root, std::vector<Weight> const& weight) {
  auto const g = undirected_graph(vertices, undirected);
  std::vector<std::size_t> block_of_edge(boost::num_edges(g));
  std::vector<std::size_t> points;
  auto const [blocks, ignored] = boost::biconnected_components(
      g, boost::make_iterator_property_map(block_of_edge.begin(), boost::get(boost::edge_index, g)),
      std::back_inserter(points));
  static_cast<void>(ignored);

  // Block-cut tree: vertices 0..n-1 and blocks n.., joined where a block holds a vertex.
  auto const tree_size = static_cast<std::size_t>(vertices) + blocks;
  std::vector<std::vector<Index>> near(tree_size);
  for (auto [e, end] = boost::edges(g); e != end; ++e) {
    auto const block = static_cast<Index>(vertices + block_of_edge[boost::get(boost::edge_index, g, *e)]);
    for (auto v : {boost::source(*e, g), boost::target(*e, g)}) near[block].push_back(static_cast<Index>(v));
  }
  for (std::size_t block = vertices; block < tree_size; ++block) {
    auto& members = near[block];
    std::sort(members.begin(), members.end());
    members.erase(std::unique(members.begin(), members.end()), members.end());
    for (Index v : members) near[v].push_back(static_cast<Index>(block));
  }

  // Order from the root, then sums from the far end.
  std::vector<Index> order{root}, up(tree_size, root);
  std::vector<char> seen(tree_size, 0);
  seen[root] = 1;
  for (std::size_t i = 0; i < order.size(); ++i)
    for (Index next : near[order[i]])
      if (!seen[next]) {
        seen[next] = 1;
        up[next] = order[i];
        order.push_back(next);
      }
  std::vector<Weight> sum(tree_size);
  for (auto it = order.rbegin(); it != order.rend(); ++it) {
    if (*it < vertices) sum[*it] += weight[*it];
    if (*it != root) sum[up[*it]] += sum[*it];
  }

  std::vector<Weight> lost(vertices);
  for (auto point : points) {
    auto const v = static_cast<Index>(point);
    if (!seen[v]) continue;
    Weight const others = sum[root] - weight[v];
    Weight largest = sum[root] - sum[v];
    for (Index block : near[v])
      if (block != up[v] && sum[block].nodes > largest.nodes) largest = sum[block];
    lost[v] = others - largest;
  }
  return lost;
}

}  // namespace ondol::topology
