#include <cmath>
#include <map>

#include "scenarios/schema/sweep_spec.hpp"
#include "tests/scenarios/scratch.hpp"

namespace ondol::schema {
namespace {

using Kind = DistributionSpec::Kind;

AxisSpec axis(DistributionSpec const& d) {
  AxisSpec a;
  a.name = "x";
  a.key = "site.base_load";
  a.units = "1";
  a.keys.emplace_back().key = a.key;
  a.distribution = d;
  return a;
}
double number(AxisSpec const& a, double u) {
  return axis_value(a, u).number;
}

TEST(AxisValue, BoundsOfUniformAndLogUniformAreReached) {
  auto const even = axis({Kind::uniform, -2, 6, 0, 0, 0});
  EXPECT_EQ(number(even, 0.25), 0);
  EXPECT_NEAR(number(even, 1e-12), -2, 1e-8);
  auto const decades = axis({Kind::log_uniform, 0.01, 100, 0, 0, 0});
  EXPECT_NEAR(number(decades, 0.5), 1, 1e-9);
  EXPECT_NEAR(number(decades, 0.75), 10, 1e-8);
}

/// Quantiles of the standard normal distribution, to more digits than are kept.
TEST(AxisValue, NormalQuantilesAreExactIntoTheTails) {
  auto const normal = axis({Kind::normal, 0, 0, 10, 2, 0});
  EXPECT_NEAR((number(normal, 0.975) - 10) / 2, 1.959963984540054, 1e-8);
  EXPECT_NEAR((number(normal, 0.5) - 10) / 2, 0, 1e-12);
  EXPECT_NEAR((number(normal, 1e-12) - 10) / 2, -7.034483825301131, 1e-7);
  EXPECT_NEAR((number(normal, 1 - 1e-12) - 10) / 2, 7.0344, 1e-3);  // 1 - 1e-12 itself has four digits less
}

TEST(AxisValue, ANormalThatIsCutOffStaysWithinAndKeepsItsShape) {
  auto const cut = axis({Kind::normal, 8, 14, 10, 2, 0});  // from -1 to 2 deviations
  auto const phi = [](double z) { return 0.5 * std::erfc(-z / std::sqrt(2.0)); };
  for (double const u : {0.001, 0.1, 0.5, 0.9, 0.999}) {
    double const z = (number(cut, u) - 10) / 2;
    EXPECT_NEAR((phi(z) - phi(-1)) / (phi(2) - phi(-1)), u, 1e-8);
  }
  auto const far = axis({Kind::normal, 20, 22, 10, 1, 0});  // ten deviations out: mass below it is nothing to a double
  EXPECT_GE(number(far, 0.001), 20);
  EXPECT_NEAR(number(far, 0.5), 10 + 10.0684, 1e-4);  // Phi(-10.0684) is half of Phi(-10)
  EXPECT_LE(number(far, 0.999), 22);
}

TEST(AxisValue, TriangularHasItsModeAtItsShare) {
  auto const roof = axis({Kind::triangular, 0, 10, 0, 0, 4});
  EXPECT_NEAR(number(roof, 0.4), 4, 1e-9);
  EXPECT_NEAR(number(roof, 0.1), 2, 1e-9);                     // x^2 / 40
  EXPECT_NEAR(number(roof, 0.7), 10 - std::sqrt(18.0), 1e-7);  // 1 - (10 - x)^2 / 60
  EXPECT_NEAR(number(axis({Kind::triangular, 0, 1, 0, 0, 0}), 0.75), 0.5, 1e-9);
}

TEST(AxisValue, WholeNumbersHaveEqualShares) {
  auto dice = axis({Kind::uniform, 1, 6, 0, 0, 0});
  dice.whole = dice.keys.front().whole = true;
  std::map<double, int> seen;
  for (int i = 0; i < 600; ++i) ++seen[number(dice, (i + 0.5) / 600)];
  EXPECT_EQ(seen.size(), 6);
  for (auto const& [face, count] : seen) EXPECT_EQ(count, 100) << face;
  EXPECT_EQ(axis_value(dice, 0.99).sets.front().value, "6");
}

TEST(AxisValue, DeclaredValuesHaveEqualSharesToo) {
  AxisSpec a;
  for (auto const* label : {"a", "b", "c"}) a.values.emplace_back().label = label;
  EXPECT_EQ(axis_value(a, 0.01).label, "a");
  EXPECT_EQ(axis_value(a, 0.34).label, "b");
  EXPECT_EQ(axis_value(a, std::nextafter(1.0, 0.0)).label, "c");
}

}  // namespace
}  // namespace ondol::schema
