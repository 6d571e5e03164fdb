#include "sim/thermal/cooling_system.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <stdexcept>
#include <vector>

#include "scenarios/base/random.hpp"
#include "tests/sim/thermal/reference_plant.hpp"

namespace ondol::sim {
namespace {

using namespace test;

using Heat = std::vector<double>;

double total_in_w(CoolingSystem::Interval const& i, double heat_w) {
  for (auto const& h : i.halls) heat_w += h.crah_fan_w + h.cdu_pump_w;
  for (auto const& p : i.plants) heat_w += p.pump_w + p.chiller_w;
  return heat_w;
}

double total_out_w(CoolingSystem::Interval const& i) {
  double w = 0;
  for (auto const& h : i.halls) w += h.vented_w;
  for (auto const& p : i.plants) w += p.heat_rejected_w;
  return w;
}

TEST(CoolingSystem, StartsSteady) {
  auto system = building();
  auto const weather = air(22.0, 0.7);
  ASSERT_TRUE(system.initialise(Heat{8e6}, Heat{20e6}, weather));
  double const air_return = system.air_return_k(0), liquid_return = system.liquid_return_k(0),
               plant_return = system.plant_return_k(0);
  CoolingSystem::Interval last;
  for (int i = 0; i < 60; ++i) last = system.advance(60.0, Heat{8e6}, Heat{20e6}, weather, weather);
  EXPECT_NEAR(system.air_return_k(0), air_return, 1e-3);
  EXPECT_NEAR(system.liquid_return_k(0), liquid_return, 1e-3);
  EXPECT_NEAR(system.plant_return_k(0), plant_return, 1e-3);
  EXPECT_NEAR(system.air_supply_k(0), kelvin(24.0), 1e-3);
  EXPECT_NEAR(system.liquid_supply_k(0), kelvin(40.0), 1e-3);
  EXPECT_NEAR(system.plant_supply_k(0), kelvin(18.0), 1e-3);
  EXPECT_NEAR(total_out_w(last) / total_in_w(last, 28e6), 1.0, 1e-6);
  EXPECT_EQ(last.steps, 1);
  EXPECT_LE(last.stages, 2);
}

// Hand balance of the steady state: rise = heat / flow, fan power by the cube of the share of rated heat.
TEST(CoolingSystem, SteadyStateMeetsHandBalance) {
  auto system = building();
  auto const weather = air(22.0, 0.7);
  ASSERT_TRUE(system.initialise(Heat{6e6}, Heat{20e6}, weather));
  auto const& i = system.advance(60.0, Heat{6e6}, Heat{20e6}, weather, weather);
  // 40 CRAHs of 300 kW at half load: 40 x 9 kW / 8 = 45 kW; rise 6 MW / (0.5 x 40 x 21 x 1.2 x 1006) = 11.834 K
  EXPECT_NEAR(i.halls[0].crah_fan_w, 45e3, 1.0);
  EXPECT_NEAR(system.air_return_k(0) - system.air_supply_k(0), 6e6 / (0.5 * 40 * 21 * 1.2 * 1006.0), 1e-3);
  // 14 CDUs at constant flow: 14 x 74 kW; rise of the loop carries the heat and the pumps.
  EXPECT_NEAR(i.halls[0].cdu_pump_w, 14 * 74e3, 1e-6);
  EXPECT_NEAR(system.liquid_return_k(0) - system.liquid_supply_k(0), (20e6 + 14 * 74e3) / (14 * 31.48 * 3900.0), 1e-3);
  // What the loop gives up is heat + fans + its own pump.
  EXPECT_NEAR(i.plants[1].cooling_w, 20e6 + 14 * 74e3 + i.plants[1].pump_w, 200.0);
}

TEST(CoolingSystem, ConservesHeatToRounding) {
  auto system = building();
  RandomStream random(3, "conservation");
  auto before = air(20.0, 0.6);
  system.initialise(Heat{5e6}, Heat{10e6}, before);
  double in = 0, out = 0;
  double const stored = system.stored_energy_j();
  for (int k = 0; k < 3000; ++k) {
    auto const after = air(random.uniform(-10, 36), random.uniform(0.3, 0.95));
    double const dt = std::exp(random.uniform(std::log(1e-3), std::log(900.0)));
    Heat const a{random.uniform(0, 14e6)}, l{random.uniform(0, 30e6)};
    auto const& i = system.advance(dt, a, l, before, after);
    in += total_in_w(i, a[0] + l[0]) * dt;
    out += total_out_w(i) * dt;
    before = after;
  }
  EXPECT_LT(std::abs(system.heat_balance_residual()), 1e-12);
  EXPECT_NEAR(system.heat_in_j(), in, 1e-12 * in);
  EXPECT_NEAR(system.heat_out_j(), out, 1e-12 * in);
  EXPECT_NEAR(in - out - (system.stored_energy_j() - stored), 0.0, 1e-12 * in);
}

TEST(CoolingSystem, HalfTheStepGivesTheSameTemperatures) {
  for (double dt : {60.0, 20.0}) {
    auto once = building(), twice = building();
    auto const weather = air(24.0, 0.7);
    once.initialise(Heat{4e6}, Heat{10e6}, weather);
    twice.initialise(Heat{4e6}, Heat{10e6}, weather);
    double worst = 0;
    for (int k = 0; k < 120; ++k) {  // 10 MW more from the first instant
      Heat const a{7e6}, l{17e6};
      once.advance(dt, a, l, weather, weather);
      twice.advance(0.5 * dt, a, l, weather, weather);
      twice.advance(0.5 * dt, a, l, weather, weather);
      worst = std::max({worst, std::abs(once.air_return_k(0) - twice.air_return_k(0)),
                        std::abs(once.liquid_return_k(0) - twice.liquid_return_k(0)),
                        std::abs(once.plant_return_k(0) - twice.plant_return_k(0)),
                        std::abs(once.plant_supply_k(1) - twice.plant_supply_k(1)),
                        std::abs(once.liquid_supply_k(0) - twice.liquid_supply_k(0))});
    }
    std::printf("half step of %g s: worst difference %.2e K\n", dt, worst);
    EXPECT_LT(worst, 0.02);
  }
}

TEST(CoolingSystem, ToleranceConvergesToAFineSolution) {
  auto const weather = air(24.0, 0.7);
  auto const run = [&](double tolerance) {
    auto system = building({tolerance, 600.0});
    system.initialise(Heat{4e6}, Heat{10e6}, weather);
    for (int k = 0; k < 5; ++k) system.advance(60.0, Heat{7e6}, Heat{17e6}, weather, weather);
    return system.liquid_return_k(0);
  };
  double const fine = run(1e-8);
  EXPECT_NEAR(run(5e-3), fine, 0.01);
  EXPECT_NEAR(run(1e-5), fine, 1e-4);
}

// 120 kW in one rack of 30 L: with the pumps at rest nothing but that coolant takes the heat, 120/(30 x 1.02 x 3.9) = 1.0 K/s.
TEST(CoolingSystem, ARackWithoutFlowWarmsByItsOwnCoolant) {
  HallParams hall;
  hall.liquid = cdus(0, 1);
  auto& l = *hall.liquid;
  l.cdu.rated_heat_w = 150e3;
  l.cdu.technology_flow_kg_per_s = 3.25 * 1.02;  // 195 L/min
  l.cdu.facility_flow_kg_per_s = 3.4;
  l.cdu.pump_w = 2e3;
  l.rack_j_per_k = 30.0 * 1.02 * 3900.0;
  l.pipe_j_per_k = 30.0 * 1.02 * 3900.0;
  l.cdu_j_per_k = 60.0 * 1.02 * 3900.0;
  CoolingSystem system({warm_plant()}, {hall});
  auto const weather = air(15.0, 0.6);
  ASSERT_TRUE(system.initialise(Heat{0.0}, Heat{120e3}, weather));
  double const rise = 120e3 / (3.25 * 1.02 * 3900.0);
  EXPECT_NEAR(system.liquid_rack_k(0) - system.liquid_supply_k(0), rise, 1e-3);
  EXPECT_NEAR(system.liquid_mean_k(0), system.liquid_supply_k(0) + 0.5 * rise, 1e-3);
  double const before = system.liquid_rack_k(0);
  system.set_hall_available(0, {0, 0});
  system.advance(1.0, Heat{0.0}, Heat{120e3}, weather, weather);
  double const first = system.liquid_rack_k(0) - before;  // the pumps coast: a third of the flow is gone within the second
  EXPECT_GT(first, 0.1);
  EXPECT_LT(first, 0.5);
  EXPECT_NEAR(system.liquid_flow_share(0), 2.0 / 3.0, 0.1);
  system.advance(24.0, Heat{0.0}, Heat{120e3}, weather, weather);
  EXPECT_EQ(system.liquid_flow_share(0), 0.0);
  double const stopped = system.liquid_rack_k(0);
  system.advance(1.0, Heat{0.0}, Heat{120e3}, weather, weather);
  std::printf("120 kW, 30 L: %.3f K in the first second of coasting, %.3f K/s once the pumps rest\n", first,
              system.liquid_rack_k(0) - stopped);
  EXPECT_NEAR(system.liquid_rack_k(0) - stopped, 120.0 / (30.0 * 4.1), 0.1);
  EXPECT_NEAR(system.liquid_rack_k(0) - stopped, 120e3 / l.rack_j_per_k, 1e-9);
  EXPECT_DOUBLE_EQ(system.liquid_mean_k(0), system.liquid_rack_k(0));
  EXPECT_NEAR(system.fastest_rate_k_per_s(), 120e3 / l.rack_j_per_k, 1e-6);
  system.set_hall_available(0, {0, 1});
  for (int k = 0; k < 60; ++k) system.advance(60.0, Heat{0.0}, Heat{120e3}, weather, weather);
  EXPECT_NEAR(system.liquid_rack_k(0), before, 1e-2);
  EXPECT_LT(std::abs(system.heat_balance_residual()), 1e-12);
}

// A room without CRAHs warms with all its air and metal: the servers' fans carry the hot air round.
TEST(CoolingSystem, ARoomWithoutAirHandlersWarmsAsOne) {
  auto system = building();
  auto const weather = air(15.0, 0.6);
  system.initialise(Heat{6e6}, Heat{18e6}, weather);
  system.set_hall_available(0, {0, 14});
  for (int k = 0; k < 4; ++k) system.advance(60.0, Heat{6e6}, Heat{18e6}, weather, weather);
  double const cold = system.air_supply_k(0), hot = system.air_return_k(0);
  system.advance(60.0, Heat{6e6}, Heat{18e6}, weather, weather);
  EXPECT_EQ(system.air_flow_share(0), 0.0);
  EXPECT_NEAR(system.air_supply_k(0) - cold, 6e6 * 60.0 / 8e7, 0.05);
  EXPECT_NEAR(system.air_return_k(0) - hot, 6e6 * 60.0 / 8e7, 0.05);
}

TEST(CoolingSystem, TellsWhatFlowsPastTheRacks) {
  auto system = building();
  auto const weather = air(15.0, 0.6);
  system.initialise(Heat{6e6}, Heat{18e6}, weather);
  EXPECT_NEAR(system.air_flow_share(0), 0.5, 1e-9);
  EXPECT_DOUBLE_EQ(system.liquid_flow_share(0), 1.0);
  EXPECT_NEAR(system.liquid_mean_k(0), 0.5 * (system.liquid_supply_k(0) + system.liquid_rack_k(0)), 1e-9);
  // Twelve of fourteen CDUs: each pumps more, 1.25/(1 + 0.25 (14/12)^2) of the flow squared.
  system.set_hall_available(0, {40, 12});
  system.advance(60.0, Heat{6e6}, Heat{18e6}, weather, weather);
  EXPECT_NEAR(system.liquid_flow_share(0), std::sqrt(1.25 / (1.0 + 0.25 * 14 * 14 / 144.0)), 1e-9);
}

TEST(CoolingSystem, TellsWhenASupplyLeavesItsSetPoint) {
  auto system = building();
  auto const weather = air(33.0, 0.6);
  system.initialise(Heat{8e6}, Heat{20e6}, weather);
  system.set_plant_available(0, {1, 7, 0, 1.0});
  std::vector<CoolingEvent> told;
  for (int k = 0; k < 20; ++k) {
    system.advance(60.0, Heat{8e6}, Heat{20e6}, weather, weather);
    for (auto const& e : system.take_events()) told.push_back({e.offset_s + 60.0 * k, e.of, e.index, e.kind, e.text});
  }
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].of, CoolingEvent::Of::plant);
  EXPECT_EQ(told[0].text, "facility water leaves its set point: 0.5 K too warm");
  EXPECT_EQ(told[1].of, CoolingEvent::Of::air);
  EXPECT_GT(told[1].offset_s, told[0].offset_s);
  system.set_plant_available(0, {6, 7, 0, 1.0});
  for (int k = 0; k < 30; ++k) system.advance(60.0, Heat{8e6}, Heat{20e6}, weather, weather);
  auto const back = system.take_events();
  ASSERT_EQ(back.size(), 2u);
  EXPECT_EQ(back[0].text, "supply air is back at its set point");
  EXPECT_EQ(back[1].text, "facility water is back at its set point");
}

