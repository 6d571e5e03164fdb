#include "sim/power/power_tree_solver.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <random>
#include <stdexcept>

#include "topology/layers/power_tree.hpp"

namespace ondol::sim {
namespace {

// Rack 0 (900 W) fed by UPS 2 and 3; rack 1 (100 W) by UPS 3 alone; both UPS by the transformer 4.
//   UPS: affine 10 W, 0.95: UPS 2 (450 + 10)/0.95 = 484.2105; UPS 3 (450 + 100 + 10)/0.95 = 589.4737
//   transformer: 1 % of 10 kW no-load: 1073.6842 + 100 = 1173.6842
TEST(PowerTreeSolver, DualFeedByHand) {
  auto const ups = LossCurve::affine(Watts{10}, 0.95);
  PowerTreeSolver tree({.first = {0, 2, 3, 4, 5}, .count = {2, 1, 1, 1, 0}, .feeders = {2, 3, 3, 4, 4}},
                       {LossCurve{}, LossCurve{}, ups, ups, LossCurve::quadratic(0.01, 0, 0, Watts{10e3})});
  tree.solve(std::vector<double>{900, 100, 0, 0, 0});
  EXPECT_NEAR(tree.input_w()[2], 484.2105263, 1e-6);
  EXPECT_NEAR(tree.input_w()[3], 589.4736842, 1e-6);
  EXPECT_NEAR(tree.output_w()[4], 1073.6842105, 1e-6);
  EXPECT_NEAR(tree.utility_w(), 1173.6842105, 1e-6);
  EXPECT_NEAR(tree.loss_w()[4], 100, 1e-9);
  tree.solve(std::vector<double>{0, 0, 0, 0, 0});
  EXPECT_NEAR(tree.utility_w(), 20 / 0.95 + 100, 1e-9)
      << "an idle site still feeds its no-load losses, and solving starts afresh";
}

TEST(PowerTreeSolver, TakesTheTreeOfTheTopology) {
  topology::PowerTree layer;
  layer.vertices.resize(3);
  layer.vertices[0].first_feeder = 0;
  layer.vertices[0].feeder_count = 1;
  layer.vertices[1].first_feeder = 1;
  layer.vertices[1].feeder_count = 1;
  layer.feeders = {1, 2};
  PowerTreeSolver tree(layer, {LossCurve{}, LossCurve::affine(Watts{0}, 0.5), LossCurve{}});
  tree.solve(std::vector<double>{10, 0, 0});
  EXPECT_DOUBLE_EQ(tree.utility_w(), 20);
}

TEST(PowerTreeSolver, RefusesTreesOutOfOrder) {
  using Curves = std::vector<LossCurve>;
  EXPECT_THROW(PowerTreeSolver({{0, 0}, {0, 1}, {0}}, Curves(2)), std::invalid_argument);
  EXPECT_THROW(PowerTreeSolver({{0, 1}, {1, 0}, {2}}, Curves(2)), std::invalid_argument);
  EXPECT_THROW(PowerTreeSolver({{0, 1}, {2, 0}, {1}}, Curves(2)), std::invalid_argument);
  EXPECT_THROW(PowerTreeSolver({{0}, {0}, {}}, Curves(2)), std::invalid_argument);
  PowerTreeSolver tree({{0, 1}, {1, 0}, {1}}, Curves(2));
  EXPECT_THROW(tree.solve(std::vector<double>{1}), std::invalid_argument);
}

// A load of 900 W on two units of a bank, one of which also carries 100 W; both on one transformer, to which another
// source gives 400 W.
//   at the first unit: its own 450 W; at both by their load, 450 : 550: all 1000 W, were the transformer not at 600 W only
//   with half of the first unit's input from its battery the transformer loses 0.225 + 0.55 of each watt: 600 / 0.775
TEST(PowerTreeSolver, RoomEndsWherePowerWouldRunBackwards) {
  FeedOrder const order{.first = {0, 2, 3, 4, 5}, .count = {2, 1, 1, 1, 0}, .feeders = {2, 3, 3, 4, 4}};
  PowerTreeSolver tree(order, std::vector<LossCurve>(5));
  std::vector<std::uint32_t> const one{2}, both{2, 3};
  std::vector<double> const loads{900, 100, 0, 0, -400}, all{1}, by_load{0.45, 0.55};
  tree.solve(loads);
  EXPECT_DOUBLE_EQ(tree.room_w(one, all), 450);
  EXPECT_DOUBLE_EQ(tree.room_w(both, by_load), 600);
  FeedState state(order);
  state.fed[2] = 0.5;
  tree.set_state(state);
  tree.solve(std::vector<double>{900, 100, 0, 0, -175});
  EXPECT_DOUBLE_EQ(tree.room_w(both, by_load), 600 / 0.775);
}

struct RandomTree {
  FeedOrder order;
  std::vector<LossCurve> curves;
  std::vector<double> load;

