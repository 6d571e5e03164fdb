#include "sim/engine/cohort.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace ondol::sim
