#include "sim/thermal/chiller.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/sim/thermal/reference_plant.hpp"

namespace ondol::sim {
namespace {

using test::carrier;
using test::kelvin;
using test::trane;

// Worked from the published curves: modelica-buildings ElectricEIR.mo.
TEST(Chiller, TraneMeetsItsCheckPoints) {
  Chiller const chiller(trane());
  auto const point = chiller.at(kelvin(6.67), kelvin(29.44));
  EXPECT_NEAR(point.available_w, 2372e3, 0.5e3);
  double const full = chiller.power_w(point, point.available_w);
  EXPECT_NEAR(full, 359e3, 0.5e3);
  EXPECT_NEAR(point.available_w / full, 6.60, 0.005);
  EXPECT_NEAR(0.5 * point.available_w / chiller.power_w(point, 0.5 * point.available_w), 7.23, 0.005);
  EXPECT_FALSE(point.clamped);
}

TEST(Chiller, CarrierMeetsItsCheckPoints) {
  Chiller const chiller(carrier());
  auto const point = chiller.at(kelvin(6.67), kelvin(29.44));
  EXPECT_NEAR(point.available_w, 1387e3, 0.5e3);
  double const full = chiller.power_w(point, point.available_w);
  EXPECT_NEAR(full, 233e3, 0.5e3);
  EXPECT_NEAR(point.available_w / full, 5.96, 0.005);
  EXPECT_NEAR(0.5 * point.available_w / chiller.power_w(point, 0.5 * point.available_w), 5.86, 0.005);
}

TEST(Chiller, CyclesAndFalselyLoadsAtLowLoad) {
  auto params = carrier();
  params.plr_min = 0.1;
  params.plr_unload = 0.2;
  Chiller const chiller(params);
  auto const point = chiller.at(kelvin(6.67), kelvin(29.44));
  double const at_unload = chiller.power_w(point, 0.20 * point.available_w);
  EXPECT_DOUBLE_EQ(chiller.power_w(point, 0.12 * point.available_w), at_unload);                     // hot gas bypass
  EXPECT_NEAR(chiller.power_w(point, 0.05 * point.available_w), 0.5 * at_unload, 1e-9 * at_unload);  // half the time
  EXPECT_EQ(chiller.power_w(point, 0.0), 0.0);
}

TEST(Chiller, ClampsToTheCurvesAndSaysSo) {
  Chiller const chiller(trane());
  auto const cold = chiller.at(kelvin(6.67), kelvin(5.0)), limit = chiller.at(kelvin(6.67), 285.93);
  EXPECT_TRUE(cold.clamped);
  EXPECT_DOUBLE_EQ(cold.full_power_w, limit.full_power_w);
  auto const warm_water = chiller.at(kelvin(18.0), kelvin(25.0));
  EXPECT_TRUE(warm_water.clamped);
  EXPECT_DOUBLE_EQ(warm_water.available_w, chiller.at(282.04, kelvin(25.0)).available_w);
}

TEST(Chiller, LosesCapacityAboveItsCondenserLimit) {
  Chiller const chiller(trane());
  auto const at_limit = chiller.at(kelvin(6.67), 302.59), above = chiller.at(kelvin(6.67), 312.59);
  EXPECT_NEAR(above.available_w, 0.5 * at_limit.available_w, 1.0);
  EXPECT_GT(above.full_power_w / above.available_w, at_limit.full_power_w / at_limit.available_w);
  EXPECT_EQ(chiller.at(kelvin(6.67), 323.0).available_w, 0.0);
}

TEST(Chiller, StagesTheFewestUnits) {
  Chiller const chiller(trane());
  auto const point = chiller.at(kelvin(6.67), kelvin(29.44));
  double const each = 1.04 * point.available_w;
  EXPECT_EQ(chiller.units_needed(point, 0.0, 4), 0);
  EXPECT_EQ(chiller.units_needed(point, 1.0, 4), 1);
  EXPECT_EQ(chiller.units_needed(point, each, 4), 1);
  EXPECT_EQ(chiller.units_needed(point, 1.001 * each, 4), 2);
  EXPECT_EQ(chiller.units_needed(point, 9.0 * each, 4), 4);
}

TEST(Chiller, RefusesNonsense) {
  ChillerParams none;
  EXPECT_THROW(Chiller{none}, std::invalid_argument);
}

}  // namespace
}  // namespace ondol::sim
