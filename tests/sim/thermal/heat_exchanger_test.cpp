#include "sim/thermal/heat_exchanger.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "scenarios/base/random.hpp"
#include "sim/thermal/rack_air.hpp"

namespace ondol::sim {
namespace {

TEST(HeatExchanger, EffectivenessMeetsClosedForms) {
  EXPECT_NEAR(counterflow_effectiveness(1.0, 1.0), 0.5, 1e-12);
  EXPECT_NEAR(counterflow_effectiveness(1.0, 0.0), 1.0 - std::exp(-1.0), 1e-12);
  // NTU 2, Cr 0.5: (1 - e^-1)/(1 - 0.5 e^-1) by hand.
  EXPECT_NEAR(counterflow_effectiveness(2.0, 0.5), 0.632121 / 0.816060, 1e-6);
  EXPECT_NEAR(counterflow_effectiveness(3.0, 1.0 - 1e-12), 0.75, 1e-9);
}

TEST(HeatExchanger, NtuInvertsEffectiveness) {
  for (double ntu : {0.01, 0.5, 3.0, 8.0})
    for (double ratio : {0.0, 0.3, 0.99, 1.0})
      EXPECT_NEAR(counterflow_ntu(counterflow_effectiveness(ntu, ratio), ratio), ntu, 1e-7 * ntu);
}

TEST(HeatExchanger, MeetsItsRating) {
  // Google Project Deschutes: 2 MW, 3 K, PG25 31.48 kg/s, water 32.3 kg/s, facility water 26.8 degC.
  double const hot = 31.48 * 3900.0, cold = 32.3 * 4186.0;
  CounterflowExchanger const cdu({2e6, 3.0, hot, cold, 0.5});
  double const supply = 26.8 + 3.0, back = supply + 2e6 / hot;
  EXPECT_NEAR(cdu.heat_w(back, hot, 26.8, cold), 2e6, 1.0);
  EXPECT_NEAR(cdu.times(5).heat_w(back, 5 * hot, 26.8, 5 * cold), 1e7, 5.0);
  EXPECT_EQ(cdu.heat_w(back, 0.0, 26.8, cold), 0.0);
}

TEST(HeatExchanger, TemperaturesNeverCross) {
  RandomStream random(7, "exchangers");
  for (int i = 0; i < 20000; ++i) {
    double const hot = std::exp(random.uniform(7, 15)), cold = std::exp(random.uniform(7, 15));
    double const least = std::min(hot, cold), inlets = random.uniform(1, 40), effectiveness = random.uniform(0.05, 0.98);
    double const heat = effectiveness * least * inlets;
    CounterflowExchanger const x({heat, inlets - heat / hot, hot, cold, random.uniform(0.1, 0.9)});
    double const h = hot * random.uniform(0.01, 1.3), c = cold * random.uniform(0.01, 1.3);
    double const q = x.heat_w(320.0, h, 300.0, c);
    ASSERT_GE(q, 0.0);
    // Each stream stays between the inlets, and at both ends the hot one is the warmer.
    ASSERT_GE(320.0 - q / h, 300.0 - 1e-9);
    ASSERT_LE(300.0 + q / c, 320.0 + 1e-9);
  }
}

TEST(HeatExchanger, FlowForHeatInvertsHeat) {
  RandomStream random(8, "valves");
  CounterflowExchanger const x({2e6, 3.0, 1.2e5, 1.35e5, 0.5});
  for (int i = 0; i < 2000; ++i) {
    double const h = 1.2e5 * random.uniform(0.05, 1.2), c = 1.35e5 * random.uniform(0.002, 1.0);
    double const q = x.heat_w(318.0, h, 300.0, c);
    auto const [moved, found] = x.match(q, 318.0, h, 300.0, 1.35e5, random.uniform());
    EXPECT_NEAR(moved / q, 1.0, 1e-12);
    EXPECT_NEAR(x.heat_w(318.0, h, 300.0, found) / q, 1.0, 1e-8);
    // Where the heat hardly depends on the flow any more, the flow is less sharp than the heat.
    EXPECT_NEAR(found / c, 1.0, 1e-3);
  }
  EXPECT_EQ(x.match(1e9, 318.0, 1.2e5, 300.0, 1.35e5).cold_w_per_k, 1.35e5);
  EXPECT_EQ(x.match(1e9, 318.0, 1.2e5, 300.0, 1.35e5).heat_w, x.heat_w(318.0, 1.2e5, 300.0, 1.35e5));
  EXPECT_EQ(x.match(0.0, 318.0, 1.2e5, 300.0, 1.35e5).cold_w_per_k, 0.0);
  EXPECT_EQ(x.match(1e5, 300.0, 1.2e5, 301.0, 1.35e5).heat_w, 0.0);
}

TEST(HeatExchanger, RefusesRatingsOutOfReach) {
  EXPECT_THROW(CounterflowExchanger({1e6, -1.0, 1e5, 2e5, 0.5}), std::invalid_argument);
  EXPECT_THROW(CounterflowExchanger({1e6, 1.0, 1e5, 0.0, 0.5}), std::invalid_argument);
  EXPECT_THROW(CounterflowExchanger({1e6, 1.0, 1e5, 5e4, 0.5}), std::invalid_argument);  // the cold side would overtake the hot
}

TEST(RackAir, MixesItsOwnExhaust) {
  // 40 kW through 3 m3/s of 1.2 kg/m3: rise 11.05 K; a tenth of the inlet is exhaust: 295 + 0.1/0.9 x 11.05.
  double const rise = 40e3 / (3.0 * 1.2 * 1006.0);
  double const inlet = rack_inlet_k(295.0, 0.1, 40e3, 3.0, 1.2);
  EXPECT_NEAR(inlet, 295.0 + rise / 9.0, 1e-9);
  double const exhaust = inlet + rack_air_rise_k(40e3, 3.0, 1.2);
  EXPECT_NEAR(inlet, 0.9 * 295.0 + 0.1 * exhaust, 1e-9);
  EXPECT_EQ(rack_inlet_k(295.0, 0.1, 0.0, 3.0, 1.2), 295.0);
}

}  // namespace
}  // namespace ondol::sim
