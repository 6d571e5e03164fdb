#include "sim/thermal/dry_cooler.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "sim/thermal/psychrometrics.hpp"
#include "tests/sim/thermal/reference_plant.hpp"

namespace ondol::sim {
namespace {

using test::kelvin;
using test::trillium;
constexpr double sea_level = 101325.0;

TEST(DryCooler, MeetsItsDesignPoint) {
  DryCooler const cooler(trillium());
  double const fluid = cooler.design_fluid_w_per_k();
  EXPECT_NEAR(cooler.capacity_w(kelvin(46.11), fluid, kelvin(35.0), kelvin(24.0)), 2.931e6, 1.0);
  auto const point = cooler.control(5e6, kelvin(46.11), fluid, kelvin(35.0), kelvin(24.0), sea_level);
  EXPECT_NEAR(point.heat_w, 2.931e6, 1.0);
  EXPECT_NEAR(kelvin(46.11) - point.heat_w / fluid, kelvin(40.55), 1e-6);
  EXPECT_NEAR(point.fan_w, 117.68e3, 1e-6);
  EXPECT_EQ(point.water_kg_per_s, 0.0);
}

TEST(DryCooler, FansSlowInColderAir) {
  DryCooler const bank = DryCooler(trillium()).times(4);
  double const fluid = bank.design_fluid_w_per_k(), heat = 4 * 2.0e6;
  double before = 1e12;
  for (double dry_c : {35.0, 30.0, 20.0, 10.0, 0.0, -15.0}) {
    auto const point = bank.control(heat, kelvin(44.0), fluid, kelvin(dry_c), kelvin(dry_c - 3), sea_level);
    EXPECT_DOUBLE_EQ(point.heat_w, std::min(heat, bank.conductance_w_per_k(fluid) * (44.0 - dry_c)));
    EXPECT_LT(point.fan_w, before);
    before = point.fan_w;
  }
  // Affinity: an eighth of the power at half the speed.
  auto const point = bank.control(heat, kelvin(44.0), fluid, kelvin(20.0), kelvin(15.0), sea_level);
  ASSERT_GT(point.fan_speed, 0.1);
  EXPECT_NEAR(point.fan_w, 4 * 117.68e3 * std::pow(point.fan_speed, 3), 1e-3);
}

TEST(DryCooler, PadsWorkOnlyWhenDryAirDoesNotSuffice) {
  auto params = trillium();
  params.adiabatic = true;
  params.adiabatic_effectiveness = 0.7;
  DryCooler const cooler(params);
  double const fluid = cooler.design_fluid_w_per_k(), dry = kelvin(35.0), wet = kelvin(25.0);
  auto const mild = cooler.control(2.5e6, kelvin(46.11), fluid, dry, wet, sea_level);
  EXPECT_EQ(mild.water_kg_per_s, 0.0);
  auto const hot = cooler.control(3.5e6, kelvin(46.11), fluid, dry, wet, sea_level);
  EXPECT_NEAR(hot.heat_w, 3.5e6, 1e-6);
  EXPECT_LT(hot.fan_speed, 1.0);
  // Air behind the pads: 35 - 0.7 x 10 = 28 degC; the water it took up is its gain in humidity at constant wet bulb.
  double const gain =
      humidity_ratio_from_wet_bulb(kelvin(28.0), wet, sea_level) - humidity_ratio_from_wet_bulb(dry, wet, sea_level);
  double const air = hot.fan_speed * (2.931e6 / 5.56) / 1006.0;
  EXPECT_NEAR(hot.evaporated_kg_per_s, air * gain, 1e-3 * air * gain);
  EXPECT_NEAR(hot.water_kg_per_s, 1.5 * hot.evaporated_kg_per_s, 1e-12);
}

TEST(DryCooler, RefusesNonsense) {
  auto params = trillium();
  params.fluid_out_k = kelvin(30.0);
  EXPECT_THROW(DryCooler{params}, std::invalid_argument);
}

}  // namespace
}  // namespace ondol::sim
