#include "kernels/meter/alias.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/meter/instrument.hpp"

namespace ondol::meter {
namespace {

AliasTest run(std::string const& counter, std::uint64_t seed) {
  Instrument i("", {{"counter", counter}}, seed);
  i.card.bench().hold();
  return test_aliasing(i.card.bench(), i.meter, i.sampler, i.card.clock(), {"fma_fp32"}, 1, [] { return false; });
}

TEST(Alias, TellsBothKindsOfCounterApart) {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    EXPECT_EQ(run("integral", seed).verdict, AliasVerdict::integral) << seed;
    EXPECT_EQ(run("boxcar", seed).verdict, AliasVerdict::boxcar) << seed;
  }
}

TEST(Alias, LevelsAreThoseOfTheLoad) {
  AliasTest const test = run("integral", 1);
  EXPECT_EQ(test.points.size(), 7u);
  EXPECT_NEAR(test.high_w, 520, 30);
  EXPECT_NEAR(test.low_w, 125, 10);
}

TEST(Alias, JudgesByRatios) {
  EXPECT_EQ(judge({}), AliasVerdict::unclear);
  EXPECT_EQ(judge({{0.1, 0, 102, 100}, {0.06, 0, 98, 100}}), AliasVerdict::integral);
  EXPECT_EQ(judge({{0.1, 0, 150, 100}, {0.06, 0, 98, 100}}), AliasVerdict::boxcar);
  EXPECT_EQ(judge({{0.1, 0, 102, 100}, {0.06, 0, 150, 100}}), AliasVerdict::unclear);
}

}  // namespace
}  // namespace ondol::meter
