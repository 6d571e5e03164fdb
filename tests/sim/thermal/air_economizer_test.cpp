#include "sim/thermal/air_economizer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "sim/thermal/psychrometrics.hpp"
#include "tests/sim/thermal/reference_plant.hpp"

namespace ondol::sim {
namespace {

using test::kelvin;
constexpr double air = 1e5;  // W/K

AirEconomizerParams outside() {
  AirEconomizerParams p;
  p.fan_w = 40e3;
  return p;
}

TEST(AirEconomizer, MixesOutdoorAirToWhatIsWanted) {
  AirEconomizer const economizer(outside());
  // Return 36, wanted 24, outdoors 12: half and half.
  auto const point = economizer.at(kelvin(36.0), kelvin(24.0), air, 1.0, test::air(12.0, 0.5));
  EXPECT_NEAR(point.share, 0.5, 1e-12);
  EXPECT_NEAR(point.mixed_k, kelvin(24.0), 1e-9);
  EXPECT_NEAR(point.heat_w, 12.0 * air, 1e-4);
  EXPECT_NEAR(point.fan_w, 40e3 / 8.0, 1e-6);
  EXPECT_EQ(point.water_kg_per_s, 0.0);
  // Outdoors between wanted and return: all of it, the coil does the rest.
  auto const warm = economizer.at(kelvin(36.0), kelvin(24.0), air, 1.0, test::air(30.0, 0.5));
  EXPECT_DOUBLE_EQ(warm.share, 1.0);
  EXPECT_NEAR(warm.mixed_k, kelvin(30.0), 1e-9);
  EXPECT_EQ(economizer.at(kelvin(36.0), kelvin(24.0), air, 1.0, test::air(37.0, 0.3)).heat_w, 0.0);
}

TEST(AirEconomizer, PadsBringAirTowardsItsWetBulbAndUseWater) {
  auto params = outside();
  params.adiabatic_effectiveness = 0.8;
  AirEconomizer const economizer(params);
  auto const weather = test::air(35.0, 0.2);
  auto const point = economizer.at(kelvin(36.0), kelvin(24.0), air, 1.0, weather);
  double const behind = weather.dry_bulb_k - 0.8 * (weather.dry_bulb_k - weather.wet_bulb_k);
  EXPECT_LT(behind, kelvin(24.0));
  EXPECT_NEAR(point.mixed_k, kelvin(24.0), 1e-9);
  EXPECT_NEAR(point.share, 12.0 / (kelvin(36.0) - behind), 1e-12);
  // What evaporates carries the heat by which the pads cool the air, within the heat of the vapour itself.
  EXPECT_NEAR(point.evaporated_kg_per_s * 2.45e6 / (point.share * air * (weather.dry_bulb_k - behind)), 1.0, 0.03);
  EXPECT_NEAR(point.water_kg_per_s, 1.5 * point.evaporated_kg_per_s, 1e-12);
  EXPECT_EQ(economizer.at(kelvin(36.0), kelvin(24.0), air, 1.0, test::air(15.0, 0.5)).water_kg_per_s, 0.0);
}

TEST(AirEconomizer, LetsNoAirInOutsideItsDewPoints) {
  auto params = outside();
  params.dew_point_minimum_k = kelvin(-9.0);
  params.dew_point_maximum_k = kelvin(15.0);
  AirEconomizer const economizer(params);
  auto const at = [&](double dry_c, double humidity) {
    return economizer.at(kelvin(36.0), kelvin(24.0), air, 1.0, test::air(dry_c, humidity)).heat_w;
  };
  EXPECT_GT(at(20.0, 0.70), 0.0);   // dew point 14.4 degC
  EXPECT_EQ(at(20.0, 0.75), 0.0);   // 15.4 degC
  EXPECT_GT(at(-5.0, 0.80), 0.0);   // -8 degC
  EXPECT_EQ(at(-10.0, 0.80), 0.0);  // -12.7 degC
  params.kind = AirEconomizerParams::Kind::indirect;
  EXPECT_GT(AirEconomizer(params).at(kelvin(36.0), kelvin(24.0), air, 1.0, test::air(20.0, 0.75)).heat_w, 0.0);
}

TEST(AirEconomizer, AnExchangerReachesLess) {
  auto params = outside();
  params.kind = AirEconomizerParams::Kind::indirect;
  params.effectiveness = 0.6;
  AirEconomizer const economizer(params);
  auto const mild = economizer.at(kelvin(36.0), kelvin(24.0), air, 1.0, test::air(20.0, 0.5));
  EXPECT_DOUBLE_EQ(mild.share, 1.0);
  EXPECT_NEAR(mild.mixed_k, kelvin(36.0 - 0.6 * 16.0), 1e-9);
  auto const cold = economizer.at(kelvin(36.0), kelvin(24.0), air, 0.5, test::air(6.0, 0.5));
  EXPECT_NEAR(cold.share, 12.0 / (0.6 * 30.0), 1e-12);
  EXPECT_NEAR(cold.fan_w, 40e3 * std::pow(0.5 * cold.share, 3), 1e-6);
}

TEST(AirEconomizer, RefusesShares) {
  auto params = outside();
  params.effectiveness = 0.0;
  EXPECT_THROW(AirEconomizer{params}, std::invalid_argument);
}

}  // namespace
}  // namespace ondol::sim
