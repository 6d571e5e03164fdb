#include "sim/thermal/supply_reset.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/sim/thermal/reference_plant.hpp"

namespace ondol::sim {
namespace {

using test::kelvin;

SupplyResetParams by(SupplyResetParams::By what) {
  return {what, kelvin(5.0), kelvin(20.0), kelvin(24.0), kelvin(18.0)};
}

TEST(SupplyReset, FollowsTheWeatherBetweenTwoPoints) {
  for (auto what : {SupplyResetParams::By::dry_bulb, SupplyResetParams::By::wet_bulb}) {
    SupplyReset reset(by(what));
    auto const at = [&](double celsius) {
      WeatherSample w;
      (what == SupplyResetParams::By::dry_bulb ? w.dry_bulb_k : w.wet_bulb_k) = kelvin(celsius);
      reset.advance(1.0, w, 1.0);
      return reset.supply_k();
    };
    EXPECT_DOUBLE_EQ(at(-10.0), kelvin(24.0));
    EXPECT_DOUBLE_EQ(at(5.0), kelvin(24.0));
    EXPECT_NEAR(at(12.5), kelvin(21.0), 1e-9);
    EXPECT_DOUBLE_EQ(at(20.0), kelvin(18.0));
    EXPECT_DOUBLE_EQ(at(35.0), kelvin(18.0));
  }
}

TEST(SupplyReset, TrimsWhenValvesCloseAndRespondsWhenOneIsOpen) {
  SupplyReset reset(by(SupplyResetParams::By::demand));
  WeatherSample const w;
  EXPECT_DOUBLE_EQ(reset.supply_k(), kelvin(18.0));  // begins at the colder end
  reset.advance(119.0, w, 0.5);
  EXPECT_DOUBLE_EQ(reset.supply_k(), kelvin(18.0));
  reset.advance(1.0, w, 0.5);
  EXPECT_NEAR(reset.supply_k(), kelvin(18.1), 1e-9);
  reset.advance(1200.0, w, 0.5);
  EXPECT_NEAR(reset.supply_k(), kelvin(19.1), 1e-9);
  reset.advance(240.0, w, 0.9);  // content
  EXPECT_NEAR(reset.supply_k(), kelvin(19.1), 1e-9);
  reset.advance(120.0, w, 0.99);
  EXPECT_NEAR(reset.supply_k(), kelvin(18.8), 1e-9);
  reset.advance(86400.0, w, 0.1);
  EXPECT_DOUBLE_EQ(reset.supply_k(), kelvin(24.0));
  reset.advance(86400.0, w, 1.0);
  EXPECT_DOUBLE_EQ(reset.supply_k(), kelvin(18.0));
}

TEST(SupplyReset, RefusesOutdoorTemperaturesOutOfOrder) {
  auto params = by(SupplyResetParams::By::wet_bulb);
  params.high_k = params.low_k;
  EXPECT_THROW(SupplyReset{params}, std::invalid_argument);
}

}  // namespace
}  // namespace ondol::sim
