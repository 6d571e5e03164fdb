#include "sim/power/energy_shares.hpp"

#include <gtest/gtest.h>

#include <random>

namespace ondol::sim {
namespace {

// Hall 0: users 0 (air 100 W) and 1 (air 20 W, liquid 80 W); hall 1: user 2 (air 100 W).
// CRAH fans 12 and 10 W, CDU pump 8 W.  Plant 0 takes all air, plant 1 the liquid.
//   fans of hall 0: user 0 10, user 1 2;  pump: user 1 8;  fans of hall 1: user 2 10
//   plant 0, 48.4 W for 120 + 12 + 100 + 10 = 242 W of heat: 0.2 W each; user 0 brings 110, user 1 22, user 2 110
//   plant 1, 17.6 W for 88 W: user 1 all
TEST(EnergyShares, ByHand) {
  EnergyShares shares({0, 0, 1}, {{0, 1}, {0, std::nullopt}}, 2);
  std::vector<UserPower> const users{{100, 100, 0}, {100, 20, 80}, {100, 100, 0}};
  std::vector<HallCoolingPower> const halls{{12, 8}, {10, 0}};
  std::vector<double> const plants{48.4, 17.6};
  double const total = 300 + 22 + 8 + 66 + 40;  // 40 W of losses
  shares.add(10, users, halls, plants, total);
  auto const a = shares.of(0), b = shares.of(1), c = shares.of(2);
  EXPECT_DOUBLE_EQ(a.it_j, 1000);
  EXPECT_NEAR(a.cooling_j, 10 * (10 + 110 * 0.2), 1e-9);
  EXPECT_NEAR(b.cooling_j, 10 * (2 + 8 + 22 * 0.2 + 17.6), 1e-9);
  EXPECT_NEAR(c.cooling_j, 10 * (10 + 110 * 0.2), 1e-9);
  EXPECT_NEAR(a.rest_j, 10 * 40 * 132 / 396.0, 1e-9);
  EXPECT_NEAR(a.total_j() + b.total_j() + c.total_j(), 10 * total, 1e-9);
}

TEST(EnergyShares, SumToTheWholeHoweverOddTheInterval) {
  std::mt19937 random(5);
  std::uniform_real_distribution<double> any(0, 1e6);
  auto const sometimes = [&] { return random() % 3 ? any(random) : 0.0; };
  EnergyShares shares({0, 1, 1, 2}, {{0, 1}, {1, std::nullopt}, {std::nullopt, 0}}, 2);
  CompensatedSum whole;
  for (int i = 0; i < 10000; ++i) {
    std::vector<UserPower> users(4);
    for (auto& u : users) u = {sometimes(), sometimes(), sometimes()};
    if (i % 100 == 0) users.assign(4, {});  // all dark: base load and no-load losses remain
    std::vector<HallCoolingPower> halls(3);
    for (auto& h : halls) h = {sometimes(), sometimes()};
    std::vector<double> const plants{sometimes(), sometimes()};
    double total = any(random) + plants[0] + plants[1];
    for (auto const& u : users) total += u.it_w;
    for (auto const& h : halls) total += h.crah_fan_w + h.cdu_pump_w;
    double const dt = 1 + any(random) / 1e5;
    shares.add(dt, users, halls, plants, total);
    whole.add(total * dt);
  }
  double sum = 0;
  for (std::size_t u = 0; u < 4; ++u) {
    sum += shares.of(u).total_j();
    EXPECT_GE(shares.of(u).cooling_j, 0);
  }
  EXPECT_NEAR(sum / whole.value(), 1, 1e-12);
}

}  // namespace
}  // namespace ondol::sim
