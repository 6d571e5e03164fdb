#include "sim/compute/kernel_work.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "sim/compute/macro_work.hpp"

namespace ondol::sim {
namespace {

using meter::Channel;

KernelRates rates() {
  KernelRates r;
  r.flop_per_s = {60e12, 500e12, 1000e12, 1000e12, 2000e12, 0, 2000e12};
  r.matmul_efficiency = 0.8;
  r.byte_per_s = 5e12;
  r.memory_efficiency = 0.8;
  return r;
}

// 2 x 4096^3 = 137.4 GFLOP at 800 TFLOP/s: 171.8 us; 3 x 32 MiB and one more pass of A and B over two blocks of 2048.
TEST(KernelWork, LargeProductIsBoundByCompute) {
  auto const c = gemm(rates(), 4096, 4096, 4096, Dtype::bf16);
  double const flop = 2.0 * 4096 * 4096 * 4096, matrix = 2.0 * 4096 * 4096;
  EXPECT_DOUBLE_EQ(c.work[Channel::tensor_bf16], flop);
  EXPECT_DOUBLE_EQ(c.work[Channel::hbm_read], 4 * matrix);
  EXPECT_DOUBLE_EQ(c.work[Channel::hbm_write], matrix);
  EXPECT_DOUBLE_EQ(c.work[Channel::l2], 2 * matrix * 16 + matrix);
  EXPECT_NEAR(c.time_s, flop / 800e12 + 4e-6, 2e-7);
  EXPECT_GT(c.compute_share, 0.95);
  EXPECT_TRUE(c.in_range);
}

// One token: 2 x 28672 x 8192 bytes of weights at 4 TB/s = 117.4 us.
TEST(KernelWork, SkinnyProductIsBoundByMemory) {
  auto const c = gemm(rates(), 1, 28672, 8192, Dtype::bf16);
  EXPECT_NEAR(c.time_s, 2.0 * 28672 * 8192 / 4e12 + 4e-6, 1e-6);
  EXPECT_LT(c.compute_share, 0.05);
}

TEST(KernelWork, NarrowTypesAreFasterAndMoveLess) {
  auto const wide = gemm(rates(), 8192, 8192, 8192, Dtype::bf16), narrow = gemm(rates(), 8192, 8192, 8192, Dtype::fp8);
  EXPECT_NEAR(narrow.time_s / wide.time_s, 0.5, 0.01);
  EXPECT_LT(narrow.work[Channel::hbm_read], wide.work[Channel::hbm_read]);
  EXPECT_THROW(gemm(rates(), 64, 64, 64, Dtype::fp4), std::invalid_argument);
}

// A cache of 4096 tokens, 8 heads of 128, keys and values, two bytes, 64 sequences: 1.07 GB at 4 TB/s = 268 us.
TEST(KernelWork, DecodingReadsTheCache) {
  AttentionShape const s{.phase = AttentionShape::Phase::decode,
                         .batch = 64,
                         .heads = 32,
                         .kv_heads = 8,
                         .head_dim = 128,
                         .tokens = 1,
                         .cache = 4096};
  auto const c = attention(rates(), s, Dtype::bf16);
  double const cache = 2.0 * 2 * 64 * 8 * 128 * 4097;
  EXPECT_NEAR(c.work[Channel::hbm_read], cache, 0.01 * cache);
  EXPECT_NEAR(c.time_s, cache / 4e12 + 4e-6, 5e-6);
  EXPECT_LT(c.compute_share, 0.1);
}

// Causal: half of 2048 x 2048 scores, 4 x 128 FLOP each.
TEST(KernelWork, PrefillIsBoundByCompute) {
  AttentionShape const s{.phase = AttentionShape::Phase::prefill,
                         .batch = 8,
                         .heads = 32,
                         .kv_heads = 8,
                         .head_dim = 128,
                         .tokens = 2048,
                         .cache = 0};
  auto const c = attention(rates(), s, Dtype::bf16);
  EXPECT_DOUBLE_EQ(c.work[Channel::tensor_bf16], 4.0 * 128 * 8 * 32 * 2048 * 2049 / 2);
  EXPECT_DOUBLE_EQ(c.work[Channel::special], 8.0 * 32 * 2048 * 2049 / 2);
  EXPECT_GT(c.compute_share, 0.9);
}

TEST(KernelWork, TypesHaveNames) {
  for (std::size_t i = 0; i < dtypes; ++i) EXPECT_EQ(dtype_named(dtype_names[i]), static_cast<Dtype>(i));
  EXPECT_FALSE(dtype_named("fp32"));
}

TEST(MacroWork, SharesBecomeRates) {
  auto const full = matmul_rates(rates(), Dtype::bf16);
  EXPECT_DOUBLE_EQ(full[Channel::tensor_bf16], 800e12);
  // 8192^3: four passes of A and B and one write over 1.1 TFLOP
  EXPECT_NEAR(full[Channel::hbm_read] + full[Channel::hbm_write], 800e12 * 9 * 2.0 * 8192 * 8192 / (2.0 * 8192 * 8192 * 8192),
              1e6);
  EXPECT_EQ(matmul_rates(rates(), Dtype::fp4)[Channel::tensor_fp4], 0);
  auto const stream = stream_rates(rates());
  EXPECT_DOUBLE_EQ(stream[Channel::hbm_read] + stream[Channel::hbm_write], 4e12);
  EXPECT_DOUBLE_EQ(stream[Channel::l2], 4e12);
}

TEST(MacroWork, NormalOperandsFlipFewerBitsThanRandomOnes) {
  EXPECT_NEAR(normal_toggle(Dtype::bf16), 0.70, 0.01);
  for (std::size_t i = 0; i < dtypes; ++i) {
    EXPECT_GT(normal_toggle(static_cast<Dtype>(i)), 0.5);
    EXPECT_LE(normal_toggle(static_cast<Dtype>(i)), 1.0);
  }
}

}  // namespace
}  // namespace ondol::sim
