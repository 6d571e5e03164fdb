#include "kernels/activity/suite.hpp"

#include <gtest/gtest.h>

#include <set>

namespace ondol::meter {
namespace {

TEST(Suite, EveryKernelStandsOnce) {
  std::set<std::string_view> ids;
  for (KernelInfo const& k : suite) EXPECT_TRUE(ids.insert(k.id).second) << k.id;
  EXPECT_TRUE(kernel_named("hbm_read").has_value());
  EXPECT_FALSE(kernel_named("hbm_reed").has_value());
}

TEST(Suite, DataIsStoredAsTheNameSays) {
  EXPECT_EQ(operand_format("tensor_fp8"), Format::fp8_e4m3);
  EXPECT_EQ(operand_format("gemm_square_fp8"), Format::fp8_e4m3);
  EXPECT_EQ(operand_format("tensor_bf16"), Format::bf16);
  EXPECT_EQ(operand_format("fma_fp16x2"), Format::fp16);
  EXPECT_EQ(operand_format("tensor_tf32"), Format::tf32);
  EXPECT_EQ(operand_format("fma_fp64"), Format::fp64);
  EXPECT_EQ(operand_format("hbm_read"), Format::fp32);
  EXPECT_EQ(operand_format("attention_decode"), Format::bf16);
}

TEST(Toggle, IsNoneForZerosAndAllForRandomBits) {
  for (Format f : {Format::fp64, Format::fp32, Format::bf16, Format::fp8_e4m3, Format::int8}) {
    EXPECT_EQ(toggle(Fill::zeros, f), 0);
    EXPECT_EQ(toggle(Fill::constant, f), 0);
    EXPECT_NEAR(toggle(Fill::random_bits, f), 1, 0.03);
    EXPECT_LT(toggle(Fill::sparse90, f), toggle(Fill::sparse50, f));
    EXPECT_LT(toggle(Fill::sparse90, f), toggle(Fill::normal, f));
  }
}

}  // namespace
}  // namespace ondol::meter
