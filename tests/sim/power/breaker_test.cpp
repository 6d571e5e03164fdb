#include "sim/power/breaker.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <stdexcept>

namespace ondol::sim {
namespace {

using Element = BreakerParams::Element;

/// 100 A, trips at sqrt(2) times that; tau 100 s.
BreakerParams simple() {
  return {.rated_a = 100, .tau_s = 100, .trip_heat = 2, .instantaneous = 10, .clearing_s = 0.03};
}

TEST(Breaker, TakesTheTimeOfAFirstOrderElement) {
  Breaker const b(simple());
  EXPECT_NEAR(b.time_to_trip_s(200), 100 * std::log(2), 1e-12);  // 4 / (4 - 2)
  EXPECT_TRUE(std::isinf(b.time_to_trip_s(141.42)));
  EXPECT_FALSE(std::isinf(b.time_to_trip_s(141.43)));
  EXPECT_NEAR(b.time_to_trip_s(1000), 0.03, 1e-12);
  EXPECT_GT(b.time_to_trip_s(999), 1);
}

TEST(Breaker, RemembersWhatItCarried) {
  Breaker b(simple());
  EXPECT_FALSE(b.advance(1e6, 100));  // at rest under its rating: heat 1
  EXPECT_NEAR(b.heat_fraction(), 0.5, 1e-12);
  EXPECT_NEAR(b.time_to_trip_s(200), 100 * std::log(1.5), 1e-12);  // (4 - 1) / (4 - 2)
  EXPECT_FALSE(b.advance(30, 200));
  EXPECT_NEAR(b.time_to_trip_s(200), 100 * std::log(1.5) - 30, 1e-9);
  EXPECT_FALSE(b.advance(100 * std::log(2), 0));  // half of it goes
  EXPECT_NEAR(2 * b.heat_fraction(), (4 - 3 * std::exp(-0.3)) / 2, 1e-12);
}

TEST(Breaker, OverloadsWithShortPausesTripAndWithLongOnesDoNot) {
  auto const trips = [](double pause_s) {
    Breaker b(simple());
    for (int i = 0; i < 100; ++i) {
      if (b.advance(40, 200)) return true;
      if (b.advance(pause_s, 50)) return true;
    }
    return false;
  };
  EXPECT_FALSE(Breaker(simple()).advance(40, 200));
  EXPECT_TRUE(trips(20));
  EXPECT_FALSE(trips(200));
}

TEST(Breaker, TripsWithinAStepAndCoolsAfterwards) {
  Breaker b(simple());
  auto const at = b.advance(1000, 200);
  ASSERT_TRUE(at);
  EXPECT_NEAR(*at, 100 * std::log(2), 1e-12);
  EXPECT_FALSE(b.is_closed());
  EXPECT_NEAR(b.heat_fraction(), std::exp(-(1000 - *at) / 100), 1e-12);
  EXPECT_EQ(b.time_to_trip_s(0), 0);
  EXPECT_FALSE(b.advance(10, 0));
}

TEST(Breaker, ClosesOnlyWhenItHasCooled) {
  Breaker hot(simple());
  hot.advance(hot.time_to_trip_s(300), 300);
  EXPECT_FALSE(hot.is_closed());
  EXPECT_NEAR(hot.time_to_relatch_s(), 100 * std::log(2), 1e-9);
  EXPECT_FALSE(hot.close());
  hot.advance(hot.time_to_relatch_s() + 1e-6, 0);
  EXPECT_TRUE(hot.close());
  EXPECT_GT(hot.time_to_trip_s(200), 0);
}

TEST(Breaker, SaysWhatItCarriesForAWhile) {
  Breaker b(simple());
  EXPECT_NEAR(b.carries_a(1e9), 100 * std::sqrt(2), 1e-6);
  b.advance(100, 120);
  double const a = b.carries_a(25);
  EXPECT_NEAR(b.time_to_trip_s(a), 25, 1e-9);
  EXPECT_EQ(b.carries_a(0.5), 1000);  // just below the instantaneous pickup
  b.open();
  EXPECT_EQ(b.carries_a(1), 0);
}

TEST(Breaker, ShortTimeWaitsItsDelayAndForgetsAtOnce) {
  auto p = simple();
  p.short_time = 5;
  p.short_time_s = 0.3;
  Breaker b(p);
  EXPECT_NEAR(b.time_to_trip_s(600), 0.3, 1e-12);
  EXPECT_FALSE(b.advance(0.2, 600));
  EXPECT_NEAR(b.time_to_trip_s(600), 0.1, 1e-12);
  EXPECT_FALSE(b.advance(0.01, 100));
  EXPECT_NEAR(b.time_to_trip_s(600), 0.3, 1e-12);
  EXPECT_NEAR(b.time_to_trip_s(1200), 0.03, 1e-12);
}

TEST(Breaker, InverseSquareElementAddsUpAbovePickup) {
  // 10 s at three times the rating: k = 90 s.
  BreakerParams p{.rated_a = 400, .element = Element::i2t, .tau_s = tau_through(Element::i2t, 1.44, 3, 10), .pickup = 1.1};
  Breaker b(p);
  EXPECT_NEAR(b.time_to_trip_s(1200), 10, 1e-12);
  EXPECT_NEAR(b.time_to_trip_s(600), 40, 1e-12);
  EXPECT_TRUE(std::isinf(b.time_to_trip_s(440)));
  EXPECT_FALSE(b.advance(20, 600));
  EXPECT_NEAR(b.time_to_trip_s(1200), 5, 1e-12);
  EXPECT_FALSE(b.advance(p.tau_s * std::log(2), 400));
  EXPECT_NEAR(b.time_to_trip_s(1200), 7.5, 1e-9);
}

// One point of each row makes tau; the other two are the maker's.                                [schneider2012micrologic]
TEST(Breaker, OnePointOfATripUnitGivesTheOthers) {
  double const at_6[] = {0.5, 1, 2, 4, 8, 12, 16, 20, 24}, at_1_5[] = {12.5, 25, 50, 100, 200, 300, 400, 500, 600},
               at_7_2[] = {0.34, 0.69, 1.38, 2.7, 5.5, 8.3, 11, 13.8, 16.6};
  for (int i = 0; i < 9; ++i) {
    Breaker const b(electronic_breaker(1000, at_6[i], 12));
    EXPECT_NEAR(b.time_to_trip_s(1500) / at_1_5[i], 1, 0.005);
    EXPECT_NEAR(b.time_to_trip_s(7200) / at_7_2[i], 1, 0.025);
  }
}

TEST(Breaker, StandardsHoldAtTheirPoints) {
  for (double const rated : {15.0, 40.0, 100.0, 225.0, 400.0, 1200.0, 2500.0, 4000.0}) {
    Breaker const b(moulded_case_breaker(rated, 10));
    EXPECT_NEAR(b.time_to_trip_s(2 * rated), ul489_longest_at_200_s(rated) / 2, 1e-9);
    EXPECT_TRUE(std::isinf(b.time_to_trip_s(1.05 * rated)));
    EXPECT_LT(b.time_to_trip_s(1.30 * rated), rated <= 63 ? 3600 : 7200);
    EXPECT_LT(b.time_to_trip_s(1.35 * rated), rated <= 50 ? 3600 : 7200);
    EXPECT_LT(b.time_to_trip_s(3 * rated), ab4_longest_at_300_s(rated));
  }
  for (double const rated : {16.0, 32.0, 63.0, 125.0}) {
    Breaker const b(miniature_breaker(rated, 7));
    EXPECT_TRUE(std::isinf(b.time_to_trip_s(1.13 * rated)));
    EXPECT_LT(b.time_to_trip_s(1.45 * rated), rated <= 63 ? 3600 : 7200);
    EXPECT_NEAR(b.time_to_trip_s(2.55 * rated), rated <= 32 ? 30.5 : 60.5, 1e-9);
  }
  EXPECT_THROW(miniature_breaker(160, 7), std::invalid_argument);
  // Two standards, each with the middle of its own band, make much the same breaker.
  for (double const rated : {16.0, 30.0, 40.0, 50.0})
    EXPECT_NEAR(miniature_breaker(rated, 7).tau_s / moulded_case_breaker(rated, 7).tau_s, 0.9, 0.01);
  EXPECT_EQ(ul489_longest_at_200_s(30), 120);
  EXPECT_EQ(ul489_longest_at_200_s(4000), 1680);
  EXPECT_THROW(ul489_longest_at_200_s(6001), std::invalid_argument);
}

TEST(Breaker, EightyPercentForContinuousLoads) {
  EXPECT_EQ(continuous_limit_a(400, false), 320);
  EXPECT_EQ(continuous_limit_a(400, true), 400);
}

TEST(Breaker, TakesNoNoticeOfHowAStepIsCut) {
  for (auto const element : {Element::thermal, Element::i2t}) {
    auto p = simple();
    p.element = element;
    Breaker whole(p), cut(p);
    for (double const a : {150.0, 80.0, 130.0, 0.0, 120.0}) {
      EXPECT_FALSE(whole.advance(20, a));
      for (int i = 0; i < 200; ++i) EXPECT_FALSE(cut.advance(0.1, a));
    }
    EXPECT_NEAR(whole.heat_fraction(), cut.heat_fraction(), 1e-12);
  }
}

// What is foretold happens, whatever was carried before; what may be carried is carried.
TEST(Breaker, TripsWhenItSaidItWould) {
  std::mt19937 random(17);
  std::uniform_real_distribution<double> share(0, 1);
  for (int run = 0; run < 400; ++run) {
    auto p = simple();
    p.element = run % 2 ? Element::thermal : Element::i2t;
    if (run % 3 == 0) p.cooling_tau_s = 300;
    if (run % 5 == 0) p.short_time = 6, p.short_time_s = 0.4;
    Breaker b(p);
    for (int i = 0; i < 10 && b.is_closed(); ++i) b.advance(60 * share(random), 180 * share(random));
    if (!b.is_closed()) continue;
    double const a = 100 + 1200 * share(random) * share(random), trip_s = b.time_to_trip_s(a);
    if (std::isinf(trip_s)) continue;
    Breaker before = b;
    EXPECT_FALSE(before.advance(trip_s * (1 - 1e-6), a)) << a;
    auto const at = b.advance(trip_s * (1 + 1e-6) + 1e-9, a);
    ASSERT_TRUE(at) << a;
    EXPECT_NEAR(*at, trip_s, 1e-9);
  }
}

TEST(Breaker, RefusesWhatCannotBe) {
  auto const with = [](auto change) {
    auto p = simple();
    change(p);
    return p;
  };
  EXPECT_THROW(check(with([](auto& p) { p.rated_a = 0; })), std::invalid_argument);
  EXPECT_THROW(check(with([](auto& p) { p.tau_s = 0; })), std::invalid_argument);
  EXPECT_THROW(check(with([](auto& p) { p.trip_heat = 1; })), std::invalid_argument);
  EXPECT_THROW(check(with([](auto& p) { p.instantaneous = 0.9; })), std::invalid_argument);
  EXPECT_THROW(check(with([](auto& p) { p.relatch_heat = 2; })), std::invalid_argument);
  EXPECT_THROW(tau_through(Element::thermal, 1.44, 1.2, 10), std::invalid_argument);
  EXPECT_NO_THROW(check(simple()));
}

}  // namespace
}  // namespace ondol::sim
