#include "workloads/training/search.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "scenarios/base/error.hpp"
#include "scenarios/schema/layout.hpp"
#include "tests/workloads/training/published_steps.hpp"

namespace ondol::workloads {
namespace {

using published::gpt3;
using published::h100;
using published::job;
using published::Recompute;

schema::TrainingStackSpec const& core() {
  return published::catalogue().training_stack.at("megatron-core/2024");
}

TEST(SearchLayouts, EachLayoutFoundRunsInItsTimeAndFits) {
  auto const asked = job({1024, 1536, 1, 1}, 2048, "bf16", Recompute::none, 50e9);
  auto const found = search_layouts(asked, gpt3(), h100(), core());
  ASSERT_EQ(found.best.size(), 10u);
  EXPECT_LE(found.fitting, found.tried);
  double last = 0;
  for (auto const& layout : found.best) {
    EXPECT_DOUBLE_EQ(training_step(layout.job, gpt3(), h100(), core()).step_s, layout.step_s);
    EXPECT_LE(layout.memory_bytes, h100().memory_bytes);
    EXPECT_EQ(layout.job.accelerators, 1024);
    EXPECT_EQ(layout.job.batch_sequences, 1536);
    EXPECT_LE(layout.job.tensor_parallel, 8);
    EXPECT_GE(layout.step_s, last);
    last = layout.step_s;
  }
}

TEST(SearchLayouts, FindsNothingSlowerThanAPublishedLayout) {
  auto const published = job({512, 1536, 8, 8, 6}, 2048, "bf16", Recompute::none, 50e9);
  auto const found = search_layouts(published, gpt3(), h100(), core(), 1);
  ASSERT_EQ(found.best.size(), 1u);
  EXPECT_LE(found.best[0].step_s, training_step(published, gpt3(), h100(), core()).step_s);
}

TEST(SearchLayouts, TheWholeSmallSpaceIsCountedByHand) {
  // 2 accelerators, 2 sequences, 2 layers, 2 heads.  Tensor 2: micro-batches 1, 2.  Pipeline 2: b = 1 gives two micro-batches,
  // one layer a stage, so no chunks to choose; b = 2.  Neither: data 2, b = 1.
  auto const small = published::gpt(0, 2, 256, 2, 1024);
  auto const found = search_layouts(job({2, 2, 1, 1}, 1024, "bf16", Recompute::none, 50e9), small, h100(), core());
  EXPECT_EQ(found.tried, 5u);
  EXPECT_EQ(found.fitting, 5u);
  EXPECT_EQ(found.best.size(), 5u);
}

TEST(SearchLayouts, ExpertGroupsDivideTheExperts) {
  schema::ModelShapeSpec moe{"moe", "moe", 47e9, 13e9, 32, 4096, 32, 8, 14336, 32000};
  moe.experts = 8;
  moe.experts_a_token = 2;
  moe.expert_hidden = 14336;
  auto const found = search_layouts(job({64, 256, 1, 1}, 4096, "bf16", Recompute::none, 50e9), moe, h100(), core(), 1000000);
  EXPECT_TRUE(std::any_of(found.best.begin(), found.best.end(), [](auto const& f) { return f.job.expert_parallel == 8; }));
  for (auto const& f : found.best) EXPECT_EQ(8 % f.job.expert_parallel, 0);
}

TEST(SearchLayouts, EveryChunkOfSixtyOneLayersHasOne) {
  auto const deep = published::gpt(0, 16, 2048, 61, 32000);
  auto const found = search_layouts(job({64, 512, 1, 1}, 2048, "bf16", Recompute::none, 50e9), deep, h100(), core(), 1000000);
  auto const chunks = [](LayoutFound const& f) { return f.job.pipeline_parallel * f.job.virtual_pipeline; };
  EXPECT_TRUE(std::any_of(found.best.begin(), found.best.end(), [&](auto const& f) { return chunks(f) > 8; }));
  for (auto const& f : found.best) {
    EXPECT_TRUE(schema::layout_faults(f.job, &deep).empty());
    EXPECT_LE(chunks(f), 61);
  }
}

TEST(SearchLayouts, NothingFitsAFarTooLargeModel) {
  auto const found = search_layouts(job({8, 8, 1, 1}, 2048, "bf16", Recompute::none, 50e9), gpt3(), h100(), core());
  EXPECT_TRUE(found.best.empty());
  EXPECT_GT(found.tried, 0u);
  EXPECT_EQ(found.fitting, 0u);
}

TEST(SearchLayouts, RefusesWhatNoLayoutMends) {
  auto const asked = job({64, 64, 1, 1}, 2048, "fp16", Recompute::none, 50e9);
  EXPECT_THROW(search_layouts(asked, gpt3(), h100(), core()), InputError);
}

}  // namespace
}  // namespace ondol::workloads
