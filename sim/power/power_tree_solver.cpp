#include "sim/power/power_tree_solver.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>
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
    order.alternates.push_back(vertex.alternate_count);
  }
  return order;
}

FeedState::FeedState(FeedOrder const& order)
    : dead(order.first.size()),
      carries(order.feeders.size()),
      second(order.first.size()),
      fed(order.first.size(), 1.0),
      extra_w(order.first.size()) {
  for (std::size_t v = 0; v < order.first.size() && v < order.count.size(); ++v)
    for (std::size_t k = order.first[v]; k < order.first[v] + order.count[v] && k < carries.size(); ++k) carries[k] = 1;
}

PowerTreeSolver::PowerTreeSolver(topology::PowerTree const& tree, std::vector<LossCurve> curve)
    : PowerTreeSolver(feed_order(tree), std::move(curve)) {}

PowerTreeSolver::PowerTreeSolver(FeedOrder order, std::vector<LossCurve> curve, std::vector<LossCurve> second)
    : order_(std::move(order)),
      curve_(std::move(curve)),
      second_(std::move(second)),
      state_(order_),
      carriers_(curve_.size()),
      consumer_first_(curve_.size() + 1),
      twin_(curve_.size()),
      output_w_(curve_.size()),
      input_w_(curve_.size()),
      loss_w_(curve_.size()),
      share_w_(curve_.size()),
      own_w_(curve_.size()),
      stale_(curve_.size()) {
  std::size_t const vertices = curve_.size();
  if (order_.first.size() != vertices || order_.count.size() != vertices || (!second_.empty() && second_.size() != vertices) ||
      (!order_.alternates.empty() && order_.alternates.size() != vertices))
    throw std::invalid_argument("power tree: one feeder range and one loss curve for each vertex are needed");
  for (std::uint32_t v = 0; v < vertices; ++v) {
    if (std::size_t{order_.first[v]} + order_.feeders_of(v) > order_.feeders.size())
      throw std::invalid_argument("power tree: feeder range outside the feeder list");
    for (std::uint32_t k = 0; k < order_.feeders_of(v); ++k) {
      std::uint32_t const feeder = order_.feeders[order_.first[v] + k];
      if (feeder <= v || feeder >= vertices) throw std::invalid_argument("power tree: a feeder must come after its consumers");
      ++consumer_first_[feeder + 1];
    }
  }
  if (second_.empty()) second_ = curve_;
  std::partial_sum(consumer_first_.begin(), consumer_first_.end(), consumer_first_.begin());
  consumer_at_.resize(consumer_first_.back());
  consumer_of_.resize(order_.feeders.size());
  auto next = consumer_first_;
  for (std::uint32_t v = 0; v < vertices; ++v)
    for (std::uint32_t k = order_.first[v]; k < order_.first[v] + order_.feeders_of(v); ++k) {
      consumer_at_[next[order_.feeders[k]]++] = k;
      consumer_of_[k] = v;
    }
  find_like();
  set_state(FeedState(order_));
}

/// Vertices with the same consumers in the same order.
void PowerTreeSolver::find_like() {
  std::map<std::vector<std::uint32_t>, std::uint32_t> first;
  for (std::uint32_t v = 0; v < curve_.size(); ++v) {
    std::vector<std::uint32_t> consumers;
    for (std::uint32_t i = consumer_first_[v]; i < consumer_first_[v + 1]; ++i)
      consumers.push_back(consumer_of_[consumer_at_[i]]);
    like_.push_back(consumers.empty() ? v : first.try_emplace(std::move(consumers), v).first->second);
  }
}

void PowerTreeSolver::set_state(FeedState const& state) {
  state_ = state;
  for (std::uint32_t v = 0; v < carriers_.size(); ++v) {
    carriers_[v] = 0;
    for (std::uint32_t k = order_.first[v]; k < order_.first[v] + order_.feeders_of(v); ++k) carriers_[v] += state_.carries[k];
  }
  for (std::uint32_t v = 0; v < like_.size(); ++v) {
    auto const first = consumer_at_.begin() + consumer_first_[like_[v]];
    bool const alike =
        std::equal(consumer_at_.begin() + consumer_first_[v], consumer_at_.begin() + consumer_first_[v + 1], first,
                   [&](std::uint32_t a, std::uint32_t b) { return state_.carries[a] == state_.carries[b]; });
    twin_[v] = alike && !state_.dead[v] && !state_.dead[like_[v]] ? like_[v] : v;
  }
}

