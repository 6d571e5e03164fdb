#include "sim/power/accelerator_power.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace ondol::sim {
namespace {

// Round numbers: 100 W idle, +50 context, +50 awake, bf16 100 TFLOP/s at 4 pJ = 400 W, 2 TB/s at 100 pJ/B = 200 W, 1 W/K.
AcceleratorPowerParams round_board() {
  AcceleratorPowerParams p;
  p.power_limit_w = 600;
  p.idle_w = 100;
  p.context_w = 50;
  p.sm_active_w = 50;
  p.sustained_flop_per_s = {100e12, 200e12, 400e12, 10e12};
  p.joules_per_flop = joules_per_flop_from_bf16(4e-12, 0.5);
  p.sustained_byte_per_s = 2e12;
  p.joules_per_byte = 100e-12;
  p.leakage_w_per_k = 1.0;
  p.leakage_reference_k = 320;
  p.clock_exponent = 2.0;
  p.minimum_clock = 0.25;
  return p;
}

TEST(AcceleratorPower, AddsUpByHand) {
  auto const p = round_board();
  EXPECT_DOUBLE_EQ(accelerator_draw(p, {}, false, 600, 1, 320).power_w, 100);
  EXPECT_DOUBLE_EQ(accelerator_draw(p, {}, true, 600, 1, 320).power_w, 150);
  // half the matmul rate, a quarter of the bandwidth: 100 + 50 + 50 + 200 + 50 = 450 W, +10 W at +10 K
  ActivityInput const work{.sm = 1, .compute = 0.5, .memory = 0.25};
  EXPECT_NEAR(accelerator_draw(p, work, true, 600, 1, 320).power_w, 450, 1e-9);
  auto const warm = accelerator_draw(p, work, true, 600, 1, 330);
  EXPECT_NEAR(warm.power_w, 460, 1e-9);
  EXPECT_NEAR(warm.at_reference_w, 450, 1e-9);
  EXPECT_DOUBLE_EQ(warm.slope_w_per_k, 1);
  EXPECT_FALSE(warm.limited);
  EXPECT_EQ(warm.clock, 1);
  EXPECT_EQ(warm.speed, 1);
}

TEST(AcceleratorPower, PrecisionsByHand) {
  auto const p =
      round_board();  // fp8: 200e12 x 2e-12 = 400 W, fp4: 400e12 x 1.08e-12 = 432 W, fp64: 10e12 x 76.57e-12 = 765.7 W
  ActivityInput work{.sm = 1, .compute = 0.25};
  work.precision = Precision::fp8;
  EXPECT_NEAR(accelerator_draw(p, work, true, 600, 1, 320).power_w, 300, 1e-9);
  work.precision = Precision::fp4;
  EXPECT_NEAR(accelerator_draw(p, work, true, 600, 1, 320).power_w, 308, 1e-9);
  work.precision = Precision::fp64;
  EXPECT_NEAR(accelerator_draw(p, work, true, 600, 1, 320).power_w, 200 + 765.714 / 4, 1e-3);
}

// Compute-bound work, n = 2: 150 + 450 f^2 = 350 at f = 2/3.
TEST(AcceleratorPower, LimitSetsTheClock) {
  auto const p = round_board();
  ActivityInput const matmul{.sm = 1, .compute = 1};
  EXPECT_NEAR(accelerator_draw(p, matmul, true, 700, 1, 320).power_w, 600, 1e-9) << "the board's own limit holds too";
  auto const d = accelerator_draw(p, matmul, true, 350, 1, 320);
  EXPECT_TRUE(d.limited);
  EXPECT_DOUBLE_EQ(d.power_w, 350);
  EXPECT_NEAR(d.clock, 2.0 / 3.0, 1e-9);
  EXPECT_NEAR(d.speed, 2.0 / 3.0, 1e-9);
  // 30 K warmer leaves 170 W for the clock: f = sqrt(170/450)
  auto const warm = accelerator_draw(p, matmul, true, 350, 1, 350);
  EXPECT_NEAR(warm.clock, std::sqrt(170.0 / 450.0), 1e-9);
  EXPECT_NEAR(warm.at_reference_w, 320, 1e-9);
}

// Half the time waits for memory: s = f/(0.5 + 0.5 f); at f = 0.5, s = 2/3 and
// P = 150 + 50/4 + 200 x 2/3 x 1/2 + 100 x 2/3 = 150 + 12.5 + 66.667 + 66.667 = 295.83 W.
TEST(AcceleratorPower, MemoryTrafficFollowsTheSpeedOfTheWork) {
  auto const p = round_board();
  ActivityInput const mixed{.sm = 1, .compute = 0.5, .memory = 0.5, .compute_share = 0.5};
  auto const d = accelerator_draw(p, mixed, true, 600, 0.5, 320);
  EXPECT_NEAR(d.speed, 2.0 / 3.0, 1e-12);
  EXPECT_NEAR(d.power_w, 295.8333333333, 1e-9);
  EXPECT_FALSE(d.limited);
  EXPECT_NEAR(accelerator_draw(p, mixed, true, d.power_w, 1, 320).clock, 0.5, 1e-9);
}

TEST(AcceleratorPower, ClockHasAFloor) {
  auto const p = round_board();
  ActivityInput const matmul{.sm = 1, .compute = 1};
  auto const d = accelerator_draw(p, matmul, true, 120, 1, 320);
  EXPECT_DOUBLE_EQ(d.clock, 0.25);
  EXPECT_NEAR(d.power_w, 150 + 450.0 / 16, 1e-9) << "the limiter cannot go lower";
  EXPECT_TRUE(d.limited);
  EXPECT_DOUBLE_EQ(accelerator_draw(p, matmul, true, 600, 0.1, 320).clock, 0.25);
}

// Laws on random boards and activities: P <= limit unless the clock is at its floor; P rises with activity, limit and
// temperature; clock and speed fall with temperature; the draw is linear in T at its clock.
TEST(AcceleratorPower, ClosesUnderTheLimitAndIsMonotone) {
  std::mt19937 random{11};
  std::uniform_real_distribution<double> unit;
  int limited = 0;
  for (int trial = 0; trial < 20000; ++trial) {
    auto p = round_board();
    p.clock_exponent = 1.2 + 2 * unit(random);
    p.leakage_w_per_k = 2 * unit(random);
    p.joules_per_byte = 300e-12 * unit(random);
    p.minimum_clock = 0.1 + 0.3 * unit(random);
    ActivityInput a{.sm = unit(random), .compute = unit(random), .memory = unit(random)};
    a.compute_share = trial % 10 == 0 ? 0.0 : unit(random);
    double const limit = 200 + 500 * unit(random), clock_limit = 0.3 + 0.9 * unit(random), t = 290 + 80 * unit(random);
    auto const d = accelerator_draw(p, a, true, limit, clock_limit, t);
    double const bound = std::min(limit, p.power_limit_w);
    ASSERT_TRUE(d.power_w <= bound * (1 + 1e-12) || d.clock == p.minimum_clock);
    ASSERT_GE(d.clock, p.minimum_clock);
    ASSERT_LE(d.clock, std::max(p.minimum_clock, std::min(1.0, clock_limit)));
    ASSERT_NEAR(d.power_w, d.at_reference_w + d.slope_w_per_k * (t - p.leakage_reference_k), 1e-9);
    if (d.limited && d.clock > p.minimum_clock) {
      ++limited;
      // The clock found is the one that gives the limit: asking for it directly gives the same power.
      ASSERT_NEAR(accelerator_draw(p, a, true, 1e6, d.clock, t).power_w, bound, 1e-6);
    }
    auto more = a;
    more.compute = std::min(1.0, a.compute + 0.1);
    ASSERT_GE(accelerator_draw(p, more, true, limit, clock_limit, t).power_w, d.power_w - 1e-9);
    ASSERT_GE(accelerator_draw(p, a, true, limit + 10, clock_limit, t).clock, d.clock - 1e-9);
    auto const warmer = accelerator_draw(p, a, true, limit, clock_limit, t + 10);
    ASSERT_GE(warmer.power_w, d.power_w - 1e-9);
    ASSERT_LE(warmer.clock, d.clock + 1e-9);
    ASSERT_LE(warmer.speed, d.speed + 1e-9);
  }
  EXPECT_GT(limited, 1000);
}

}  // namespace
}  // namespace ondol::sim
