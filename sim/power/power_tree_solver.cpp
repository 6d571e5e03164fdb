#include "sim/power/power_tree_solver.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "topology/layers/power_tree.hpp"

namespace ondol::sim {

FeedOrder feed_order(topology::PowerTree const& tree) {
  FeedOrder order;
  order.feeders = tree.feeders;
  for (topology::PowerTree::Vertex const& vertex : tree.vertices) {
    order.first.push_back(vertex.first_feeder);
    order.count.push_back(vertex.feeder_count);
  }
  return order;
}

PowerTreeSolver::PowerTreeSolver(topology::PowerTree const& tree, std::vector<LossCurve> curve)
    : PowerTreeSolver(feed_order(tree), std::move(curve)) {}

PowerTreeSolver::PowerTreeSolver(FeedOrder order, std::vector<LossCurve> curve)
    : order_(std::move(order)),
      curve_(std::move(curve)),
      output_w_(curve_.size()),
      input_w_(curve_.size()),
      loss_w_(curve_.size()) {
  std::size_t const vertices = curve_.size();
  if (order_.first.size() != vertices || order_.count.size() != vertices)
    throw std::invalid_argument("power tree: one feeder range and one loss curve for each vertex are needed");
  for (std::size_t v = 0; v < vertices; ++v) {
    if (std::size_t{order_.first[v]} + order_.count[v] > order_.feeders.size())
      throw std::invalid_argument("power tree: feeder range outside the feeder list");
    for (std::uint32_t k = 0; k < order_.count[v]; ++k) {
      std::uint32_t const feeder = order_.feeders[order_.first[v] + k];
      if (feeder <= v || feeder >= vertices) throw std::invalid_argument("power tree: a feeder must come after its consumers");
    }
  }
}

void PowerTreeSolver::solve(std::span<double const> load_w) {
  if (load_w.size() != output_w_.size()) throw std::invalid_argument("power tree: one load for each vertex is needed");
  std::copy(load_w.begin(), load_w.end(), output_w_.begin());
  utility_w_ = 0;
  for (std::size_t v = 0; v < output_w_.size(); ++v) {
    loss_w_[v] = curve_[v].loss_w(output_w_[v]);
    input_w_[v] = output_w_[v] + loss_w_[v];
    std::uint32_t const count = order_.count[v];
    if (count == 0) {
      utility_w_ += input_w_[v];
      continue;
    }
    double const share_w = input_w_[v] / count;
    for (std::uint32_t k = 0; k < count; ++k) output_w_[order_.feeders[order_.first[v] + k]] += share_w;
  }
}

}  // namespace ondol::sim
