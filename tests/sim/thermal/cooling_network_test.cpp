#include "sim/thermal/cooling_network.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <vector>

#include "scenarios/base/random.hpp"
#include "sim/thermal/cooling_account.hpp"
#include "sim/thermal/linearly_implicit.hpp"
#include "tests/sim/thermal/reference_plant.hpp"

namespace ondol::sim {
namespace {

using namespace test;
using Control = CoolingNetwork::Control;
using Heat = std::vector<double>;

HallParams hall_of_both() {
  HallParams hall;
  hall.air = crahs(0);
  hall.liquid = cdus(1);
  return hall;
}

/// Share of a step that has passed n mixed cells of equal delay.
double erlang(int n, double mean_s, double t_s) {
  double const x = n * t_s / mean_s;
  double term = 1.0, sum = 0.0;
  for (int k = 0; k < n; ++k) {
    sum += term;
    term *= x / (k + 1);
  }
  return 1.0 - std::exp(-x) * sum;
}

// Water of a large supply end, 1 K warmer, goes down a pipe at the minimum flow.
TEST(CoolingNetwork, PipesDelayAStep) {
  auto plant = warm_plant();
  plant.volume_m3 = 1e6;
  plant.pipe_volume_m3 = 20.0;
  plant.metal_j_per_k = 0.0;
  CoolingNetwork network({plant}, {}, Control::ideal);
  auto const weather = air(60.0, 0.1);  // too hot for any cooling
  network.begin(1.0, {}, {}, weather, weather);
  auto const& p = network.plants()[0];
  for (auto& t : network.state()) t = 300.0;
  network.state()[p.supply] = 301.0;
  LinearlyImplicit solver(network, 1e-5, 600.0);
  CoolingAccount account(network);
  CoolingWatch watch(network);
  auto at = network.stage();
  network.evaluate(0.0, network.state(), at);
  watch.forget(network.state(), at);
  double const mean_s = 10.0 * plant.fluid_density_kg_per_m3 / (plant.minimum_flow * plant.flow_kg_per_s);  // 71 s
  int const cells = static_cast<int>(p.header - p.supply);
  ASSERT_GE(cells, 4);
  double worst = 0;
  for (double t = 5.0; t < 300.0; t += 5.0) {
    solver.advance(5.0, account, watch, Control::ideal);
    double const seen = network.state()[p.header] - 300.0;
    worst = std::max(worst, std::abs(seen - erlang(cells, mean_s, t)));
    if (t < 0.2 * mean_s) {
      EXPECT_LT(seen, 0.02);
    }
  }
  std::printf("delay of %.0f s by %d cells: worst difference to the analytic answer %.1e K of 1 K\n", mean_s, cells, worst);
  EXPECT_LT(worst, 1e-3);
  EXPECT_NEAR(network.state()[p.header], 301.0, 1e-2);
}

// The linear part that the solver inverts is the slope by temperature of the flows and exchangers, and makes no heat.
TEST(CoolingNetwork, LinearPartConservesHeat) {
  CoolingNetwork network({chilled_plant(), warm_plant()}, {hall_of_both()}, Control::ideal);
  RandomStream random(2, "linear");
  auto at = network.stage();
  for (int round = 0; round < 100; ++round) {
    auto const weather = air(random.uniform(-10.0, 36.0), 0.5);
    network.begin(60.0, Heat{random.uniform(0.0, 14e6)}, Heat{random.uniform(0.0, 30e6)}, weather, weather);
    for (auto& t : network.state()) t = random.uniform(285.0, 330.0);
    network.evaluate(0.0, network.state(), at);
    double const g = std::exp(random.uniform(std::log(0.1), std::log(600.0)));
    auto const& factors = network.factored(at, g);
    std::vector<double> b(network.cells()), k;
    double given = 0, left = 0, size = 0;
    for (std::size_t i = 0; i < b.size(); ++i) {
      b[i] = random.uniform(-1.0, 1.0);
      given += network.capacity()[i] * b[i];
    }
    k = b;
    factors.solve(k);  // k = b + g A k: what is missing of b went to sinks
    for (std::size_t i = 0; i < k.size(); ++i) {
      left += network.capacity()[i] * k[i];
      size += network.capacity()[i] * std::abs(b[i]);
    }
    for (std::size_t p = 0; p < 2; ++p) left += g * network.sink_w(p, at, k);
    EXPECT_NEAR(left, given, 1e-12 * size);
  }
}

// Exchangers under random temperatures and trips: heat goes down the slope, temperatures never cross, entropy does not fall.
TEST(CoolingNetwork, KeepsTheSecondLaw) {
  for (auto const control : {Control::ideal, Control::pi}) {
    CoolingNetwork network({chilled_plant(), warm_plant()}, {hall_of_both()}, control);
    RandomStream random(4, "second law");
    auto at = network.stage();
    for (int round = 0; round < 20000; ++round) {
      auto const weather = air(random.uniform(-15.0, 40.0), random.uniform(0.1, 1.0));
      network.begin(60.0, Heat{random.uniform(0.0, 14e6)}, Heat{random.uniform(0.0, 30e6)}, weather, weather);
      auto& y = network.state();
      for (std::size_t i = 0; i < network.cells(); ++i) y[i] = random.uniform(280.0, 335.0);
      for (std::size_t i = network.cells(); i < y.size(); ++i) y[i] = random.uniform();
      if (control == Control::pi)
        for (auto const& plant : network.plants()) y[plant.taken] = random.uniform(0.0, 20e6);
      network.halls()[0].liquid->turning.aim(static_cast<double>(random.below(15)) / 14.0);
      network.plants()[1].turning.aim(static_cast<double>(random.below(3)) / 2.0);
      network.settle_machines();
      network.evaluate(0.0, y, at);
      auto const check = [&](CoolingNetwork::SideFlow const& s, double hot_k, double water_k, double heat_w) {
        if (s.flow_w_per_k <= 0.0 || s.water_w_per_k <= 0.0) return;
        double const low = std::min(hot_k, water_k) - 1e-6, high = std::max(hot_k, water_k) + 1e-6;
        double const out_k = hot_k - heat_w / s.flow_w_per_k, water_out_k = water_k + heat_w / s.water_w_per_k;
        ASSERT_TRUE(out_k >= low && out_k <= high && water_out_k >= low && water_out_k <= high);
        double const made = s.flow_w_per_k * std::log(out_k / hot_k) + s.water_w_per_k * std::log(water_out_k / water_k);
        ASSERT_GE(made, -1e-9 * std::abs(heat_w) - 1e-14 * (s.flow_w_per_k + s.water_w_per_k));
      };
      auto const& hall = network.halls()[0];
      auto const& plants = network.plants();
      double const air_hot = y[hall.air->hot], cdu = y[hall.liquid->cdu];
      check(at.air[0], air_hot, y[plants[0].header],
            at.air[0].flow_w_per_k * (air_hot - at.air[0].supply_k) + at.halls[0].crah_fan_w);
      check(at.liquid[0], cdu, y[plants[1].header], at.liquid[0].flow_w_per_k * (cdu - at.liquid[0].supply_k));
      // Free cooling does not cool below the weather, and nothing is cooled that is colder than asked.
      for (std::size_t p = 0; p < 2; ++p) {
        auto const& r = at.plants[p].rejection;
        ASSERT_GE(r.cooling_w, 0.0);
        if (r.chiller_w == 0.0 && r.cooling_w > 0.0) {
          ASSERT_GE(y[plants[p].back] - r.cooling_w / at.flows[p].flow_w_per_k, weather.wet_bulb_k - 1e-6);
        }
      }
    }
  }
}

TEST(CoolingNetwork, RefusesPipesLargerThanTheLoop) {
  auto plant = warm_plant();
  plant.pipe_volume_m3 = plant.volume_m3;
  EXPECT_THROW(CoolingNetwork({plant}, {}, Control::ideal), std::invalid_argument);
  plant = warm_plant();
  plant.pumps = 2;
  plant.pumps_needed = 3;
  EXPECT_THROW(CoolingNetwork({plant}, {}, Control::ideal), std::invalid_argument);
}

}  // namespace
}  // namespace ondol::sim
