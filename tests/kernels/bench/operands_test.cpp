#include "kernels/bench/operands.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <map>

namespace ondol::meter {
namespace {

constexpr Format formats[]{Format::fp64, Format::fp32,     Format::tf32, Format::bf16,
                           Format::fp16, Format::fp8_e4m3, Format::int8};
constexpr Fill fills[]{Fill::zeros, Fill::constant, Fill::random_bits, Fill::normal, Fill::sparse50, Fill::sparse90};

// All 256 words of e4m3 by its definition: 4 exponent bits of bias 7, 3 of fraction, no infinity, all ones is NaN.
TEST(Operands, EveryWordOfE4m3HasItsValueAndComesBack) {
  std::map<int, double> const known{{0x00, 0},   {0x01, 0x1p-9}, {0x07, 7 * 0x1p-9}, {0x08, 0x1p-6}, {0x38, 1},  {0x3c, 1.5},
                                    {0x77, 240}, {0x78, 256},    {0x7e, 448},        {0x80, 0},      {0xb8, -1}, {0xfe, -448}};
  for (auto const& [word, value] : known)
    EXPECT_EQ(value_of(static_cast<std::uint64_t>(word), Format::fp8_e4m3), value) << word;
  double before = -1;
  for (std::uint64_t word = 0; word < 0x7f; ++word) {
    double const value = value_of(word, Format::fp8_e4m3);
    EXPECT_GT(value, before) << "words of one sign rise";
    EXPECT_EQ(round_to(value, Format::fp8_e4m3), value);
    EXPECT_EQ(round_to(-value, Format::fp8_e4m3), -value);
    if (word > 0) {
      EXPECT_EQ(round_to(value * 0.49 + before * 0.51, Format::fp8_e4m3), before) << "nearer to the word below";
    }
    before = value;
  }
  EXPECT_EQ(round_to(1e9, Format::fp8_e4m3), 448);
}

TEST(Operands, Fp32AndBf16WordsAreThoseOfTheMachine) {
  for (std::uint64_t i = 0; i < 2000; ++i) {
    auto const word = static_cast<std::uint32_t>(operand(Fill::random_bits, Format::fp32, 3, i));
    EXPECT_EQ(value_of(word, Format::fp32), static_cast<double>(std::bit_cast<float>(word)));
    std::uint32_t const upper = word & 0xffff0000U;
    EXPECT_EQ(value_of(upper >> 16, Format::bf16), static_cast<double>(std::bit_cast<float>(upper)));
  }
  EXPECT_EQ(value_of(std::bit_cast<std::uint32_t>(1.25F), Format::tf32), 1.25) << "tf32 lies in the upper bits of an fp32 word";
  EXPECT_EQ(round_to(1 + 0x1p-9, Format::bf16), 1) << "ties go to even";
  EXPECT_EQ(round_to(1 + 3 * 0x1p-8, Format::bf16), 1 + 0x1p-6) << "ties go to even";
  EXPECT_EQ(round_to(65519, Format::fp16), 65504);
}

TEST(Operands, BoundingKeepsHalfOfEveryBitSet) {
  for (Format f : formats) {
    constexpr int n = 20000;
    std::map<int, int> ones;
    double largest = 0;
    for (std::uint64_t i = 0; i < n; ++i) {
      std::uint64_t const word = operand_word(Fill::random_bits, f, 7, i);
      for (int b = 0; b < 8 * container_bytes(f); ++b) ones[b] += (word >> b) & 1;
      largest = std::max(largest, std::fabs(value_of(word, f)));
    }
    EXPECT_LT(largest, 512) << "products and sums stay finite";
    for (int b = 8 * container_bytes(f) - bits(f); b < 8 * container_bytes(f); ++b) {
      // fill.hpp clears the lowest exponent bit of a word whose exponent is all ones: 1 in 16 in e4m3, 1 in 32 in fp16
      double const rarer = f == Format::fp8_e4m3 ? 1.0 / 16 : f == Format::fp16 ? 1.0 / 32 : 0;
      EXPECT_NEAR(ones[b] / double{n}, 0.5, 0.015 + rarer) << static_cast<int>(f) << " bit " << b;
    }
  }
}

TEST(Operands, PackedOperandsAreTheWordsInOrder) {
  for (Fill fill : fills)
    for (Format f : formats) {
      auto const packed = packed_operands(fill, f, 5, 70000);  // enough for several threads
      auto const width = static_cast<std::size_t>(container_bytes(f));
      ASSERT_EQ(packed.size(), 70000 * width);
      for (std::size_t i : {std::size_t{0}, std::size_t{1}, std::size_t{34999}, std::size_t{35000}, std::size_t{69999}}) {
        std::uint64_t word = 0;
        std::memcpy(&word, packed.data() + i * width, width);
        EXPECT_EQ(word, operand_word(fill, f, 5, i));
      }
    }
  EXPECT_EQ(operand_word(Fill::normal, Format::bf16, 1, 3), operand_word(Fill::normal, Format::bf16, 1, 3 + fill_period));
}

TEST(Operands, SizeOfTheOperands) {
  EXPECT_EQ(operand_rms(Fill::zeros, Format::bf16, 1), 1) << "nothing to divide by";
  EXPECT_EQ(operand_rms(Fill::constant, Format::bf16, 1), 1.5);
  EXPECT_NEAR(operand_rms(Fill::normal, Format::bf16, 1), 1, 0.05);
  EXPECT_NEAR(operand_rms(Fill::sparse50, Format::bf16, 1), std::sqrt(0.5), 0.05);
}

}  // namespace
}  // namespace ondol::meter
