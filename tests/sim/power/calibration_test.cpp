#include "sim/power/calibration.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace ondol::sim {
namespace {

using meter::Channel;

/// Awake and HBM anti-correlated, as streams fix only their sum; tensor and idle for themselves.
Calibration example() {
  Calibration c;
  c.estimate.idle_w = 80;
  c.estimate.context_w = 40;
  c.estimate.awake_w = 150;
  c.estimate.control_j[meter::index(Channel::hbm_read)] = 80e-12;
  c.estimate.control_j[meter::index(Channel::tensor_bf16)] = 0.5e-12;
  c.estimate.voltage_slope = 0.6;
  c.estimate.voltage_floor = 0.7;
  c.parameters = {"awake", "control.hbm_read", "idle", "control.tensor_bf16"};
  double const a = 0.1, h = 0.08, r = -0.9;
  c.covariance = {a * a,     r * a * h, 0,      0,  //
                  r * a * h, h * h,     0,      0,  //
                  0,         0,         0.0025, 0,  //
                  0,         0,         0,      0.0009};
  return c;
}

TEST(Calibration, NamesItsParameters) {
  AcceleratorPowerParams p;
  EXPECT_EQ(parameter(p, "idle"), &p.idle_w);
  EXPECT_EQ(parameter(p, "voltage_floor"), &p.voltage_floor);
  EXPECT_EQ(parameter(p, "control.l2"), &p.control_j[meter::index(Channel::l2)]);
  EXPECT_EQ(parameter(p, "data.tensor_fp8"), &p.data_j[meter::index(Channel::tensor_fp8)]);
  for (auto const* name : {"", "control", "control.", "control.l3", "date", "name"})
    EXPECT_EQ(parameter(p, name), nullptr) << name;
}

TEST(Calibration, CholeskyGivesTheMatrixBack) {
  auto const c = example();
  auto const l = cholesky(c.covariance, 4);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j) {
      double sum = 0;
      for (std::size_t k = 0; k < 4; ++k) sum += l[i * 4 + k] * l[j * 4 + k];
      EXPECT_NEAR(sum, c.covariance[i * 4 + j], 1e-15);
    }
  // rank one: the second row is the first
  auto const flat = cholesky({4, 4, 4, 4}, 2);
  EXPECT_EQ(flat, (std::vector<double>{2, 0, 2, 0}));
}

TEST(Calibration, DrawsHaveTheMeanAndCovarianceOfTheFit) {
  auto const c = example();
  RandomStream random(7, "draws");
  constexpr int n = 40000;
  double awake = 0, hbm = 0, aa = 0, hh = 0, ah = 0, idle = 0;
  for (int i = 0; i < n; ++i) {
    auto const p = draw(c, random);
    double const a = p.awake_w / 150 - 1, h = p.control_j[meter::index(Channel::hbm_read)] / 80e-12 - 1;
    awake += a, hbm += h, aa += a * a, hh += h * h, ah += a * h;
    idle += p.idle_w / 80 - 1;
    EXPECT_EQ(p.context_w, 40) << "a parameter without an error stays";
  }
  EXPECT_NEAR(awake / n, 0, 0.002);
  EXPECT_NEAR(hbm / n, 0, 0.002);
  EXPECT_NEAR(idle / n, 0, 0.001);
  EXPECT_NEAR(aa / n, 0.01, 2e-4);
  EXPECT_NEAR(hh / n, 0.0064, 2e-4);
  EXPECT_NEAR(ah / n, -0.0072, 2e-4);
}

TEST(Calibration, DrawsArePositiveAndRepeat) {
  auto c = example();
  for (double& x : c.covariance) x *= 100;  // a standard error of 1
  RandomStream one(3, "a"), same(3, "a");
  for (int i = 0; i < 2000; ++i) {
    auto const p = draw(c, one);
    ASSERT_GT(p.awake_w, 0);
    ASSERT_GT(p.idle_w, 0);
    ASSERT_GT(p.control_j[meter::index(Channel::hbm_read)], 0);
    ASSERT_EQ(p.awake_w, draw(c, same).awake_w);
  }
}

// Sum by hand: 120 + 150 A + 80 x 2: sd^2 = (150 x 0.1)^2 + (160 x 0.08)^2 + 2 r 150 x 0.1 x 160 x 0.08 + (80 x 0.05)^2.
TEST(Calibration, PropagatesLinearlyAndAsDrawsDo) {
  auto const c = example();
  auto const power = [](AcceleratorPowerParams const& p) {
    AcceleratorLoad l{.rate = {}, .awake = 1};
    l.rate[Channel::hbm_read] = 2e12;
    return std::vector<double>{accelerator_draw(p, power_terms(p, l, true), 1e9, 1, p.leakage_reference_k).power_w};
  };
  double const by_hand = std::sqrt(15 * 15 + 12.8 * 12.8 - 2 * 0.9 * 15 * 12.8 + 4.0 * 4.0);
  EXPECT_NEAR(propagate(c, power)[0], by_hand, 1e-6);

  // A nonlinear answer: the clock under a limit that holds, against the spread of draws.
  auto const clock = [](AcceleratorPowerParams const& p) {
    AcceleratorLoad l{.rate = {}, .awake = 1};
    l.rate[Channel::tensor_bf16] = 800e12;
    l.rate[Channel::hbm_read] = 1e12;
    auto const d = accelerator_draw(p, power_terms(p, l, true), 600, 1, p.leakage_reference_k);
    return std::vector<double>{d.clock, d.speed};
  };
  auto const linear = propagate(c, clock);
  RandomStream random(5, "clock");
  constexpr int n = 20000;
  double sum = 0, squares = 0;
  for (int i = 0; i < n; ++i) {
    double const x = clock(draw(c, random))[0];
    sum += x;
    squares += x * x;
  }
  double const spread = std::sqrt(squares / n - sum / n * sum / n);
  EXPECT_NEAR(linear[0], spread, 0.05 * spread);
}

}  // namespace
}  // namespace ondol::sim
