#include "sim/power/power_smoothing.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace ondol::sim {
namespace {

constexpr double limit_w = 1000;

/// From rest at `before_w`.
double energy_j(PowerSmoothingParams const& p, double before_w, std::initializer_list<std::pair<double, double>> w_for_s) {
  PowerSmoother s(p, limit_w);
  s.rest(s.demand(before_w));
  double sum = 0;
  for (auto const& [w, duration_s] : w_for_s) sum += s.step(s.demand(w), duration_s).energy_j;
  return sum;
}

TEST(PowerSmoothing, WithoutKeysLeavesPowerAsItIs) {
  EXPECT_EQ(energy_j({}, 200, {{1000, 2}, {200, 3}}), 2600);
}

TEST(PowerSmoothing, BurnsUpToTheFloorWhileItIsHeld) {
  EXPECT_NEAR(energy_j({.floor = 0.6, .hold_s = 5}, 1000, {{1000, 2}, {200, 1}}), 2000 + 600, 1e-9);
  EXPECT_NEAR(energy_j({.floor = 0.6, .hold_s = 0.25}, 1000, {{1000, 2}, {200, 1}}), 2000 + 0.25 * 600 + 0.75 * 200, 1e-9);
  // Work ends the wait: the floor is held anew.
  EXPECT_NEAR(energy_j({.floor = 0.6, .hold_s = 0.25}, 1000, {{200, 0.2}, {700, 0.1}, {200, 0.2}}), 120 + 70 + 120, 1e-9);
}

TEST(PowerSmoothing, LeavesIdleAcceleratorsAlone) {
  EXPECT_NEAR(energy_j({.floor = 0.6, .hold_s = 5}, 100, {{100, 10}}), 1000, 1e-9);
}

TEST(PowerSmoothing, FallsNoFasterThanTheRamp) {
  // 800 W at 400 W/s: two seconds down.
  EXPECT_NEAR(energy_j({.down_w_per_s = 400}, 1000, {{200, 3}}), 2 * 600 + 200, 1e-9);
  EXPECT_NEAR(energy_j({.floor = 0.6, .down_w_per_s = 400, .hold_s = 2}, 1000, {{200, 4}}), 800 + 600 + 400 + 200, 1e-9);
}

TEST(PowerSmoothing, DrawsLaterWhatTheRampWithheld) {
  // Two seconds up withhold 800 J, drawn at 1,000 W in the second after the work.
  PowerSmoothingParams const p{.up_w_per_s = 400};
  EXPECT_NEAR(energy_j(p, 200, {{1000, 3}}), 3000 - 800, 1e-9);
  EXPECT_NEAR(energy_j(p, 200, {{1000, 3}, {200, 1}}), 3000 - 800 + 1000, 1e-9);
  EXPECT_NEAR(energy_j(p, 200, {{1000, 3}, {200, 3}}), 3000 + 600, 1e-9);
}

TEST(PowerSmoothing, StorageFollowsWithItsTimeConstantAndNeverGivesMoreThanItHolds) {
  // The top 200 W pass a lag of 50 J / 200 W = 0.25 s.
  PowerSmoothingParams const p{.storage_j = 50, .storage_w = 200};
  EXPECT_NEAR(energy_j(p, 200, {{1000, 0.25}}), 250 - 50 * (1 - std::exp(-1)), 1e-9);
  EXPECT_NEAR(energy_j(p, 200, {{1000, 100}}), 100000 - 50, 1e-6);
  EXPECT_NEAR(energy_j(p, 200, {{1000, 100}, {200, 100}}), 100000 + 20000, 1e-6);
  // Below its band it does nothing.
  EXPECT_NEAR(energy_j(p, 200, {{700, 1}, {200, 1}}), 900, 1e-9);
}

TEST(PowerSmoothing, StorageLosesWhatItMovesTwice) {
  PowerSmoother s({.storage_j = 50, .storage_w = 200, .storage_efficiency = 0.81}, limit_w);
  s.rest(s.demand(200));
  auto const up = s.step(s.demand(1000), 100), down = s.step(s.demand(200), 100);
  EXPECT_NEAR(up.storage_loss_j, 0.1 * 50, 1e-6);
  EXPECT_NEAR(down.storage_loss_j, 0.1 * 50, 1e-6);
  EXPECT_NEAR(up.energy_j + down.energy_j, 120000 + 10, 1e-6);
}

TEST(PowerSmoothing, TakesNoNoticeOfHowAStepIsCut) {
  PowerSmoothingParams const p{.floor = 0.5,
                               .up_w_per_s = 900,
                               .down_w_per_s = 300,
                               .hold_s = 0.4,
                               .storage_j = 60,
                               .storage_w = 400,
                               .storage_efficiency = 0.9};
  PowerSmoother whole(p, limit_w), cut(p, limit_w);
  whole.rest(whole.demand(200));
  cut.rest(cut.demand(200));
  double a = 0, b = 0, lost = 0, lost_cut = 0;
  for (double const w : {950.0, 150.0, 700.0, 120.0, 1000.0}) {
    auto const d = whole.step(whole.demand(w), 1.3);
    a += d.energy_j;
    lost += d.storage_loss_j;
    for (int i = 0; i < 130; ++i) {
      auto const piece = cut.step(cut.demand(w), 0.01);
      b += piece.energy_j;
      lost_cut += piece.storage_loss_j;
    }
  }
  EXPECT_NEAR(a, b, 1e-6);
  EXPECT_NEAR(lost, lost_cut, 1e-6);
}

TEST(PowerSmoothing, SaysHowLongItStaysAsItIs) {
  PowerSmoother s({.floor = 0.6, .down_w_per_s = 400, .hold_s = 0.5}, limit_w);
  s.rest(s.demand(600));
  EXPECT_TRUE(std::isinf(s.steady_s(s.demand(600))));
  EXPECT_EQ(s.steady_s(s.demand(1000)), 0);
  EXPECT_NEAR(s.steady_s(s.demand(200)), 0.5, 1e-12);
  s.step(s.demand(200), 0.6);
  EXPECT_EQ(s.steady_s(s.demand(200)), 0);
}

}  // namespace
}  // namespace ondol::sim