TEST(CoolingSystem, FollowsItsSetPoints) {
  auto system = building();
  auto const weather = air(15.0, 0.6);
  system.initialise(Heat{6e6}, Heat{18e6}, weather);
  system.set_plant_set_point(1, kelvin(33.0));
  system.set_air_set_point(0, kelvin(26.0));
  system.set_liquid_set_point(0, kelvin(38.0));
  for (int k = 0; k < 60; ++k) system.advance(60.0, Heat{6e6}, Heat{18e6}, weather, weather);
  EXPECT_NEAR(system.plant_supply_k(1), kelvin(33.0), 1e-3);
  EXPECT_NEAR(system.air_supply_k(0), kelvin(26.0), 1e-3);
  EXPECT_NEAR(system.liquid_supply_k(0), kelvin(38.0), 1e-3);
}

TEST(CoolingSystem, OverloadRaisesTemperatures) {
  auto system = building();
  auto const weather = air(33.0, 0.6);
  ASSERT_TRUE(system.initialise(Heat{8e6}, Heat{20e6}, weather));
  system.set_plant_available(0, {1, 7, 0, 1.0});
  double warmest = system.plant_supply_k(0);
  for (int k = 0; k < 30; ++k) {
    auto const& i = system.advance(60.0, Heat{8e6}, Heat{20e6}, weather, weather);
    EXPECT_GE(system.plant_supply_k(0), warmest - 1e-6);
    warmest = system.plant_supply_k(0);
    EXPECT_LE(i.plants[0].chillers_running, 1.0 + 1e-12);
  }
  EXPECT_GT(system.plant_supply_k(0), kelvin(22.0));
  EXPECT_GT(system.air_supply_k(0), kelvin(24.5));
  EXPECT_LT(std::abs(system.heat_balance_residual()), 1e-12);
  // Twice what its chillers can do in that weather: no steady state, and said so.
  auto hopeless = building();
  EXPECT_FALSE(hopeless.initialise(Heat{80e6}, Heat{20e6}, weather));
}

