#include "sim/power/ups.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "sim/power/overload.hpp"

namespace ondol::sim {
namespace {

UpsParams params(UpsMode normal = UpsMode::double_conversion) {
  UpsParams p;
  p.normal = normal;
  p.inverter.recovery_s = 1000;
  p.recharge_w = 1000;
  p.recharge_on_generator_w = 200;
  return p;
}

TEST(Overload, LastsWhatTheTableSays) {
  OverloadMemory const m(params().inverter);
  EXPECT_TRUE(std::isinf(m.time_to_expiry_s(1)));
  EXPECT_EQ(m.time_to_expiry_s(1.1), 3600);
  EXPECT_EQ(m.time_to_expiry_s(1.11), 600);
  EXPECT_EQ(m.time_to_expiry_s(1.5), 60);
  EXPECT_EQ(m.time_to_expiry_s(1.51), 0.2);
}

TEST(Overload, AddsUpAndRecovers) {
  OverloadMemory m(params().inverter);
  m.advance(300, 1.25);
  EXPECT_DOUBLE_EQ(m.time_to_expiry_s(1.5), 30);
  m.advance(15, 1.5);
  EXPECT_DOUBLE_EQ(m.used(), 0.75);
  m.advance(250, 0.9);
  EXPECT_DOUBLE_EQ(m.used(), 0.5);
  m.advance(1000, 0.9);
  EXPECT_EQ(m.used(), 0);
  m.advance(599.999, 1.2);
  EXPECT_FALSE(m.expired());
  m.advance(0.001, 1.2);
  EXPECT_TRUE(m.expired());
}

TEST(Overload, RefusesTablesOutOfOrder) {
  auto const with = [](double continuous, std::vector<OverloadCurve::Step> steps, double beyond_s) {
    return OverloadCurve{.continuous = continuous, .steps = std::move(steps), .beyond_s = beyond_s};
  };
  EXPECT_THROW(check(with(0.9, {}, 0)), std::invalid_argument);
  EXPECT_THROW(check(with(1, {{1.25, 600}, {1.1, 3600}}, 0)), std::invalid_argument);
  EXPECT_THROW(check(with(1, {{1.1, 10}, {1.2, 20}}, 0)), std::invalid_argument);
  EXPECT_THROW(check(with(1, {{1.1, 10}}, 10)), std::invalid_argument);
  EXPECT_NO_THROW(check(OverloadCurve{}));
}

/// Passes time and notes each transition as "time cause>mode".
std::vector<std::string> history(Ups& ups, double duration_s, double& clock_s) {
  std::vector<std::string> rows;
  for (double const end = clock_s + duration_s; clock_s < end;) {
    auto const step = ups.advance(end - clock_s);
    clock_s += step.elapsed_s;
    if (step.transition)
      rows.push_back(std::to_string(std::lround(clock_s)) + " " + std::string(name(step.transition->cause)) + ">" +
                     std::string(name(step.transition->to)));
  }
  return rows;
}
std::vector<std::string> history(Ups& ups, double duration_s) {
  double clock_s = 0;
  return history(ups, duration_s, clock_s);
}

TEST(Ups, RidesThroughAnOutageAndWalksIn) {
  Ups ups(params());
  EXPECT_EQ(ups.recharge_limit_w(), 1000);
  auto const lost = ups.set({.input = UpsInput::none, .load = 0.8});
  ASSERT_TRUE(lost);
  EXPECT_EQ(lost->to, UpsMode::battery);
  EXPECT_EQ(lost->gap_s, 0);
  EXPECT_EQ(ups.rectifier_share(), 0);
  EXPECT_TRUE(std::isinf(ups.time_to_event_s()));
  ups.advance(100);
  EXPECT_FALSE(ups.set({.input = UpsInput::generator, .load = 0.8}));
  EXPECT_EQ(ups.advance(2).transition, std::nullopt);
  auto const back = ups.advance(100);
  ASSERT_TRUE(back.transition);
  EXPECT_NEAR(back.elapsed_s, 1, 1e-9);
  EXPECT_EQ(back.transition->cause, UpsCause::input_returned);
  EXPECT_EQ(ups.rectifier_share(), 0);
  EXPECT_NEAR(ups.mean_rectifier_share(15), 0.5, 1e-12);
  ups.advance(6);
  EXPECT_NEAR(ups.rectifier_share(), 0.4, 1e-12);
  EXPECT_NEAR(ups.mean_rectifier_share(3), 0.5, 1e-12);
  EXPECT_EQ(ups.recharge_limit_w(), 0);
  auto const done = ups.advance(100);
  EXPECT_NEAR(done.elapsed_s, 9, 1e-9);
  EXPECT_EQ(done.transition->cause, UpsCause::walk_in_done);
  EXPECT_EQ(ups.rectifier_share(), 1);
  EXPECT_EQ(ups.recharge_limit_w(), 200);
  EXPECT_TRUE(std::isinf(ups.time_to_event_s()));
}

TEST(Ups, InputThatFlickersStartsTheWaitAgain) {
  Ups ups(params());
  ups.set({.input = UpsInput::none});
  ups.set({.input = UpsInput::utility});
  ups.advance(2);
  ups.set({.input = UpsInput::none});
  ups.set({.input = UpsInput::utility});
  EXPECT_NEAR(ups.time_to_event_s(), 3, 1e-12);
  // It fails during the walk-in: the battery takes all of it again.
  ups.advance(3);
  ups.advance(5);
  EXPECT_EQ(ups.set({.input = UpsInput::none})->to, UpsMode::battery);
  EXPECT_EQ(ups.rectifier_share(), 0);
}

TEST(Ups, EcoHasAGapAndComesBackAfterDoubleConversion) {
  Ups ups(params(UpsMode::eco));
  EXPECT_EQ(ups.mode(), UpsMode::eco);
  auto const lost = ups.set({.input = UpsInput::none, .load = 0.5});
  EXPECT_EQ(lost->to, UpsMode::battery);
  EXPECT_EQ(lost->gap_s, 0.004);
  ups.set({.input = UpsInput::utility, .load = 0.5});
  EXPECT_EQ(history(ups, 200), (std::vector<std::string>{"3 input_returned>double_conversion",
                                                         "18 walk_in_done>double_conversion", "78 eco_resumed>eco"}));
}

TEST(Ups, OverloadGoesToBypassAndBack) {
  Ups ups(params());
  ups.set({.load = 1.2});
  double clock_s = 0;
  // The inverter carries it for ten minutes, then the bypass for ten.
  EXPECT_EQ(history(ups, 1000, clock_s), (std::vector<std::string>{"600 overload>bypass"}));
  ups.set({.load = 0.9});
  EXPECT_EQ(history(ups, 100, clock_s), (std::vector<std::string>{"1010 retransferred>double_conversion"}));
  // The inverter recovered for 500 s while it was idle.
  EXPECT_NEAR(ups.inverter_overload_used(), 0.5, 1e-9);
  Ups other(params());
  other.set({.load = 1.2});
  EXPECT_EQ(history(other, 2000), (std::vector<std::string>{"600 overload>bypass", "1200 overload>off"}));
}

TEST(Ups, OverloadOnBatteryEndsInTheDark) {
  Ups ups(params());
  ups.set({.input = UpsInput::none, .load = 1.4});
  auto const step = ups.advance(1000);
  EXPECT_NEAR(step.elapsed_s, 60, 1e-9);
  EXPECT_EQ(step.transition->to, UpsMode::off);
  EXPECT_TRUE(std::isinf(step.transition->gap_s));
}

TEST(Ups, EmptyBatteryDropsTheLoadOrEndsTheWalkIn) {
  Ups ups(params());
  ups.set({.input = UpsInput::none, .load = 0.5});
  auto const empty = ups.set({.input = UpsInput::none, .load = 0.5, .battery_empty = true});
  EXPECT_EQ(empty->to, UpsMode::off);
  EXPECT_EQ(empty->cause, UpsCause::battery_empty);
  EXPECT_FALSE(ups.has_output());
  Ups walking(params());
  walking.set({.input = UpsInput::none});
  walking.set({.input = UpsInput::utility});
  walking.advance(3);
  EXPECT_EQ(walking.rectifier_share(), 0);
  EXPECT_FALSE(walking.set({.input = UpsInput::utility, .battery_empty = true}));
  EXPECT_EQ(walking.rectifier_share(), 1);
  // Input back but not yet trusted: better than nothing.
  Ups waiting(params());
  waiting.set({.input = UpsInput::none});
  waiting.set({.input = UpsInput::utility});
  EXPECT_EQ(waiting.set({.input = UpsInput::utility, .battery_empty = true})->to, UpsMode::double_conversion);
}

TEST(Ups, FailedInverterGoesToBypassUntilTheInputFails) {
  Ups ups(params());
  EXPECT_EQ(ups.set({.load = 0.5, .inverter_works = false})->to, UpsMode::bypass);
  EXPECT_TRUE(std::isinf(ups.time_to_event_s()));
  Ups repaired = ups;
  EXPECT_EQ(ups.set({.input = UpsInput::none, .load = 0.5, .inverter_works = false})->to, UpsMode::off);
  repaired.advance(50);
  repaired.set({.load = 0.5});
  EXPECT_EQ(history(repaired, 20), (std::vector<std::string>{"10 retransferred>double_conversion"}));
}

TEST(Ups, StartsAgainOnlyIfItMay) {
  auto p = params();
  Ups stays(p);
  p.restart_s = 30;
  Ups starts(p);
  for (Ups* ups : {&stays, &starts}) {
    ups->set({.input = UpsInput::none, .load = 0.5});
    ups->set({.input = UpsInput::none, .load = 0.5, .battery_empty = true});
    ups->advance(500);
    ups->set({.input = UpsInput::utility, .load = 0.5, .battery_empty = true});
  }
  EXPECT_TRUE(history(stays, 1000).empty());
  EXPECT_EQ(history(starts, 1000), (std::vector<std::string>{"30 restarted>double_conversion"}));
  EXPECT_EQ(starts.rectifier_share(), 1);
  // Switched off by an overload, the input is good all the time: the wait counts from there.
  Ups over(p);
  over.set({.load = 2});
  EXPECT_EQ(history(over, 20), (std::vector<std::string>{"0 overload>bypass", "0 overload>off"}));
  EXPECT_NEAR(over.time_to_event_s(), 10 + 0.2 + 0.016, 1e-9);
}

// Random conditions, each for a random while, taken whole and in small pieces.
TEST(Ups, KeepsItsRulesUnderAnyConditionsHoweverStepsAreCut) {
  std::mt19937 random(11);
  std::uniform_real_distribution<double> share(0, 1);
  for (int run = 0; run < 200; ++run) {
    auto p = params(run % 2 ? UpsMode::eco : UpsMode::double_conversion);
    if (run % 3 == 0) p.restart_s = 20;
    Ups whole(p), cut(p);
    for (int i = 0; i < 60; ++i) {
      Ups::Conditions const c{.input = share(random) < 0.7 ? UpsInput::utility : UpsInput::none,
                              .load = share(random) < 0.3 ? 1 + share(random) : share(random),
                              .battery_empty = share(random) < 0.1,
                              .inverter_works = share(random) < 0.95};
      whole.set(c);
      cut.set(c);
      double const duration_s = std::exp(10 * share(random) - 2);
      int at_once = 0;
      for (double left = duration_s; left > 1e-9;) {
        double const elapsed_s = whole.advance(left).elapsed_s;
        at_once = elapsed_s > 0 ? 0 : at_once + 1;
        ASSERT_LT(at_once, 5);
        left -= elapsed_s;
      }
      double const piece_s = duration_s / 37;
      for (int k = 0; k < 37; ++k)
        for (double left = piece_s; left > 1e-9;) left -= cut.advance(left).elapsed_s;
      ASSERT_EQ(whole.mode(), cut.mode());
      ASSERT_NEAR(whole.inverter_overload_used(), cut.inverter_overload_used(), 1e-6);
      ASSERT_NEAR(whole.rectifier_share(), cut.rectifier_share(), 1e-6);
      bool const input = c.input != UpsInput::none;
      UpsMode const mode = whole.mode();
      ASSERT_TRUE(mode != UpsMode::battery || (c.inverter_works && !c.battery_empty));
      ASSERT_TRUE(mode == UpsMode::battery || mode == UpsMode::off || input);
      ASSERT_TRUE(mode != UpsMode::double_conversion || c.inverter_works);
    }
  }
}

TEST(Ups, RefusesWhatCannotBe) {
  auto p = params();
  p.normal = UpsMode::battery;
  EXPECT_THROW(Ups{p}, std::invalid_argument);
  p = params();
  p.walk_in_s = -1;
  EXPECT_THROW(Ups{p}, std::invalid_argument);
  p = params();
  p.bypass.beyond_s = 0.02;
  EXPECT_THROW(Ups{p}, std::invalid_argument);
}

}  // namespace
}  // namespace ondol::sim
