#include "sim/power/accelerator_power.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace ondol::sim {
namespace {

using meter::Channel;

// Round numbers: 100 W idle, +50 context, +50 awake, bf16 1 + 3 pJ, HBM 60 + 40 pJ/B, L2 20 pJ/B, 1 W/K, V = 1 - 0.5 (1 - phi),
// at least 0.7.
AcceleratorPowerParams round_board() {
  AcceleratorPowerParams p;
  p.idle_w = 100;
  p.context_w = 50;
  p.awake_w = 50;
  p.control_j[meter::index(Channel::tensor_bf16)] = 1e-12;
  p.data_j[meter::index(Channel::tensor_bf16)] = 3e-12;
  p.control_j[meter::index(Channel::l2)] = 20e-12;
  p.control_j[meter::index(Channel::hbm_read)] = 60e-12;
  p.data_j[meter::index(Channel::hbm_read)] = 40e-12;
  p.leakage_w_per_k = 1.0;
  p.leakage_reference_k = 320;
  p.voltage_slope = 0.5;
  p.voltage_floor = 0.7;
  p.minimum_clock = 0.25;
  return p;
}

AcceleratorLoad load(double tflops, double tbytes, double compute_share = 1, double toggle = 1) {
  AcceleratorLoad l;
  l.rate[Channel::tensor_bf16] = tflops * 1e12;
  l.rate[Channel::hbm_read] = tbytes * 1e12;
  l.awake = 1;
  l.toggle = toggle;
  l.compute_share = compute_share;
  return l;
}

AcceleratorDraw drawn(AcceleratorPowerParams const& p, AcceleratorLoad const& l, double limit_w, double clock_limit = 1,
                      double temperature_k = 320) {
  return accelerator_draw(p, power_terms(p, l, true), limit_w, clock_limit, temperature_k);
}

TEST(AcceleratorPower, AddsUpByHand) {
  auto const p = round_board();
  EXPECT_DOUBLE_EQ(accelerator_draw(p, power_terms(p, {}, false), 600, 1, 320).power_w, 100);
  EXPECT_DOUBLE_EQ(accelerator_draw(p, power_terms(p, {}, true), 600, 1, 320).power_w, 150);
  // 50 TFLOP/s at 4 pJ and 0.5 TB/s at 100 pJ: 100 + 50 + 50 + 200 + 50 = 450 W, +10 W at +10 K
  EXPECT_NEAR(drawn(p, load(50, 0.5), 600).power_w, 450, 1e-9);
  auto const warm = drawn(p, load(50, 0.5), 600, 1, 330);
  EXPECT_NEAR(warm.power_w, 460, 1e-9);
  EXPECT_NEAR(warm.at_reference_w, 450, 1e-9);
  EXPECT_DOUBLE_EQ(warm.slope_w_per_k, 1);
  EXPECT_FALSE(warm.limited);
  EXPECT_EQ(warm.clock, 1);
  EXPECT_EQ(warm.speed, 1);
  // half the bits flip: 50 x 2.5 + 0.5 x 80 = 165 W; none: 50 + 30 = 80 W
  EXPECT_NEAR(drawn(p, load(50, 0.5, 1, 0.5), 600).power_w, 365, 1e-9);
  EXPECT_NEAR(drawn(p, load(50, 0.5, 1, 0), 600).power_w, 280, 1e-9);
  // a quarter of the multiprocessors awake
  auto quarter = load(50, 0.5);
  quarter.awake = 0.25;
  EXPECT_NEAR(drawn(p, quarter, 600).power_w, 412.5, 1e-9);
}

// At phi = 0.8, V = 0.9 and g = 0.81; work that is half compute runs at s = 0.8/0.9 = 8/9.
// 150 + 0.8 x 0.81 x 50 + 8/9 (0.81 x (200 + 20) + 50) = 150 + 32.4 + 158.4 + 44.444 = 385.24 W.
TEST(AcceleratorPower, CoreFollowsTheVoltageAndMemoryTheSpeed) {
  auto const p = round_board();
  auto work = load(50, 0.5, 0.5);
  work.rate[Channel::l2] = 1e12;
  auto const d = drawn(p, work, 600, 0.8);
  EXPECT_NEAR(d.speed, 8.0 / 9.0, 1e-12);
  EXPECT_NEAR(d.power_w, 150 + 0.8 * 0.81 * 50 + 8.0 / 9.0 * (0.81 * 220 + 50), 1e-9);
  EXPECT_FALSE(d.limited);
  EXPECT_NEAR(drawn(p, work, d.power_w).clock, 0.8, 1e-9);
}

TEST(AcceleratorPower, VoltageHasAFloor) {
  auto const p = round_board();
  EXPECT_DOUBLE_EQ(p.voltage_factor(1), 1);
  EXPECT_DOUBLE_EQ(p.voltage_factor(0.6), 0.64);
  EXPECT_NEAR(p.voltage_factor(0.4), 0.49, 1e-15);  // 1 - 0.5 x 0.6 = 0.7: the floor begins
  EXPECT_NEAR(p.voltage_factor(0.25), 0.49, 1e-15);
  // Below it power of compute-bound work is linear in the clock: 150 + 0.49 phi (50 + 400).
  EXPECT_NEAR(drawn(p, load(100, 0), 600, 0.3).power_w, 150 + 0.49 * 0.3 * 450, 1e-9);
  EXPECT_NEAR(drawn(p, load(100, 0), 150 + 0.49 * 0.3 * 450).clock, 0.3, 1e-9);
}

// Compute-bound: 150 + phi g 450 = 439.8 W at phi = 0.8 (0.8 x 0.81 x 450 = 291.6).
TEST(AcceleratorPower, LimitSetsTheClock) {
  auto const p = round_board();
  auto const d = drawn(p, load(100, 0), 441.6);
  EXPECT_TRUE(d.limited);
  EXPECT_DOUBLE_EQ(d.power_w, 441.6);
  EXPECT_NEAR(d.clock, 0.8, 1e-9);
  EXPECT_NEAR(d.speed, 0.8, 1e-9);
  // 30 K warmer: the same clock needs 30 W more
  auto const warm = drawn(p, load(100, 0), 471.6, 1, 350);
  EXPECT_NEAR(warm.clock, 0.8, 1e-9);
  EXPECT_NEAR(warm.at_reference_w, 441.6, 1e-9);
}

TEST(AcceleratorPower, ClockHasAFloor) {
  auto const p = round_board();
  auto const d = drawn(p, load(100, 0), 160);
  EXPECT_DOUBLE_EQ(d.clock, 0.25);
  EXPECT_NEAR(d.power_w, 150 + 0.25 * 0.49 * 450, 1e-9) << "the limiter cannot go lower";
  EXPECT_TRUE(d.limited);
  EXPECT_DOUBLE_EQ(drawn(p, load(100, 0), 600, 0.1).clock, 0.25);
}

// A stream runs at full speed at any clock; only its awake units feel the limit: 150 + 200 + 0.49 phi 50 = 360 at phi = 0.408,
// a little above the end of the voltage floor (0.4), so that V = 1 - 0.5 (1 - phi) still counts.
TEST(AcceleratorPower, MemoryBoundWorkKeepsItsTraffic) {
  auto const p = round_board();
  auto const d = drawn(p, load(0, 2, 0), 360);
  EXPECT_EQ(d.speed, 1);
  EXPECT_NEAR(d.clock * std::pow(1 - 0.5 * (1 - d.clock), 2) * 50, 10, 1e-9);
  EXPECT_DOUBLE_EQ(drawn(p, load(0, 2, 0), 352).clock, 0.25) << "no clock is low enough";
}

// Laws on random boards and loads: P <= limit unless the clock is at its floor; the clock is the only one that gives the limit;
// P rises with work, toggle, limit and temperature; clock and speed fall with temperature; P is linear in T at its clock.
TEST(AcceleratorPower, ClosesUnderTheLimitAndIsMonotone) {
  std::mt19937 random{11};
  std::uniform_real_distribution<double> unit;
  int limited = 0, floored = 0;
  for (int trial = 0; trial < 20000; ++trial) {
    auto p = round_board();
    p.voltage_slope = unit(random);
    p.voltage_floor = trial % 7 == 0 ? 1 : 0.4 + 0.5 * unit(random);
    p.leakage_w_per_k = 2 * unit(random);
    p.control_j[meter::index(Channel::hbm_read)] = 200e-12 * unit(random);
    p.minimum_clock = 0.1 + 0.3 * unit(random);
    auto a = load(100 * unit(random), 3 * unit(random), trial % 10 == 0 ? 0.0 : unit(random), unit(random));
    a.awake = unit(random);
    a.rate[Channel::l2] = 3e12 * unit(random);
    double const limit = 200 + 500 * unit(random), clock_limit = 0.3 + 0.9 * unit(random), t = 290 + 80 * unit(random);
    auto const d = drawn(p, a, limit, clock_limit, t);
    double const high = std::max(p.minimum_clock, std::min(1.0, clock_limit));
    ASSERT_TRUE(d.power_w <= limit * (1 + 1e-12) || d.clock == p.minimum_clock);
    ASSERT_GE(d.clock, p.minimum_clock);
    ASSERT_LE(d.clock, high);
    ASSERT_NEAR(d.power_w, d.at_reference_w + d.slope_w_per_k * (t - p.leakage_reference_k), 1e-9);
    if (d.limited && d.clock > p.minimum_clock) {
      ++limited;
      floored += p.voltage_factor(d.clock) == p.voltage_floor * p.voltage_floor;
      // The clock found is the one that gives the limit: asking for it directly gives the same power, and any other another.
      ASSERT_NEAR(drawn(p, a, 1e6, d.clock, t).power_w, limit, 1e-6);
      ASSERT_GT(drawn(p, a, 1e6, std::min(high, d.clock + 1e-3), t).power_w, limit - 1e-6);
      ASSERT_LT(drawn(p, a, 1e6, std::max(p.minimum_clock, d.clock - 1e-3), t).power_w, limit + 1e-6);
    }
    double before = 0;
    for (double phi = p.minimum_clock; phi <= 1; phi += 0.05) {
      double const now = drawn(p, a, 1e6, phi, t).power_w;
      ASSERT_GE(now, before);
      before = now;
    }
    auto more = a;
    more.rate[Channel::tensor_bf16] += 1e12;
    ASSERT_GE(drawn(p, more, limit, clock_limit, t).power_w, d.power_w - 1e-9);
    more = a;
    more.toggle = std::min(1.0, a.toggle + 0.1);
    ASSERT_GE(drawn(p, more, limit, clock_limit, t).power_w, d.power_w - 1e-9);
    ASSERT_LE(drawn(p, more, limit, clock_limit, t).clock, d.clock + 1e-9);
    ASSERT_GE(drawn(p, a, limit + 10, clock_limit, t).clock, d.clock - 1e-9);
    auto const warmer = drawn(p, a, limit, clock_limit, t + 10);
    ASSERT_GE(warmer.power_w, d.power_w - 1e-9);
    ASSERT_LE(warmer.clock, d.clock + 1e-9);
    ASSERT_LE(warmer.speed, d.speed + 1e-9);
  }
  EXPECT_GT(limited, 1000);
  EXPECT_GT(floored, 100);
}

}  // namespace
}  // namespace ondol::sim
