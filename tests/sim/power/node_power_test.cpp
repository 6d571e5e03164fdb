#include "sim/power/node_power.hpp"

#include <gtest/gtest.h>

#include <array>

namespace ondol::sim {
namespace {

constexpr FanParams fans{.rated_w = 800, .minimum_speed = 0.25, .rated_air_heat_w = 8000, .rated_airflow_m3_per_s = 0.5};

TEST(NodePower, HostIsLinear) {
  EXPECT_DOUBLE_EQ(host_power_w({.idle_w = 900, .active_w = 1500}, 0), 900);
  EXPECT_DOUBLE_EQ(host_power_w({.idle_w = 900, .active_w = 1500}, 0.25), 1050);
}

TEST(NodePower, FansFollowHeatAndInlet) {
  EXPECT_DOUBLE_EQ(fan_speed(fans, 500, 295), 0.25) << "minimum";
  EXPECT_DOUBLE_EQ(fan_speed(fans, 4000, 295), 0.5);
  EXPECT_DOUBLE_EQ(fan_speed(fans, 4000, 300.15), 0.5) << "27 degC: not yet";
  EXPECT_DOUBLE_EQ(fan_speed(fans, 4000, 304.15), 0.75) << "31 degC: half way from 0.5 to 1";
  EXPECT_DOUBLE_EQ(fan_speed(fans, 4000, 308.15), 1.0);
  EXPECT_DOUBLE_EQ(fan_speed(fans, 9000, 295), 1.0);
  EXPECT_DOUBLE_EQ(fan_power_w(fans, 0.5), 100) << "800 W / 8";
  EXPECT_DOUBLE_EQ(fan_airflow_m3_per_s(fans, 0.5), 0.25);
  EXPECT_DOUBLE_EQ(fan_speed(fans, 4000, 295, 0.7), 0.7) << "a die wants more";
  EXPECT_DOUBLE_EQ(fan_speed(fans, 4000, 295, 1e9), 1.0) << "than there is";
  FanParams driven = fans;
  driven.power_exponent = 2.5;
  EXPECT_NEAR(fan_power_w(driven, 0.5), 141.42136, 1e-5) << "800 W / 2^2.5";
  for (double heat = 0; heat < 9000; heat += 250)
    for (double inlet = 290; inlet < 312; inlet += 0.5) {
      EXPECT_GE(fan_speed(fans, heat + 100, inlet), fan_speed(fans, heat, inlet));
      EXPECT_GE(fan_speed(fans, heat, inlet + 0.5), fan_speed(fans, heat, inlet));
    }
}

// 8 x 400 W boards, host 800 W, fans at half speed 100 W: 4100 W DC on two supplies at 2050 W each of 4100 W rating: efficiency
// 0.96 -> 4100/0.96 = 4270.83 W, all of it in the air of fans that are sized for twice that.
TEST(NodePower, NodeByHand) {
  std::array const load{0.1, 0.5, 1.0}, efficiency{0.90, 0.96, 0.91};
  FanParams sized = fans;
  sized.rated_air_heat_w = 2 * 4100 / 0.96;
  NodePowerParams const p{.host = {.idle_w = 800, .active_w = 800},
                          .fans = sized,
                          .liquid_fraction = 0,
                          .supplies = {LossCurve::table(load, efficiency, Watts{4100}), 2}};
  auto const d = node_draw(p, 3200, 0.3, 295);
  EXPECT_NEAR(d.fan_speed, 0.5, 1e-9);
  EXPECT_NEAR(d.input_w, 4270.8333333, 1e-6);
  EXPECT_NEAR(d.psu_loss_w, 170.8333333, 1e-6);
  EXPECT_NEAR(d.accelerators_w + d.host_w + d.fans_w + d.psu_loss_w, d.input_w, 1e-9);
  EXPECT_NEAR(d.air_heat_w + d.liquid_heat_w, d.input_w, 1e-9);
  EXPECT_EQ(d.liquid_heat_w, 0);
}

// 85 % of 4000 W to liquid leaves 600 W to the air, with that of the fans 610.8 W: fans of 1018 W air heat at 0.6 -> 50 x 0.216
// = 10.8 W, no supplies.
TEST(NodePower, LiquidNodeFedByShelf) {
  NodePowerParams const p{
      .host = {.idle_w = 400, .active_w = 800},
      .fans = {.rated_w = 50, .minimum_speed = 0.3, .rated_air_heat_w = 1018, .rated_airflow_m3_per_s = 0.1},
      .liquid_fraction = 0.85,
      .supplies = {}};
  auto const d = node_draw(p, 3400, 0.5, 300);
  EXPECT_NEAR(d.liquid_heat_w, 3400, 1e-9);
  EXPECT_NEAR(d.fans_w, 10.8, 1e-9);
  EXPECT_NEAR(d.air_heat_w, 610.8, 1e-9);
  EXPECT_NEAR(d.input_w, 4010.8, 1e-9);
  EXPECT_EQ(d.psu_loss_w, 0);
  EXPECT_EQ(d.marginal, 1);
}

TEST(NodePower, MarginalIsTheDerivativeAtHeldFans) {
  NodePowerParams p{.host = {.idle_w = 800, .active_w = 800},
                    .fans = {},
                    .liquid_fraction = 0,
                    .supplies = {LossCurve::quadratic(0.01, 0.01, 0.03, Watts{3000}), 4}};
  auto const a = node_draw(p, 5000, 0, 295), b = node_draw(p, 5001, 0, 295);
  EXPECT_NEAR(b.input_w - a.input_w, a.marginal, 1e-5);
}

}  // namespace
}  // namespace ondol::sim
