#include "sim/control/power_limiter.hpp"

#include <gtest/gtest.h>

namespace ondol::sim {
namespace {

constexpr PowerLimiter::Demand kernels{.free_w = 900, .held_w = 700}, waits{.free_w = 300, .held_w = 300};

/// Energy of a stretch, step by step as its owner takes it.
double energy_j(PowerLimiter& limiter, PowerLimiter::Demand const& d, double duration_s) {
  double sum = 0;
  for (double left = duration_s; left > 1e-12;) {
    double const step = std::min(left, limiter.steady_s(d));
    sum += limiter.step(d, step) * step;
    left -= step;
  }
  return sum;
}

TEST(PowerLimiter, AFilterThatLagsLetsWorkPassTheLimitUntilItSeesIt) {
  PowerLimiter limiter(0.05);
  limiter.rest(300);
  EXPECT_DOUBLE_EQ(limiter.power_w(kernels), 900);
  // From 300 towards 900: at 700 after tau ln(600 / 200).
  double const rise_s = 0.05 * std::log(3.0);
  EXPECT_DOUBLE_EQ(limiter.steady_s(kernels), rise_s);
  limiter.step(kernels, rise_s / 3);
  EXPECT_DOUBLE_EQ(limiter.power_w(kernels), 900);
  EXPECT_NEAR(limiter.steady_s(kernels), rise_s * 2 / 3, 1e-12);
  limiter.step(kernels, limiter.steady_s(kernels));
  EXPECT_NEAR(limiter.filtered_w(), 700, 1e-9);
  // 200 W too many for that long, given back at 20 W.
  EXPECT_DOUBLE_EQ(limiter.power_w(kernels), 680);
  EXPECT_NEAR(limiter.steady_s(kernels), 10 * rise_s, 1e-12);
  limiter.step(kernels, limiter.steady_s(kernels));
  EXPECT_DOUBLE_EQ(limiter.power_w(kernels), 700);
  EXPECT_TRUE(std::isinf(limiter.steady_s(kernels)));
}

TEST(PowerLimiter, ALongStretchHasTheMeanOfTheLimit) {
  PowerLimiter limiter(0.05);
  limiter.rest(300);
  EXPECT_NEAR(energy_j(limiter, kernels, 2.0), 1400, 1e-9);
}

TEST(PowerLimiter, AShortStretchPassesAndTheNextOnesGiveBack) {
  PowerLimiter limiter(0.05);
  limiter.rest(300);
  EXPECT_NEAR(energy_j(limiter, kernels, 0.02), 18, 1e-9);
  double sum = 18, held = 14;
  for (int round = 0; round < 500; ++round) {
    sum += energy_j(limiter, waits, 0.03) + energy_j(limiter, kernels, 0.02);
    held += 9 + 14;
  }
  EXPECT_NEAR(sum / held, 1, 5e-4);
  EXPECT_LE(limiter.owed_j(), 4 + 1e-9);
}

TEST(PowerLimiter, NothingHappensWhereWorkStaysBelow) {
  PowerLimiter limiter(0.05);
  limiter.rest(100);
  EXPECT_DOUBLE_EQ(limiter.power_w(waits), 300);
  EXPECT_TRUE(std::isinf(limiter.steady_s(waits)));
  EXPECT_DOUBLE_EQ(limiter.step(waits, 1.0), 300);
}

TEST(PowerLimiter, TheLimitOnceMetHoldsWhileWorkGoesOnAboveIt) {
  PowerLimiter limiter(0.05);
  limiter.rest(300);
  energy_j(limiter, kernels, 2.0);
  EXPECT_DOUBLE_EQ(limiter.power_w({.free_w = 800, .held_w = 700}), 700);
  energy_j(limiter, waits, 1.0);
  EXPECT_DOUBLE_EQ(limiter.power_w(kernels), 900);
}

}  // namespace
}  // namespace ondol::sim
