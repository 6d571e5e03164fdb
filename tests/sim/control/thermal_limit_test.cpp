#include "sim/control/thermal_limit.hpp"

#include <gtest/gtest.h>

namespace ondol::sim {
namespace {

TEST(ThermalLimit, IsWhatTheCoolantCarriesAwayAtSlowdown) {
  // 88 degC slowdown, 25 degC coolant, 0.07 K/W: 63 K / 0.07 = 900 W.
  EXPECT_DOUBLE_EQ(thermal_power_limit_w(361.15, 298.15, 0.07), 63.0 / 0.07);
}

TEST(ThermalLimit, IsZeroWhenTheCoolantIsHotterThanTheDieMayBe) {
  EXPECT_EQ(thermal_power_limit_w(361.15, 380.0, 0.07), 0.0);
}

TEST(ThermalLimit, FallsAsTheCoolantWarms) {
  double before = 1e9;
  for (double t = 280; t < 361; t += 1) {
    double const now = thermal_power_limit_w(361.15, t, 0.05);
    EXPECT_LT(now, before);
    before = now;
  }
}

}  // namespace
}  // namespace ondol::sim
