// Ideal against PI control, and one integrator against another.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <vector>

#include "scenarios/base/random.hpp"
#include "sim/thermal/cooling_system.hpp"
#include "sim/thermal/cvode_solver.hpp"
#include "sim/thermal/linearly_implicit.hpp"
#include "tests/sim/thermal/reference_plant.hpp"

namespace ondol::sim {
namespace {

using namespace test;
using Control = CoolingOptions::Control;
using Heat = std::vector<double>;

std::vector<double> temperatures(CoolingSystem const& s) {
  return {s.air_supply_k(0),   s.air_return_k(0),   s.liquid_supply_k(0), s.liquid_rack_k(0), s.liquid_return_k(0),
          s.plant_supply_k(0), s.plant_return_k(0), s.plant_supply_k(1),  s.plant_return_k(1)};
}

double farthest(std::vector<double> const& a, std::vector<double> const& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

// A day of load that changes at random instants by up to 5 %, against a solution of a thousandth of the tolerance.
TEST(CoolingSolvers, ADayOfRandomLoadIsWithinATenthOfAKelvin) {
  auto coarse = building(), fine = building({5e-6, 600.0});
  RandomStream random(17, "day");
  auto before = air(18.0, 0.7);
  Heat a{8e6}, l{18e6};
  coarse.initialise(a, l, before);
  fine.initialise(a, l, before);
  double worst = 0, heat = 0, difference = 0;
  for (double t = 0; t < 86400.0;) {
    double const dt = std::exp(random.uniform(std::log(1.0), std::log(300.0)));
    auto const after = air(18.0 + 6.0 * std::sin(t / 13751.0), 0.7);
    auto const& c = coarse.advance(dt, a, l, before, after);
    auto const& f = fine.advance(dt, a, l, before, after);
    worst = std::max(worst, farthest(temperatures(coarse), temperatures(fine)));
    for (std::size_t p = 0; p < 2; ++p) {
      heat += f.plants[p].cooling_w * dt;
      difference += (c.plants[p].cooling_w - f.plants[p].cooling_w) * dt;
    }
    before = after;
    t += dt;
    a[0] = std::clamp(a[0] * random.uniform(0.95, 1.05), 4e6, 11e6);
    l[0] = std::clamp(l[0] * random.uniform(0.95, 1.05), 8e6, 26e6);
  }
  std::printf("a day of random load: farthest from the fine solution %.1e K, cooling energy %.1e\n", worst, difference / heat);
  EXPECT_LT(worst, 0.02);
  EXPECT_LT(std::abs(difference / heat), 1e-5);
}

TEST(CoolingSolvers, ControllersEndWhereIdealControlIs) {
  for (double dry_c : {-5.0, 8.0, 24.0, 33.0}) {
    auto ideal = building(), pi = building({5e-3, 600.0, Control::pi});
    auto const weather = air(dry_c, 0.6);
    ASSERT_TRUE(ideal.initialise(Heat{4e6}, Heat{12e6}, weather));
    ASSERT_TRUE(pi.initialise(Heat{4e6}, Heat{12e6}, weather));
    for (int k = 0; k < 120; ++k) {  // from one load to another
      ideal.advance(60.0, Heat{7e6}, Heat{19e6}, weather, weather);
      pi.advance(60.0, Heat{7e6}, Heat{19e6}, weather, weather);
    }
    EXPECT_LT(farthest(temperatures(ideal), temperatures(pi)), 0.02) << dry_c;
    auto const& i = ideal.advance(3600.0, Heat{7e6}, Heat{19e6}, weather, weather);
    auto const& p = pi.advance(3600.0, Heat{7e6}, Heat{19e6}, weather, weather);
    auto const power = [](CoolingSystem::Interval const& x) {
      double w = x.halls[0].crah_fan_w + x.halls[0].cdu_pump_w;
      for (auto const& plant : x.plants) w += plant.pump_w + plant.chiller_w + plant.tower_fan_w + plant.dry_cooler_fan_w;
      return w;
    };
    EXPECT_NEAR(power(p) / power(i), 1.0, 1e-3) << dry_c;
  }
}

// The stiff plant, controllers and all, by CVODE and by an integrator of another family with small steps.
TEST(CoolingSolvers, CvodeMeetsAnIndependentIntegrator) {
  HallParams hall;
  hall.air = crahs(0);
  hall.liquid = cdus(1);
  auto const weather = air(26.0, 0.6);
  CoolingNetwork one({chilled_plant(), warm_plant()}, {hall}, Control::pi),
      two({chilled_plant(), warm_plant()}, {hall}, Control::pi);
  CoolingAccount account_one(one), account_two(two);
  CoolingWatch watch_one(one), watch_two(two);
  CvodeSolver cvode(one, 1e-3, 600.0);
  LinearlyImplicit implicit(two, 1e-5, 600.0);
  for (auto* n : {&one, &two}) {
    n->begin(60.0, Heat{5e6}, Heat{12e6}, weather, weather);
    n->guess_steady();
    n->place_actuators();
  }
  auto at = one.stage();
  one.evaluate(0.0, one.state(), at);
  watch_one.forget(one.state(), at);
  watch_two.forget(two.state(), at);
  double worst = 0;
  for (int k = 0; k < 30; ++k) {
    if (k == 10) one.halls()[0].liquid->turning.aim(10.0 / 14.0), two.halls()[0].liquid->turning.aim(10.0 / 14.0);
    if (k == 20) one.plants()[0].turning.aim(0.0), two.plants()[0].turning.aim(0.0);
    double const more = k < 5 ? 1.0 : 1.4;
    for (auto* n : {&one, &two}) n->begin(20.0, Heat{more * 5e6}, Heat{more * 12e6}, weather, weather);
    account_one.begin();
    account_two.begin();
    cvode.advance(20.0, account_one, watch_one, Control::pi);
    implicit.advance(20.0, account_two, watch_two, Control::pi);
    one.advance_machines(20.0);
    two.advance_machines(20.0);
    for (std::size_t i = 0; i < one.cells(); ++i) worst = std::max(worst, std::abs(one.state()[i] - two.state()[i]));
  }
  std::printf(
      "CVODE against small steps through a load step, lost CDUs and a lost pump: %.1e K, %d steps against %d in the last 20 s, "
      "balance closed by %.1e K\n",
      worst, account_one.interval.steps, account_two.interval.steps, cvode.largest_shift_k());
  EXPECT_LT(worst, 0.02);
  EXPECT_LT(cvode.largest_shift_k(), 1e-3);
}

TEST(CoolingSolvers, ConserveHeatThroughTripsAndStops) {
  for (auto const control : {Control::ideal, Control::pi}) {
    auto system = building({5e-3, 600.0, control});
    RandomStream random(8, "trips");
    auto before = air(20.0, 0.6);
    system.initialise(Heat{5e6}, Heat{10e6}, before);
    double const stored = system.stored_energy_j();
    for (int k = 0; k < 200; ++k) {
      if (random.uniform() < 0.3)
        system.set_plant_available(random.below(2),
                                   {static_cast<int>(random.below(7)), static_cast<int>(random.below(8)),
                                    static_cast<int>(random.below(13)), 0.5 * static_cast<double>(random.below(3))});
      if (random.uniform() < 0.3)
        system.set_hall_available(0, {static_cast<int>(random.below(41)), static_cast<int>(random.below(15))});
      if (k % 20 == 19) {  // all back, so that nothing runs away
        system.set_plant_available(0, {6, 7, 0, 1.0});
        system.set_plant_available(1, {0, 0, 12, 1.0});
        system.set_hall_available(0, {40, 14});
      }
      auto const after = air(random.uniform(-5.0, 34.0), 0.6);
      double const dt = k % 20 == 19 ? 1800.0 : random.uniform(0.1, 60.0);
      system.advance(dt, Heat{random.uniform(1e6, 8e6)}, Heat{random.uniform(1e6, 18e6)}, before, after);
      ASSERT_LT(std::abs(system.heat_balance_residual()), 1e-9) << k;
      before = after;
    }
    EXPECT_NEAR((system.heat_in_j() - system.heat_out_j() - (system.stored_energy_j() - stored)) / system.heat_in_j(), 0.0,
                1e-9);
  }
}

// After an hour without chillers the controllers stand at their limits; cooling must come back without a long overshoot.
TEST(CoolingSolvers, ControllersDoNotWindUp) {
  auto system = building({5e-3, 600.0, Control::pi});
  auto const weather = air(30.0, 0.6);
  ASSERT_TRUE(system.initialise(Heat{6e6}, Heat{15e6}, weather));
  system.set_plant_available(0, {1, 7, 0, 1.0});
  for (int k = 0; k < 60; ++k) system.advance(60.0, Heat{6e6}, Heat{15e6}, weather, weather);
  EXPECT_GT(system.air_supply_k(0), kelvin(24.5));
  system.set_plant_available(0, {6, 7, 0, 1.0});
  double coldest = 400.0;
  for (int k = 0; k < 60; ++k) {
    system.advance(60.0, Heat{6e6}, Heat{15e6}, weather, weather);
    coldest = std::min(coldest, system.air_supply_k(0));
  }
  EXPECT_NEAR(system.air_supply_k(0), kelvin(24.0), 0.05);
  EXPECT_GT(coldest, kelvin(22.0));
}

}  // namespace
}  // namespace ondol::sim
