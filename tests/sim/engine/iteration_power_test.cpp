#include "sim/engine/iteration_power.hpp"

#include <gtest/gtest.h>

namespace ondol::sim {
namespace {

using workloads::Iteration;
using workloads::PhaseKind;

AcceleratorPowerParams board() {
  AcceleratorPowerParams p;
  p.idle_w = 80;
  p.context_w = 40;
  p.awake_w = 100;
  p.leakage_w_per_k = 1;
  p.leakage_reference_k = 320;
  p.voltage_slope = 0.5;
  p.voltage_floor = 0.7;
  p.minimum_clock = 0.2;
  p.control_j[meter::index(meter::Channel::tensor_bf16)] = 1e-12;
  return p;
}

KernelRates rates() {
  KernelRates r;
  r.flop_per_s[static_cast<std::size_t>(Dtype::bf16)] = 1e15;
  return r;
}

/// 2 s of kernels at 700 W (120 + 100 + 480), 1 s of waiting with a fifth awake: 140 W.
std::shared_ptr<Iteration> iteration() {
  auto it = std::make_shared<Iteration>();
  workloads::Phase kernels{.kind = PhaseKind::forward, .duration_s = 2, .clock_share = 1, .awake = 1, .host = 0.3, .work = {}};
  kernels.work[meter::Channel::tensor_bf16] = 960e12;
  it->phases = {kernels, {.kind = PhaseKind::data, .duration_s = 1, .fabric_share = 1, .awake = 0.2, .host = 0.6, .work = {}}};
  return it;
}

TEST(IterationPower, IsTheMeanOfThePhasesByTime) {
  auto const load = iteration_load(board(), rates(), iteration());
  auto const draw = iteration_draw(board(), load, 1.0, 1000, 320);
  EXPECT_NEAR(draw.at_reference_w, (2 * 700 + 140) / 3.0, 1e-9);
  EXPECT_DOUBLE_EQ(draw.speed, 1);
  EXPECT_DOUBLE_EQ(draw.clock, 1);
  EXPECT_NEAR(draw.host, 0.4, 1e-12);
  EXPECT_DOUBLE_EQ(draw.slope_w_per_k, 1);
}

TEST(IterationPower, LimitsThePhaseThatExceedsTheLimitAndNotTheMean) {
  auto const load = iteration_load(board(), rates(), iteration());
  // The mean, 513 W, is below the limit; the kernels are not.
  std::vector<PhaseDraw> phases;
  phase_draws(board(), load, 1.0, 600, 320, phases);
  EXPECT_NEAR(phases[0].at_reference_w, 600, 1e-6);
  EXPECT_TRUE(phases[0].limited);
  EXPECT_LT(phases[0].clock, 1);
  EXPECT_NEAR(phases[0].duration_s, 2 / phases[0].clock, 1e-9);
  EXPECT_NEAR(phases[1].at_reference_w, 140, 1e-9);
  EXPECT_EQ(phases[1].duration_s, 1);
  auto const draw = iteration_draw(board(), load, 1.0, 600, 320);
  EXPECT_NEAR(draw.speed, 3 / (phases[0].duration_s + 1), 1e-12);
  EXPECT_NEAR(draw.at_reference_w, (600 * phases[0].duration_s + 140) / (phases[0].duration_s + 1), 1e-6);
}

TEST(IterationPower, WarmDiesSlowTheKernelsFirst) {
  auto const load = iteration_load(board(), rates(), iteration());
  auto const cool = iteration_draw(board(), load, 1.0, 600, 320), warm = iteration_draw(board(), load, 1.0, 600, 340);
  EXPECT_LT(warm.speed, cool.speed);
}

TEST(IterationPower, AShareOfTheFabricStretchesTheExchangeAndItsPowerStays) {
  auto const load = iteration_load(board(), rates(), iteration());
  auto const draw = iteration_draw(board(), load, 0.5, 1000, 320);
  EXPECT_DOUBLE_EQ(draw.duration_s, 4);
  EXPECT_DOUBLE_EQ(draw.speed, 0.75);
  EXPECT_NEAR(draw.at_reference_w, (2 * 700 + 2 * 140) / 4.0, 1e-9);
}

TEST(IterationPower, WhatNoLongerHidesDrawsWhatTheExchangeDraws) {
  auto it = iteration();
  it->traffic.push_back({.members = 8, .bytes = 1e9, .time_s = 2, .hidden_s = 1});
  auto const load = iteration_load(board(), rates(), it);
  auto const draw = iteration_draw(board(), load, 0.5, 1000, 320);
  EXPECT_DOUBLE_EQ(draw.duration_s, 5);
  EXPECT_NEAR(draw.at_reference_w, (2 * 700 + 3 * 140) / 5.0, 1e-9);
}

TEST(IterationPower, ABubbleLastsAsLongAsTheKernelsItWaitsFor) {
  auto it = iteration();
  it->phases.push_back({.kind = PhaseKind::bubble, .duration_s = 0.5, .clock_share = 1, .work = {}});
  auto const load = iteration_load(board(), rates(), it);
  std::vector<PhaseDraw> phases;
  phase_draws(board(), load, 1.0, 600, 320, phases);
  EXPECT_NEAR(phases[2].duration_s, 0.5 * phases[0].duration_s / 2, 1e-9);
}

TEST(IterationPower, PausesCountByHowOftenTheyCome) {
  auto it = iteration();
  it->pauses.push_back({.iterations = 4, .phases = {{.kind = PhaseKind::checkpoint, .duration_s = 2, .work = {}}}});
  auto const load = iteration_load(board(), rates(), it);
  auto const draw = iteration_draw(board(), load, 1.0, 1000, 320);
  EXPECT_DOUBLE_EQ(draw.duration_s, 3.5);
  EXPECT_DOUBLE_EQ(draw.speed, 1);
  EXPECT_NEAR(draw.at_reference_w, (2 * 700 + 140 + 0.5 * 120) / 3.5, 1e-9);
}

}  // namespace
}  // namespace ondol::sim
