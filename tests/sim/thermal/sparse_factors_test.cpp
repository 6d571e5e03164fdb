#include "sim/thermal/sparse_factors.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "scenarios/base/random.hpp"

namespace ondol::sim {
namespace {

// Rings that exchange heat, as loops do: I - g A with column sums of A at most zero.
TEST(SparseFactors, SolvesWhatItFactors) {
  RandomStream random(1, "factors");
  std::size_t const n = 40;
  std::vector<SparseFactors::Place> places;
  for (std::size_t i = 0; i < n; ++i) places.emplace_back((i + 1) % n, i), places.emplace_back((i * 7 + 3) % n, i);
  SparseFactors factors(n, places);
  for (double g : {1e-3, 1.0, 1e6}) {
    std::vector<double> dense(n * n);
    factors.reset();
    for (std::size_t i = 0; i < n; ++i) dense[i * n + i] = 1.0;
    auto const add = [&](std::size_t row, std::size_t column, double v) {
      factors.add(row, column, v);
      dense[row * n + column] += v;
    };
    for (auto const& [row, column] : places) {
      double const w = g * random.uniform(0.1, 2.0);
      add(row, column, -w), add(column, column, w);
    }
    factors.factor();
    std::vector<double> x(n), b(n);
    for (auto& v : x) v = random.uniform(-1.0, 1.0);
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) b[i] += dense[i * n + j] * x[j];
    factors.solve(b);
    for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(b[i], x[i], 1e-13 * (1.0 + g)) << g;
  }
}

}  // namespace
}  // namespace ondol::sim
