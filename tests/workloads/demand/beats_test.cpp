#include "workloads/demand/beats.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace ondol::workloads {
namespace {

Iteration iteration(int stages, double bubble_s) {
  Iteration it;
  it.stages = stages;
  it.phases = {{.kind = PhaseKind::forward, .duration_s = 2, .work = {}},
               {.kind = PhaseKind::backward, .duration_s = 4, .work = {}},
               {.kind = PhaseKind::tensor, .duration_s = 0.6, .work = {}},
               {.kind = PhaseKind::bubble, .duration_s = bubble_s, .work = {}},
               {.kind = PhaseKind::data, .duration_s = 0.5, .work = {}},
               {.kind = PhaseKind::optimizer, .duration_s = 0.1, .work = {}}};
  return it;
}

std::vector<double> durations(Iteration const& it, double overflow_s = 0) {
  std::vector<double> d;
  for (auto const& p : it.phases) d.push_back(p.duration_s);
  d.push_back(overflow_s);
  return d;
}

/// Time of each phase, mean over the ranks, and that shares sum to 1.
std::vector<double> totals(std::vector<Beat> const& all) {
  std::vector<double> sum(all.front().share.size());
  for (auto const& b : all) {
    EXPECT_NEAR(std::accumulate(b.share.begin(), b.share.end(), 0.0), 1, 1e-12);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += b.duration_s * b.share[i];
  }
  return sum;
}

void expect_kept(Iteration const& it, double overflow_s = 0) {
  auto const d = durations(it, overflow_s);
  auto const sum = totals(beats(it, d));
  for (std::size_t i = 0; i < d.size(); ++i) EXPECT_NEAR(sum[i], d[i], 1e-12) << i;
}

TEST(Beats, KeepTheDurationOfEveryPhase) {
  for (int const stages : {1, 2, 4, 64})
    for (double const bubble_s : {0.0, 0.9, 6.0, 20.0}) expect_kept(iteration(stages, bubble_s), 0.25);
}

TEST(Beats, AFillingPipelineRisesStageByStageAndDrainsSo) {
  auto const it = iteration(4, 0.9);
  auto const all = beats(it, durations(it));
  ASSERT_EQ(all.size(), 3u + 1 + 3 + 2);
  // Forward is a third of the kernels: 0.3 s of fill in three steps.
  for (int k = 0; k < 3; ++k) {
    EXPECT_NEAR(all[static_cast<std::size_t>(k)].duration_s, 0.1, 1e-12);
    EXPECT_NEAR(all[static_cast<std::size_t>(k)].share[3], 1 - 0.25 * (k + 1), 1e-12);
    EXPECT_EQ(all[static_cast<std::size_t>(k)].share[1], 0);
    EXPECT_NEAR(all[static_cast<std::size_t>(4 + k)].duration_s, 0.2, 1e-12);
    EXPECT_NEAR(all[static_cast<std::size_t>(4 + k)].share[3], 0.25 * (k + 1), 1e-12);
    EXPECT_EQ(all[static_cast<std::size_t>(4 + k)].share[0], 0);
  }
  EXPECT_NEAR(all[3].duration_s, 6.6, 1e-12);
  EXPECT_NEAR(all[3].share[3], 0.45 / 6.6, 1e-12);
  EXPECT_EQ(all[7].share[4], 1);
  EXPECT_EQ(all[8].share[5], 1);
}

TEST(Beats, WithoutAPipelineForwardAndBackwardTakeTurns) {
  auto it = iteration(1, 0);
  it.micro_batches = 3;
  auto const all = beats(it, durations(it));
  ASSERT_EQ(all.size(), 6u + 2);
  EXPECT_GT(all[4].share[0], 0.9);
  EXPECT_GT(all[5].share[1], 0.9);
}

TEST(Beats, TheOverflowFollowsTheExchange) {
  auto const it = iteration(1, 0);
  auto const all = beats(it, durations(it, 0.25));
  ASSERT_EQ(all.size(), 2u + 3);
  EXPECT_EQ(all[2].share[4], 1);
  EXPECT_EQ(all[3].share[6], 1);
  EXPECT_EQ(all[3].duration_s, 0.25);
  EXPECT_EQ(all[4].share[5], 1);
}

}  // namespace
}  // namespace ondol::workloads
