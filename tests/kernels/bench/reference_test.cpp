#include "kernels/bench/reference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace ondol::meter::reference {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::Pointwise;

std::array<double, 8> all(double v) {
  std::array<double, 8> a{};
  a.fill(v);
  return a;
}

TEST(Reference, ChainAddsAndTakesAway) {
  EXPECT_EQ(fma_chain(all(1.5), all(2), all(0.25), 3, Format::fp32), all(0.25)) << "small numbers come back exactly";
  EXPECT_EQ(fma_chain(all(0), all(0), all(0), 3, Format::fp16), all(0));
  // 1 + 8 products of 2^-11 in fp16: each is half a step above 1 and ties to even, so nothing is added; taken away, each is a
  // whole step below 1
  EXPECT_EQ(fma_chain(all(0x1p-11), all(1), all(1), 1, Format::fp16), all(1 - 8 * 0x1p-11));
}

TEST(Reference, IntegerChainsWrap) {
  std::array<std::uint32_t, 8> a{}, b{}, x{};
  a.fill(0x80000001U), b.fill(3), x.fill(5);
  // mad by hand: x a + b flips the top bit of odd x and adds 3
  std::uint32_t m = 5, l = 5;
  for (int i = 0; i < 16; ++i) m = (m ^ (m & 1 ? 0x80000000U : 0U)) + 3, l = ((l & 0x80000001U) ^ 3U) + 0x80000001U;
  EXPECT_EQ(mad_chain(a, b, x, 1)[0], m);
  EXPECT_EQ(logic_chain(a, b, x, 1)[7], l);
}

TEST(Reference, MatrixProductByHand) {
  // [1 2; 3 4] times the transpose of [5 6; 7 8; 9 10]
  Values const a{1, 2, 3, 4}, w{5, 6, 7, 8, 9, 10};
  EXPECT_THAT(gemm(a, w, 2, 3, 2), ElementsAre(17, 23, 29, 39, 53, 67));
  EXPECT_THAT(gemm(a, w, 2, 3, 2, 0.5, {1, 1, 1, 1, 1, 1}), ElementsAre(9.5, 12.5, 15.5, 20.5, 27.5, 34.5));
}

TEST(Reference, AttentionOfEqualScoresIsTheMeanOfWhatIsSeen) {
  // one head of two; all scores zero, so query i averages values 0 .. i
  Values const q(3 * 2, 0.0), k{1, 2, 3, 4, 5, 6}, v{1, 10, 2, 20, 6, 60};
  EXPECT_THAT(attention(q, k, v, {1, 3, 3, 1, 1, 2, 1.0, true}), Pointwise(DoubleNear(1e-12), Values{1, 10, 1.5, 15, 3, 30}));
  EXPECT_THAT(attention(q, k, v, {1, 3, 3, 1, 1, 2, 1.0, false}), Pointwise(DoubleNear(1e-12), Values{3, 30, 3, 30, 3, 30}));
}

TEST(Reference, AttentionAgreesWithScoresSoftmaxAndProduct) {
  // two sequences, four heads on two cache heads, one query: by gemm and softmax of this file, head by head
  constexpr int batch = 2, keys = 5, heads = 4, cached = 2, size = 3;
  Values q, k, v;
  for (int i = 0; i < batch * heads * size; ++i) q.push_back(std::sin(i));
  for (int i = 0; i < batch * keys * cached * size; ++i) k.push_back(std::cos(0.7 * i)), v.push_back(std::sin(1.3 * i));
  auto const got = attention(q, k, v, {batch, 1, keys, heads, cached, size, 0.6, false});
  for (int b = 0; b < batch; ++b)
    for (int h = 0; h < heads; ++h) {
      Values const one(&q[static_cast<std::size_t>((b * heads + h) * size)],
                       &q[static_cast<std::size_t>((b * heads + h) * size)] + size);
      Values mine, values(static_cast<std::size_t>(size * keys));
      for (int j = 0; j < keys; ++j)
        for (int d = 0; d < size; ++d) {
          auto const at = static_cast<std::size_t>(((b * keys + j) * cached + h / 2) * size + d);
          mine.push_back(k[at]);
          values[static_cast<std::size_t>(d * keys + j)] = v[at];  // transposed, as gemm takes its second matrix
        }
      auto const weights = softmax(gemm(one, mine, 1, keys, size, 0.6), keys);
      auto const expected = gemm(weights, values, 1, size, keys);
      for (int d = 0; d < size; ++d)
        EXPECT_NEAR(got[static_cast<std::size_t>((b * heads + h) * size + d)], expected[static_cast<std::size_t>(d)], 1e-12);
    }
}

TEST(Reference, SoftmaxKnownValues) {
  EXPECT_THAT(softmax({0, std::log(3.0), 1000, 1000}, 2), Pointwise(DoubleNear(1e-12), Values{0.25, 0.75, 0.5, 0.5}));
}

TEST(Reference, RmsNormOfThreeFour) {
  // mean square 12.5
  double const r = 1 / std::sqrt(12.5);
  EXPECT_THAT(rmsnorm({3, 4}, {1, 2}, 2, 0), Pointwise(DoubleNear(1e-12), Values{3 * r, 8 * r}));
}

TEST(Reference, SwiGluKnownValues) {
  EXPECT_THAT(swiglu({0, 1, -700}, {5, 2, 1}), Pointwise(DoubleNear(1e-9), Values{0, 2 * 0.7310585786300049, 0}));
}

TEST(Reference, AdamWFirstStepMovesByTheRate) {
  // with bias corrections of step 1 the first step is rate * (sign of g + decay w), whatever the size of g
  AdamW p;
  p.correction1 = 1 - p.beta1, p.correction2 = 1 - p.beta2;
  Values w{1, -2}, m{0, 0}, v{0, 0};
  adamw(w, m, v, {0.5, -3}, p);
  EXPECT_THAT(w, Pointwise(DoubleNear(1e-9), Values{1 - 1e-4 * (1 + 0.1), -2 - 1e-4 * (-1 - 0.2)}));
  EXPECT_THAT(m, Pointwise(DoubleNear(1e-12), Values{0.05, -0.3}));
  EXPECT_THAT(v, Pointwise(DoubleNear(1e-12), Values{0.0125, 0.45}));
}

}  // namespace
}  // namespace ondol::meter::reference
