#include "topology/layers/max_flow.hpp"

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/push_relabel_max_flow.hpp>
#include <cmath>
#include <vector>

namespace ondol::topology {
namespace {

using Traits = boost::adjacency_list_traits<boost::vecS, boost::vecS, boost::directedS>;
using Amount = std::int64_t;
using Network =
    boost::adjacency_list<boost::vecS, boost::vecS, boost::directedS, boost::no_property,
                          boost::property<boost::edge_capacity_t, Amount,
                                          boost::property<boost::edge_residual_capacity_t, Amount,
                                                          boost::property<boost::edge_reverse_t, Traits::edge_descriptor>>>>;

}  // namespace

struct FlowNetwork::Impl {
  explicit Impl(std::size_t vertices) : graph(vertices) {}
  Network graph;
  std::vector<Traits::edge_descriptor> edges;

  /// An edge and its residual partner, which has no capacity of its own: the algorithm's own check of its result asks for that.
  Traits::edge_descriptor add(Index from, Index to, double capacity) {
    auto const there = boost::add_edge(from, to, graph).first;
    auto const back = boost::add_edge(to, from, graph).first;
    boost::put(boost::edge_capacity, graph, there, static_cast<Amount>(std::llround(capacity)));
    boost::put(boost::edge_capacity, graph, back, Amount{0});
    boost::put(boost::edge_reverse, graph, there, back);
    boost::put(boost::edge_reverse, graph, back, there);
    return there;
  }
};

FlowNetwork::FlowNetwork(std::size_t vertices) : impl_(std::make_unique<Impl>(vertices)) {}
FlowNetwork::~FlowNetwork() = default;

FlowNetwork::Index FlowNetwork::add_vertex() {
  return static_cast<Index>(boost::add_vertex(impl_->graph));
}

std::size_t FlowNetwork::add_edge(Index from, Index to, double capacity, double capacity_back) {
  impl_->edges.push_back(impl_->add(from, to, capacity));
  if (capacity_back > 0.0) impl_->add(to, from, capacity_back);
  return impl_->edges.size() - 1;
}

void FlowNetwork::set_capacity(std::size_t edge, double capacity) {
  boost::put(boost::edge_capacity, impl_->graph, impl_->edges[edge], static_cast<Amount>(std::llround(capacity)));
}

double FlowNetwork::capacity(std::size_t edge) const {
  return static_cast<double>(boost::get(boost::edge_capacity, impl_->graph, impl_->edges[edge]));
}

double FlowNetwork::max_flow(Index source, Index sink) {
  return static_cast<double>(boost::push_relabel_max_flow(impl_->graph, source, sink));
}

double FlowNetwork::flow(std::size_t edge) const {
  auto const& e = impl_->edges[edge];
  return static_cast<double>(boost::get(boost::edge_capacity, impl_->graph, e) -
                             boost::get(boost::edge_residual_capacity, impl_->graph, e));
}

}  // namespace ondol::topology