TEST(CoolingSystem, PumpTripStopsTheLoop) {
  auto system = building();
  auto const weather = air(20.0, 0.6);
  system.initialise(Heat{6e6}, Heat{18e6}, weather);
  system.set_plant_available(1, {0, 0, 12, 0.0});
  EXPECT_EQ(system.advance(30.0, Heat{6e6}, Heat{18e6}, weather, weather).plants[1].pump_w, 0.0);
  auto const& i = system.advance(30.0, Heat{6e6}, Heat{18e6}, weather, weather);
  EXPECT_EQ(i.plants[1].pump_w, 0.0);
  EXPECT_EQ(i.plants[1].cooling_w, 0.0);
  EXPECT_GT(system.liquid_supply_k(0), kelvin(44.0));
}

TEST(CoolingSystem, WarmerWeatherCostsMore) {
  double power_before = 0, water_before = 0, free_before = 2;
  for (double wet_c = -8.0; wet_c <= 26.0; wet_c += 1.0) {
    auto system = building();
    WeatherSample weather = air(wet_c + 4.0, 0.5);
    weather.wet_bulb_k = kelvin(wet_c);
    ASSERT_TRUE(system.initialise(Heat{8e6}, Heat{20e6}, weather)) << wet_c;
    auto const& i = system.advance(60.0, Heat{8e6}, Heat{20e6}, weather, weather);
    auto const& p = i.plants[0];
    // Compressors and fans together: tower cells switch with the load, so a fan may do with less while the chillers take more.
    double const power = p.chiller_w + p.tower_fan_w + p.pump_w;
    EXPECT_GE(power, 0.98 * power_before) << wet_c;
    EXPECT_LE(p.free_cooling_share, free_before + 1e-9) << wet_c;
    if (wet_c <= 12.0) {
      EXPECT_DOUBLE_EQ(p.free_cooling_share, 1.0) << wet_c;
    }
    if (wet_c >= 25.0) {
      EXPECT_GT(p.chiller_w, 500e3);
    }
    power_before = power, water_before = p.water_kg, free_before = p.free_cooling_share;
    EXPECT_GT(water_before, 0.0);
  }
  double fans_before = 0;
  for (double dry_c : {-10.0, 0.0, 10.0, 20.0, 28.0, 34.0}) {
    auto system = building();
    auto const weather = air(dry_c, 0.5);
    system.initialise(Heat{8e6}, Heat{20e6}, weather);
    double const fans = system.advance(60.0, Heat{8e6}, Heat{20e6}, weather, weather).plants[1].dry_cooler_fan_w;
    EXPECT_GT(fans, fans_before) << dry_c;
    fans_before = fans;
  }
}

