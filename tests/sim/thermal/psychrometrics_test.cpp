#include "sim/thermal/psychrometrics.hpp"

#include <gtest/gtest.h>

namespace ondol::sim {
namespace {

constexpr double sea_level_pa = 101325.0;
double kelvin(double celsius) {
  return celsius + 273.15;
}

// ASHRAE Fundamentals 2017, ch. 1, table 3: saturation pressure of water and ice.
TEST(Psychrometrics, SaturationPressureMeetsTheTable) {
  struct Row {
    double celsius, pascal;
  };
  for (auto const& row :
       {Row{-60, 1.08}, {-20, 103.24}, {-5, 401.74}, {5, 872.6}, {25, 3169.7}, {50, 12351.3}, {100, 101418.0}})
    EXPECT_NEAR(saturation_pressure_pa(kelvin(row.celsius)) / row.pascal, 1.0, row.celsius < -50 ? 5e-3 : 3e-4) << row.celsius;
}

TEST(Psychrometrics, SlopeIsTheDerivative) {
  for (double c : {-30.0, -1.0, 1.0, 20.0, 45.0}) {
    double const t = kelvin(c), h = 1e-3;
    double const difference =
        (saturation_pressure_pa(t + h) - saturation_pressure_pa(t - h)) / (2 * h) / saturation_pressure_pa(t);
    EXPECT_NEAR(saturation_slope_per_k(t) / difference, 1.0, 1e-6) << c;
  }
}

// ASHRAE Fundamentals 2017, ch. 1, example 1: 40 degC dry bulb, 20 degC wet bulb, sea level.
TEST(Psychrometrics, MeetsTheHandbookExample) {
  double const t = kelvin(40), ratio = humidity_ratio_from_wet_bulb(t, kelvin(20), sea_level_pa);
  EXPECT_NEAR(ratio, 0.0065, 1.2e-4);  // the handbook reads its chart
  EXPECT_NEAR(moist_air_enthalpy_j_per_kg(t, ratio), 56.7e3, 150.0);
  EXPECT_NEAR(relative_humidity(t, ratio, sea_level_pa), 0.14, 5e-3);
  EXPECT_NEAR(1.0 / moist_air_density_kg_per_m3(t, ratio, sea_level_pa) * (1.0 + ratio), 0.896, 1e-3);  // m3 per kg of dry air
}

TEST(Psychrometrics, WetBulbInvertsTheHumidityRatio) {
  for (double c : {-25.0, -3.0, 0.5, 12.0, 25.0, 38.0, 55.0})
    for (double humidity : {0.0, 0.05, 0.3, 0.7, 0.99}) {
      double const t = kelvin(c), wet = wet_bulb_k(t, humidity, sea_level_pa);
      EXPECT_LT(wet, t);
      double const ratio = humidity_ratio_from_relative(t, humidity, sea_level_pa);
      // Between the equations for ice and water there is a jump: inside it the wet bulb is 0 degC.
      if (std::abs(wet - 273.15) > 1e-6) {
        EXPECT_NEAR(humidity_ratio_from_wet_bulb(t, wet, sea_level_pa), ratio, 1e-10) << c << " degC " << humidity;
      }
    }
  EXPECT_NEAR(wet_bulb_k(kelvin(20), 1.0, sea_level_pa), kelvin(20), 1e-9);
}

// ASHRAE Fundamentals 2017, ch. 1, table 2: saturated moist air at 101.325 kPa.
TEST(Psychrometrics, SaturatedAirMeetsTheTable) {
  struct Row {
    double celsius, ratio, enthalpy_kj, volume;
  };
  // The table counts the enhancement factor, which the equations leave out: 0.4 % of the humidity ratio.
  for (auto const& row : {Row{-20, 0.0006373, -18.545, 0.7173},
                          {0, 0.003789, 9.473, 0.7781},
                          {10, 0.007661, 29.352, 0.8116},
                          {20, 0.014758, 57.555, 0.8498},
                          {30, 0.027329, 100.006, 0.8962},
                          {40, 0.049141, 166.683, 0.9568}}) {
    double const t = kelvin(row.celsius), ratio = saturation_humidity_ratio(t, sea_level_pa);
    EXPECT_NEAR(ratio / row.ratio, 1.0, 6e-3) << row.celsius;
    EXPECT_NEAR(moist_air_enthalpy_j_per_kg(t, row.ratio) / 1e3, row.enthalpy_kj, 0.3) << row.celsius;
    EXPECT_NEAR((1.0 + row.ratio) / moist_air_density_kg_per_m3(t, row.ratio, sea_level_pa), row.volume, 8e-4) << row.celsius;
  }
}

TEST(Psychrometrics, DryBulbInvertsTheWetBulb) {
  for (double wet : {-20.0, -2.0, 3.0, 14.0, 27.0})
    for (double humidity : {0.1, 0.5, 0.9, 1.0}) {
      double const dry = dry_bulb_k(kelvin(wet), humidity, sea_level_pa);
      EXPECT_NEAR(wet_bulb_k(dry, humidity, sea_level_pa), kelvin(wet), 1e-5) << wet << " " << humidity;
    }
}

TEST(Psychrometrics, GuessDoesNotMoveTheWetBulb) {
  for (double c : {-15.0, 1.0, 22.0, 41.0})
    for (double humidity : {0.02, 0.4, 0.97}) {
      double const t = kelvin(c), ratio = humidity_ratio_from_relative(t, humidity, sea_level_pa);
      double const wet = wet_bulb_k(t, humidity, sea_level_pa);
      for (double off : {-30.0, -0.3, 0.0, 0.01, 40.0})
        EXPECT_NEAR(wet_bulb_of_ratio_k(t, ratio, sea_level_pa, wet + off), wet, 1e-6) << c << " " << humidity << " " << off;
    }
}

TEST(Psychrometrics, SaturatedAirTemperatureInvertsTheEnthalpy) {
  for (double c : {-30.0, 0.0, 10.0, 26.0, 40.0, 60.0}) {
    double const h = moist_air_enthalpy_j_per_kg(kelvin(c), saturation_humidity_ratio(kelvin(c), sea_level_pa));
    for (double guess : {-40.0, 20.0, 70.0})
      EXPECT_NEAR(saturated_air_temperature_k(h, sea_level_pa, kelvin(guess)), kelvin(c), 1e-5);
  }
}

// ASHRAE Fundamentals 2017, ch. 1, table 1: standard atmosphere.
TEST(Psychrometrics, PressureFallsWithElevation) {
  EXPECT_DOUBLE_EQ(pressure_at_elevation_pa(0), 101325.0);
  EXPECT_NEAR(pressure_at_elevation_pa(1000), 89874.0, 15.0);
  EXPECT_NEAR(pressure_at_elevation_pa(3000), 70108.0, 15.0);
}

}  // namespace
}  // namespace ondol::sim
