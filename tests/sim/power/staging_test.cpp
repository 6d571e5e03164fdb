#include "sim/power/staging.hpp"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

namespace ondol::sim {
namespace {

/// Six of 1 kW; 10 W + 3 % + 2 % x^2 of the rating each.
StagingParams six(int spare = 0) {
  return {.units = 6, .rated_w = 1000, .spare = spare, .standby_w = 2};
}
LossCurve curve() {
  return LossCurve::quadratic(0.01, 0.03, 0.02, Watts{1000});
}

TEST(Staging, LossIsThatOfTheActiveUnitsAndTheRestingOnes) {
  EXPECT_NEAR(staged_loss_w(six(), curve(), 2, 1000), 2 * (10 + 15 + 5) + 4 * 2, 1e-9);
}

TEST(Staging, LeastLossRestsUnitsAtLowLoad) {
  // 500 W: one unit 10 + 15 + 5 + 10 = 40, two 20 + 15 + 2.5 + 8 = 45.5.
  EXPECT_EQ(least_loss_units(six(), curve(), 500), 1);
  EXPECT_EQ(least_loss_units(six(1), curve(), 500), 2);
  // Fixed losses of 8 W for one more against 20 W x^2 n: n = P / 632 W.
  EXPECT_EQ(least_loss_units(six(), curve(), 2000), 3);
  EXPECT_EQ(least_loss_units(six(), curve(), 5900), 6);
  EXPECT_EQ(least_loss_units(six(), curve(), 0), 1);
  for (double w = 0; w <= 6000; w += 50)
    for (int n = static_cast<int>(w / 1000) + 1; n <= 6; ++n)
      EXPECT_LE(staged_loss_w(six(), curve(), least_loss_units(six(), curve(), w), w),
                staged_loss_w(six(), curve(), n, w) + 1e-9);
}

TEST(Staging, HysteresisKeepsUnitsBetweenItsThresholds) {
  auto const p = six();
  EXPECT_EQ(staged_units(p, 1, 600), 1);
  EXPECT_EQ(staged_units(p, 1, 601), 2);
  EXPECT_EQ(staged_units(p, 2, 450), 2);
  EXPECT_EQ(staged_units(p, 2, 400), 1);
  EXPECT_EQ(staged_units(p, 6, 0), 1);
  EXPECT_EQ(staged_units(p, 1, 5000), 6);
  EXPECT_EQ(staged_units(six(2), 6, 100), 3);
}

TEST(Staging, SavesMostWhereServersIdle) {
  // Six 3.3 kW supplies of a node that idles at 2.4 kW: two carry it.
  constexpr std::array loads{0.1, 0.2, 0.5, 1.0}, efficiencies{0.90, 0.94, 0.96, 0.91};
  auto const titanium = LossCurve::table(loads, efficiencies, Watts{3300});
  StagingParams const p{.units = 6, .rated_w = 3300};
  EXPECT_EQ(least_loss_units(p, titanium, 2400), 2);
  EXPECT_LT(staged_loss_w(p, titanium, 2, 2400), 0.6 * staged_loss_w(p, titanium, 6, 2400));
}

TEST(Staging, RefusesWhatCannotBe) {
  auto p = six();
  p.off_below = 0.7;
  EXPECT_THROW(check(p), std::invalid_argument);
  p = six(6);
  EXPECT_THROW(check(p), std::invalid_argument);
  EXPECT_NO_THROW(check(six()));
}

}  // namespace
}  // namespace ondol::sim
