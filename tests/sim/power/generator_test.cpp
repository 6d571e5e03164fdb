#include "sim/power/generator.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace ondol::sim {
namespace {

using State = GeneratorPlant::State;

/// 1 MW a set, 100 l/h at full load, 10 l/h idle.
GeneratorParams params() {
  return {.rated_w = 1e6, .fuel_m3_per_s = 0.1 / 3600, .idle_fuel_share = 0.1};
}

/// "time event set", to milliseconds.
std::vector<std::string> history(GeneratorPlant& plant, double duration_s) {
  std::vector<std::string> rows;
  for (double clock_s = 0; clock_s < duration_s;) {
    auto const step = plant.advance(duration_s - clock_s);
    clock_s += step.elapsed_s;
    if (step.happened)
      rows.push_back(std::to_string(std::lround(clock_s)) + " " + std::string(name(step.happened->event)) + " " +
                     std::to_string(step.happened->set));
  }
  return rows;
}

TEST(Generator, SetsJoinOneAfterAnother) {
  GeneratorPlant plant(params(), 3, 10);
  EXPECT_EQ(plant.capacity_w(), 0);
  EXPECT_TRUE(std::isinf(plant.time_to_event_s()));
  plant.call();
  EXPECT_EQ(history(plant, 30),
            (std::vector<std::string>{"10 ready 0", "10 ready 1", "10 ready 2", "10 on_bus 0", "15 on_bus 1", "20 on_bus 2"}));
  EXPECT_EQ(plant.capacity_w(), 3e6);
}

TEST(Generator, FailedAttemptsDelayASetAndTooManyKeepItOut) {
  GeneratorPlant plant(params(), 3, 10);
  plant.call(std::vector<int>{3, 1});
  EXPECT_EQ(history(plant, 200),
            (std::vector<std::string>{"10 ready 2", "10 on_bus 2", "40 ready 1", "45 on_bus 1", "90 failed 0"}));
  EXPECT_EQ(plant.state(0), State::failed);
  EXPECT_EQ(plant.capacity_w(), 2e6);
}

TEST(Generator, TakesLoadInBlocks) {
  GeneratorPlant plant(params(), 1, 10);
  EXPECT_FALSE(plant.set_load(1));
  plant.call();
  history(plant, 12);
  EXPECT_EQ(plant.acceptable_w(), 5e5);
  EXPECT_FALSE(plant.set_load(6e5));
  EXPECT_TRUE(plant.set_load(5e5));
  EXPECT_EQ(plant.acceptable_w(), 5e5);
  EXPECT_NEAR(plant.time_to_accept_s(7e5), 4, 1e-9);
  plant.advance(4);
  EXPECT_FALSE(plant.set_load(7.1e5));
  EXPECT_TRUE(plant.set_load(7e5));
  EXPECT_NEAR(plant.time_to_accept_s(1e6), 6, 1e-9);
  EXPECT_TRUE(std::isinf(plant.time_to_accept_s(1.01e6)));
  // Less is always taken, and does not make room at once.
  EXPECT_TRUE(plant.set_load(0));
  EXPECT_FALSE(plant.set_load(2e5));
  plant.advance(4);
  EXPECT_TRUE(plant.set_load(2e5));
}

// 0 to 50, 50 to 80, 80 to 100 % with the frequency back within 5 s after each.                           [mrb2010genset]
TEST(Generator, TakesTheStepsOfAUsualSpecification) {
  GeneratorPlant plant(params(), 1, 10);
  plant.call();
  history(plant, 12);
  EXPECT_TRUE(plant.set_load(5e5));
  EXPECT_NEAR(plant.time_to_accept_s(8e5), 6, 1e-9);
  plant.advance(6);
  EXPECT_TRUE(plant.set_load(8e5));
  EXPECT_NEAR(plant.time_to_accept_s(1e6), 4, 1e-9);
  plant.advance(4);
  EXPECT_TRUE(plant.set_load(1e6));
}

TEST(Generator, TakesARampAsSlowAsTheBlocks) {
  GeneratorPlant plant(params(), 2, 10);
  plant.call();
  history(plant, 30);
  bool taken = true;
  for (int i = 1; i <= 200; ++i) {
    plant.advance(0.1);
    taken = taken && plant.set_load(1e4 * i);  // 2 MW in 20 s
  }
  EXPECT_TRUE(taken);
  plant.set_load(0);
  plant.advance(20);
  for (int i = 1; i <= 100 && taken; ++i) {
    plant.advance(0.05);
    taken = plant.set_load(2e4 * i);  // in 5 s
  }
  EXPECT_FALSE(taken);
}

TEST(Generator, BurnsByLoadUntilTheTankIsEmpty) {
  GeneratorPlant plant(params(), 2, 0.38);
  plant.call();
  history(plant, 20);
  double const left_m3 = plant.tank_m3();
  // 5 s of two idle sets' 20 l/h and 5 s of one idle and one unloaded: as much.
  EXPECT_NEAR(left_m3, 0.38 - 0.02 * 10 / 3600, 1e-12);
  plant.set_load(1e6);
  // Two sets at half load: 2 x 55 l/h.
  EXPECT_NEAR(plant.time_to_empty_s(), left_m3 / 0.11 * 3600, 1e-6);
  double burnt_m3 = 0;
  GeneratorPlant::Step step;
  do burnt_m3 += (step = plant.advance(1000)).fuel_m3;
  while (!step.happened);
  EXPECT_EQ(step.happened->event, GeneratorPlant::Event::fuel_empty);
  EXPECT_NEAR(burnt_m3, left_m3, 1e-12);
  EXPECT_EQ(plant.capacity_w(), 0);
  EXPECT_EQ(plant.tank_m3(), 0);
  plant.call();
  EXPECT_EQ(plant.state(0), State::off);
}

TEST(Generator, CoolsDownAndIsBackAtOnceWhenCalledMeanwhile) {
  GeneratorPlant plant(params(), 2, 10);
  plant.call();
  history(plant, 30);
  plant.set_load(1e6);
  plant.release();
  EXPECT_EQ(plant.capacity_w(), 0);
  plant.advance(100);
  plant.call();
  EXPECT_EQ(plant.capacity_w(), 2e6);
  plant.release();
  EXPECT_EQ(history(plant, 400), (std::vector<std::string>{"300 stopped 0", "300 stopped 1"}));
  // Released while starting: nothing has run.
  plant.call();
  plant.advance(5);
  plant.release();
  EXPECT_EQ(plant.state(0), State::off);
}

TEST(Generator, LosesASetThatFails) {
  GeneratorPlant plant(params(), 2, 10);
  plant.call();
  history(plant, 30);
  plant.set_load(1e6);
  plant.fail(0);
  EXPECT_EQ(plant.capacity_w(), 1e6);
  EXPECT_EQ(plant.acceptable_w(), 1e6);
  plant.call();
  EXPECT_EQ(plant.state(0), State::failed);
  plant.repair(0);
  EXPECT_EQ(plant.state(0), State::off);
  plant.repair(1);
  EXPECT_EQ(plant.state(1), State::on_bus);
  plant.call();
  EXPECT_EQ(plant.state(0), State::starting);
}

TEST(Generator, KeepsItsRulesUnderAnyCallsAndLoads) {
  std::mt19937 random(13);
  std::uniform_real_distribution<double> share(0, 1);
  for (int run = 0; run < 100; ++run) {
    GeneratorPlant plant(params(), 1 + run % 5, 3);
    double burnt_m3 = 0;
    for (int i = 0; i < 300; ++i) {
      double const dice = share(random);
      if (dice < 0.1)
        plant.call(std::vector<int>{static_cast<int>(4 * share(random))});
      else if (dice < 0.13)
        plant.release();
      else if (dice < 0.14)
        plant.fail(static_cast<std::size_t>(share(random) * (1 + run % 5)));
      else if (double const load_w = 6e6 * share(random); plant.set_load(load_w))
        ASSERT_EQ(plant.load_w(), load_w);
      else
        ASSERT_GT(plant.time_to_accept_s(load_w), 0);
      double left = 100 * share(random);
      for (int events = 0; left > 1e-9; ++events) {
        auto const step = plant.advance(left);
        left -= step.elapsed_s;
        burnt_m3 += step.fuel_m3;
        ASSERT_LT(events, 30);
      }
      ASSERT_GE(plant.tank_m3(), 0);
      ASSERT_NEAR(plant.tank_m3() + burnt_m3, 3, 1e-9);
      ASSERT_LE(plant.acceptable_w(), std::max(plant.capacity_w(), plant.load_w()) + 1e-6);
    }
  }
}

// Only the idle share comes from elsewhere; each row's full load is its own.
//   cummins2004qsk23: engine, litres an hour at 175, 351, 526, 701 kW;  eventpower2020: 2 MW sets
TEST(Generator, PartLoadFuelIsThatOfPublishedSets) {
  GeneratorParams const p{.rated_w = 1, .fuel_m3_per_s = 1};
  struct {
    double load, qsk23, chart;
  } const rows[] = {{0.25, 46.0 / 161, 162.1 / 537.2}, {0.5, 85.0 / 161, 273.3 / 537.2}, {0.75, 121.0 / 161, 391.8 / 537.2}};
  for (auto const& r : rows) {
    EXPECT_NEAR(fuel_m3_per_s(p, r.load) / r.qsk23, 1, 0.04);
    EXPECT_NEAR(fuel_m3_per_s(p, r.load) / r.chart, 1, 0.06);
  }
}

TEST(Generator, RefusesWhatCannotBe) {
  auto p = params();
  p.block = 1.2;
  EXPECT_THROW(check(p), std::invalid_argument);
  p = params();
  p.rated_w = 0;
  EXPECT_THROW(check(p), std::invalid_argument);
  p = params();
  p.idle_fuel_share = 1;
  EXPECT_THROW(check(p), std::invalid_argument);
  EXPECT_THROW(GeneratorPlant(params(), 0, 1), std::invalid_argument);
  EXPECT_THROW(GeneratorPlant(params(), 1, -1), std::invalid_argument);
}

}  // namespace
}  // namespace ondol::sim
