#include "workloads/training/pauses.hpp"

#include <gtest/gtest.h>

namespace ondol::workloads {
namespace {

schema::TrainingSpec job() {
  schema::TrainingSpec t;
  t.accelerators = 512;  // 16 replicas of 32
  t.batch_sequences = 2048;
  t.sequence = 2048;
  t.tensor_parallel = 4;
  t.pipeline_parallel = 8;
  t.micro_batch = 1;  // 128 rounds a step
  return t;
}

/// 3 s forward, 6 s backward, 1 s of tensor groups, 0.5 s optimiser.
Iteration iteration() {
  Iteration it;
  Phase forward{.kind = PhaseKind::forward, .duration_s = 3, .clock_share = 0.8, .awake = 1, .host = 0.3, .work = {}};
  forward.work[meter::Channel::tensor_bf16] = 3e15;
  it.phases = {forward,
               {.kind = PhaseKind::backward, .duration_s = 6, .work = {}},
               {.kind = PhaseKind::tensor, .duration_s = 1, .awake = 0.2, .work = {}},
               {.kind = PhaseKind::optimizer, .duration_s = 0.5, .work = {}}};
  return it;
}

TEST(Evaluation, IsAForwardPassOverItsSequences) {
  auto t = job();
  t.evaluation_interval = 24576;  // 12 steps
  t.evaluation_sequences = 1024;  // half a step: 64 rounds
  auto const all = pauses(t, 175e9, iteration());
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].iterations, 12);
  // 1.5 s of kernels, half of half a second of messages, and 7/64 of both to fill the stages.
  EXPECT_NEAR(all[0].duration_s(), (1.5 + 0.25) * (1 + 7.0 / 64), 1e-12);
  for (auto const& phase : all[0].phases) EXPECT_EQ(phase.kind, PhaseKind::evaluation);
  EXPECT_DOUBLE_EQ(all[0].phases[0].work[meter::Channel::tensor_bf16], 1.5e15);
  EXPECT_EQ(all[0].phases[0].awake, 1);
}

TEST(Evaluation, RoundsUpToWholeStepsAndWholeRounds) {
  auto t = job();
  t.evaluation_interval = 2049;
  t.evaluation_sequences = 1;  // one round of 16 replicas, 15 of them idle
  t.pipeline_parallel = 1;
  t.accelerators = 64;
  auto const all = pauses(t, 175e9, iteration());
  EXPECT_EQ(all[0].iterations, 2);
  EXPECT_NEAR(all[0].duration_s(), (3 + 0.5) * 16 / 2048, 1e-12);
}

TEST(Evaluation, FullRecomputationSendsTwiceMoreBackward) {
  auto t = job();
  t.pipeline_parallel = 1;
  t.evaluation_interval = t.evaluation_sequences = 2048;
  t.recompute = schema::Recompute::full;
  auto it = iteration();
  EXPECT_NEAR(pauses(t, 175e9, it)[0].duration_s(), 3 + 1.0 / 3, 1e-12);
  // Of the all-to-alls two of six, of the gathers one of four.
  it.phases.push_back({.kind = PhaseKind::expert, .duration_s = 6, .work = {}});
  it.phases.push_back({.kind = PhaseKind::context, .duration_s = 4, .work = {}});
  EXPECT_NEAR(pauses(t, 175e9, it)[0].duration_s(), 3 + 1.0 / 3 + 2 + 1, 1e-12);
}

TEST(Evaluation, ShowsWhatHidesOnlyInTraining) {
  auto t = job();
  t.pipeline_parallel = 1;
  t.evaluation_interval = 2048;
  t.evaluation_sequences = 4096;
  Phase const shown{.duration_s = 0.75, .fabric_share = 1, .awake = 0.2, .work = {}};
  auto const all = pauses(t, 175e9, iteration(), {shown});
  EXPECT_NEAR(all[0].duration_s(), 2 * (3 + 0.5 + 0.75), 1e-12);
  EXPECT_EQ(all[0].phases.back().kind, PhaseKind::evaluation);
  EXPECT_EQ(all[0].phases.back().fabric_share, 1);
}

TEST(Evaluation, WaitsForTheSlowestStageAndRankAsTrainingDoes) {
  auto t = job();
  t.evaluation_interval = 2048;
  t.evaluation_sequences = 4096;  // two batches of a step's 128 rounds
  t.virtual_pipeline = 2;
  auto it = iteration();
  // Ramps of training take 7/2 of 128 rounds of 10 s; the last stage makes the others wait two seconds more.
  it.phases.push_back({.kind = PhaseKind::bubble, .duration_s = 3.5 / 128 * 10 + 2, .work = {}});
  it.phases.push_back({.kind = PhaseKind::straggler, .duration_s = 0.9, .work = {}});
  double const busy_s = 2 * (3 + 0.5);
  EXPECT_NEAR(pauses(t, 175e9, it)[0].duration_s(), busy_s * (1 + 3.5 / 128) + 2 * (2 * 3.5 / 10 + 0.9 * 3 / 9), 1e-12);
}

TEST(Checkpoint, StallsForTheWriteOrForTheCopy) {
  auto t = job();
  t.storage_bandwidth = BytesPerSecond{50e9};
  t.checkpoint_interval = Seconds{1800};  // 171.4 iterations of 10.5 s
  auto blocking = pauses(t, 175e9, iteration());
  ASSERT_EQ(blocking.size(), 1u);
  EXPECT_EQ(blocking[0].iterations, 171);
  EXPECT_NEAR(blocking[0].duration_s(), 175e9 * 13.1 / 50e9, 1e-9);
  EXPECT_EQ(blocking[0].phases[0].fabric_share, 1);
  t.checkpoint = schema::CheckpointMode::async;
  auto const async = pauses(t, 175e9, iteration());
  EXPECT_NEAR(async[0].duration_s(), 175e9 * 13.1 / (512 * 25e9), 1e-9);
  EXPECT_EQ(async[0].phases[0].fabric_share, 0);
  t.checkpoint_size = Bytes{1e12};
  auto const c = checkpoint_of(t, 175e9);
  EXPECT_DOUBLE_EQ(c.bytes, 1e12);
  EXPECT_DOUBLE_EQ(c.write_s, 20);
  EXPECT_DOUBLE_EQ(c.restore_s, 20);
  EXPECT_DOUBLE_EQ(c.stall_s, 1e12 / (512 * 25e9));
}

TEST(Checkpoint, OfAShortIntervalFollowsEveryStep) {
  auto t = job();
  t.storage_bandwidth = BytesPerSecond{50e9};
  t.checkpoint_interval = Seconds{1};
  EXPECT_EQ(pauses(t, 175e9, iteration())[0].iterations, 1);
}

TEST(Pauses, AreNoneUnlessDeclared) {
  EXPECT_TRUE(pauses(job(), 175e9, iteration()).empty());
}

}  // namespace
}  // namespace ondol::workloads
