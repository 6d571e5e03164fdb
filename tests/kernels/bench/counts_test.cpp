// Counts by hand on shapes small enough for a pencil.
#include "kernels/bench/counts.hpp"

#include <gtest/gtest.h>

namespace ondol::meter {
namespace {

TEST(Counts, Chains) {
  // one thread, one trip: 64 operations forth, 64 back
  EXPECT_EQ(chain_work("fma_fp32", 1)[Channel::vector_fp32], 256);
  EXPECT_EQ(chain_work("fma_fp64", 1)[Channel::vector_fp64], 256);
  EXPECT_EQ(chain_work("fma_fp16x2", 1)[Channel::vector_fp16], 512);
  EXPECT_EQ(chain_work("fma_bf16x2", 1)[Channel::vector_bf16], 512);
  EXPECT_EQ(chain_work("integer_mad", 1)[Channel::integer], 128);
  EXPECT_EQ(chain_work("integer_logic", 1)[Channel::integer], 256);
  EXPECT_EQ(chain_work("special_ex2", 3)[Channel::special], 384);
  EXPECT_EQ(chain_work("special_ex2", 3)[Channel::integer], 384);
}

TEST(Counts, StreamsCountEveryLevelCrossed) {
  Work const read = read_work(256, true, true);
  EXPECT_EQ(read[Channel::hbm_read], 256);
  EXPECT_EQ(read[Channel::l2], 256);
  EXPECT_EQ(read[Channel::l1], 256);
  EXPECT_EQ(read[Channel::integer], 32) << "four operations fold 32 bytes";
  EXPECT_EQ(read_work(256, false, true)[Channel::hbm_read], 0);
  EXPECT_EQ(write_work(64, true)[Channel::hbm_write], 64);
  Work const copy = copy_work(64);
  EXPECT_EQ(copy[Channel::hbm_read], 64);
  EXPECT_EQ(copy[Channel::hbm_write], 64);
  EXPECT_EQ(copy[Channel::l2], 128);
}

TEST(Counts, MatrixProductOfOneTile) {
  // 256 tokens x 128 outputs x 64 inputs in bf16: one tile on one of two multiprocessors
  Work const w = gemm_work({256, 128, 64, Format::bf16, 2});
  EXPECT_EQ(w[Channel::tensor_bf16], 2.0 * 256 * 128 * 64);
  EXPECT_EQ(w[Channel::hbm_read], (256 + 128) * 64 * 2) << "both matrices once";
  EXPECT_EQ(w[Channel::hbm_write], 256 * 128 * 2);
  EXPECT_EQ(w[Channel::l2], (256 + 128) * 64 * 2 + 256 * 128 * 2);
  // written once, then 2 groups of 64 outputs read 64 + 256 rows of 128 bytes
  EXPECT_EQ(w[Channel::shared], (256 + 128) * 128 + 2 * (64 + 256) * 128);
}

TEST(Counts, MatrixProductInWaves) {
  // 4 multiprocessors cover a region of 4 * 256 * 128 = 362 x 362; 724 x 724 outputs take four, each reads 2 * 362 rows
  Work const w = gemm_work({724.077343935025, 724.077343935025, 10, Format::fp8_e4m3, 4});
  EXPECT_NEAR(w[Channel::hbm_read], 4 * 2 * 362.0386719675124 * 10, 1e-6);
  // skinny: 16 tokens never read the weights twice
  Work const skinny = gemm_work({16, 28672, 8192, Format::bf16, 132});
  EXPECT_NEAR(skinny[Channel::hbm_read] / ((16.0 + 28672) * 8192 * 2), 1, 0.02);
}

TEST(Counts, AttentionOverTwoTiles) {
  // 128 tokens: tiles (0,0), (1,0), (1,1) of 64 x 64
  Work const w = prefill_work(1, 128, 1, 1);
  EXPECT_EQ(w[Channel::tensor_bf16], 3 * 2 * 2.0 * 64 * 64 * 128);
  EXPECT_EQ(w[Channel::special], 3 * (64.0 * 64 + 256));
  EXPECT_EQ(w[Channel::hbm_read], 3 * 128 * 256) << "q, k and v once";
  EXPECT_EQ(w[Channel::hbm_write], 128 * 256);
  EXPECT_EQ(w[Channel::shared], 3 * 2 * 64 * 256.0 * 5);
}

TEST(Counts, DecodeReadsTheCacheOnce) {
  Work const w = decode_work(64, 4096, 32, 8, 4);
  double const cache = 2.0 * 64 * 4096 * 8 * 256, query = 64 * 32 * 256;
  EXPECT_EQ(w[Channel::hbm_read], cache + query);
  EXPECT_EQ(w[Channel::integer], cache / 2) << "one conversion an element";
  EXPECT_GT(w[Channel::vector_fp32], 64.0 * 32 * 4096 * 512) << "two products of 128";
}

TEST(Counts, VectorTimesMatrix) {
  Work const w = gemv_work(8, 16, 2);
  EXPECT_EQ(w[Channel::vector_fp32], 2.0 * 8 * 16 * 2);
  EXPECT_EQ(w[Channel::hbm_read], 8 * 16 * 2);
  EXPECT_EQ(w[Channel::l1], 8 * 16 * 2 + 2 * (16 * 2 * 2) + 8 * 2 * 4) << "weights, tokens for both groups of four, results";
}

TEST(Counts, ElementByElement) {
  EXPECT_EQ(rmsnorm_work(2, 8)[Channel::hbm_read], 32);
  EXPECT_EQ(softmax_work(2, 8)[Channel::special], 16);
  EXPECT_EQ(swiglu_work(10)[Channel::hbm_read], 40);
  EXPECT_EQ(swiglu_work(10)[Channel::hbm_write], 20);
  EXPECT_EQ(adamw_work(10)[Channel::hbm_read], 120) << "weight 2, gradient 2, moments 8";
  EXPECT_EQ(adamw_work(10)[Channel::hbm_write], 100);
}

}  // namespace
}  // namespace ondol::meter
