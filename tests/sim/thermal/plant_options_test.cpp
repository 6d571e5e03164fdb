// Staging, resets, stores, heat reuse, economisers and rear doors inside the cooling system.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "scenarios/base/random.hpp"
#include "tests/sim/thermal/reference_plant.hpp"

namespace ondol::sim {
namespace {

using namespace test;
using Heat = std::vector<double>;
using Control = CoolingOptions::Control;

TankParams tank(TankParams::Use use) {
  TankParams t;
  t.use = use;
  t.volume_m3 = 200.0;
  t.layers = 20;
  t.heat_loss_w_per_k = 300.0;
  t.charge_k = kelvin(18.0);
  t.flow_w_per_k = 300.0 * 4186.0;
  return t;
}

/// An air hall on chilled water.
CoolingSystem hall_on(PlantParams const& plant, std::optional<AirEconomizerParams> const& economizer = {},
                      Control control = Control::ideal, int doors = 0) {
  HallParams hall;
  hall.air = crahs(0);
  hall.air->economizer = economizer;
  if (doors > 0) {
    RearDoorParams door;
    door.doors = doors;
    door.rated_heat_w = 30e3;
    door.rated_approach_k = 6.0;
    door.airflow_m3_per_s = 2.0;
    door.water_flow_kg_per_s = 1.2;
    hall.rear_door = door;
  }
  CoolingOptions options;
  options.control = control;
  return CoolingSystem({plant}, {hall}, options);
}

PlantParams everything() {
  auto plant = chilled_plant();
  plant.staging.emplace();
  plant.reset = SupplyResetParams{SupplyResetParams::By::wet_bulb, kelvin(5.0), kelvin(20.0), kelvin(19.0), kelvin(17.0)};
  plant.tank = tank(TankParams::Use::reserve);
  HeatReuseParams reuse;
  reuse.demand_w = 1e6;
  reuse.demand_slope_w_per_k = 5e4;
  reuse.sink_k = kelvin(60.0);
  reuse.lift = HeatReuseParams::Lift::heat_pump;
  reuse.pump_w = 10e3;
  plant.reuse = reuse;
  return plant;
}

AirEconomizerParams pads() {
  AirEconomizerParams e;
  e.adiabatic_effectiveness = 0.8;
  e.fan_w = 100e3;
  e.dew_point_maximum_k = kelvin(15.0);
  return e;
}

class PlantOptions : public ::testing::TestWithParam<Control> {};

TEST_P(PlantOptions, KeepEveryJouleThroughTripsOrdersAndWeather) {
  for (auto use : {TankParams::Use::buffer, TankParams::Use::reserve, TankParams::Use::shift}) {
    auto plant = everything();
    plant.tank->use = use;
    auto system = hall_on(plant, pads(), GetParam(), 100);
    RandomStream random(7, "options");
    Heat const none = {0.0};
    system.initialise(Heat{6e6}, none, air(15.0, 0.5));
    double given = 0, reused = 0, tank_moved = 0, doors = 0, outdoors = 0;
    for (int step = 0; step < 120; ++step) {
      double const heat = 2e6 + 8e6 * random.uniform();
      auto const before = air(-5.0 + 40.0 * random.uniform(), 0.3 + 0.6 * random.uniform()),
                 after = air(10.0 + 10.0 * random.uniform(), 0.5);
      if (step % 10 == 3) system.set_plant_available(0, {static_cast<int>(6 * random.uniform()), 7, 0, 1.0});
      if (step % 10 == 7) system.set_plant_available(0, {6, 7, 0, 1.0});
      system.set_tank_order(0, static_cast<TankOrder>(step / 15 % 3));
      auto const& i = system.advance(600.0 * random.uniform(), Heat{heat}, none, before, after);
      given += i.halls[0].water_kg;
      reused += i.plants[0].reuse_w;
      tank_moved += std::abs(i.plants[0].tank_w);
      doors += i.halls[0].door_w;
      outdoors += i.halls[0].economizer_w;
    }
    EXPECT_LT(std::abs(system.heat_balance_residual()), 1e-9) << static_cast<int>(use);
    EXPECT_GT(reused, 0.0);
    EXPECT_GT(doors, 0.0);
    EXPECT_GT(outdoors, 0.0);
    EXPECT_GT(given, 0.0);
    EXPECT_EQ(tank_moved > 0.0, use != TankParams::Use::buffer) << static_cast<int>(use);
  }
}

INSTANTIATE_TEST_SUITE_P(BothControls, PlantOptions, ::testing::Values(Control::ideal, Control::pi));

// The whole tank holds V rho c (T_return - T_supply) of cooling.
TEST(Reserve, GivesMinutesWhenAllChillersAreLost) {
  auto const weather = air(28.0, 0.6);
  double colder_k = 0;
  auto const lost_after_s = [&](bool with) {
    auto plant = chilled_plant();
    if (with) plant.tank = tank(TankParams::Use::reserve);
    auto system = hall_on(plant);
    Heat const heat = {6e6}, none = {0.0};
    EXPECT_TRUE(system.initialise(heat, none, weather));
    colder_k = system.plant_return_k(0) - system.plant_supply_k(0);
    system.set_plant_available(0, {0, 0, 0, 1.0});
    double after_s = 0;
    while (system.plant_supply_k(0) < kelvin(19.0) && after_s < 3600.0)
      system.advance(5.0, heat, none, weather, weather), after_s += 5.0;
    EXPECT_LT(std::abs(system.heat_balance_residual()), 1e-9);
    return after_s;
  };
  double const without = lost_after_s(false), with = lost_after_s(true);
  double const whole_s = 200.0 * 998.0 * 4186.0 * colder_k / 6e6;
  EXPECT_LT(without, 120.0);
  EXPECT_GT(with - without, 0.6 * whole_s);
  EXPECT_LT(with - without, 1.1 * whole_s);
}

TEST(Reserve, FillsUpAgainWhileMachinesCan) {
  auto plant = chilled_plant();
  plant.tank = tank(TankParams::Use::reserve);
  auto system = hall_on(plant);
  auto const weather = air(20.0, 0.5);
  Heat const heat = {5e6}, none = {0.0};
  system.initialise(heat, none, weather);
  system.set_plant_available(0, {0, 0, 0, 1.0});
  double given_j = 0, taken_j = 0;
  for (int s = 0; s < 40; ++s) given_j += 10.0 * system.advance(10.0, heat, none, weather, weather).plants[0].tank_w;
  system.set_plant_available(0, {6, 7, 0, 1.0});
  for (int s = 0; s < 72; ++s) {
    double const w = system.advance(300.0, heat, none, weather, weather).plants[0].tank_w;
    EXPECT_LE(w, 1.0);
    taken_j -= 300.0 * w;
  }
  EXPECT_GT(given_j, 1e9);
  EXPECT_NEAR(taken_j / given_j, 1.0, 0.35);  // up to the tenths of a kelvin by which it counts as full
}

TEST(Shift, MovesChillerWorkFromOneHourToAnother) {
  auto plant = chilled_plant();
  plant.economizer = false;
  plant.tank = tank(TankParams::Use::shift);
  plant.tank->charge_k = kelvin(12.0);
  auto system = hall_on(plant);
  auto const weather = air(28.0, 0.6);
  Heat const heat = {6e6}, none = {0.0};
  system.initialise(heat, none, weather);
  auto const hour = [&](TankOrder order) {
    system.set_tank_order(0, order);
    double chillers = 0;
    for (int i = 0; i < 6; ++i) chillers += system.advance(100.0, heat, none, weather, weather).plants[0].chiller_w / 6;
    return chillers;
  };
  double const held = hour(TankOrder::hold), discharged = hour(TankOrder::discharge), charged = hour(TankOrder::charge);
  EXPECT_LT(discharged, 0.3 * held);
  EXPECT_GT(charged, 1.2 * held);
  EXPECT_NEAR(system.air_supply_k(0), kelvin(24.0), 0.05);  // halls notice nothing
}

TEST(Buffer, SlowsAStepOfTheSupply) {
  auto const rise = [](bool with) {
    auto plant = chilled_plant();
    if (with) plant.tank = tank(TankParams::Use::buffer);
    auto system = hall_on(plant);
    auto const weather = air(28.0, 0.6);
    Heat const heat = {6e6}, none = {0.0};
    system.initialise(heat, none, weather);
    system.set_plant_available(0, {0, 0, 0, 1.0});
    for (int i = 0; i < 90; ++i) system.advance(10.0, heat, none, weather, weather);
    return system.air_supply_k(0) - kelvin(24.0);
  };
  EXPECT_GT(rise(false), 1.0);
  EXPECT_LT(rise(true), 0.5 * rise(false));
}

TEST(StagedPlant, SettlesOnASteadyLoadAndTellsWhatItDoes) {
  auto plant = chilled_plant();
  plant.economizer = false;
  plant.staging.emplace();
  auto system = hall_on(plant);
  auto const weather = air(28.0, 0.6);
  Heat const none = {0.0};
  EXPECT_TRUE(system.initialise(Heat{3e6}, none, weather));
  for (int i = 0; i < 24; ++i) system.advance(300.0, Heat{9e6}, none, weather, weather);
  auto const events = system.take_events();
  auto const starts =
      std::count_if(events.begin(), events.end(), [](auto const& e) { return e.text.starts_with("a chiller starts"); });
  EXPECT_GE(starts, 2);
  EXPECT_NEAR(system.plant_supply_k(0), plant.supply_k, 0.01);
  for (int i = 0; i < 288; ++i) system.advance(300.0, Heat{9e6}, none, weather, weather);
  EXPECT_TRUE(system.take_events().empty());
}

TEST(Reuse, TakesTheColderWayFirstAndLeavesTheRestToThePlant) {
  auto plant = warm_plant();
  HeatReuseParams reuse;
  reuse.demand_w = 4e6;
  reuse.sink_k = kelvin(38.0);
  plant.reuse = reuse;
  HallParams hall;
  hall.liquid = cdus(0);
  CoolingSystem system({plant}, {hall});
  auto const weather = air(10.0, 0.6);
  Heat const none = {0.0}, heat = {15e6};
  ASSERT_TRUE(system.initialise(none, heat, weather));
  auto const& i = system.advance(3600.0, none, heat, weather, weather);
  EXPECT_NEAR(i.plants[0].reuse_w, 4e6, 1.0);
  double const pumps = i.halls[0].cdu_pump_w + i.plants[0].pump_w;
  EXPECT_NEAR(i.plants[0].heat_rejected_w, 15e6 + pumps - 4e6, 1e3);
  system.set_reuse_demand(0, 1e6);
  EXPECT_NEAR(system.advance(3600.0, none, heat, weather, weather).plants[0].reuse_w, 1e6, 1.0);
}

TEST(Economizer, CarriesTheHallInTheColdAndNothingInTheHeat) {
  auto system = hall_on(chilled_plant(), pads());
  Heat const heat = {6e6}, none = {0.0};
  auto const cold = air(5.0, 0.6), hot = air(38.0, 0.6);
  ASSERT_TRUE(system.initialise(heat, none, cold));
  auto const& winter = system.advance(3600.0, heat, none, cold, cold);
  EXPECT_NEAR(winter.halls[0].economizer_w, 6e6 + winter.halls[0].crah_fan_w, 0.02 * 6e6);
  EXPECT_EQ(winter.halls[0].water_kg, 0.0);
  EXPECT_NEAR(system.air_supply_k(0), kelvin(24.0), 1e-3);
  ASSERT_TRUE(system.initialise(heat, none, hot));
  EXPECT_EQ(system.advance(3600.0, heat, none, hot, hot).halls[0].economizer_w, 0.0);
}

TEST(Doors, TakeHeatBeforeTheRoom) {
  auto with = hall_on(chilled_plant(), {}, Control::ideal, 200), without = hall_on(chilled_plant());
  Heat const heat = {6e6}, none = {0.0};
  auto const weather = air(15.0, 0.5);
  ASSERT_TRUE(with.initialise(heat, none, weather));
  ASSERT_TRUE(without.initialise(heat, none, weather));
  auto const a = with.advance(3600.0, heat, none, weather, weather), b = without.advance(3600.0, heat, none, weather, weather);
  EXPECT_GT(a.halls[0].door_w, 3e6);
  EXPECT_LT(a.halls[0].crah_fan_w, 0.5 * b.halls[0].crah_fan_w);
  EXPECT_NEAR(a.plants[0].cooling_w + b.halls[0].crah_fan_w - a.halls[0].crah_fan_w, b.plants[0].cooling_w, 0.02 * 6e6);
}

TEST(ResetPlant, FollowsTheWetBulb) {
  auto plant = chilled_plant();
  plant.reset = SupplyResetParams{SupplyResetParams::By::wet_bulb, kelvin(5.0), kelvin(20.0), kelvin(19.0), kelvin(16.0)};
  auto system = hall_on(plant);
  Heat const heat = {5e6}, none = {0.0};
  auto const cold = air(0.0, 0.6);
  ASSERT_TRUE(system.initialise(heat, none, cold));
  EXPECT_NEAR(system.plant_supply_k(0), kelvin(19.0), 0.01);
  WeatherSample warm = air(30.0, 0.6);
  for (int i = 0; i < 40; ++i) system.advance(300.0, heat, none, warm, warm);
  EXPECT_NEAR(system.advance(0.0, heat, none, warm, warm).plants[0].set_point_k, kelvin(16.0), 1e-9);
  EXPECT_NEAR(system.plant_supply_k(0), kelvin(16.0), 0.01);
  system.set_plant_set_point(0, kelvin(18.0));
  for (int i = 0; i < 40; ++i) system.advance(300.0, heat, none, warm, warm);
  EXPECT_NEAR(system.plant_supply_k(0), kelvin(18.0), 0.01);
}

}  // namespace
}  // namespace ondol::sim
