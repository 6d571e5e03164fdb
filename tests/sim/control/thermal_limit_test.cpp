#include "sim/control/thermal_limit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace ondol::sim {
namespace {

constexpr ThermalThresholds hopper{
    .operating_k = 359.15, .slowdown_k = 361.15, .shutdown_k = 367.15, .restart_k = 341.15, .memory_k = 368.15};
using enum ThermalStage;

TEST(ThermalStage, ClimbsThroughItsThresholds) {
  EXPECT_EQ(next_stage(free, 359.1, 340, hopper), free);
  EXPECT_EQ(next_stage(free, 359.15, 340, hopper), held);
  EXPECT_EQ(next_stage(free, 340, 368.15, hopper), held);  // for its memory
  EXPECT_EQ(next_stage(held, 361.14, 340, hopper), held);
  EXPECT_EQ(next_stage(held, 361.15, 340, hopper), slowed);
  EXPECT_EQ(next_stage(free, 367.2, 340, hopper), off);  // in one leap
  EXPECT_EQ(next_stage(slowed, 367.15, 340, hopper), off);
}

TEST(ThermalStage, ComesBackLower) {
  EXPECT_EQ(next_stage(slowed, 360.5, 340, hopper), slowed);
  EXPECT_EQ(next_stage(slowed, 359.15, 340, hopper), held);
  EXPECT_EQ(next_stage(off, 350.0, 340, hopper), off);
  EXPECT_EQ(next_stage(off, 341.15, 340, hopper), free);
}

TEST(CarriedPower, IsWhatTheCoolantCarriesAwayFromADieHeldThere) {
  // 88 degC, 25 degC coolant, 0.07 K/W: 63 K / 0.07 = 900 W.
  EXPECT_DOUBLE_EQ(carried_power_w(361.15, 298.15, 0.07), 63.0 / 0.07);
  EXPECT_EQ(carried_power_w(361.15, 380.0, 0.07), 0.0);
}

/// Die and sink held by the rule, at steps from a tenth of the fast time constant to many of the slow one: no overshoot that
/// lasts, no swing of power, and the steady power in the end.
TEST(HoldingPower, NeitherRingsNorSwingsAtAnyStep) {
  double const c_die = 10, c_sink = 600, r_die = 0.02, r_sink = 0.03, coolant = 335.15;
  for (double h : {0.02, 0.2, 1.0, 10.0, 60.0, 600.0}) {
    double die = 355.15, sink = 340.15, before = 1e9;
    int const n = static_cast<int>(std::ceil(h / 0.01));
    auto const ahead = [&](double power, double& d, double& s) {
      for (int i = 0; i < n; ++i) {
        double const dt = h / n, across = (d - s) / r_die;
        d += dt * (power - across) / c_die;
        s += dt * (across - (s - coolant) / r_sink) / c_sink;
      }
    };
    auto const end = [&](double power) {
      double d = die, s = sink;
      ahead(power, d, s);
      return d;
    };
    double const without = end(0), gain = end(1) - without;
    for (double t = 0; t < 1000 + 20 * h; t += h) {
      double const power = holding_power_w(hopper.operating_k, end(0), gain);
      EXPECT_LE(power, before * (1 + 1e-9)) << h << " s, at " << t;  // falls to its end from one side
      before = power;
      ahead(power, die, sink);
      EXPECT_NEAR(die, hopper.operating_k, 1e-6) << h;
    }
    EXPECT_NEAR(before, (hopper.operating_k - coolant) / (r_die + r_sink), 0.5) << h;
  }
}

}  // namespace
}  // namespace ondol::sim
