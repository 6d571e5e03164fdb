#pragma once
/// Power through the feed tree, from the loads up to the sources.
///
/// A vertex delivers output = own load + what its consumers take, draws input = output + loss(output), and splits its input
/// equally among those of its feeders that carry (parallel units of equal impedance).  Vertices come in solving order,
/// consumers before feeders, so one pass settles the tree; vertices without feeders are sources: the utility or generators.
/// What is dead draws and loses nothing; a vertex with a store may take part of its input from there.
/// After a change of some loads `update` solves what hangs on them alone, to the same bits as `solve`.  Units that feed the
/// same consumers and nothing else, as those of a bank do, deliver the same: the sum over their consumers is formed once.
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

/// The tree as plain arrays: feeders of vertex v are feeders[first[v]] .. feeders[first[v] + count[v] - 1], each > v; behind
/// them stand the `alternates[v]` feeders that a transfer switch turns to.
struct FeedOrder {
  std::vector<std::uint32_t> first, count, feeders;
  std::vector<std::uint32_t> alternates = {};  ///< empty: none anywhere
  std::vector<std::uint8_t> own = {};          ///< by vertex: a source of the site itself; empty: none

  std::uint32_t feeders_of(std::uint32_t v) const { return count[v] + (alternates.empty() ? 0 : alternates[v]); }
};

FeedOrder feed_order(topology::PowerTree const& tree);

/// What carries and what does not.
struct FeedState {
  std::vector<std::uint8_t> dead;     ///< by vertex
  std::vector<std::uint8_t> carries;  ///< by entry of `feeders`
  std::vector<std::uint8_t> second;   ///< by vertex: its second curve holds (a UPS in eco mode or on its bypass)
  std::vector<double> fed;            ///< by vertex: share of its input that comes from its feeders; the rest from its store
  std::vector<double> extra_w;        ///< by vertex: what it takes beside (recharge)

  explicit FeedState(FeedOrder const& order);  ///< all whole, alternates not used
};

class PowerTreeSolver {
 public:
  PowerTreeSolver(topology::PowerTree const& tree, std::vector<LossCurve> curve);

  /// `curve`: per vertex the loss curve of that unit, `second`: that of its second state (empty: the same).  Throws
  /// std::invalid_argument when an array has the wrong length or a feeder does not come after its consumer.
  PowerTreeSolver(FeedOrder order, std::vector<LossCurve> curve, std::vector<LossCurve> second = {});

  void set_state(FeedState const& state);  ///< holds from the next full solution on

  void solve(std::span<double const> load_w);  ///< per vertex: load connected directly to its output
  /// The same when since the last solution only these loads have changed, in any order.
  void update(std::span<double const> load_w, std::span<std::uint32_t const> changed);

  std::span<double const> output_w() const { return output_w_; }
  std::span<double const> input_w() const { return input_w_; }  ///< from feeders, or of a source
  std::span<double const> loss_w() const { return loss_w_; }
  double edge_w(std::uint32_t k) const {  ///< by entry of `feeders`
    return state_.carries[k] ? share_w_[consumer_of_[k]] : 0.0;
  }
  double store_w(std::uint32_t v) const {  ///< that v takes from its store
    return state_.dead[v] ? 0.0 : (output_w_[v] + loss_w_[v]) * (1.0 - state_.fed[v]);
  }
  double source_w(std::uint32_t v) const { return input_w_[v]; }
  double utility_w() const;  ///< sum of the inputs of the vertices without feeders, the site's own sources left out
  /// Most that can be given to the outputs of `vertices`, each its share, before power runs backwards there or in a vertex
  /// above (losses on the way left out).
  double room_w(std::span<std::uint32_t const> vertices, std::span<double const> shares) const;
  FeedOrder const& order() const { return order_; }
  FeedState const& state() const { return state_; }

 private:
  void settle(std::uint32_t v, double load_w);
  double output_of(std::uint32_t v, double load_w) const;
  void find_like();

  FeedOrder order_;
  std::vector<LossCurve> curve_, second_;
  FeedState state_;
  std::vector<std::uint32_t> carriers_;                      ///< by vertex: feeders that carry
  std::vector<std::uint32_t> consumer_first_, consumer_at_;  ///< entries of `feeders` that name a vertex, in solving order
  std::vector<std::uint32_t> consumer_of_;                   ///< by entry of `feeders`: whose it is
  std::vector<std::uint32_t> like_;                          ///< by vertex: the first with the same consumers, maybe itself
  std::vector<std::uint32_t> twin_;                          ///< by vertex: the same, which they feed alike in this state
  std::vector<double> output_w_, input_w_, loss_w_;
  std::vector<double> share_w_;  ///< by vertex: what each feeder that carries gives it
  std::vector<double> own_w_;    ///< by vertex: the load connected to it that its output was formed with
  std::vector<std::uint8_t> stale_;
};

}  // namespace ondol::sim
