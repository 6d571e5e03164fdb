#include "sim/compute/roofline.hpp"

#include <gtest/gtest.h>

namespace ondol::sim {
namespace {

TEST(Roofline, SpeedByHand) {
  EXPECT_DOUBLE_EQ(speed(0.5, 1.0), 0.5);
  EXPECT_DOUBLE_EQ(speed(0.5, 0.0), 1.0);
  EXPECT_DOUBLE_EQ(speed(0.5, 0.5), 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(speed(1.0, 0.3), 1.0);
}

TEST(Roofline, InverseGivesTheClockBack) {
  for (double share = 0.1; share <= 1.0; share += 0.1)
    for (double f = 0.1; f <= 1.0; f += 0.1) EXPECT_NEAR(clock_for_speed(speed(f, share), share), f, 1e-12);
  EXPECT_EQ(clock_for_speed(1.0, 0.0), 0.0);
}

TEST(Roofline, SpeedRisesWithClockAndFallsWithComputeShare) {
  for (double f = 0.1; f < 0.95; f += 0.1)
    for (double share = 0.05; share < 0.93; share += 0.05) {
      EXPECT_GT(speed(f + 0.05, share), speed(f, share));
      EXPECT_LT(speed(f, share + 0.05), speed(f, share));
    }
}

TEST(Roofline, ShareAndRatesByHand) {
  EXPECT_DOUBLE_EQ(compute_share(0.6, 0.2), 0.75);
  EXPECT_DOUBLE_EQ(compute_share(0, 0), 1.0);
  // share 0.75 at half clock: s = 1/(1.5 + 0.25) = 4/7
  auto const r = rates_at(0.5, 0.6, 0.2);
  EXPECT_DOUBLE_EQ(r.compute, 0.6 * 4 / 7);
  EXPECT_DOUBLE_EQ(r.memory, 0.2 * 4 / 7);
}

}  // namespace
}  // namespace ondol::sim
