/// Where the weights come from, what is never fitted, and boards that differ by a gain.

#include <gmock/gmock.h>

#include <cmath>

#include "kernels/fit/quality.hpp"
#include "tests/kernels/fit/synthetic.hpp"

namespace ondol::meter::fit {
namespace {

using testing::far_from_priors;
using testing::Synthetic;
using testing::windows_of;

Priors const& hopper() {
  static Priors const priors = load_priors("hopper");
  return priors;
}
Fit fit_of(Synthetic const& s) {
  Campaign c;
  c.windows = windows_of(s);
  Points const points = make_points(std::span(&c, 1), s.reference_clock_hz);
  return fit(hopper(), points.fit, points.reference_clock_hz, 1, 0);
}
double truth_of(Coefficients<double> const& k, std::string const& name) {
  for (std::size_t i = 0; i < scalars; ++i)
    if (scalar_names[i] == name) return k.scalar[i];
  auto const c = channel_named(name.substr(name.find('.') + 1));
  return name.starts_with("control") ? k.control[index(*c)] : k.data[index(*c)];
}

/// An error that all repeats of a load share must widen the errors: averaging repeats does not remove it.
TEST(Weights, ModelErrorIsFoundAndStatedErrorsStayHonest) {
  double squares = 0, n = 0, model = 0, noise = 0;
  constexpr int boards = 12;
  for (std::uint64_t seed = 1; seed <= boards; ++seed) {
    Synthetic s{.truth = far_from_priors(), .noise = 0.002, .model_error = 0.01, .memory_scope = false, .seed = seed};
    Fit const f = fit_of(s);
    model += f.weights.model_error / boards;
    noise += f.weights.noise / boards;
    for (Estimate const& e : f.estimates) {
      squares += std::pow((e.value - truth_of(s.truth, e.name)) / e.sd, 2);
      ++n;
    }
  }
  std::printf("model error %.4f, noise factor %.3f, pulls rms %.3f of %g\n", model, noise, std::sqrt(squares / n), n);
  EXPECT_NEAR(model, 0.01, 0.0025);
  EXPECT_NEAR(noise, 1.05, 0.1);
  EXPECT_NEAR(std::sqrt(squares / n), 1, 0.2);
}

TEST(Weights, UnderstatedNoiseIsSeenInRepeats) {
  double factor = 0;
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    Synthetic s{.truth = far_from_priors(), .noise = 0.003, .seed = seed};
    Campaign c;
    c.windows = windows_of(s);
    for (Window& w : c.windows) w.uncertainty_j = *w.uncertainty_j / 3;
    Points const points = make_points(std::span(&c, 1), s.reference_clock_hz);
    factor += fit(hopper(), points.fit, points.reference_clock_hz, 1, 0).weights.noise / 6;
  }
  EXPECT_NEAR(factor, 3, 0.3);  // 6 x 87 degrees of freedom: 3 % of 3, three times
}

TEST(Points, FlaggedWindowsAreLeftOutAndChangeNothing) {
  Synthetic s{.truth = far_from_priors()};
  Campaign clean;
  clean.windows = windows_of(s);
  Campaign dirty = clean;
  for (std::size_t i = 5; i < 25; i += 5) {
    Window w = clean.windows[i];
    w.number += 100000;
    w.energy_counter_j = 1.3 * *w.energy_counter_j;
    w.flags.raise(i % 2 ? Flag::other_process : Flag::thermal);
    dirty.windows.push_back(w);
  }
  Points const a = make_points(std::span(&clean, 1), 0), b = make_points(std::span(&dirty, 1), 0);
  ASSERT_EQ(b.left_out.size(), 4U);
  EXPECT_EQ(b.left_out[0].why, "flagged other_process");
  Fit const fa = fit(hopper(), a.fit, a.reference_clock_hz, 1, 0), fb = fit(hopper(), b.fit, b.reference_clock_hz, 1, 0);
  for (std::size_t i = 0; i < fa.estimates.size(); ++i) EXPECT_EQ(fa.estimates[i].value, fb.estimates[i].value);
}

TEST(Points, HeldOutWindowsAreNeverFitted) {
  Synthetic s{.truth = far_from_priors()};
  Campaign c;
  c.windows = windows_of(s);
  Points const before = make_points(std::span(&c, 1), 0);
  for (Window& w : c.windows)
    if (w.role == Role::held_out) w.energy_counter_j = 2 * *w.energy_counter_j;
  Points const after = make_points(std::span(&c, 1), 0);
  Fit const a = fit(hopper(), before.fit, before.reference_clock_hz, 1, 0),
            b = fit(hopper(), after.fit, after.reference_clock_hz, 1, 0);
  for (std::size_t i = 0; i < a.estimates.size(); ++i) EXPECT_EQ(a.estimates[i].value, b.estimates[i].value);
  EXPECT_NEAR(judge(b, after, {}).all_held_out.bias, -0.5, 0.01);
}

TEST(Points, ClocksAtRestAndMissingEnergyAreLeftOut) {
  Campaign c;
  Window w;
  w.kernel = "idle_after_work";
  w.role = Role::state;
  w.t1_s = 2;
  w.energy_counter_j = 240;
  c.windows.push_back(w);
  w.number = 1;
  w.kernel = "idle_bare";
  w.energy_counter_j.reset();
  c.windows.push_back(w);
  w.number = 2;
  w.energy_instant_j = 150;
  c.windows.push_back(w);
  Points const p = make_points(std::span(&c, 1), 1e9);
  ASSERT_EQ(p.left_out.size(), 2U);
  EXPECT_EQ(p.left_out[1].why, "no energy");
  ASSERT_EQ(p.fit.size(), 1U);
  EXPECT_DOUBLE_EQ(p.fit[0].power_w, 75);
  EXPECT_DOUBLE_EQ(p.fit[0].sd_w, 1.5);
  EXPECT_FALSE(p.fit[0].context);
}

TEST(Pooled, BoardsDifferByTheirGain) {
  std::vector<Campaign> campaigns(2);
  campaigns[0].windows = windows_of({.truth = far_from_priors(), .gain = 1.03, .memory_scope = false, .seed = 1});
  campaigns[1].windows = windows_of({.truth = far_from_priors(), .gain = 0.97, .memory_scope = false, .seed = 2});
  Points const points = make_points(campaigns, 0);
  Fit const f = fit(hopper(), points.fit, points.reference_clock_hz, 2, 0);
  ASSERT_EQ(f.gains.size(), 2U);
  EXPECT_NEAR(f.gains[0] / f.gains[1], 1.03 / 0.97, 0.003);
  EXPECT_NEAR(f.gains[0] * f.gains[1], 1, 1e-9);
}

}  // namespace
}  // namespace ondol::meter::fit
