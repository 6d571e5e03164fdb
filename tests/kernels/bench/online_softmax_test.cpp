#include "kernels/bench/online_softmax.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "kernels/bench/reference.hpp"

namespace ondol::meter {
namespace {

constexpr SoftmaxPart nothing{-INFINITY, 0, 0};

SoftmaxPart part_of(std::vector<double> const& score, std::vector<double> const& value, std::size_t from, std::size_t to) {
  SoftmaxPart all = nothing;
  for (std::size_t i = from; i < to; ++i) all = merged(all, {static_cast<float>(score[i]), 1, static_cast<float>(value[i])});
  return all;
}

TEST(OnlineSoftmax, PartsInAnyCutAreTheWhole) {
  std::vector<double> score, value, natural;
  for (int i = 0; i < 24; ++i) {
    score.push_back(40 * std::sin(1.7 * i)), value.push_back(std::cos(0.3 * i));
    natural.push_back(score.back() * std::log(2.0));  // the parts use powers of two
  }
  double expected = 0;
  auto const weight = reference::softmax(natural, score.size());
  for (std::size_t i = 0; i < score.size(); ++i) expected += weight[i] * value[i];
  for (std::size_t cut = 0; cut <= score.size(); ++cut) {
    SoftmaxPart const all = merged(part_of(score, value, 0, cut), part_of(score, value, cut, score.size()));
    EXPECT_NEAR(all.value / all.sum, expected, 1e-5) << cut;
  }
}

TEST(OnlineSoftmax, NothingChangesNothing) {
  SoftmaxPart const some{3, 2, -1}, both = merged(nothing, some);
  EXPECT_EQ(both.largest, 3);
  EXPECT_EQ(both.sum, 2);
  EXPECT_EQ(both.value, -1);
  EXPECT_EQ(merged(nothing, nothing).sum, 0) << "and is not NaN";
}

}  // namespace
}  // namespace ondol::meter
