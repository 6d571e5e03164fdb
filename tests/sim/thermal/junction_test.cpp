#include "sim/thermal/junction.hpp"

#include <gtest/gtest.h>

namespace ondol::sim {
namespace {

constexpr double capacity = 600.0, resistance = 0.05, leakage = 2.0, reference = 318.15;

TEST(Junction, MeetsFineStepping) {
  double const coolant = 308.15, power = 650.0, dt = 45.0;
  double t = 320.0, area = 0;
  int const n = 4'000'000;
  for (int i = 0; i < n; ++i) {  // midpoint rule
    double const h = dt / n;
    auto const slope = [&](double x) { return (power + leakage * (x - reference) - (x - coolant) / resistance) / capacity; };
    double const middle = t + 0.5 * h * slope(t);
    t += h * slope(middle);
    area += h * middle;
  }
  auto const step = JunctionCoefficients(capacity, resistance, leakage, reference, dt).advance(320.0, coolant, power);
  EXPECT_NEAR(step.end_k, t, 1e-7);
  EXPECT_NEAR(step.mean_k, area / dt, 1e-6);
}

TEST(Junction, ConservesEnergyAtAnyInterval) {
  for (double dt : {1e-9, 1e-3, 1.0, 60.0, 1e5}) {
    JunctionCoefficients const c(capacity, resistance, leakage, reference, dt);
    auto const step = c.advance(330.0, 300.0, 700.0);
    double const in = c.power_w(step.mean_k, 700.0) * dt, out = c.heat_w(step.mean_k, 300.0) * dt;
    EXPECT_NEAR(capacity * (step.end_k - 330.0), in - out, 1e-9 * in + 1e-9) << dt;
  }
}

TEST(Junction, SplittingAnIntervalChangesNothing) {
  JunctionCoefficients const whole(capacity, resistance, leakage, reference, 10.0),
      part(capacity, resistance, leakage, reference, 2.5);
  double t = 300.0, mean = 0;
  for (int i = 0; i < 4; ++i) {
    auto const step = part.advance(t, 305.0, 500.0);
    t = step.end_k, mean += 0.25 * step.mean_k;
  }
  auto const once = whole.advance(300.0, 305.0, 500.0);
  EXPECT_NEAR(once.end_k, t, 1e-11);
  EXPECT_NEAR(once.mean_k, mean, 1e-11);
}

TEST(Junction, ReachesTheSteadyTemperature) {
  double const steady = steady_junction_k(700.0, leakage, reference, resistance, 308.15);
  EXPECT_NEAR(700.0 + leakage * (steady - reference), (steady - 308.15) / resistance, 1e-9);
  EXPECT_NEAR(JunctionCoefficients(capacity, resistance, leakage, reference, 1e4).advance(280.0, 308.15, 700.0).end_k, steady,
              1e-9);
}

TEST(Junction, RefusesLeakageThatOutpacesCooling) {
  EXPECT_THROW(JunctionCoefficients(capacity, 0.5, 2.0, reference, 1.0), std::invalid_argument);
  EXPECT_THROW(steady_junction_k(1.0, 20.0, reference, 0.05, 300.0), std::invalid_argument);
}

}  // namespace
}  // namespace ondol::sim
