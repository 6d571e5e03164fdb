#pragma once
/// Power through the feed tree, from the loads up to the utility meter.
///
/// A vertex delivers output = own load + what its consumers take, draws input = output + loss(output), and splits its input
/// equally among its feeders (parallel units of equal impedance).  Vertices come in solving order, consumers before feeders, so
/// one pass settles the tree; vertices without feeders are the utility.
/// Ignores: reactive power, unequal sharing, the time a transfer takes.
/// Page: docs/models/power-chain.md

#include <cstdint>
#include <span>
#include <vector>

#include "sim/power/loss_curve.hpp"

namespace ondol::topology {
struct PowerTree;
}

namespace ondol::sim {

/// The tree as plain arrays: feeders of vertex v are feeders[first[v]] .. feeders[first[v] + count[v] - 1], each > v.
struct FeedOrder {
  std::vector<std::uint32_t> first, count, feeders;
};

FeedOrder feed_order(topology::PowerTree const& tree);

class PowerTreeSolver {
 public:
  PowerTreeSolver(topology::PowerTree const& tree, std::vector<LossCurve> curve);

  /// `curve`: per vertex the loss curve of that unit.  Throws std::invalid_argument when an array has the wrong length or a
  /// feeder does not come after its consumer.
  PowerTreeSolver(FeedOrder order, std::vector<LossCurve> curve);

  void solve(std::span<double const> load_w);  ///< per vertex: load connected directly to its output

  std::span<double const> output_w() const { return output_w_; }
  std::span<double const> input_w() const { return input_w_; }
  std::span<double const> loss_w() const { return loss_w_; }
  double utility_w() const { return utility_w_; }  ///< sum of the inputs of the vertices without feeders

 private:
  FeedOrder order_;
  std::vector<LossCurve> curve_;
  std::vector<double> output_w_, input_w_, loss_w_;
  double utility_w_ = 0;
};

}  // namespace ondol::sim