TEST(CoolingSystem, ChillersRejectToDryCoolersWithoutTowers) {
  auto plant = chilled_plant(6, 0);
  plant.tower.reset();
  plant.dry_cooler = trillium();
  plant.dry_coolers = 8;
  HallParams hall;
  hall.air = crahs(0);
  CoolingSystem system({plant}, {hall});
  ASSERT_TRUE(system.initialise(Heat{6e6}, Heat{0.0}, air(28.0, 0.5)));
  auto const summer = system.advance(60.0, Heat{6e6}, Heat{0.0}, air(28.0, 0.5), air(28.0, 0.5)).plants[0];
  EXPECT_GT(summer.chiller_w, 500e3);
  EXPECT_GT(summer.dry_cooler_fan_w, 0.0);
  EXPECT_EQ(summer.free_cooling_share, 0.0);
  EXPECT_NEAR(summer.heat_rejected_w, summer.cooling_w + summer.chiller_w + (summer.pump_w - 150e3 * 0.0), 2e5);
  ASSERT_TRUE(system.initialise(Heat{6e6}, Heat{0.0}, air(2.0, 0.5)));
  auto const winter = system.advance(60.0, Heat{6e6}, Heat{0.0}, air(2.0, 0.5), air(2.0, 0.5)).plants[0];
  EXPECT_EQ(winter.chiller_w, 0.0);
  EXPECT_EQ(winter.free_cooling_share, 1.0);
}

