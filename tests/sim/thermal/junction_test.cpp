#include "sim/thermal/junction.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

#include "scenarios/base/random.hpp"

namespace ondol::sim {
namespace {

constexpr JunctionParams board{.die_k_per_w = 0.02,
                               .sink_k_per_w = 0.03,
                               .die_j_per_k = 10.0,
                               .sink_j_per_k = 600.0,
                               .leakage_w_per_k = 2.0,
                               .reference_k = 318.15};
constexpr double never = std::numeric_limits<double>::infinity();

/// The equations, by the classical Runge-Kutta method of fourth order.
struct Stepped {
  JunctionState x;
  double die_area = 0;  ///< K s

  void advance(JunctionParams const& p, CoolantRamp const& c, double reference_w, double dt, int n) {
    using State = std::array<double, 3>;
    auto const rate = [&](State const& s, double t) {
      double const across = (s[0] - s[1]) / p.die_k_per_w;
      return State{(reference_w + p.leakage_w_per_k * (s[0] - p.reference_k) - across) / p.die_j_per_k,
                   (across - (s[1] - c.start_k - c.rate_k_per_s * t) / p.sink_k_per_w) / p.sink_j_per_k, s[0]};
    };
    auto const plus = [](State a, double w, State const& b) {
      for (std::size_t i = 0; i < 3; ++i) a[i] += w * b[i];
      return a;
    };
    State s{x.die_k, x.sink_k, die_area};
    double const h = dt / n;
    for (int i = 0; i < n; ++i) {
      double const t = i * h;
      auto const k1 = rate(s, t), k2 = rate(plus(s, 0.5 * h, k1), t + 0.5 * h), k3 = rate(plus(s, 0.5 * h, k2), t + 0.5 * h),
                 k4 = rate(plus(s, h, k3), t + h);
      for (std::size_t j = 0; j < 3; ++j) s[j] += h / 6 * (k1[j] + 2 * k2[j] + 2 * k3[j] + k4[j]);
    }
    x = {s[0], s[1]};
    die_area = s[2];
  }
};

TEST(Junction, MeetsFineSteppingWithCoolantThatMoves) {
  CoolantRamp const ramp{308.15, 0.4};
  Stepped fine{{320.0, 312.0}};
  fine.advance(board, ramp, 650.0, 45.0, 200'000);
  auto const step = JunctionCoefficients(board, 45.0).with(ramp).advance({320.0, 312.0}, 650.0);
  EXPECT_NEAR(step.end.die_k, fine.x.die_k, 1e-8);
  EXPECT_NEAR(step.end.sink_k, fine.x.sink_k, 1e-8);
  EXPECT_NEAR(step.mean_die_k, fine.die_area / 45.0, 1e-8);
}

/// A day of work that comes and goes at random, the coolant with it.
TEST(Junction, MeetsFineSteppingOverADayOfRandomLoad) {
  RandomStream random(7, "junction");
  Stepped fine{{310.0, 308.0}};
  JunctionState x = fine.x;
  CoolantRamp coolant{303.0, 0.0};
  double worst = 0;
  for (double t = 0; t < 86400.0;) {
    double const dt = std::min(random.exponential(40.0), 86400.0 - t), reference_w = random.uniform(80.0, 700.0);
    coolant.rate_k_per_s = random.uniform(-1.0, 1.0) * std::min(0.5, 10.0 / dt) + (coolant.start_k > 310 ? -0.05 : 0.0);
    fine.advance(board, coolant, reference_w, dt, 1 + static_cast<int>(dt / 0.01));
    x = JunctionCoefficients(board, dt).with(coolant).advance(x, reference_w).end;
    worst = std::max({worst, std::abs(x.die_k - fine.x.die_k), std::abs(x.sink_k - fine.x.sink_k)});
    coolant.start_k += coolant.rate_k_per_s * dt;
    t += dt;
  }
  EXPECT_LT(worst, 1e-6);
}

TEST(Junction, ConservesEnergyAtAnyInterval) {
  for (double dt : {1e-9, 1e-3, 1.0, 60.0, 1e5}) {
    CoolantRamp const ramp{300.0, 20.0 / std::max(dt, 1.0)};
    auto const step = JunctionCoefficients(board, dt).with(ramp).advance({330.0, 315.0}, 700.0);
    // Heat to the coolant as the mean sink gives it, stepped finely, against what is drawn less what is stored.
    double const drawn = (700.0 + board.leakage_w_per_k * (step.mean_die_k - board.reference_k)) * dt;
    double const stored = board.die_j_per_k * (step.end.die_k - 330.0) + board.sink_j_per_k * (step.end.sink_k - 315.0);
    double sink_area = 0;
    JunctionState x{330.0, 315.0};
    int const n = 20'000;
    for (int i = 0; i < n; ++i) {
      auto const part = JunctionCoefficients(board, dt / n)
                            .with({ramp.start_k + ramp.rate_k_per_s * dt * i / n, ramp.rate_k_per_s})
                            .advance(x, 700.0);
      sink_area += 0.5 * (x.sink_k + part.end.sink_k) * dt / n;
      x = part.end;
    }
    double const given = (sink_area - (ramp.start_k + 0.5 * ramp.rate_k_per_s * dt) * dt) / board.sink_k_per_w;
    EXPECT_NEAR(given, drawn - stored, 1e-6 * drawn + 1e-9) << dt;
    EXPECT_NEAR(x.die_k, step.end.die_k, 1e-7) << dt;
  }
}

TEST(Junction, SplittingAnIntervalChangesNothing) {
  CoolantRamp ramp{305.0, 0.3};
  JunctionCoefficients const whole(board, 10.0), part(board, 2.5);
  JunctionState x{300.0, 299.0};
  double mean = 0;
  for (int i = 0; i < 4; ++i) {
    auto const step = part.with(ramp).advance(x, 500.0);
    x = step.end, mean += 0.25 * step.mean_die_k, ramp.start_k += 2.5 * ramp.rate_k_per_s;
  }
  auto const once = whole.with({305.0, 0.3}).advance({300.0, 299.0}, 500.0);
  EXPECT_NEAR(once.end.die_k, x.die_k, 1e-10);
  EXPECT_NEAR(once.end.sink_k, x.sink_k, 1e-10);
  EXPECT_NEAR(once.mean_die_k, mean, 1e-10);
}

TEST(Junction, ReachesTheSteadyTemperaturesByHand) {
  // 700 W and 2 W/K of leakage above 45 degC over 0.05 K/W from 35 degC: Q = (700 - 20)/(1 - 0.1).
  double const heat = 680.0 / 0.9;
  auto const steady = steady_junction(board, 308.15, 700.0);
  EXPECT_NEAR(steady.die_k, 308.15 + 0.05 * heat, 1e-9);
  EXPECT_NEAR(steady.sink_k, 308.15 + 0.03 * heat, 1e-9);
  auto const late = JunctionCoefficients(board, 1e4).with({308.15, 0}).advance({280.0, 280.0}, 700.0).end;
  EXPECT_NEAR(late.die_k, steady.die_k, 1e-9);
  EXPECT_NEAR(late.sink_k, steady.sink_k, 1e-9);
}

TEST(Junction, WithOneCapacityFarSmallerItIsOneExponential) {
  JunctionParams p = board;
  p.die_j_per_k = 1e-6;
  p.leakage_w_per_k = 0;
  auto const end = JunctionCoefficients(p, 12.0).with({300.0, 0}).advance({300.0, 300.0}, 600.0).end;
  EXPECT_NEAR(end.sink_k, 300.0 + 18.0 * -std::expm1(-12.0 / 18.0), 1e-6);
  EXPECT_NEAR(end.die_k, end.sink_k + 12.0, 1e-6);
}

TEST(Junction, TwoMeasuredExponentialsBecomeTheSameResponse) {
  auto const p = junction_of_response(0.02, 0.3, 0.04, 25.0);
  for (double t : {0.05, 0.3, 1.0, 10.0, 60.0}) {
    auto const x = JunctionCoefficients(p, t).with({300.0, 0}).advance({300.0, 300.0}, 500.0).end;
    EXPECT_NEAR(x.die_k, 300.0 + 10.0 * -std::expm1(-t / 0.3) + 20.0 * -std::expm1(-t / 25.0), 1e-9) << t;
  }
}

/// An A100 PCIe goes from 57 to 188 W: seconds after the load begins at which its sensor, in whole degrees, first reads more.
/// [yang2024parttime, data set A100_TR]
TEST(Junction, MeetsTheLoadStepOfAnA100) {
  auto const p = junction_of_response(0.05, 0.2, 0.05, 30.0);
  double const coolant = 310.15 + 0.5 - 57.0 * 0.1;  // it read 37 degC before
  auto const before = steady_junction(p, coolant, 57.0);
  struct Row {
    double t_s, read_c;
  };
  for (auto const& row : {Row{0.112, 41}, {0.192, 42}, {0.376, 43}, {0.795, 44}, {1.666, 45}, {3.643, 46}}) {
    double const die = JunctionCoefficients(p, row.t_s).with({coolant, 0}).advance(before, 188.0).end.die_k - 273.15;
    EXPECT_NEAR(die, row.read_c, 1.9) << row.t_s;  // of a rise of 9 K; interfaces have faster parts than one exponential
  }
}

TEST(Junction, RefusesLeakageThatOutpacesCooling) {
  auto p = board;
  p.leakage_w_per_k = 20.0;
  EXPECT_THROW(JunctionCoefficients(p, 1.0), std::invalid_argument);
  EXPECT_THROW(steady_junction(p, 300.0, 1.0), std::invalid_argument);
}

TEST(JunctionCrossing, MeetsTheFirstInstantOfFineSteps) {
  RandomStream random(3, "crossing");
  int crossed = 0;
  for (int i = 0; i < 400; ++i) {
    JunctionState const start{random.uniform(300, 360), random.uniform(300, 350)};
    CoolantRamp const ramp{random.uniform(290, 340), random.uniform(-1, 1)};
    double const reference_w = random.uniform(0, 900), level = random.uniform(310, 370);
    bool const falling = i % 2;
    JunctionProbe const probe{
        .die = random.uniform(0.0, 1.0), .sink = random.uniform(0.1, 0.2), .offset_k = random.uniform(0, 300)};
    double const t = crossing_s(board, start, ramp, reference_w, probe, level, falling, 60.0);
    auto const at = [&](double s) {
      auto const x = JunctionCoefficients(board, s).with(ramp).advance(start, reference_w).end;
      double const over = probe.at(x) - level;
      return falling ? -over : over;
    };
    double seen = never;
    for (double s = 0; s <= 60.0 && seen == never; s += 0.01)
      if (at(s) >= 0) seen = s;
    if (seen == never) {
      if (t < never) {
        EXPECT_LT(at(t - 2e-6), 0) << i;  // between two samples
      }
      continue;
    }
    ++crossed;
    EXPECT_LE(t, seen + 1e-9) << i;
    EXPECT_GE(t, seen - 0.0101) << i;
    EXPECT_GE(at(t), -1e-9) << i;
  }
  EXPECT_GT(crossed, 100);
}

TEST(JunctionCrossing, OfAJobThatStartsIsTheLogarithm) {
  JunctionParams p = board;
  p.die_j_per_k = 1e-6;
  p.leakage_w_per_k = 0;
  // The sink goes from 0 to 18 K over the coolant in 18 s, the die 12 K above it.
  double const t = crossing_s(p, {312.0, 300.0}, {300.0, 0}, 600.0, {.die = 1}, 324.0, false, 60.0);
  EXPECT_NEAR(t, -18.0 * std::log(1 - 12.0 / 18.0), 1e-5);
  EXPECT_EQ(crossing_s(p, {312.0, 300.0}, {300.0, 0}, 600.0, {.die = 1}, 331.0, false, 60.0), never);
  EXPECT_EQ(crossing_s(p, {312.0, 300.0}, {300.0, 0}, 600.0, {.die = 1}, 311.0, false, 60.0), 0.0);
}

}  // namespace
}  // namespace ondol::sim
