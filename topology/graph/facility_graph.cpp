#include "topology/graph/facility_graph.hpp"

#include <array>
#include <utility>

#include "topology/graph/boost_graph.hpp"

namespace ondol::topology {

char const* to_string(Layer layer) {
  static constexpr std::array<char const*, layer_count> names{"containment", "power", "standby", "coolant", "air", "fabric"};
  return names.at(static_cast<std::size_t>(layer));
}

char const* to_string(Kind kind) {
  static constexpr std::array names{"site",           "utility",         "hall",       "rack",    "node",      "accelerator",
                                    "network switch", "transformer",     "switchgear", "UPS",     "busway",    "PDU",
                                    "cable",          "transfer switch", "generator",  "battery", "plant",     "chiller",
                                    "tower",          "dry cooler",      "CDU",        "CRAH",    "base load", "network",
                                    "heat load",      "mechanical",      "pumps",      "weather"};
  return names.at(static_cast<std::size_t>(kind));
}

FacilityGraph::FacilityGraph() : impl_(std::make_unique<Impl>()) {}
FacilityGraph::FacilityGraph(FacilityGraph const& other) : impl_(std::make_unique<Impl>(*other.impl_)) {}
FacilityGraph::FacilityGraph(FacilityGraph&&) noexcept = default;
FacilityGraph& FacilityGraph::operator=(FacilityGraph const& other) {
  if (this != &other) impl_ = std::make_unique<Impl>(*other.impl_);
  return *this;
}
FacilityGraph& FacilityGraph::operator=(FacilityGraph&&) noexcept = default;
FacilityGraph::~FacilityGraph() = default;

void FacilityGraph::reserve(std::size_t vertices) {
  impl_->graph.m_vertices.reserve(vertices);
}

FacilityGraph::Index FacilityGraph::add_vertex(Vertex vertex) {
  return static_cast<Index>(boost::add_vertex(std::move(vertex), impl_->graph));
}

void FacilityGraph::add_edge(Layer layer, Index from, Index to, double capacity) {
  boost::add_edge(from, to, Edge{layer, capacity}, impl_->graph);
}

void FacilityGraph::set_rating(Index v, Watts rating) {
  impl_->graph[v].rating = rating;
}

std::size_t FacilityGraph::vertex_count() const {
  return boost::num_vertices(impl_->graph);
}

std::size_t FacilityGraph::vertex_count(Kind kind) const {
  std::size_t count = 0;
  for (Index v = 0; v < vertex_count(); ++v) count += vertex(v).kind == kind ? 1 : 0;
  return count;
}

std::size_t FacilityGraph::edge_count(Layer layer) const {
  std::size_t count = 0;
  for (auto [e, end] = boost::edges(impl_->graph); e != end; ++e) count += impl_->graph[*e].layer == layer ? 1 : 0;
  return count;
}

Vertex const& FacilityGraph::vertex(Index v) const {
  return impl_->graph[v];
}

std::vector<FacilityGraph::Index> FacilityGraph::vertices(Kind kind) const {
  std::vector<Index> all;
  for (Index v = 0; v < vertex_count(); ++v)
    if (vertex(v).kind == kind) all.push_back(v);
  return all;
}

std::vector<FacilityGraph::Index> FacilityGraph::targets(Layer layer, Index v) const {
  std::vector<Index> all;
  for (auto [e, end] = boost::out_edges(v, impl_->graph); e != end; ++e)
    if (impl_->graph[*e].layer == layer) all.push_back(static_cast<Index>(boost::target(*e, impl_->graph)));
  return all;
}

std::vector<FacilityGraph::Index> FacilityGraph::sources(Layer layer, Index v) const {
  std::vector<Index> all;
  for (auto [e, end] = boost::in_edges(v, impl_->graph); e != end; ++e)
    if (impl_->graph[*e].layer == layer) all.push_back(static_cast<Index>(boost::source(*e, impl_->graph)));
  return all;
}

std::optional<FacilityGraph::Index> FacilityGraph::parent(Index v) const {
  for (auto [e, end] = boost::in_edges(v, impl_->graph); e != end; ++e)
    if (impl_->graph[*e].layer == Layer::containment) return static_cast<Index>(boost::source(*e, impl_->graph));
  return std::nullopt;
}

std::string FacilityGraph::full_name(Index v) const {
  Vertex const& it = vertex(v);
  if (it.kind != Kind::node && it.kind != Kind::accelerator) return it.name;
  auto const holder = parent(v);
  return holder ? full_name(*holder) + "/" + it.name : it.name;
}

}  // namespace ondol::topology
