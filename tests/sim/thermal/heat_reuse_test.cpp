#include "sim/thermal/heat_reuse.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace ondol::sim {
namespace {

constexpr double loop = 4e5;  // W/K

HeatReuseParams network() {
  HeatReuseParams p;
  p.demand_w = 1e6;
  p.sink_k = 273.15 + 40.0;
  p.approach_k = 3.0;
  p.pump_w = 8e3;
  return p;
}

TEST(HeatReuse, DemandGrowsBelowTheBalanceTemperature) {
  auto p = network();
  p.demand_slope_w_per_k = 5e4;
  HeatReuse const reuse(p);
  EXPECT_DOUBLE_EQ(reuse.demand_w(293.15), 1e6);
  EXPECT_DOUBLE_EQ(reuse.demand_w(278.15), 1.5e6);
}

TEST(HeatReuse, AnExchangerGivesWhatIsWantedOrThere) {
  HeatReuse const reuse(network());
  double const warm = network().sink_k + 3.0;
  auto const all = reuse.at(1e6, warm, loop, 5e6);
  EXPECT_DOUBLE_EQ(all.taken_w, 1e6);
  EXPECT_DOUBLE_EQ(all.delivered_w, 1e6);
  EXPECT_EQ(all.compressor_w, 0.0);
  EXPECT_DOUBLE_EQ(all.pump_w, 8e3);
  auto const part = reuse.at(1e6, warm, loop, 0.5e6);
  EXPECT_DOUBLE_EQ(part.delivered_w, 0.5e6);
  EXPECT_DOUBLE_EQ(part.pump_w, 1e3);  // an eighth
  EXPECT_EQ(reuse.at(1e6, warm - 0.01, loop, 5e6).taken_w, 0.0);
  EXPECT_EQ(reuse.at(0.0, warm, loop, 5e6).taken_w, 0.0);
}

TEST(HeatReuse, AHeatPumpLiftsWhatIsTooCold) {
  auto p = network();
  p.lift = HeatReuseParams::Lift::heat_pump;
  p.sink_k = 273.15 + 70.0;
  HeatReuse const reuse(p);
  double const entering = 273.15 + 35.0;
  auto const point = reuse.at(1e6, entering, loop, 5e6);
  EXPECT_NEAR(point.delivered_w, 1e6, 1e-2);
  // By hand: the loop leaves 2 K colder, evaporation at 30 degC, condensation at 73 degC, half of Carnot.
  double const cold = entering - point.taken_w / loop - 3.0, cop = 0.5 * 346.15 / (346.15 - cold);
  EXPECT_NEAR(point.compressor_w, 1e6 / cop, 1.0);
  EXPECT_NEAR(point.taken_w + point.compressor_w, point.delivered_w, 1e-6);
  EXPECT_NEAR(cop, 4.03, 0.02);
  // With little to take, all of it is taken.
  auto const little = reuse.at(1e6, entering, loop, 2e5);
  EXPECT_DOUBLE_EQ(little.taken_w, 2e5);
  EXPECT_LT(little.delivered_w, 3e5);
}

TEST(HeatReuse, NoSecondLawViolation) {
  auto p = network();
  p.lift = HeatReuseParams::Lift::heat_pump;
  p.second_law_efficiency = 1.0;
  HeatReuse const reuse(p);
  for (double entering = 280.0; entering < 340.0; entering += 0.7)
    for (double demand : {1e4, 1e6, 1e7}) {
      auto const point = reuse.at(demand, entering, loop, 3e6);
      EXPECT_LE(point.taken_w, 3e6);
      EXPECT_LE(point.delivered_w, demand * (1 + 1e-9));
      double const leaving = entering - point.taken_w / loop;
      // Entropy out is at least entropy in, at the temperatures on the sides of loop and sink.
      if (point.compressor_w > 0.0) {
        EXPECT_GE(point.delivered_w / p.sink_k, point.taken_w / leaving);
      } else if (point.taken_w > 0.0) {
        EXPECT_GE(entering, p.sink_k);
      }
    }
}

TEST(HeatReuse, RefusesMoreThanCarnot) {
  auto p = network();
  p.second_law_efficiency = 1.1;
  EXPECT_THROW(HeatReuse{p}, std::invalid_argument);
}

}  // namespace
}  // namespace ondol::sim
