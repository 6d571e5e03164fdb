/// Heat and limiter from traces of known constants.

#include <gtest/gtest.h>

#include <cmath>

#include "kernels/fit/limiter.hpp"
#include "kernels/fit/thermal.hpp"

namespace ondol::meter::fit {
namespace {

/// 45 s idle, 55 s at 690 W, ten short loads, 60 s of cooling; exact exponentials, temperature in steps of `step_k`.
Table heated(double step_k, bool counter) {
  constexpr double r_f = 0.02, tau_f = 1.5, r_s = 0.035, tau_s = 60, dt = 0.1;
  double x_f = 75 * r_f, x_s = 75 * r_s, energy = 0;
  Table t;
  for (int i = 0; i < 4000; ++i) {
    double const now = i * dt;
    double const p = now < 45 ? 75 : now < 100 ? 690 : now < 300 ? (static_cast<int>(now / 10) % 2 ? 520 : 300) : 116;
    x_f += (r_f * p - x_f) * (1 - std::exp(-dt / tau_f));
    x_s += (r_s * p - x_s) * (1 - std::exp(-dt / tau_s));
    energy += p * dt;
    double const temperature = 28 + x_f + x_s;
    t["t_s"].push_back(now + dt);
    t["power_instant_w"].push_back(p);
    t["energy_j"].push_back(counter ? energy : std::nan(""));
    t["temperature_c"].push_back(step_k > 0 ? step_k * std::round(temperature / step_k) : temperature);
  }
  return t;
}

TEST(Heat, FindsBothNodes) {
  for (bool const counter : {true, false}) {
    auto const t = fit_thermal(heated(0, counter));
    ASSERT_TRUE(t);
    EXPECT_NEAR(t->fast_resistance, 0.02, 0.001);
    EXPECT_NEAR(t->fast_time, 1.5, 0.15);
    EXPECT_NEAR(t->slow_resistance, 0.035, 0.001);
    EXPECT_NEAR(t->slow_time, 60, 2);
    EXPECT_NEAR(t->inlet_c, 28, 0.3);
  }
}

TEST(Heat, StepsOfOneKelvinStayWithinTheStatedErrors) {
  auto const t = fit_thermal(heated(1, true));
  ASSERT_TRUE(t);
  EXPECT_LT(std::abs(t->fast_resistance / 0.02 - 1), 3 * t->fast_resistance_sd + 0.02);
  EXPECT_LT(std::abs(t->slow_resistance / 0.035 - 1), 3 * t->slow_resistance_sd + 0.02);
  EXPECT_LT(std::abs(t->slow_time / 60 - 1), 3 * t->slow_time_sd + 0.02);
  EXPECT_LT(t->slow_time_sd, 0.2);
}

TEST(Heat, SaysNothingWhereNothingSwings) {
  Table flat;
  for (int i = 0; i < 1000; ++i) {
    flat["t_s"].push_back(0.1 * i);
    flat["power_instant_w"].push_back(100);
    flat["temperature_c"].push_back(40);
  }
  EXPECT_FALSE(fit_thermal(flat));
  EXPECT_FALSE(fit_thermal({}));
}

TEST(LimiterTrace, TimeConstantAndOvershoot) {
  std::vector<double> t, f;
  for (int trace = 0; trace < 2; ++trace)
    for (int i = 0; i < 2000; ++i) {
      double const now = 1e-3 * i;
      t.push_back(100 * trace + now);
      // an exponential that dips 10 % of the way below, 0.2 s later
      f.push_back(1.4e9 + 0.5e9 * std::exp(-now / 0.05) - (trace ? 0.05e9 * std::exp(-std::pow((now - 0.3) / 0.05, 2)) : 0));
    }
  auto const steps = clock_steps(t, f);
  ASSERT_EQ(steps.size(), 2U);
  EXPECT_NEAR(steps[0].time_s, 0.05, 0.003);
  EXPECT_NEAR(steps[0].overshoot, 0, 0.01);
  EXPECT_NEAR(steps[1].overshoot, 0.1, 0.02);
  EXPECT_NEAR(steps[0].settled_hz, 1.4e9, 1e6);
}

TEST(LimiterTrace, HeldIsTheMedianOfLimitedWindows) {
  Points points;
  for (double const power : {689.0, 690.0, 691.0, 690.0, 500.0, 300.0}) {
    Point p;
    p.power_w = power;
    p.limit_w = 700;
    p.limited = power > 400;  // 500 W only brushed the limit
    points.fit.push_back(p);
  }
  Limiter const l = find_limiter(points, {});
  EXPECT_EQ(l.windows, 5U);
  ASSERT_TRUE(l.held);
  EXPECT_DOUBLE_EQ(*l.held, 690.0 / 700);
}

TEST(LimiterTrace, AFlatTraceIsNoStep) {
  std::vector<double> t, f;
  for (int i = 0; i < 1000; ++i) t.push_back(1e-3 * i), f.push_back(1.98e9);
  EXPECT_TRUE(clock_steps(t, f).empty());
}

}  // namespace
}  // namespace ondol::meter::fit
