#include "sim/power/supply_bank.hpp"

#include <gtest/gtest.h>

#include <array>
#include <span>
#include <stdexcept>

namespace ondol::sim {
namespace {

/// 10 W + 3 % + 2 % x^2 of 1 kW.
LossCurve curve() {
  return LossCurve::quadratic(0.01, 0.03, 0.02, Watts{1000});
}
SupplyBank six(int spare = 0) {
  return {curve(), 6, {.rated_w = 1000, .spare = spare, .standby_w = 2}};
}
double loss_w(int active, double output_w) {
  return active * curve().loss_w(output_w / active) + (6 - active) * 2.0;
}

TEST(SupplyBank, AllShareUnlessTheyAreStaged) {
  SupplyBank const two(curve(), 2);
  EXPECT_DOUBLE_EQ(two.loss_w(1000), 2 * (10 + 15 + 5));
  EXPECT_DOUBLE_EQ(two.marginal_loss(1000), 0.03 + 2 * 0.02 * 0.5);
  EXPECT_EQ(two.active(1), 2);
  EXPECT_EQ(SupplyBank().loss_w(1000), 0);
}

TEST(SupplyBank, LeastLossRestsUnitsAtLowLoad) {
  // 500 W: one unit 10 + 15 + 5 + 10 = 40, two 20 + 15 + 2.5 + 8 = 45.5.
  EXPECT_EQ(six().active(500), 1);
  EXPECT_DOUBLE_EQ(six().loss_w(500), 40);
  EXPECT_EQ(six(1).active(500), 2);
  // Fixed losses of 8 W for one more against 20 W x^2 n: n = P / 632 W.
  EXPECT_EQ(six().active(2000), 3);
  EXPECT_EQ(six().active(5900), 6);
  EXPECT_EQ(six().active(0), 1);
  double before = 0;
  for (double w = 0; w <= 6000; w += 50) {
    for (int n = static_cast<int>(w / 1000) + 1; n <= 6; ++n) EXPECT_LE(six().loss_w(w), loss_w(n, w) + 1e-9);
    EXPECT_GT(w + six().loss_w(w), before);  // what it takes never falls as the load rises
    before = w + six().loss_w(w);
  }
}

TEST(SupplyBank, SavesMostWhereServersIdle) {
  // Six 3.3 kW supplies of a node that idles at 2.4 kW: two carry it.
  constexpr std::array loads{0.1, 0.2, 0.5, 1.0}, efficiencies{0.90, 0.94, 0.96, 0.91};
  auto const titanium = LossCurve::table(loads, efficiencies, Watts{3300});
  SupplyBank const staged(titanium, 6, {.rated_w = 3300});
  EXPECT_EQ(staged.active(2400), 2);
  EXPECT_LT(staged.loss_w(2400), 0.6 * SupplyBank(titanium, 6).loss_w(2400));
}

TEST(SupplyBank, ManyAtOnceLoseWhatEachLoses) {
  constexpr std::array loads{0.1, 0.2, 0.5, 1.0}, efficiencies{0.90, 0.94, 0.96, 0.91};
  auto const titanium = LossCurve::table(loads, efficiencies, Watts{3000});
  std::array const between{4000.0, 4500.0, 5900.0};
  std::array const across{100.0, 3000.0, 5000.0, 13000.0, 0.0};
  for (auto const& bank : {SupplyBank(), SupplyBank(curve(), 6), SupplyBank(titanium, 4), six()})
    for (std::span<double const> outputs : {std::span<double const>(between), std::span<double const>(across)}) {
      std::array<double, 5> loss{};
      bank.losses_w(outputs, std::span(loss).first(outputs.size()));
      for (std::size_t i = 0; i < outputs.size(); ++i) EXPECT_DOUBLE_EQ(loss[i], bank.loss_w(outputs[i])) << outputs[i];
    }
}

TEST(SupplyBank, RefusesWhatCannotBe) {
  EXPECT_THROW(SupplyBank(curve(), 6, {.rated_w = 1000, .spare = 6}), std::invalid_argument);
  EXPECT_THROW(SupplyBank(curve(), 6, {.rated_w = 0}), std::invalid_argument);
  EXPECT_THROW(SupplyBank(curve(), 6, {.rated_w = 1000, .standby_w = -1}), std::invalid_argument);
}

}  // namespace
}  // namespace ondol::sim
