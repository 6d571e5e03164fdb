#include "sim/power/battery.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <stdexcept>

namespace ondol::sim {
namespace {

/// 100 kJ, 1 kW either way, lossless.
BatteryParams small() {
  return {.capacity_j = 1e5, .discharge_limit_w = 1000, .charge_limit_w = 1000, .rated_discharge_s = 1000};
}

TEST(Battery, GivesItsCapacityAtTheRatedPower) {
  Battery b(small());
  EXPECT_DOUBLE_EQ(b.time_to_empty_s(100), 1000);
  auto const f = b.advance(400, 100);
  EXPECT_EQ(f.terminal_j, 40000);
  EXPECT_EQ(f.loss_j, 0);
  EXPECT_DOUBLE_EQ(b.state_of_charge(), 0.6);
  EXPECT_DOUBLE_EQ(b.time_to_energy_s(30000, 100), 300);
  EXPECT_DOUBLE_EQ(b.time_to_energy_s(80000, -100), 200);
  EXPECT_TRUE(std::isinf(b.time_to_energy_s(80000, 100)));
}

TEST(Battery, SplitsRoundTripLossBetweenBothWays) {
  auto p = small();
  p.round_trip_efficiency = 0.81;
  Battery b(p, 0.5);
  EXPECT_NEAR(b.advance(10, -1000).loss_j, 1000, 1e-9);  // 0.9 of 10 kJ arrives
  EXPECT_NEAR(b.energy_j(), 59000, 1e-9);
  EXPECT_NEAR(b.advance(8.1, 1000).loss_j, 900, 1e-9);  // 8.1 kJ come back of the 9 kJ
  EXPECT_NEAR(b.energy_j(), 50000, 1e-9);
  p.discharge_share = 1;
  EXPECT_NEAR(Battery(p, 0.5).advance(10, -1000).loss_j, 0, 1e-9);
}

TEST(Battery, LastsPeukertsTimeAndKeepsTheRestForLowerPower) {
  // Sixteen times the rated power: half the capacity, 1000 s / 16^1.25 = 31.25 s.
  Battery b(
      {.capacity_j = 1e5, .discharge_limit_w = 1600, .charge_limit_w = 1, .rate_exponent = 1.25, .rated_discharge_s = 1000});
  EXPECT_NEAR(b.time_to_empty_s(1600), 31.25, 1e-9);
  b.advance(31.25, 1600);
  EXPECT_NEAR(b.time_to_empty_s(1600), 0, 1e-9);
  EXPECT_NEAR(b.discharge_power_w(), 1600, 1e-6);
  EXPECT_NEAR(b.time_to_empty_s(100), 500, 1e-9);
  b.advance(250, 100);
  // A quarter left: what can be drawn has u = 0.75.
  EXPECT_NEAR(b.discharge_power_w(), 100 * std::pow(1 / 0.75, 4), 1e-6);
}

TEST(Battery, StopsAtTheReserveAndAboveTheLimitGivesNothing) {
  auto p = small();
  p.reserve = 0.2;
  Battery b(p);
  EXPECT_NEAR(b.time_to_empty_s(1000), 80, 1e-9);
  auto const f = b.advance(100, 1000);
  EXPECT_NEAR(f.active_s, 80, 1e-9);
  EXPECT_NEAR(f.terminal_j, 80000, 1e-6);
  EXPECT_EQ(b.discharge_power_w(), 0);
  Battery full(p);
  EXPECT_EQ(full.time_to_empty_s(1001), 0);
  EXPECT_EQ(full.advance(10, 1001).terminal_j, 0);
  EXPECT_EQ(full.energy_j(), 1e5);
}

TEST(Battery, GivesLessAndLosesMoreInTheCold) {
  auto p = small();
  p.round_trip_efficiency = 0.64;
  p.capacity_per_k = 0.01;
  p.loss_per_k = 0.02;
  Battery b(p);
  b.set_temperature(298.15 - 25);
  // Usable 0.75 C; discharge at 1/(1 + 0.25 x 1.5).
  EXPECT_NEAR(b.time_to_empty_s(100), 75000 / (100 * 1.375), 1e-9);
  b.set_temperature(298.15 + 15);
  EXPECT_NEAR(b.time_to_empty_s(100), 80000 / 100.0, 1e-9);
}

TEST(Battery, TapersTheRecharge) {
  auto p = small();
  p.taper_from = 0.8;
  p.taper_end = 0.2;
  Battery b(p, 0.5);
  EXPECT_EQ(b.charge_power_w(), 1000);
  EXPECT_NEAR(b.charge(30, 1000).terminal_j, -30000, 1e-9);
  // dE/dt falls from 1 kW to 200 W over 20 kJ: tau = 25 s, 25 ln 5 s to full.
  EXPECT_NEAR(b.time_to_full_s(1000), 25 * std::log(5), 1e-9);
  b.charge(25 * std::log(2), 1000);
  EXPECT_NEAR(b.charge_power_w(), 500, 1e-9);
  EXPECT_NEAR(b.energy_j(), 92500, 1e-9);
  auto const f = b.charge(1000, 1000);
  EXPECT_NEAR(f.terminal_j, -7500, 1e-9);
  EXPECT_EQ(b.state_of_charge(), 1);
  // A charger of 600 W meets the taper half way: 40 kJ at 600 W, then from 600 to 200 W.
  Battery slow(p, 0.5);
  EXPECT_NEAR(slow.time_to_full_s(600), 40000 / 600.0 + 25 * std::log(3), 1e-9);
  EXPECT_TRUE(std::isinf(slow.time_to_full_s(0)));
  EXPECT_EQ(slow.charge(10, 0).terminal_j, 0);
}

TEST(Battery, StandingLossIsHeldByTheFloatOrDrainsIt) {
  auto p = small();
  p.standing_w = 2;
  p.round_trip_efficiency = 0.64;
  Battery b(p);
  EXPECT_NEAR(b.float_w(), 2.5, 1e-12);
  auto const held = b.charge(100, 1000);
  EXPECT_NEAR(held.terminal_j, -250, 1e-9);
  EXPECT_NEAR(held.loss_j, 250, 1e-9);
  EXPECT_EQ(b.state_of_charge(), 1);
  EXPECT_NEAR(b.advance(100, 0).loss_j, 200, 1e-9);
  EXPECT_NEAR(b.energy_j(), 99800, 1e-9);
  // A charge below the standing loss empties it all the same; then all of the charge is lost.
  Battery low(p, 1e-4);
  auto const f = low.advance(100, -1);
  EXPECT_NEAR(low.energy_j(), 0, 1e-12);
  EXPECT_NEAR(f.loss_j, 10 + 100, 1e-9);
}

TEST(Battery, TerminalEnergyIsFallOfStorePlusLoss) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> share(0, 1);
  BatteryParams p{.capacity_j = 7.5e8,
                  .discharge_limit_w = 3e6,
                  .charge_limit_w = 4e5,
                  .round_trip_efficiency = 0.9,
                  .rate_exponent = 1.2,
                  .rated_discharge_s = 3600,
                  .reserve = 0.05,
                  .taper_from = 0.8,
                  .standing_w = 900,
                  .capacity_per_k = 0.008,
                  .loss_per_k = 0.01};
  Battery b(p, 0.7);
  double terminal_j = 0, loss_j = 0, moved_j = 0;
  for (int i = 0; i < 2000; ++i) {
    b.set_temperature(288 + 20 * share(random));
    double const duration_s = 100 * share(random);
    auto const f =
        share(random) < 0.4 ? b.advance(duration_s, 3e6 * share(random)) : b.charge(10 * duration_s, 5e5 * share(random));
    terminal_j += f.terminal_j;
    moved_j += std::abs(f.terminal_j);
    loss_j += f.loss_j;
    ASSERT_GE(f.loss_j, 0);
  }
  EXPECT_NEAR((terminal_j + loss_j - (0.7 * p.capacity_j - b.energy_j())) / moved_j, 0, 1e-12);
}

TEST(Battery, TakesNoNoticeOfHowAStepIsCut) {
  BatteryParams p{.capacity_j = 1e6,
                  .discharge_limit_w = 1e4,
                  .charge_limit_w = 2e3,
                  .round_trip_efficiency = 0.85,
                  .taper_from = 0.7,
                  .standing_w = 5};
  Battery whole(p, 0.2), cut(p, 0.2);
  double a = whole.charge(700, 1500).loss_j, b = 0;
  for (int i = 0; i < 700; ++i) b += cut.charge(1, 1500).loss_j;
  EXPECT_NEAR(whole.energy_j(), cut.energy_j(), 1e-6);
  EXPECT_NEAR(a, b, 1e-6);
}

TEST(Battery, RefusesWhatCannotBe) {
  auto const with = [](auto change) {
    auto p = small();
    change(p);
    return p;
  };
  EXPECT_THROW(check(with([](auto& p) { p.capacity_j = 0; })), std::invalid_argument);
  EXPECT_THROW(check(with([](auto& p) { p.round_trip_efficiency = 1.01; })), std::invalid_argument);
  EXPECT_THROW(check(with([](auto& p) { p.rate_exponent = 0.9; })), std::invalid_argument);
  EXPECT_THROW(check(with([](auto& p) { p.reserve = 1; })), std::invalid_argument);
  EXPECT_THROW(check(with([](auto& p) { p.taper_end = 0; })), std::invalid_argument);
  EXPECT_THROW(Battery(small(), 1.5), std::invalid_argument);
  EXPECT_NO_THROW(check(small()));
}

}  // namespace
}  // namespace ondol::sim