/// Output of a vertex: its own load, and what its consumers take from it.
double PowerTreeSolver::output_of(std::uint32_t v, double load_w) const {
  auto const twin = twin_[v];
  if (twin != v && own_w_[twin] == load_w) return output_w_[twin];
  double output = load_w;
  for (std::uint32_t i = consumer_first_[v]; i < consumer_first_[v + 1]; ++i) {
    std::uint32_t const k = consumer_at_[i];
    if (state_.carries[k]) output += share_w_[consumer_of_[k]];
  }
  return output;
}

/// One vertex, when all its consumers are settled.
void PowerTreeSolver::settle(std::uint32_t v, double load_w) {
  own_w_[v] = load_w;
  if (state_.dead[v]) {
    output_w_[v] = loss_w_[v] = input_w_[v] = share_w_[v] = 0;
    return;
  }
  double const output = output_of(v, load_w);
  output_w_[v] = output;
  loss_w_[v] = (state_.second[v] ? second_ : curve_)[v].loss_w(output);
  input_w_[v] = (output + loss_w_[v]) * state_.fed[v] + state_.extra_w[v];
  share_w_[v] = carriers_[v] > 0 ? input_w_[v] / carriers_[v] : 0.0;
}

void PowerTreeSolver::solve(std::span<double const> load_w) {
  if (load_w.size() != output_w_.size()) throw std::invalid_argument("power tree: one load for each vertex is needed");
  for (std::uint32_t v = 0; v < output_w_.size(); ++v) settle(v, load_w[v]);
}

void PowerTreeSolver::update(std::span<double const> load_w, std::span<std::uint32_t const> changed) {
  if (load_w.size() != output_w_.size()) throw std::invalid_argument("power tree: one load for each vertex is needed");
  std::uint32_t first = static_cast<std::uint32_t>(output_w_.size());
  for (auto const v : changed) {
    stale_[v] = 1;
    first = std::min(first, v);
  }
  for (std::uint32_t v = first; v < output_w_.size(); ++v) {
    if (!std::exchange(stale_[v], std::uint8_t{0})) continue;
    double const before_w = input_w_[v];
    settle(v, load_w[v]);
    if (input_w_[v] == before_w) continue;
    for (std::uint32_t k = order_.first[v]; k < order_.first[v] + order_.feeders_of(v); ++k)
      if (state_.carries[k]) stale_[order_.feeders[k]] = 1;
  }
}

double PowerTreeSolver::room_w(std::span<std::uint32_t const> vertices, std::span<double const> shares) const {
  std::vector<double> falls(output_w_.size(), 0.0);  // of the output for each watt that is given
  for (std::size_t i = 0; i < vertices.size(); ++i) falls[vertices[i]] += shares[i];
  double room_w = std::numeric_limits<double>::infinity();
  for (std::uint32_t v = 0; v < falls.size(); ++v) {
    if (falls[v] <= 0 || state_.dead[v]) continue;
    room_w = std::min(room_w, std::max(0.0, output_w_[v]) / falls[v]);
    for (std::uint32_t k = order_.first[v]; k < order_.first[v] + order_.feeders_of(v); ++k)
      if (state_.carries[k]) falls[order_.feeders[k]] += falls[v] * state_.fed[v] / carriers_[v];
  }
  return room_w;
}

double PowerTreeSolver::utility_w() const {
  double sum = 0;
  for (std::uint32_t v = 0; v < input_w_.size(); ++v)
    if (order_.feeders_of(v) == 0 && (order_.own.empty() || !order_.own[v])) sum += input_w_[v];
  return sum;
}

}  // namespace ondol::sim
