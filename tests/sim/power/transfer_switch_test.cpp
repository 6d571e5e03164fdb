#include "sim/power/transfer_switch.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "sim/power/voltage_tolerance.hpp"

namespace ondol::sim {
namespace {

using Side = TransferSwitch::Side;
using Event = TransferSwitch::Event;

TEST(TransferSwitch, StaticGoesAtOnceAndReturnsLater) {
  TransferSwitch s(static_transfer_switch());
  s.set(true, true);
  s.advance(100);
  EXPECT_FALSE(s.set(false, true));
  EXPECT_FALSE(s.has_output());
  EXPECT_EQ(s.time_to_event_s(), 0);
  EXPECT_EQ(s.advance(1).happened->event, Event::start_asked);
  auto const over = s.advance(1);
  EXPECT_EQ(over.elapsed_s, 0);
  EXPECT_EQ(over.happened->event, Event::transferred);
  EXPECT_EQ(over.happened->gap_s, 0.004);
  EXPECT_TRUE(s.has_output());
  s.set(true, true);
  auto const back = s.advance(100);
  EXPECT_NEAR(back.elapsed_s, 3, 1e-12);
  EXPECT_EQ(back.happened->event, Event::retransferred);
  EXPECT_EQ(s.side(), Side::preferred);
}

TEST(TransferSwitch, AutomaticIgnoresADipAndWaitsForTheEngine) {
  TransferSwitch s(automatic_transfer_switch());
  s.set(false, false);
  s.advance(2.5);
  EXPECT_FALSE(s.asks_start());
  s.set(true, false);
  EXPECT_TRUE(std::isinf(s.time_to_event_s()));
  s.set(false, false);
  auto const asked = s.advance(100);
  EXPECT_NEAR(asked.elapsed_s, 3, 1e-12);
  EXPECT_TRUE(s.asks_start());
  EXPECT_TRUE(std::isinf(s.time_to_event_s()));
  s.advance(10);
  s.set(false, true);
  auto const over = s.advance(100);
  EXPECT_NEAR(over.elapsed_s, 2, 1e-12);
  EXPECT_EQ(over.happened->event, Event::transferred);
  // Back for four minutes, gone, back for five.
  s.set(true, true);
  s.advance(240);
  s.set(false, true);
  s.advance(1);
  s.set(true, true);
  auto const back = s.advance(1000);
  EXPECT_NEAR(back.elapsed_s, 300, 1e-9);
  EXPECT_FALSE(s.asks_start());
}

TEST(TransferSwitch, WithdrawsTheStartAndLeavesAFailedAlternateAtOnce) {
  TransferSwitch s(automatic_transfer_switch());
  s.set(false, false);
  s.advance(5);
  ASSERT_TRUE(s.asks_start());
  EXPECT_EQ(s.set(true, false)->event, Event::start_withdrawn);
  EXPECT_FALSE(s.asks_start());
  s.set(false, true);
  s.advance(3);
  s.advance(10);
  ASSERT_EQ(s.side(), Side::alternate);
  s.set(true, true);
  s.set(true, false);
  EXPECT_EQ(s.advance(1).elapsed_s, 0);
  EXPECT_EQ(s.side(), Side::preferred);
}

TEST(TransferSwitch, RefusesNegativeTimes) {
  EXPECT_THROW(TransferSwitch({.gap_s = -1}), std::invalid_argument);
}

TEST(VoltageTolerance, CornersOfTheCurves) {
  auto const it = itic();
  EXPECT_TRUE(it.rides(0, 0.02));
  EXPECT_FALSE(it.rides(0, 0.021));
  EXPECT_FALSE(it.rides(0.69, 0.2));
  EXPECT_TRUE(it.rides(0.7, 0.5));
  EXPECT_TRUE(it.rides(0.8, 10));
  EXPECT_FALSE(it.rides(0.89, 11));
  EXPECT_TRUE(it.rides(0.9, 1e9));
  auto const f47 = semi_f47();
  EXPECT_TRUE(f47.rides(0.5, 0.2));
  EXPECT_FALSE(f47.rides(0.49, 0.2));
  EXPECT_FALSE(f47.rides(0.8, 1.1));
  EXPECT_NO_THROW(check(it));
  EXPECT_NO_THROW(check(f47));
}

TEST(VoltageTolerance, TransfersAreRiddenOrNot) {
  EXPECT_TRUE(itic().rides(0, static_transfer_switch().gap_s));
  EXPECT_FALSE(itic().rides(0, automatic_transfer_switch().gap_s));
}

TEST(VoltageTolerance, RefusesCurvesOutOfOrder) {
  EXPECT_THROW(check(VoltageTolerance{}), std::invalid_argument);
  EXPECT_THROW(check(VoltageTolerance{{{0, 0.02}, {0.9, 10}}}), std::invalid_argument);
  EXPECT_THROW(check(VoltageTolerance{{{0, 0.5}, {0.7, 0.02}, {0.9, INFINITY}}}), std::invalid_argument);
  EXPECT_THROW(check(VoltageTolerance{{{0.7, 0.5}, {0.7, 1}, {0.9, INFINITY}}}), std::invalid_argument);
}

// Six dips within 82 s; three within a minute make a supply leave.                                       [nerc2025loads]
}  // namespace
}  // namespace ondol::sim
