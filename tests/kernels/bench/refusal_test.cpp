#include "kernels/bench/refusal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/activity/suite.hpp"
#include "kernels/bench/compare.hpp"

namespace ondol::meter {
namespace {

using ::testing::HasSubstr;

DeviceShape device(int capability) {
  DeviceShape shape;
  shape.product = "NVIDIA A100";
  shape.capability = capability;
  return shape;
}
LoadSpec load(std::string kernel, double share = 1, double period_s = 0) {
  LoadSpec spec;
  spec.kernel = std::move(kernel), spec.sm_share = share, spec.period_s = period_s;
  return spec;
}

TEST(Refusal, OneLineWhyNot) {
  Surroundings const one{1, true};
  EXPECT_EQ(why_not(load("tensor_fp8"), device(80), one), "tensor_fp8: needs compute capability 8.9, NVIDIA A100 has 8");
  EXPECT_EQ(why_not(load("gemm"), device(90), one), "the suite has no kernel \"gemm\"");
  EXPECT_EQ(why_not(load("fma_fp16x2", 0.5), device(90), one),
            "fma_fp16x2: always runs on all multiprocessors; sm_share must be 1");
  EXPECT_THAT(why_not(load("spin", 0), device(90), one), HasSubstr("not in (0, 1]"));
  EXPECT_THAT(why_not(load("spin", 1, 0.001), device(90), one), HasSubstr("0.01 s"));
  EXPECT_THAT(why_not(load("peer_copy"), device(90), one), HasSubstr("two devices"));
  EXPECT_THAT(why_not(load("nccl_all_reduce"), device(90), {8, false}), HasSubstr("NCCL"));
  EXPECT_EQ(why_not(load("nccl_all_reduce"), device(90), {8, true}), "");
  DeviceShape small = device(90);
  small.memory_bytes = 8e9;
  EXPECT_THAT(why_not(load("hbm_read"), small, one), HasSubstr("12 GB"));
}

TEST(Refusal, AHopperWithAFriendRunsTheWholeSuite) {
  for (KernelInfo const& k : suite) {
    EXPECT_EQ(why_not(load(std::string(k.id)), device(90), {2, true}), "");
    if (k.ladder) {
      EXPECT_EQ(why_not(load(std::string(k.id), 0.25), device(90), {2, true}), "");
    }
  }
}

TEST(Compare, SaysHowManyAndTheWorst) {
  EXPECT_EQ(compare({1, 2}, {1, 2.1}, {1}, 0.2), "");
  EXPECT_EQ(compare({1, 2, 4}, {1, 2.5, 3}, {1}, 0.25), "2 of 3 values differ, worst at 2: 4 against 3 (tolerance 0.25)");
  EXPECT_THAT(compare({NAN}, {1}, {1}, 10), HasSubstr("1 of 1 values differ")) << "NaN agrees with nothing";
  EXPECT_THAT(compare({1}, {1, 2}, {1}, 10), HasSubstr("2 were expected"));
}

}  // namespace
}  // namespace ondol::meter
