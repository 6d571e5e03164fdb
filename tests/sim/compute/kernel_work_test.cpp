#include "sim/compute/kernel_work.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

namespace ondol::sim {
namespace {

using meter::Channel;

KernelRates roofline() {
  KernelRates r;
  r.flop_per_s[static_cast<std::size_t>(Dtype::bf16)] = 1000e12;
  r.flop_per_s[static_cast<std::size_t>(Dtype::fp8)] = 2000e12;
  r.matmul_efficiency = 0.8;
  r.byte_per_s = 4e12;
  r.memory_efficiency = 0.8;
  return r;
}

KernelRates h200() {
  KernelRates r = roofline();
  r.flop_per_s[static_cast<std::size_t>(Dtype::bf16)] = 989e12;
  r.flop_per_s[static_cast<std::size_t>(Dtype::fp8)] = 1979e12;
  r.matmul_efficiency = 0.803;
  r.byte_per_s = 4.8e12;
  r.memory_efficiency = 0.85;
  std::string const file = ONDOL_SOURCE_DIR "/scenarios/catalogue/kernel_times/h200.csv";
  std::ifstream text(file);
  r.times = std::make_shared<KernelTimes const>(read_kernel_times(text, file));
  return r;
}

TEST(KernelWork, ProductByHand) {
  // 512 x 1024 x 2048 in bf16: A 2 MiB, B 4 MiB, C 1 MiB.
  auto const w = gemm(roofline(), 512, 1024, 2048, Dtype::bf16).work;
  double const mib = 1 << 20;
  EXPECT_DOUBLE_EQ(w[Channel::tensor_bf16], 2.0 * 512 * 1024 * 2048);
  EXPECT_DOUBLE_EQ(w[Channel::hbm_read], 6 * mib);  // each operand once
  EXPECT_DOUBLE_EQ(w[Channel::hbm_write], 1 * mib);
  EXPECT_DOUBLE_EQ(w[Channel::l2], (2 * 4 + 4 * 2 + 1) * mib);  // A for 4 blocks of columns, B for 2 of rows
  EXPECT_DOUBLE_EQ(w[Channel::shared], (2 * 2 * 4 + 4 * (4 + 8) + 2) * mib);
  EXPECT_DOUBLE_EQ(w[Channel::vector_fp32], 8.0 * 512 * 1024);
  EXPECT_DOUBLE_EQ(w[Channel::special], 0);
}

TEST(KernelWork, NarrowProductsRoundTheirActivations) {
  auto const w = gemm(roofline(), 128, 256, 512, Dtype::fp8).work;
  EXPECT_DOUBLE_EQ(w[Channel::tensor_fp8], 2.0 * 128 * 256 * 512);
  EXPECT_DOUBLE_EQ(w[Channel::hbm_read], (2 + 1) * 128 * 512 + 256 * 512);
  EXPECT_DOUBLE_EQ(w[Channel::hbm_write], 128 * 512 + 2 * 128 * 256);
  EXPECT_DOUBLE_EQ(w[Channel::vector_fp32], 96.0 * 128 * 512 + 8 * 128 * 256);
}

TEST(KernelWork, DecodeAttentionReadsTheCacheOnce) {
  AttentionShape const s{AttentionShape::Phase::decode, 2, 8, 2, 128, 1, 1023};
  auto const w = attention(roofline(), s, Dtype::bf16).work;
  EXPECT_DOUBLE_EQ(w[Channel::special], 2 * 8 * 1024);
  EXPECT_DOUBLE_EQ(w[Channel::tensor_bf16], 4.0 * 128 * 2 * 8 * 1024);
  double const cache = 2.0 * 2 * 2 * 2 * 128 * 1024, queries = 2.0 * 2 * 8 * 128;
  EXPECT_DOUBLE_EQ(w[Channel::hbm_read], cache + queries);
  EXPECT_DOUBLE_EQ(w[Channel::l2], cache + 2 * queries);
  EXPECT_DOUBLE_EQ(w[Channel::shared], 2 * cache);
}

TEST(KernelWork, PrefillCountsTheCausalTriangle) {
  AttentionShape const s{AttentionShape::Phase::prefill, 1, 4, 4, 64, 256, 0};
  auto const w = attention(roofline(), s, Dtype::bf16).work;
  double const scores = 4 * 256 * 257 / 2.0;
  EXPECT_DOUBLE_EQ(w[Channel::special], scores);
  EXPECT_DOUBLE_EQ(w[Channel::tensor_bf16], 4 * 64 * scores);
  // 2 blocks of queries, each over half of the keys on the mean: 257/256 passes.
  double const kv = 2.0 * 2 * 4 * 64 * 256, qo = 2.0 * 4 * 64 * 256;
  EXPECT_DOUBLE_EQ(w[Channel::l2], kv * 257 / 256 + 2 * qo);
}

TEST(KernelWork, ExpertsReadTheirWeightsOnce) {
  // 16 tokens x 2 over 8 experts, all here: 4 rows each, padded to 64.
  auto const w = moe(roofline(), {16, 256, 128, 8, 8, 2}, Dtype::bf16).work;
  EXPECT_DOUBLE_EQ(w[Channel::tensor_bf16], 2.0 * 64 * 8 * 3 * 256 * 128);
  double const weights = 2.0 * 8 * 3 * 256 * 128;
  double const rows_in = 2.0 * 32 * 256 + 2.0 * 32 * 128;  // into the two products
  double const rows_out = 2.0 * 32 * (2 * 128 + 256);      // read by activation and sum
  EXPECT_DOUBLE_EQ(w[Channel::hbm_read], weights + rows_in + rows_out);
  EXPECT_DOUBLE_EQ(w[Channel::hbm_write], rows_out + 2 * 32 * 128 + 2 * 16 * 256);
}

TEST(KernelWork, ExpertsOfWhichNoneGetsARowStillCostOne) {
  auto const w = moe(roofline(), {1, 256, 128, 256, 8, 8}, Dtype::bf16).work;
  EXPECT_DOUBLE_EQ(w[Channel::tensor_bf16], 2.0 * 64 * 3 * 256 * 128);
}

TEST(KernelTime, RooflineByHand) {
  auto const c = gemm(roofline(), 8192, 8192, 8192, Dtype::bf16);
  double const compute = 2.0 * 8192 * 8192 * 8192 / 800e12;
  double const memory = (4 + 4 + 1) * 2.0 * 8192 * 8192 / 3.2e12;
  EXPECT_NEAR(c.time_s, std::pow(std::pow(compute, 4) + std::pow(memory, 4), 0.25) + 2e-6, 1e-9);
  EXPECT_GT(c.compute_share, 0.95);
  EXPECT_FALSE(c.in_range);
  EXPECT_EQ(c.tier, "assumed");
}

TEST(KernelWork, TypesHaveNames) {
  for (std::size_t i = 0; i < dtypes; ++i) EXPECT_EQ(dtype_named(dtype_names[i]), static_cast<Dtype>(i));
  EXPECT_FALSE(dtype_named("fp32"));
}

TEST(KernelTime, RefusesTypesWithoutAUnit) {
  EXPECT_THROW(gemm(roofline(), 1, 1, 1, Dtype::fp4), std::invalid_argument);
}

TEST(KernelTime, MeasuredProductsComeBack) {
  // Rows of the public table under the 700 W limit: 1.5525 ms at 708 TFLOP/s; at the reference clock a sixth or so faster.
  auto const large = gemm(h200(), 8192, 8192, 8192, Dtype::bf16);
  EXPECT_TRUE(large.in_range);
  EXPECT_GT(large.time_s, 1.2e-3);
  EXPECT_LT(large.time_s, 1.45e-3);
  // One token streams the weights, which no limit slows: 34.6 us.
  auto const thin = gemm(h200(), 1, 8192, 8192, Dtype::bf16);
  EXPECT_NEAR(thin.time_s, 34.6e-6, 3e-6);
  EXPECT_LT(thin.compute_share, 0.01);
}

TEST(KernelTime, MoreFlopIsNeverFaster) {
  auto const r = h200();
  std::array<double, 3> const start{16, 512, 512};
  for (std::size_t d = 0; d < 3; ++d)
    for (double base : {1.0, 7.0, 40.0}) {
      double before = 0;
      for (double x = 32; x <= 32768; x *= 1.13) {
        auto s = start;
        for (double& v : s) v *= base;
        s[d] = x;
        double const t = gemm(r, s[0], s[1], s[2], Dtype::bf16).time_s;
        EXPECT_GE(t, before * (1 - 1e-9)) << d << " " << x;
        before = t;
      }
    }
}

TEST(KernelTime, OutsideTheGridTheRoofCarriesOn) {
  auto const r = h200();
  auto const edge = gemm(r, 32768, 65536, 65536, Dtype::bf16), beyond = gemm(r, 65536, 65536, 65536, Dtype::bf16);
  EXPECT_FALSE(beyond.in_range);
  EXPECT_NEAR(beyond.time_s, 2 * edge.time_s, 1e-6 * edge.time_s);
  EXPECT_GE(beyond.time_uncertainty, 0.5);
}

TEST(KernelTime, KinScaleByTheirBestMatmulAsFarAsItBinds) {
  auto r = h200();
  auto const large = gemm(r, 8192, 8192, 8192, Dtype::bf16), thin = gemm(r, 1, 8192, 8192, Dtype::bf16);
  r.matmul_efficiency /= 2;
  auto const slower = gemm(r, 8192, 8192, 8192, Dtype::bf16);
  EXPECT_NEAR(slower.time_s, 2 * large.time_s, 0.02 * large.time_s);
  EXPECT_GT(slower.time_uncertainty, 0.2);
  EXPECT_NEAR(gemm(r, 1, 8192, 8192, Dtype::bf16).time_s, thin.time_s, 1e-3 * thin.time_s);
}

TEST(KernelTime, DecodeAttentionStreamsItsCache) {
  AttentionShape const s{AttentionShape::Phase::decode, 64, 32, 8, 128, 1, 4095};
  auto const c = attention(h200(), s, Dtype::bf16);
  double const rate = c.work[Channel::hbm_read] / c.time_s;
  EXPECT_TRUE(c.in_range);
  EXPECT_GT(rate, 3.7e12);
  EXPECT_LT(rate, 4.4e12);
}

TEST(KernelTime, AChunkOfAPromptIsPlacedByItsScores) {
  // 512 tokens over 3584 earlier ones hold 1.97 M scores, as a prompt of 1984 alone.
  AttentionShape chunk{AttentionShape::Phase::prefill, 1, 32, 8, 128, 512, 3584}, whole = chunk;
  whole.tokens = std::sqrt(512.0 * (2 * 3584 + 512));
  whole.cache = 0;
  EXPECT_NEAR(attention(h200(), chunk, Dtype::bf16).time_s / attention(h200(), whole, Dtype::bf16).time_s, 1, 0.25);
}

}  // namespace
}  // namespace ondol::sim
