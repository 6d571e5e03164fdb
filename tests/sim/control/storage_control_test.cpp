#include "sim/control/storage_control.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

namespace ondol::sim {
namespace {

using Step = StorageControl::Step;
using Lack = StorageControl::Lack;

constexpr double mw = 1e6, minute = 60;

/// 2 MW, 1 MWh between its bounds, half full, 90 % each way.
StorageControlParams battery() {
  StorageControlParams p;
  p.discharge_w = p.charge_w = 2 * mw;
  p.discharge_efficiency = p.charge_efficiency = 0.9;
  p.floor_j = 0;
  p.ceiling_j = 3600 * mw;
  p.target_j = p.ceiling_j / 2;
  return p;
}

/// A control with what it stores, moved on by hand: stored falls by what is given and lost.
struct Store {
  StorageControl control;
  double stored_j, now_s = 0;
  Step last;

  Store(StorageControlParams const& p, double stored) : control(p), stored_j(stored) {}
  /// Mean power at the meter over the step.
  double meter_w(double load_w, double duration_s, StorageMeets meets = {}) {
    meets.load_w = load_w;
    control.step(now_s, duration_s, meets, stored_j, last);
    auto const& p = control.params();
    for (auto const& part : last.parts)
      stored_j -= part.duration_s * part.given_w * (part.given_w > 0 ? 1 / p.discharge_efficiency : p.charge_efficiency);
    now_s += duration_s;
    return load_w - last.given_j * meets.gain / duration_s;
  }
};

// The load jumps from 3 to 5 MW.  At 1 MW/min the meter takes 2 min: means 3.5 and 4.5 MW; the triangle of 2 MW x 2 min / 2 is
// 120 MJ at the terminals and 133.3 MJ of the store.
TEST(StorageControl, AJumpOfTheLoadBecomesARamp) {
  auto p = battery();
  p.ramp_w_per_s = mw / minute;
  Store s(p, p.target_j);
  EXPECT_DOUBLE_EQ(s.meter_w(3 * mw, 60), 3 * mw);
  EXPECT_NEAR(s.meter_w(5 * mw, 60), 3.5 * mw, 1);
  EXPECT_NEAR(s.meter_w(5 * mw, 59), (4 + 59.0 / 120) * mw, 100);
  EXPECT_NEAR(s.stored_j - p.target_j, -(120 * mw - mw / 60 / 2) / 0.9, 200 * mw / 1000);
  EXPECT_EQ(s.last.ramp_missed_s, 0);
}

// From 5 to 3 MW the store takes the same triangle: 120 MJ, of which 108 MJ stay.
TEST(StorageControl, AFallIsTakenIn) {
  auto p = battery();
  p.ramp_w_per_s = mw / minute;
  p.recovery_s = 1e9;
  Store s(p, p.target_j);
  s.meter_w(5 * mw, 60);
  EXPECT_NEAR(s.meter_w(3 * mw, 120), 4 * mw, 10);
  EXPECT_NEAR(s.stored_j - p.target_j, 108 * mw, 1e3);
}

// Steered back: what is missing is taken with the time constant of the recovery, over the efficiency of the charge.
TEST(StorageControl, TheChargeReturnsToItsTarget) {
  auto p = battery();
  p.ramp_w_per_s = 10 * mw / minute;
  Store s(p, 0.4 * p.ceiling_j);
  for (int i = 0; i < 900; ++i) s.meter_w(5 * mw, 1, {.gain = 1.05});  // whatever is lost on the way to the meter
  EXPECT_NEAR((p.target_j - s.stored_j) / (0.1 * p.ceiling_j), std::exp(-0.9), 0.002);
  EXPECT_EQ(s.last.ramp_missed_s, 0);
}

// 6 MW under a limit of 5 MW: 1 MW is given, 1/0.9 MW of the store is used; recharged at 4 MW up to 5 MW, not beyond.
TEST(StorageControl, PeaksStayBelowTheLimitAndAreRechargedBelowIt) {
  auto p = battery();
  p.target_j = p.ceiling_j;
  p.limit_w = 5 * mw;
  p.recharge_below_w = 4.5 * mw;
  Store s(p, p.ceiling_j);
  EXPECT_DOUBLE_EQ(s.meter_w(6 * mw, 900), 5 * mw);
  EXPECT_NEAR(p.ceiling_j - s.stored_j, 900 * mw / 0.9, 1);
  EXPECT_DOUBLE_EQ(s.meter_w(4.8 * mw, 60), 4.8 * mw);
  EXPECT_DOUBLE_EQ(s.meter_w(4 * mw, 60), 4.5 * mw);
  EXPECT_NEAR(s.meter_w(1 * mw, 60), 3 * mw, 2 * mw / 60);
  EXPECT_EQ(s.last.limit_missed_s, 0);
}

// Mean of 15 minutes: five minutes at 3 MW leave room for ten at 6 MW under 5 MW.
TEST(StorageControl, AMeanOver15MinutesIsSpentBeforeTheStore) {
  auto p = battery();
  p.target_j = p.ceiling_j;
  p.limit_w = 5 * mw;
  p.limit_over_s = 900;
  p.recharge_below_w = 2 * mw;
  Store s(p, p.ceiling_j);
  s.meter_w(3 * mw, 300);
  EXPECT_DOUBLE_EQ(s.meter_w(6 * mw, 600), 6 * mw);
  EXPECT_EQ(s.stored_j, p.ceiling_j);
  // The next interval has no such room: 5 MW all the time.
  EXPECT_NEAR(s.meter_w(6 * mw, 900), 5 * mw, 1);
  EXPECT_EQ(s.last.limit_missed_s, 0);
}

// 2 MW more than the limit, for which there are 0.9 x 300 MJ at the terminals: 135 s.
TEST(StorageControl, AnEmptyStoreMissesTheLimitAndSaysHowMuch) {
  auto p = battery();
  p.limit_w = 5 * mw;
  p.floor_j = p.target_j - 300 * mw;
  Store s(p, p.target_j);
  s.meter_w(7 * mw, 200);
  EXPECT_NEAR(s.last.limit_missed_s, 65, 1e-6);
  EXPECT_NEAR(s.last.over_limit_w, 2 * mw, 1);
  EXPECT_DOUBLE_EQ(s.stored_j, p.floor_j);
}

// A fall of 6 MW at 2 MW of charging power: 4 MW short at first, none after the set point has come down by those 4 MW.
TEST(StorageControl, TooLittlePowerMissesTheRampForAsLongAsItLacks) {
  auto p = battery();
  p.ramp_w_per_s = 4 * mw / minute;
  Store s(p, 0.1 * p.ceiling_j);
  s.control = StorageControl(p);
  s.stored_j = p.target_j;
  s.meter_w(8 * mw, 10);
  s.meter_w(2 * mw, 120);
  EXPECT_NEAR(s.last.ramp_missed_s, 60, 1e-3);
  EXPECT_NEAR(s.last.ramp_short_w, 4 * mw, 10);
  EXPECT_EQ(s.last.ramp_lack, Lack::power);
}

TEST(StorageControl, GivesNoMoreThanItsBusTakes) {
  auto p = battery();
  p.ramp_w_per_s = 1;
  Store s(p, p.target_j);
  s.meter_w(3 * mw, 1);
  EXPECT_DOUBLE_EQ(s.meter_w(5 * mw, 1, {.bus_w = 0.5 * mw}), 4.5 * mw);
  EXPECT_EQ(s.last.ramp_lack, Lack::bus);
}

// With a lag of 50 ms a jump of 1 MW is at the meter at first and fades: 1 MW x 50 ms (1 - e^-4) in 200 ms.
TEST(StorageControl, TheInverterLetsTheEdgeOfAJumpPass) {
  auto p = battery();
  p.ramp_w_per_s = 1e-3;
  p.response_s = 0.05;
  Store s(p, p.target_j);
  s.meter_w(3 * mw, 1);
  double const edge_j = (s.meter_w(4 * mw, 0.2) - 3 * mw) * 0.2;
  EXPECT_NEAR(edge_j, mw * 0.05 * (1 - std::exp(-4.0)), 1);
}

// Lost between bus and meter: a watt at the terminals is 1.02 W less at the meter.
TEST(StorageControl, MindsTheLossesBetweenItsBusAndTheMeter) {
  auto p = battery();
  p.limit_w = 5 * mw;
  Store s(p, p.target_j);
  EXPECT_NEAR(s.meter_w(5.51 * mw, 1, {.gain = 1.02}), 5 * mw, 1e-3);
  EXPECT_NEAR(s.last.given_j, 0.5 * mw, 1e-3);
}

// ------------------------------------------------------------------------------------------------ laws on random loads
struct Case {
  StorageControlParams p;
  std::vector<double> load_w, duration_s;
};

Case random_case(std::mt19937_64& random) {
  std::uniform_real_distribution<double> u(0, 1);
  Case c{battery(), {}, {}};
  c.p.discharge_efficiency = 0.8 + 0.2 * u(random);
  c.p.charge_efficiency = 0.8 + 0.2 * u(random);
  c.p.ceiling_j = std::exp(16 + 6 * u(random));  // 9 MJ to 3.6 GJ
  c.p.floor_j = 0.2 * u(random) * c.p.ceiling_j;
  c.p.target_j = c.p.floor_j + u(random) * (c.p.ceiling_j - c.p.floor_j);
  c.p.discharge_w = 0.5 * mw + 8 * mw * u(random);
  c.p.charge_w = 0.5 * mw + 8 * mw * u(random);
  if (u(random) < 0.5) c.p.response_s = 0.2 * u(random);
  if (u(random) < 0.7) c.p.ramp_w_per_s = (1 + 20 * u(random)) * mw / minute;
  if (!c.p.ramp_w_per_s || u(random) < 0.3) c.p.limit_w = (3 + 4 * u(random)) * mw;
  if (c.p.limit_w && u(random) < 0.3) c.p.limit_over_s = 60;
  c.p.recharge_below_w = c.p.limit_w.value_or(10 * mw);
  c.p.recovery_s = 60 + 900 * u(random);
  for (int i = 0; i < 60; ++i) {
    c.load_w.push_back(8 * mw * u(random));
    c.duration_s.push_back(u(random) < 0.3 ? 0.01 + u(random) : 60 * u(random));
  }
  return c;
}

TEST(StorageControlLaws, BoundsHoldAndLimitsAreKeptOrTold) {
  std::mt19937_64 random(7);
  int kept = 0, missed = 0;
  for (int n = 0; n < 400; ++n) {
    auto const c = random_case(random);
    Store s(c.p, c.p.target_j);
    double const slack_j = 1e-9 * c.p.ceiling_j;
    for (std::size_t i = 0; i < c.load_w.size(); ++i) {
      double const set_w = s.control.set_point_w();
      double const meter_w = s.meter_w(c.load_w[i], c.duration_s[i], {.bus_w = c.load_w[i]});
      double moved_j = 0, spent_s = 0;
      for (auto const& part : s.last.parts) {
        EXPECT_LE(part.given_w, c.p.discharge_w * (1 + 1e-9));
        EXPECT_LE(part.given_w, c.load_w[i] * (1 + 1e-9));
        EXPECT_GE(part.given_w, -c.p.charge_w * (1 + 1e-9));
        moved_j += part.given_w * part.duration_s;
        spent_s += part.duration_s;
      }
      EXPECT_LE(spent_s, c.duration_s[i] * (1 + 1e-9));
      EXPECT_NEAR(moved_j, s.last.given_j, 1e-12 * (8 * mw * c.duration_s[i]));
      EXPECT_GE(s.stored_j, c.p.floor_j - slack_j);
      EXPECT_LE(s.stored_j, c.p.ceiling_j + slack_j);
      EXPECT_NEAR(meter_w * c.duration_s[i] + moved_j, c.load_w[i] * c.duration_s[i], 1e-12 * 8 * mw * c.duration_s[i] + 1e-6);
      if (i > 0 && c.p.ramp_w_per_s && c.p.response_s == 0) {
        // The mean of the step lies where a ramp from the last set point can have brought it.
        double const reach_w = *c.p.ramp_w_per_s * c.duration_s[i];
        bool const within = std::abs(meter_w - set_w) <= reach_w + 10;
        (s.last.ramp_missed_s == 0 ? kept : missed)++;
        EXPECT_TRUE(within || s.last.ramp_missed_s > 0) << n << " " << i;
        EXPECT_LE(std::abs(s.control.set_point_w() - set_w), reach_w + 10);
      }
      if (c.p.limit_w && c.p.limit_over_s == 0 && c.p.response_s == 0 && !c.p.ramp_w_per_s) {
        EXPECT_TRUE(meter_w <= *c.p.limit_w + 10 || s.last.limit_missed_s > 0);
      }
    }
  }
  EXPECT_GT(kept, 1000);
  EXPECT_GT(missed, 1000);
}

TEST(StorageControlLaws, WithPowerAndEnergyEnoughNothingIsMissed) {
  std::mt19937_64 random(13);
  for (int n = 0; n < 100; ++n) {
    auto c = random_case(random);
    c.p.discharge_w = c.p.charge_w = 20 * mw;
    c.p.ceiling_j = 1e13;
    c.p.floor_j = 0;
    c.p.target_j = c.p.ramp_w_per_s ? 5e12 : 1e13;
    c.p.recovery_s = 1e7;
    Store s(c.p, c.p.target_j);
    for (std::size_t i = 0; i < c.load_w.size(); ++i) {
      s.meter_w(c.load_w[i], c.duration_s[i], {.bus_w = 20 * mw});
      EXPECT_EQ(s.last.ramp_missed_s, 0) << n << " " << i;
      // A ramp down from above the limit is the one case in which the two contradict.
      if (!c.p.ramp_w_per_s || c.p.limit_over_s == 0) {
        EXPECT_EQ(s.last.limit_missed_s, 0) << n << " " << i;
      }
    }
  }
}

TEST(StorageControlLaws, StepsCutAnywhereGiveTheSame) {
  std::mt19937_64 random(11);
  for (int n = 0; n < 200; ++n) {
    auto const c = random_case(random);
    Store whole(c.p, c.p.target_j), cut(c.p, c.p.target_j);
    double missed_whole_s = 0, missed_cut_s = 0;
    for (std::size_t i = 0; i < c.load_w.size(); ++i) {
      double const meter_w = whole.meter_w(c.load_w[i], c.duration_s[i], {.bus_w = c.load_w[i]});
      missed_whole_s += whole.last.ramp_missed_s + whole.last.limit_missed_s;
      double sum_j = 0;
      for (double const part : {0.5, 0.3, 0.2}) {
        sum_j += cut.meter_w(c.load_w[i], part * c.duration_s[i], {.bus_w = c.load_w[i]}) * part * c.duration_s[i];
        missed_cut_s += cut.last.ramp_missed_s + cut.last.limit_missed_s;
      }
      EXPECT_NEAR(sum_j / c.duration_s[i], meter_w, 1e-6 * 8 * mw) << n << " " << i;
    }
    EXPECT_NEAR(whole.stored_j, cut.stored_j, 1e-7 * c.p.ceiling_j) << n;
    EXPECT_NEAR(missed_whole_s, missed_cut_s, 1e-6 * whole.now_s) << n;
  }
}

}  // namespace
}  // namespace ondol::sim
