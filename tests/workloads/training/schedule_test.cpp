#include "workloads/training/schedule.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace ondol::workloads {
namespace {

TEST(PipelineTime, EqualStagesWaitForTheFamiliarBubble) {
  auto const t = pipeline_time(std::vector<double>(8, 3.0), 64, 3);
  EXPECT_DOUBLE_EQ(t.mean_s, 64 * 3.0);
  EXPECT_NEAR(t.wait_s(), 7 * 3.0 / 3, 1e-12);
}

TEST(PipelineTime, EachMicroBatchWaitsForTheSlowestStage) {
  // By hand: 10 x 2 and the other two stages once; a stage works 10 x 4/3 on the mean.
  auto const t = pipeline_time({1, 1, 2}, 10, 1);
  EXPECT_DOUBLE_EQ(t.total_s, 22);
  EXPECT_DOUBLE_EQ(t.mean_s, 40.0 / 3);
}

TEST(StageLayers, TheLastThenTheFirstStageGetsOneLess) {
  EXPECT_EQ(stage_layers(96, 4), (std::vector<double>{24, 24, 24, 24}));
  EXPECT_EQ(stage_layers(7, 4), (std::vector<double>{2, 2, 2, 1}));
  EXPECT_EQ(stage_layers(126, 8), (std::vector<double>{15, 16, 16, 16, 16, 16, 16, 15}));
  for (int stages = 1; stages < 40; ++stages) {
    auto const all = stage_layers(61, stages);
    EXPECT_EQ(std::accumulate(all.begin(), all.end(), 0.0), 61) << stages;
  }
}

TEST(WarmUp, IsWhatThe1F1BScheduleSays) {
  EXPECT_EQ(warm_up(8, 1, 64), 7);
  EXPECT_EQ(warm_up(8, 6, 64), 14 + 40);
  EXPECT_EQ(warm_up(8, 6, 4), 24);  // no more than there are
}

TEST(ExpectedMaximum, NearTheTablesOfTheLargestOfN) {
  EXPECT_EQ(expected_maximum(1), 0);
  EXPECT_NEAR(expected_maximum(2), 0.5642, 1e-4);
  EXPECT_NEAR(expected_maximum(8) / 1.4236, 1, 0.08);
  EXPECT_NEAR(expected_maximum(100) / 2.5076, 1, 0.02);
  EXPECT_NEAR(expected_maximum(1000) / 3.2414, 1, 0.02);
}

}  // namespace
}  // namespace ondol::workloads