TEST(CoolingSystem, HeatOfAMissingSideGoesToTheOtherOrOut) {
  HallParams only_air, only_liquid, bare;
  only_air.air = crahs(0);
  only_liquid.liquid = cdus(1);
  CoolingSystem system({chilled_plant(), warm_plant()}, {only_air, only_liquid, bare});
  Heat const a{5e6, 1e6, 2e3}, l{1e6, 15e6, 1e3};
  auto const weather = air(15.0, 0.6);
  ASSERT_TRUE(system.initialise(a, l, weather));
  auto const& i = system.advance(60.0, a, l, weather, weather);
  EXPECT_TRUE(system.has_air(0) && !system.has_liquid(0) && !system.has_air(1) && system.has_liquid(1) && !system.has_air(2));
  EXPECT_NEAR(i.halls[2].vented_w, 3e3, 1e-9);
  EXPECT_NEAR(i.plants[0].cooling_w, 6e6 + i.halls[0].crah_fan_w + i.plants[0].pump_w, 2e5);
  EXPECT_NEAR(i.plants[1].cooling_w, 16e6 + i.halls[1].cdu_pump_w + i.plants[1].pump_w, 1e3);
}

TEST(CoolingSystem, SameCallsGiveTheSameBits) {
  auto const run = [] {
    auto system = building();
    RandomStream random(11, "again");
    auto before = air(20.0, 0.6);
    system.initialise(Heat{5e6}, Heat{10e6}, before);
    double sum = 0;
    for (int k = 0; k < 200; ++k) {
      auto const after = air(random.uniform(0, 33), 0.7);
      Heat const a{random.uniform(2e6, 9e6)}, l{random.uniform(2e6, 22e6)};
      auto const& i = system.advance(random.uniform(0.1, 120.0), a, l, before, after);
      sum += i.plants[0].chiller_w + i.plants[1].dry_cooler_fan_w + system.liquid_return_k(0);
      before = after;
    }
    return sum;
  };
  EXPECT_EQ(run(), run());
}

