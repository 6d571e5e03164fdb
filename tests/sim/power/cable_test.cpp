#include "sim/power/cable.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "sim/power/ac_power.hpp"

namespace ondol::sim {
namespace {

TEST(AcPower, CurrentOfABalancedLoad) {
  EXPECT_NEAR(apparent_va(900, 0.9), 1000, 1e-9);
  EXPECT_NEAR(line_current_a(1.15e6, 415, 1), 1600, 0.2);
  EXPECT_NEAR(line_power_w(line_current_a(5e5, 415, 0.95), 415, 0.95), 5e5, 1e-6);
}

/// 100 m of 240 mm2 copper at 20 degC: 1.7241e-8 x 100 / 240e-6 = 7.184 milliohm a phase.
CableParams hundred_metres() {
  return {.length_m = 100, .area_m2 = 240e-6, .strands = 1, .temperature_k = 293.15};
}

TEST(Cable, LosesThreeTimesCurrentSquaredTimesResistance) {
  auto p = hundred_metres();
  EXPECT_NEAR(phase_resistance_ohm(p), 7.18375e-3, 1e-8);
  double const power_w = line_power_w(300, 415, 1);
  EXPECT_NEAR(cable_loss(p, Watts{2e5}).loss_w(power_w), 3 * 300 * 300 * 7.18375e-3, 1e-2);
  // The current, and not the power, makes the loss.
  p.power_factor = 0.8;
  EXPECT_NEAR(cable_loss(p, Watts{2e5}).loss_w(0.8 * power_w), 3 * 300 * 300 * 7.18375e-3, 1e-2);
  p.parallel = 2;
  EXPECT_NEAR(cable_loss(p, Watts{1e5}).loss_w(0.8 * power_w), 1.5 * 300 * 300 * 7.18375e-3, 1e-2);
}

// What power_units.toml says of generic/cable-415v-1200a: 0.0115 of 860 kW in 100 m of four conductors of 240 mm2 a phase.
TEST(Cable, GivesTheLossThatTheCatalogueTakesFromIt) {
  CableParams const p{.length_m = 100, .area_m2 = 240e-6, .parallel = 4};
  EXPECT_NEAR(cable_loss(p, Watts{860e3}).loss_w(860e3) / 860e3, 0.0115, 2e-4);
}

TEST(Cable, WarmsItsResistance) {
  auto p = hundred_metres();
  p.temperature_k += 50;
  EXPECT_NEAR(phase_resistance_ohm(p), 7.18375e-3 * 1.1965, 1e-8);
}

TEST(Cable, DropsResistanceAndReactance) {
  auto p = hundred_metres();
  p.power_factor = 0.8;
  p.reactance_ohm_per_m = 8e-5;
  double const power_w = line_power_w(300, 415, 0.8);
  EXPECT_NEAR(voltage_drop_share(p, power_w), std::sqrt(3) * 300 * (7.18375e-3 * 0.8 + 8e-3 * 0.6) / 415, 1e-9);
}

// Highest resistance at 20 degC of stranded conductors, ohm/km.                                      [iec2004std60228]
TEST(Cable, StaysWithinTenPercentOfTheStandardsResistance) {
  struct {
    Conductor conductor;
    double mm2, ohm_per_km;
  } const rows[] = {{copper, 16, 1.15},   {copper, 95, 0.193},    {copper, 240, 0.0754},
                    {copper, 400, 0.047}, {aluminium, 95, 0.320}, {aluminium, 240, 0.125}};
  for (auto const& r : rows) {
    CableParams const p{.conductor = r.conductor, .length_m = 1000, .area_m2 = r.mm2 * 1e-6, .temperature_k = 293.15};
    EXPECT_NEAR(phase_resistance_ohm(p) / r.ohm_per_km, 1, 0.035) << r.mm2;
  }
}

TEST(Cable, RefusesWhatCannotBe) {
  auto p = hundred_metres();
  p.area_m2 = 0;
  EXPECT_THROW(cable_loss(p, Watts{1e5}), std::invalid_argument);
  p = hundred_metres();
  p.power_factor = 0;
  EXPECT_THROW(check(p), std::invalid_argument);
}

}  // namespace
}  // namespace ondol::sim
