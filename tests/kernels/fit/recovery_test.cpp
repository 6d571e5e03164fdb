/// The fit against windows of known coefficients.

#include <gmock/gmock.h>

#include <cmath>

#include "kernels/fit/quality.hpp"
#include "tests/kernels/fit/synthetic.hpp"

namespace ondol::meter::fit {
namespace {

using testing::far_from_priors;
using testing::Synthetic;
using testing::windows_of;

Points points_of(Synthetic const& s) {
  Campaign c;
  c.windows = windows_of(s);
  return make_points(std::span(&c, 1), s.reference_clock_hz);
}

double truth_of(Coefficients<double> const& k, std::string const& name) {
  for (std::size_t i = 0; i < scalars; ++i)
    if (scalar_names[i] == name) return k.scalar[i];
  auto const dot = name.find('.');
  auto const c = channel_named(name.substr(dot + 1));
  return name.starts_with("control") ? k.control[index(*c)] : k.data[index(*c)];
}

std::vector<double> pulls(Fit const& f, Coefficients<double> const& truth) {
  std::vector<double> all;
  for (Estimate const& e : f.estimates) all.push_back((e.value - truth_of(truth, e.name)) / e.sd);
  return all;
}

Priors const& hopper() {
  static Priors const priors = load_priors("hopper");
  return priors;
}

TEST(Fit, RecoversEveryCoefficientWithoutNoise) {
  Synthetic s{.truth = far_from_priors(), .noise = 1e-5};
  Points const points = points_of(s);
  Fit const f = fit(hopper(), points.fit, points.reference_clock_hz, 1, 0);
  EXPECT_EQ(f.estimates.size(), 5U + 36U);
  for (Estimate const& e : f.estimates)
    EXPECT_NEAR(e.value / truth_of(s.truth, e.name), 1, e.name.ends_with("pcie") ? 0.1 : 0.02) << e.name;
  Quality const q = judge(f, points, find_limiter(points, {}));
  EXPECT_LT(q.all_held_out.mape, 1e-4);
  EXPECT_GT(q.r2, 0.9999999);
  EXPECT_LT(q.closure_clock.mape, 1e-3);
}

TEST(Fit, RecoversWithinThreeErrorsAndHeldOutWithinTwoPercent) {
  Synthetic s{.truth = far_from_priors()};
  Points const points = points_of(s);
  Fit const f = fit(hopper(), points.fit, points.reference_clock_hz, 1, 0);
  auto const pull = pulls(f, s.truth);
  for (std::size_t i = 0; i < pull.size(); ++i) EXPECT_LT(std::abs(pull[i]), 3.5) << f.estimates[i].name;
  Quality const q = judge(f, points, find_limiter(points, {}));
  EXPECT_LT(q.all_held_out.mape, 0.01);
  EXPECT_LT(std::abs(q.all_held_out.worst), 0.02);
}

/// Stated errors are honest when pulls over many boards have mean 0 and spread 1.
TEST(Fit, PullsHaveMeanZeroAndSpreadOne) {
  double n = 0, sum = 0, squares = 0, beyond = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Synthetic s{.truth = far_from_priors(), .seed = seed};
    Points const points = points_of(s);
    Fit const f = fit(hopper(), points.fit, points.reference_clock_hz, 1, 0);
    for (double const p : pulls(f, s.truth)) {
      ++n;
      sum += p;
      squares += p * p;
      beyond += std::abs(p) > 3;
    }
  }
  // about 500 pulls, correlated within a board: some 150 free ones, so 1/sqrt(150) and 1/sqrt(2 x 150), three times each
  EXPECT_NEAR(sum / n, 0, 0.25);
  EXPECT_NEAR(std::sqrt(squares / n), 1, 0.2);
  EXPECT_LT(beyond / n, 0.02);
  RecordProperty("pull_mean", std::to_string(sum / n));
  RecordProperty("pull_spread", std::to_string(std::sqrt(squares / n)));
  std::printf("pulls: n %g, mean %.3f, rms %.3f, beyond 3: %g\n", n, sum / n, std::sqrt(squares / n), beyond);
}

}  // namespace
}  // namespace ondol::meter::fit
