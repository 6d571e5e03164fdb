#include "sim/power/loss_curve.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <stdexcept>
#include <vector>

namespace ondol::sim {
namespace {

TEST(LossCurve, WithoutFormIsLossless) {
  LossCurve const none;
  EXPECT_EQ(none.loss_w(0), 0);
  EXPECT_EQ(none.loss_w(1e6), 0);
  EXPECT_EQ(none.marginal_loss(1e6), 0);
}

// 2.5 MVA transformer, no-load 0.1 %, load loss 0.9 %: 2.5 kW idle, 2.5 + 22.5 = 25 kW at rating, 2.5 + 5.625 at half.
TEST(LossCurve, QuadraticByHand) {
  auto const c = LossCurve::quadratic(0.001, 0.0, 0.009, Watts{2.5e6});
  EXPECT_DOUBLE_EQ(c.loss_w(0), 2500);
  EXPECT_DOUBLE_EQ(c.loss_w(1.25e6), 8125);
  EXPECT_DOUBLE_EQ(c.loss_w(2.5e6), 25000);
  EXPECT_DOUBLE_EQ(c.marginal_loss(2.5e6), 2 * 0.009);
}

// (P + 17)/0.96 - P: 17/0.96 = 17.7083 W at no load, (9600 + 17)/0.96 - 9600 = 417.7083 W.
TEST(LossCurve, AffineByHand) {
  auto const c = LossCurve::affine(Watts{17}, 0.96);
  EXPECT_NEAR(c.loss_w(0), 17.708333333333, 1e-9);
  EXPECT_NEAR(c.loss_w(9600), 417.708333333333, 1e-9);
  EXPECT_NEAR(c.input_w(9600), 10017.708333333333, 1e-9);
}

struct Certificate {
  char const* name;
  std::vector<double> load, efficiency;
};

// The certification points of 80 PLUS, 230 V internal redundant [80plus2021]; the curve must give each back.
TEST(LossCurve, ReproducesEightyPlusPoints) {
  std::array<Certificate, 2> const certificates{
      {{"Titanium", {0.1, 0.2, 0.5, 1.0}, {0.90, 0.94, 0.96, 0.91}}, {"Platinum", {0.2, 0.5, 1.0}, {0.90, 0.94, 0.91}}}};
  for (Certificate const& cert : certificates) {
    auto const psu = LossCurve::table(cert.load, cert.efficiency, Watts{3300});
    for (std::size_t i = 0; i < cert.load.size(); ++i) {
      double const out = 3300 * cert.load[i];
      EXPECT_NEAR(out / psu.input_w(out), cert.efficiency[i], 1e-12) << cert.name << " at " << cert.load[i];
    }
    double const first = 3300 * cert.load[0];
    EXPECT_DOUBLE_EQ(psu.loss_w(0), psu.loss_w(first)) << "below the first point the loss stays";
  }
}

TEST(LossCurve, TableIsLinearInEfficiencyBetweenPoints) {
  std::array const load{0.2, 0.4}, efficiency{0.90, 0.94};
  auto const c = LossCurve::table(load, efficiency, Watts{1000});
  EXPECT_NEAR(300 / c.input_w(300), 0.92, 1e-12);
  EXPECT_NEAR(500 / c.input_w(500), 0.94, 1e-12) << "above the last point the efficiency holds";
}

// Random valid curves: input never falls, loss at zero is not negative, the marginal loss is the derivative.
TEST(LossCurve, InputRisesWithOutput) {
  std::mt19937 random{7};
  std::uniform_real_distribution<double> unit;
  for (int trial = 0; trial < 300; ++trial) {
    double const rating = 100 + 1e4 * unit(random);
    std::array const load{0.05 + 0.1 * unit(random), 0.3 + 0.3 * unit(random), 0.9 + 0.1 * unit(random)};
    std::array const efficiency{0.8 + 0.1 * unit(random), 0.9 + 0.1 * unit(random), 0.85 + 0.1 * unit(random)};
    std::array const curves{LossCurve::quadratic(0.02 * unit(random), 0.02 * unit(random), 0.03 * unit(random), Watts{rating}),
                            LossCurve::affine(Watts{50 * unit(random)}, 0.9 + 0.1 * unit(random)),
                            LossCurve::table(load, efficiency, Watts{rating})};
    for (LossCurve const& c : curves) {
      double before = -1;
      for (int i = 0; i <= 240; ++i) {
        double const out = rating * i / 200.0 + 1e-3;
        EXPECT_GE(c.loss_w(out), 0);
        EXPECT_GT(c.input_w(out), before);
        before = c.input_w(out);
        double const step = 1e-4;
        EXPECT_NEAR(c.marginal_loss(out), (c.loss_w(out + step) - c.loss_w(out)) / step, 1e-4);
      }
    }
  }
}

TEST(LossCurve, RefusesCurvesThatCannotBe) {
  std::array const load{0.1, 0.2}, falling{0.2, 0.1}, fine{0.9, 0.9}, above{0.9, 1.1}, jump{0.3, 0.95};
  std::array const one{0.9};
  EXPECT_THROW(LossCurve::quadratic(-0.01, 0, 0, Watts{1}), std::invalid_argument);
  EXPECT_THROW(LossCurve::quadratic(0, 0, 0, Watts{0}), std::invalid_argument);
  EXPECT_THROW(LossCurve::quadratic(0.5, 0, -0.9, Watts{1}), std::invalid_argument);
  EXPECT_THROW(LossCurve::quadratic(0.01, -0.2, 0.2, Watts{1}), std::invalid_argument);
  EXPECT_THROW(LossCurve::affine(Watts{1}, 0), std::invalid_argument);
  EXPECT_THROW(LossCurve::affine(Watts{1}, 1.01), std::invalid_argument);
  EXPECT_THROW(LossCurve::affine(Watts{-1}, 0.9), std::invalid_argument);
  EXPECT_THROW(LossCurve::table(falling, fine, Watts{1}), std::invalid_argument);
  EXPECT_THROW(LossCurve::table(load, above, Watts{1}), std::invalid_argument);
  EXPECT_THROW(LossCurve::table(load, one, Watts{1}), std::invalid_argument);
  EXPECT_THROW(LossCurve::table(load, jump, Watts{1}), std::invalid_argument) << "input 333 W at 100 W, 211 W at 200 W";
}

TEST(LossCurve, LosesByCurrentAtAPowerFactor) {
  // Transformer of 1 MVA, 1 kW without load and 8 kW with all of it: 800 kW at 0.8 is all of it.
  auto const transformer = LossCurve::quadratic(0.001, 0, 0.008, Watts{1e6});
  EXPECT_NEAR(transformer.at_power_factor(0.8).loss_w(8e5), 9000, 1e-6);
  EXPECT_NEAR(transformer.at_power_factor(0.8).loss_w(4e5), 3000, 1e-6);
  EXPECT_EQ(transformer.at_power_factor(1).loss_w(7e5), transformer.loss_w(7e5));
  constexpr std::array loads{0.1, 0.5, 1.0}, efficiencies{0.90, 0.96, 0.94};
  auto const ups = LossCurve::table(loads, efficiencies, Watts{1000});
  for (double const w : {50.0, 100.0, 500.0, 1000.0})
    EXPECT_NEAR(ups.at_power_factor(0.9).loss_w(0.9 * w), ups.loss_w(w), 1e-9);
  EXPECT_THROW(ups.at_power_factor(0), std::invalid_argument);
}

}  // namespace
}  // namespace ondol::sim
