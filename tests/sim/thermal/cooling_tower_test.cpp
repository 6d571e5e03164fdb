#include "sim/thermal/cooling_tower.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "sim/thermal/psychrometrics.hpp"
#include "tests/sim/thermal/reference_plant.hpp"

namespace ondol::sim {
namespace {

using test::kelvin;
constexpr double water = 4186.0;

TEST(CoolingTower, YorkCalcMeetsItsCheckPoints) {
  EXPECT_NEAR(york_approach_k(25.55, 5.56, 1.0), 3.845, 5e-4);
  EXPECT_NEAR(york_approach_k(20.0, 5.56, 1.0), 5.058, 5e-4);
  EXPECT_NEAR(york_approach_k(10.0, 5.56, 1.0), 7.771, 5e-4);
  EXPECT_NEAR(york_approach_k(20.0, 10.0, 1.0), 7.964, 5e-4);
}

TEST(CoolingTower, MeetsItsOwnDesignPoint) {
  for (double approach : {3.0, 3.89, 6.0}) {
    auto params = test::tower();
    params.design_approach_k = approach;
    CoolingTower const tower(params);
    EXPECT_NEAR(tower.coldest_k(tower.design_heat_w(), params.water_flow_kg_per_s, params.design_wet_bulb_k),
                params.design_wet_bulb_k + approach, 1e-9);
  }
}

TEST(CoolingTower, FanGivesTheWantedTemperature) {
  auto params = test::tower();
  params.design_approach_k = york_approach_k(25.55, 5.56, 1.0);  // the tower of the correlation itself
  CoolingTower const tower(params);
  double const heat = 0.6 * tower.design_heat_w(), flow = 120.0, wet = kelvin(12.0);
  double const coldest = tower.coldest_k(heat, flow, wet);
  auto const point = tower.control(heat, flow, wet, coldest + 5.0);
  ASSERT_TRUE(point.reached);
  EXPECT_GT(point.air_fraction, 0.1);
  EXPECT_LT(point.air_fraction, 1.0);
  // Turned round: at that liquid to gas ratio the correlation gives the approach that was wanted.
  EXPECT_NEAR(york_approach_k(12.0, heat / (flow * water), flow / 130.0 / point.air_fraction), coldest + 5.0 - wet, 1e-9);
  EXPECT_NEAR(point.fan_w, 30e3 * std::pow(point.air_fraction, 3), 1e-6);
  auto const vain = tower.control(heat, flow, wet, coldest - 1.0);
  EXPECT_FALSE(vain.reached);
  EXPECT_DOUBLE_EQ(vain.air_fraction, 1.0);
  EXPECT_DOUBLE_EQ(vain.leaving_k, coldest);
}

TEST(CoolingTower, FanMapIsInterpolated) {
  auto params = test::tower();
  params.fan_air = {0.0, 0.5, 1.0};
  params.fan_power = {0.0, 0.14, 1.0};
  CoolingTower const tower(params);
  EXPECT_NEAR(tower.fan_power_w(0.75), 30e3 * 0.57, 1e-9);
}

TEST(CoolingTower, WaterFollowsTheLatentHeat) {
  CoolingTower const tower(test::tower());
  double const heat = tower.design_heat_w(), flow = 130.0;
  auto const use_at = [&](double dry_c, double humidity) {
    double const dry = kelvin(dry_c), wet = wet_bulb_k(dry, humidity, 101325.0);
    auto const point = tower.control(heat, flow, wet, kelvin(29.44));
    return tower.water(point, heat, flow, dry, wet, 101325.0);
  };
  auto const summer = use_at(31.0, 0.65), winter = use_at(-5.0, 0.6);
  double const kwh = heat / 3.6e6;  // kWh per second
  // All-latent bounds: 1.44..1.5 L per kWh; the share of sensible heat grows in the cold.
  EXPECT_GT(summer.evaporated_kg_per_s / kwh, 1.15);
  EXPECT_LT(summer.evaporated_kg_per_s / kwh, 1.5);
  EXPECT_LT(winter.evaporated_kg_per_s, 0.85 * summer.evaporated_kg_per_s);
  EXPECT_GT(winter.evaporated_kg_per_s, 0.4 * summer.evaporated_kg_per_s);
  EXPECT_NEAR(summer.drift_kg_per_s, 2e-5 * flow, 1e-12);
  // Salts in = salts out: make-up / (blow-down + drift) = cycles.
  EXPECT_NEAR(summer.total_kg_per_s() / (summer.blow_down_kg_per_s + summer.drift_kg_per_s), 5.0, 1e-9);
}

// The EnergyPlus run of a small Merkel tower in modelica-buildings has no YorkCalc counterpart; what carries over is the trend.
TEST(CoolingTower, WarmerWetBulbNeedsMoreFan) {
  CoolingTower const tower(test::tower());
  double before = 0;
  // Below -10 degC the polynomial itself turns; the fan then draws less than 2 % of its power.
  for (double wet_c = -10.0; wet_c <= 24.0; wet_c += 1.0) {
    auto const point = tower.control(0.7 * tower.design_heat_w(), 130.0, kelvin(wet_c), kelvin(29.0));
    EXPECT_GE(point.fan_w, before) << wet_c;
    before = point.fan_w;
  }
}

TEST(CoolingTower, SaysWhenItLeavesTheCorrelation) {
  CoolingTower const tower(test::tower());
  EXPECT_TRUE(tower.control(1e6, 130.0, kelvin(28.0), kelvin(35.0)).clamped);
  EXPECT_FALSE(tower.control(1e6, 130.0, kelvin(24.0), kelvin(35.0)).clamped);
  auto params = test::tower();
  params.design_approach_k = 30.0;
  EXPECT_THROW(CoolingTower{params}, std::invalid_argument);
}

}  // namespace
}  // namespace ondol::sim
