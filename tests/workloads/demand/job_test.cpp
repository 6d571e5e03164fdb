#include "workloads/demand/job.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace ondol::workloads {
namespace {

TEST(DailyProfile, PeaksAtOneFallsToTheValleyTwelveHoursAwayAndHasTheirMean) {
  auto const p = daily_cosine(0.3, 15);
  EXPECT_DOUBLE_EQ(p[15], 1.0);
  EXPECT_DOUBLE_EQ(p[3], 0.3);
  EXPECT_NEAR(p.mean(), 0.65, 1e-12);
  EXPECT_EQ(*std::max_element(p.multiplier.begin(), p.multiplier.end()), p[15]);
  EXPECT_NEAR(p[14], p[16], 1e-12);
}

TEST(Precision, NamesRoundTrip) {
  for (auto const p : {Precision::fp64, Precision::bf16, Precision::fp8, Precision::fp4})
    EXPECT_EQ(precision_from(to_string(p)), p);
  EXPECT_FALSE(precision_from("fp16"));
}

}  // namespace
}  // namespace ondol::workloads
