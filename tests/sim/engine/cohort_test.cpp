#include "sim/engine/cohort.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace ondol::sim {
namespace {

using workloads::PhaseKind;

/// An accelerator that idles at 100 W and draws 600 W in kernels.
AcceleratorPowerParams board() {
  AcceleratorPowerParams p;
  p.idle_w = 100;
  p.awake_w = 500;
  p.minimum_clock = 0.2;
  return p;
}

/// 3 s of kernels; after every two of them an evaluation of 1 s of kernels and 1 s of waiting.
IterationLoad load() {
  workloads::Phase const kernels{
      .kind = PhaseKind::forward, .duration_s = 3, .clock_share = 1, .awake = 1, .host = 1, .work = {}};
  auto working = kernels, waiting = kernels;
  working.kind = waiting.kind = PhaseKind::evaluation;
  working.duration_s = waiting.duration_s = 1;
  waiting.awake = waiting.host = waiting.clock_share = 0;
  auto it = std::make_shared<workloads::Iteration>();
  it->phases = {kernels};
  it->pauses = {{.iterations = 2, .phases = {working, waiting}}};
  return iteration_load(board(), {}, std::move(it));
}

TEST(Cohort, MixesWhatTheRanksOfAnEvaluationDoInTurns) {
  auto const it = load();
  Cohort::Part part{.rack = 0, .accelerators = 8, .host_span_w = 400, .draws = {}, .load = &it};
  phase_draws(board(), it, 1.0, 1000, 320, part.draws);
  Cohort cohort(0, {part});
  cohort.begin(0, 10);
  auto const power = [&] { return cohort.power_w(cohort.parts()[0]); };
  double const at_work = power();
  EXPECT_NEAR(at_work, 8 * 600 + 400, 1e-9);
  while (cohort.next_s() < 16 - 1e-9) cohort.step();
  cohort.step();  // two iterations are over
  EXPECT_EQ(cohort.kind(), PhaseKind::evaluation);
  EXPECT_NEAR(power(), 8 * (600 + 100) / 2.0 + 200, 1e-9);
  EXPECT_NEAR(cohort.next_s(), 18, 1e-9);
  cohort.step();
  EXPECT_NEAR(power(), at_work, 1e-9);
}

TEST(Cohort, KeepsTheFloorThroughAnEvaluationAsTheMeanDoes) {
  auto const it = load();
  PowerSmoothingParams const smoothing{.floor = 0.8, .down_w_per_s = 1000, .hold_s = 1};
  Cohort::Part part{.rack = 0, .accelerators = 1, .draws = {}, .load = &it, .smoother = PowerSmoother(smoothing, 600)};
  phase_draws(board(), it, 1.0, 1000, 320, part.draws);
  Cohort cohort(0, {part});
  cohort.begin(1, 1);
  while (cohort.next_s() < 6 - 1e-9) cohort.step();
  cohort.step();
  // Its mean, 350 W, is below the floor of 480 W: held for a second, then down in 0.13 s.
  EXPECT_NEAR(cohort.power_w(cohort.parts()[0]), 600 - 5, 1e-9);  // the first 10 ms on the way
  double energy_j = 0, now_s = 6;
  while (now_s < 14 - 1e-9) {
    double const until_s = std::min(14.0, cohort.next_s());
    energy_j += cohort.power_w(cohort.parts()[0]) * (until_s - now_s);
    now_s = until_s;
    if (now_s < 14 - 1e-9) cohort.step();
  }
  double const floor_j = (600 + 480) / 2 * 0.12 + 480 * 0.88, after_j = (480 + 350) / 2 * 0.13 + 350 * 0.87;
  EXPECT_NEAR(energy_j, floor_j + after_j + 6 * 600, 1e-6);
  EXPECT_NEAR(smoothed_mean_w(it, part.draws, smoothing, 600), energy_j / 8, 1e-6);
}

TEST(Cohort, WorkPassesItsLimitUntilTheLimiterSeesItAndKeepsTheMean) {
  auto const it = load();
  Cohort::Part part{.rack = 0, .accelerators = 1, .draws = {}, .load = &it, .limiter = PowerLimiter(0.05)};
  phase_draws(board(), it, 1.0, 500, 320, part.draws);  // the clock falls to 0.8: 3.75 s of kernels at 500 W
  ASSERT_NEAR(part.draws[0].duration_s, 3.75, 1e-9);
  ASSERT_NEAR(part.draws[0].free_w, 600, 1e-9);
  Cohort cohort(0, {part});
  cohort.begin(0, 0);  // from waiting at 100 W
  auto const power = [&] { return cohort.power_w(cohort.parts()[0]); };
  double const rise_s = 0.05 * std::log(500.0 / 100);
  EXPECT_NEAR(power(), 600, 1e-9);
  EXPECT_NEAR(cohort.next_s(), rise_s, 1e-9);
  cohort.step();
  EXPECT_NEAR(power(), 490, 1e-9);
  EXPECT_NEAR(cohort.next_s(), 11 * rise_s, 1e-9);
  double energy_j = 600 * rise_s, now_s = rise_s;
  while (now_s < 3.75 - 1e-9) {
    double const until_s = std::min(3.75, cohort.next_s());
    energy_j += power() * (until_s - now_s);
    now_s = until_s;
    cohort.step();
  }
  EXPECT_NEAR(energy_j, 3.75 * 500, 1e-6);
}

TEST(Plays, StagesThatWaitKeepTheirOwnFloor) {
  auto it = std::make_shared<workloads::Iteration>();
  it->phases = {{.kind = PhaseKind::forward, .duration_s = 1, .work = {}},
                {.kind = PhaseKind::tensor, .duration_s = 1, .work = {}},
                {.kind = PhaseKind::bubble, .duration_s = 1, .work = {}}};
  auto const what = iteration_load(board(), {}, std::move(it));
  std::vector<PhaseDraw> const draws{{.at_reference_w = 700}, {.at_reference_w = 300}, {.at_reference_w = 100}, {}};
  Play const play{.duration_s = 3, .mix = {{0, 0.5}, {1, 0.25}, {2, 0.25}}};
  PowerSmoother const smoother({.floor = 0.5}, 1000);
  auto const d = play_demand(what, play, draws, smoother);
  EXPECT_NEAR(d.work_w, 450, 1e-9);
  EXPECT_NEAR(d.held_w, 0.5 * 700 + 0.25 * 300 + 0.25 * 500, 1e-9);  // kernels and messages: 567 W together, above the floor
  EXPECT_TRUE(d.works);
}

}  // namespace
}  // namespace ondol::sim
