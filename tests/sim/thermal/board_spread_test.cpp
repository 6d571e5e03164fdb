#include "sim/thermal/board_spread.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string>

namespace ondol::sim {
namespace {

TEST(BoardSpread, OfManyNodesIsThatDeclaredAndEachNodesMeanIsOne) {
  double square = 0;
  int const nodes = 4000;
  for (int node = 0; node < nodes; ++node) {
    std::array<double, 4> w{};
    double const largest = draw_weights({.resistance = 0.05, .power = 0.02}, 1, "rack/" + std::to_string(node), w);
    EXPECT_NEAR(std::accumulate(w.begin(), w.end(), 0.0), 4.0, 1e-12);
    EXPECT_EQ(largest, *std::max_element(w.begin(), w.end()));
    for (double x : w) square += (x - 1) * (x - 1);
  }
  EXPECT_NEAR(std::sqrt(square / (4.0 * nodes)), std::hypot(0.05, 0.02), 0.02 * 0.054);
}

TEST(BoardSpread, AnotherSeedOrNodeDrawsAnewAndTheSameDrawsTheSame) {
  std::array<double, 8> a{}, b{}, c{}, d{};
  draw_weights({0.05, 0.02}, 1, "x", a);
  draw_weights({0.05, 0.02}, 1, "x", b);
  draw_weights({0.05, 0.02}, 2, "x", c);
  draw_weights({0.05, 0.02}, 1, "y", d);
  EXPECT_EQ(a, b);
  EXPECT_NE(a, c);
  EXPECT_NE(a, d);
}

TEST(BoardSpread, OneBoardANodeIsTheMeanBoard) {
  std::array<double, 1> w{};
  EXPECT_EQ(draw_weights({0.05, 0.02}, 1, "x", w), 1.0);
  EXPECT_EQ(w[0], 1.0);
}

}  // namespace
}  // namespace ondol::sim
