#include "sim/thermal/pump_group.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace ondol::sim {
namespace {

TEST(PumpGroup, DesignIsDesign) {
  PumpGroup const pumps(0.3);
  EXPECT_NEAR(pumps.most_flow(1.0, {1.0, 1.0}), 1.0, 1e-12);
  EXPECT_NEAR(pumps.carrying(1.0, 1.0).power, 1.0, 1e-12);
  EXPECT_NEAR(pumps.speed(1.0, 1.0), 1.0, 1e-12);
  EXPECT_NEAR(pumps.at_speed(1.0, 1.0, {1.0, 1.0}).head, 0.3, 1e-12);
}

// Two of three on one loop: 1.25 - 0.25 (3/2 q)^2 = q^2, so q^2 = 1.25/1.5625 = 0.8.
TEST(PumpGroup, FewerPumpsGiveMoreThanTheirShare) {
  PumpGroup const pumps(0.3);
  EXPECT_NEAR(pumps.most_flow(1.0, {2.0 / 3.0, 1.0}), std::sqrt(0.8), 1e-12);
  EXPECT_GT(pumps.most_flow(1.0, {2.0 / 3.0, 1.0}), 2.0 / 3.0);
  EXPECT_LT(pumps.most_flow(1.0, {1.0 / 3.0, 1.0}), pumps.most_flow(1.0, {2.0 / 3.0, 1.0}));
  EXPECT_EQ(pumps.most_flow(1.0, {0.0, 1.0}), 0.0);
  EXPECT_DOUBLE_EQ(pumps.most_flow(1.0, {4.0 / 3.0, 1.0}), 1.0);  // a standby pump gives reserve, not more flow
}

TEST(PumpGroup, PowerFollowsTheCurveThatControlHolds) {
  PumpGroup const held(0.3), open(0.0);
  // Half the flow: 0.5 (0.3 + 0.7/4) = 0.2375 with a third of the head held at the valves, 1/8 without.
  EXPECT_NEAR(held.carrying(0.5, 1.0).power, 0.2375, 1e-12);
  EXPECT_NEAR(open.carrying(0.5, 1.0).power, 0.125, 1e-12);
  // The same point found by speed.
  double const n = held.speed(0.5, 1.0);
  auto const at = held.at_speed(n, 0.5, {1.0, 1.0});
  EXPECT_NEAR(at.flow, 0.5, 1e-12);
  EXPECT_NEAR(at.head, 0.3, 1e-12);
  EXPECT_NEAR(at.power, 0.2375, 1e-12);
}

TEST(TurningGroup, CoastsByInertiaAndStops) {
  TurningGroup group;
  group.aim(0.0);
  double speed = 1.0, t = 0.0;
  double const h = 1e-3;
  while (t < 25.0) {  // dw/dt = -(w^2 + 0.02)/2 s, by small steps
    if (std::abs(t - std::round(t)) < 0.5 * h) {
      EXPECT_NEAR(group.at(t).speed, std::max(speed, 0.0), 2e-3) << t;
    }
    double const middle = speed - 0.5 * h * (speed * speed + 0.02) / 2.0;
    speed = speed > 0.0 ? speed - h * (middle * middle + 0.02) / 2.0 : 0.0;
    t += h;
  }
  EXPECT_NEAR(group.at(2.0).speed, 0.5, 0.02);
  EXPECT_EQ(group.driven(1.0), 0.0);
  group.advance(25.0);
  EXPECT_TRUE(group.steady());
  EXPECT_EQ(group.at(0.0).speed, 0.0);
  group.aim(1.0);
  EXPECT_NEAR(group.at(5.0).speed, 0.5, 1e-12);
  group.advance(10.0);
  EXPECT_TRUE(group.steady());
  EXPECT_EQ(group.at(0.0).speed, 1.0);
}

TEST(TurningGroup, LosesOneOfThreeWithoutStopping) {
  TurningGroup group;
  group.aim(2.0 / 3.0);
  EXPECT_EQ(group.at(1.0).speed, 1.0);
  EXPECT_GT(group.at(1.0).share, 2.0 / 3.0);
  EXPECT_LT(group.driven(1.0), 1.0);
  group.advance(1.0);
  double const share = group.at(0.0).share;
  group.aim(0.0);  // the others too
  EXPECT_DOUBLE_EQ(group.at(0.0).share, share);
  EXPECT_LT(group.at(3.0).speed, 0.5);
  group.aim(0.0);
  group.advance(30.0);
  EXPECT_EQ(group.at(0.0).speed, 0.0);
}

}  // namespace
}  // namespace ondol::sim
