#include "sim/compute/macro_work.hpp"

#include <gtest/gtest.h>

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
