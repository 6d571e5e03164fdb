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

// Utility power is the loads plus all losses, on random trees.
TEST(PowerTreeSolver, NothingIsLostOnTheWay) {
  std::mt19937 random{3};
  std::uniform_real_distribution<double> unit;
  for (int trial = 0; trial < 100; ++trial) {
    std::uint32_t const n = 200;
    FeedOrder order;
    std::vector<LossCurve> curves;
    std::vector<double> load;
    for (std::uint32_t v = 0; v < n; ++v) {
      order.first.push_back(std::uint32_t(order.feeders.size()));
      std::uint32_t const count = v < n - 3 ? 1 + std::uint32_t(unit(random) * 3) : 0;
      for (std::uint32_t k = 0; k < count; ++k) order.feeders.push_back(v + 1 + std::uint32_t(unit(random) * (n - v - 1)));
      order.count.push_back(count);
      curves.push_back(LossCurve::quadratic(0.01 * unit(random), 0.01 * unit(random), 0.02 * unit(random), Watts{1e6}));
      load.push_back(v < 100 ? 1e4 * unit(random) : 0);
    }
    PowerTreeSolver tree(order, curves);
    tree.solve(load);
    double const loads = std::accumulate(load.begin(), load.end(), 0.0);
    double const losses = std::accumulate(tree.loss_w().begin(), tree.loss_w().end(), 0.0);
    EXPECT_NEAR(tree.utility_w(), loads + losses, 1e-9 * tree.utility_w());
  }
}

}  // namespace
}  // namespace ondol::sim