  template <class Random>
  explicit RandomTree(Random& random) {
    std::uniform_real_distribution<double> unit;
    std::uint32_t const n = 200;
    for (std::uint32_t v = 0; v < n; ++v) {
      order.first.push_back(std::uint32_t(order.feeders.size()));
      std::uint32_t const count = v < n - 3 ? 1 + std::uint32_t(unit(random) * 3) : 0;
      for (std::uint32_t k = 0; k < count; ++k) order.feeders.push_back(v + 1 + std::uint32_t(unit(random) * (n - v - 1)));
      order.count.push_back(count);
      curves.push_back(LossCurve::quadratic(0.01 * unit(random), 0.01 * unit(random), 0.02 * unit(random), Watts{1e6}));
      load.push_back(v < 100 ? 1e4 * unit(random) : 0);
    }
  }
};

// Two feeders of two carry 450 W each; with the first cut off, the second carries 900 W, and what is dead loses nothing.
TEST(PowerTreeSolver, TheFeederThatIsLeftCarriesAll) {
  auto const ups = LossCurve::affine(Watts{10}, 0.95);
  FeedOrder const order{.first = {0, 2, 3, 4}, .count = {2, 1, 1, 0}, .feeders = {1, 2, 3, 3}};
  PowerTreeSolver tree(order, {LossCurve{}, ups, ups, LossCurve{}});
  FeedState state(order);
  state.carries[0] = 0;
  state.dead[1] = 1;
  tree.set_state(state);
  tree.solve(std::vector<double>{900, 0, 0, 0});
  EXPECT_EQ(tree.output_w()[1], 0);
  EXPECT_EQ(tree.loss_w()[1], 0);
  EXPECT_EQ(tree.output_w()[2], 900);
  EXPECT_DOUBLE_EQ(tree.utility_w(), 910 / 0.95);
  EXPECT_EQ(tree.edge_w(1), 900);
  state.fed[2] = 0.25;  // the rest from its battery
  state.extra_w[2] = 5;
  tree.set_state(state);
  tree.solve(std::vector<double>{900, 0, 0, 0});
  EXPECT_DOUBLE_EQ(tree.utility_w(), 0.25 * 910 / 0.95 + 5);
  EXPECT_DOUBLE_EQ(tree.store_w(2), 0.75 * 910 / 0.95);
}

// What has changed is solved alone, to the same bits, on random trees with random parts of them dead.
TEST(PowerTreeSolver, AnUpdateIsAFullSolutionBitForBit) {
  std::mt19937 random{11};
  std::uniform_real_distribution<double> unit;
  for (int trial = 0; trial < 30; ++trial) {
    RandomTree it(random);
    PowerTreeSolver whole(it.order, it.curves), part(it.order, it.curves);
    FeedState state(it.order);
    for (auto& carries : state.carries) carries = unit(random) < 0.8;
    for (auto& dead : state.dead) dead = unit(random) < 0.1;
    for (auto& fed : state.fed) fed = unit(random) < 0.1 ? unit(random) : 1;
    whole.set_state(state);
    part.set_state(state);
    part.solve(it.load);
    for (int change = 0; change < 30; ++change) {
      std::vector<std::uint32_t> changed;
      for (int k = 0; k < 1 + change % 3; ++k) {
        changed.push_back(std::uint32_t(unit(random) * 100));
        it.load[changed.back()] = 1e4 * unit(random);
      }
      part.update(it.load, changed);
      whole.solve(it.load);
      for (std::size_t v = 0; v < it.load.size(); ++v) {
        ASSERT_EQ(part.input_w()[v], whole.input_w()[v]);
        ASSERT_EQ(part.output_w()[v], whole.output_w()[v]);
        ASSERT_EQ(part.loss_w()[v], whole.loss_w()[v]);
      }
      for (std::uint32_t k = 0; k < it.order.feeders.size(); ++k) ASSERT_EQ(part.edge_w(k), whole.edge_w(k));
    }
  }
}

// 12 loads on three units of a bank, with connections open, units dead and loads at the units themselves: every unit delivers
// its own load and what its consumers draw from it, summed in their order.
TEST(PowerTreeSolver, UnitsOfABankDeliverWhatTheirOwnConsumersTake) {
  FeedOrder order;
  std::vector<LossCurve> curves(16, LossCurve::affine(Watts{10}, 0.95));
  for (std::uint32_t v = 0; v < 16; ++v) {
    order.first.push_back(std::uint32_t(order.feeders.size()));
    order.count.push_back(v < 12 ? 3 : v < 15 ? 1 : 0);
    for (std::uint32_t k = 0; k < order.count[v]; ++k) order.feeders.push_back(v < 12 ? 12 + k : 15);
  }
  std::mt19937 random{5};
  std::uniform_real_distribution<double> unit;
  PowerTreeSolver tree(order, curves);
  for (int trial = 0; trial < 200; ++trial) {
    FeedState state(order);
    if (trial % 4 == 1) state.carries[std::size_t(unit(random) * 36)] = 0;
    if (trial % 4 == 2) state.dead[12 + std::size_t(unit(random) * 3)] = 1;
    std::vector<double> load(16);
    for (std::size_t v = 0; v < 12; ++v) load[v] = 1e4 * unit(random);
    if (trial % 8 > 3) load[12 + std::size_t(unit(random) * 3)] = -100;
    tree.set_state(state);
    tree.solve(load);
    for (std::uint32_t u = 12; u < 15; ++u) {
      double output = load[u];
      for (std::uint32_t v = 0; v < 12; ++v) output += tree.edge_w(order.first[v] + u - 12u);
      ASSERT_EQ(tree.output_w()[u], state.dead[u] ? 0.0 : output) << "trial " << trial;
    }
  }
}

// Utility power is the loads plus all losses, on random trees.
TEST(PowerTreeSolver, NothingIsLostOnTheWay) {
  std::mt19937 random{3};
  for (int trial = 0; trial < 100; ++trial) {
    auto const [order, curves, load] = RandomTree(random);
    PowerTreeSolver tree(order, curves);
    tree.solve(load);
    double const loads = std::accumulate(load.begin(), load.end(), 0.0);
    double const losses = std::accumulate(tree.loss_w().begin(), tree.loss_w().end(), 0.0);
    EXPECT_NEAR(tree.utility_w(), loads + losses, 1e-9 * tree.utility_w());
  }
}

}  // namespace
}  // namespace ondol::sim
