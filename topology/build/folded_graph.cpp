#include "topology/build/folded_graph.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "topology/graph/boost_graph.hpp"

namespace ondol::topology {
namespace {

using Index = std::uint32_t;

std::vector<std::optional<Index>> holders(BoostGraph const& graph) {
  std::vector<std::optional<Index>> holder(boost::num_vertices(graph));
  for (auto [e, end] = boost::edges(graph); e != end; ++e)
    if (graph[*e].layer == Layer::containment) holder[boost::target(*e, graph)] = static_cast<Index>(boost::source(*e, graph));
  return holder;
}

void fold_vertices(FacilityGraph const& graph, FoldedGraph& out) {
  auto const holder = holders(graph.impl().graph);
  auto const count = static_cast<Index>(graph.vertex_count());
  out.row.resize(count);
  for (Index v = 0; v < count; ++v) {  // holders come before what they hold
    Kind const kind = graph.vertex(v).kind;
    if (kind != Kind::node && kind != Kind::accelerator) {
      out.row[v] = static_cast<Index>(out.vertices.size());
      out.vertices.push_back({.graph_vertex = v});
      if (holder[v]) out.vertices.back().holder = out.row[*holder[v]];
      continue;
    }
    out.row[v] = out.row[holder[v].value()];
    auto& rack = out.vertices[out.row[v]];
    ++(kind == Kind::node ? rack.nodes : rack.accelerators);
  }
}

}  // namespace

FoldedGraph folded(FacilityGraph const& graph) {
  FoldedGraph out;
  fold_vertices(graph, out);
  BoostGraph const& all = graph.impl().graph;
  std::map<std::pair<Index, Index>, std::size_t> known;  // of the fabric
  for (auto [e, end] = boost::edges(all); e != end; ++e) {
    Edge const& edge = all[*e];
    if (edge.layer == Layer::containment) continue;
    Index const from = out.row[boost::source(*e, all)], to = out.row[boost::target(*e, all)];
    if (edge.layer == Layer::fabric) {
      auto const [at, is_new] = known.try_emplace({from, to}, out.edges.size());
      if (!is_new) {
        out.edges[at->second].bytes_per_s += edge.capacity;
        continue;
      }
    }
    out.edges.push_back({edge.layer, from, to, edge.capacity});
  }
  std::stable_sort(out.edges.begin(), out.edges.end(), [](auto const& a, auto const& b) { return a.layer < b.layer; });
  return out;
}

}  // namespace ondol::topology