TEST(CoolingSystem, NoTimeMeansInstantaneousPowers) {
  auto system = building();
  auto const weather = air(26.0, 0.7);
  system.initialise(Heat{8e6}, Heat{20e6}, weather);
  double const stored = system.stored_energy_j();
  auto const now = system.advance(0.0, Heat{8e6}, Heat{20e6}, weather, weather);
  EXPECT_GT(now.plants[0].chiller_w, 100e3);
  EXPECT_EQ(now.plants[0].water_kg, 0.0);
  EXPECT_EQ(system.stored_energy_j(), stored);
  EXPECT_EQ(system.heat_in_j(), 0.0);
}

TEST(CoolingSystem, RefusesNonsenseByNumber) {
  auto const message = [](std::vector<PlantParams> plants, std::vector<HallParams> halls) -> std::string {
    try {
      CoolingSystem(std::move(plants), std::move(halls));
    } catch (std::invalid_argument const& e) {
      return e.what();
    }
    return "accepted";
  };
  auto homeless = chilled_plant();
  homeless.towers = 0;
  EXPECT_NE(message({warm_plant(), homeless}, {}).find("plant 1: plant: neither towers nor dry coolers"), std::string::npos);
  HallParams hall;
  hall.air = crahs(3);
  EXPECT_NE(message({warm_plant()}, {hall}).find("hall 0: names a plant that does not exist"), std::string::npos);
  auto system = building();
  auto const weather = air(20.0, 0.5);
  EXPECT_THROW(system.advance(1.0, Heat{}, Heat{1.0}, weather, weather), std::invalid_argument);
  EXPECT_THROW(system.advance(-1.0, Heat{1.0}, Heat{1.0}, weather, weather), std::invalid_argument);
}

// Printed, not asserted: it depends on the machine.
TEST(CoolingSystem, ThirtyDaysOfMinutes) {
  auto system = building();
  RandomStream random(5, "speed");
  auto before = air(25.0, 0.7);
  system.initialise(Heat{8e6}, Heat{18e6}, before);
  auto const begin = std::chrono::steady_clock::now();
  long stages = 0;
  for (int k = 0; k < 43200; ++k) {
    auto const after = before;
    Heat const a{8e6 + 2e5 * random.uniform()}, l{18e6 + 5e5 * random.uniform()};
    stages += system.advance(60.0, a, l, before, after).stages;
    before = after;
  }
  double const seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("43,200 calls of 60 s: %.2f s, %ld stages, %.2f us a stage (2 plants, 1 hall), heat balance %.1e\n", seconds,
              stages, 1e6 * seconds / static_cast<double>(stages), system.heat_balance_residual());
  EXPECT_LT(std::abs(system.heat_balance_residual()), 1e-12);
}

}  // namespace
}  // namespace ondol::sim
