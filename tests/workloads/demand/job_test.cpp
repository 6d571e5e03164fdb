#include "workloads/demand/job.hpp"

#include <gtest/gtest.h>

namespace ondol::workloads {
namespace {

TEST(DailyProfile, PeaksAtOneFallsToTheValleyTwelveHoursAwayAndHasTheirMean) {
  DailyProfile const p{0.3, 15};
  EXPECT_DOUBLE_EQ(p[15], 1.0);
  EXPECT_DOUBLE_EQ(p[3], 0.3);
  double sum = 0;
  for (std::size_t hour = 0; hour < 24; ++hour) {
    EXPECT_LE(p[hour], 1);
    EXPECT_GE(p[hour], 0.3);
    sum += p[hour];
  }
  EXPECT_NEAR(p.mean(), sum / 24, 1e-12);
  EXPECT_NEAR(p[14], p[16], 1e-12);
}

TEST(Precision, NamesRoundTrip) {
  for (auto const p : {Precision::fp64, Precision::bf16, Precision::fp8, Precision::fp4})
    EXPECT_EQ(precision_from(to_string(p)), p);
  EXPECT_FALSE(precision_from("fp16"));
}

TEST(BySubmission, KeepsTheOrderOfEqualDates) {
  std::vector<Job> jobs(7);
  double const dates[] = {3, 1, 3, 2, 1, 3, 0};
  for (int i = 0; i < 7; ++i) {
    jobs[i].submit_s = dates[i];
    jobs[i].name = std::to_string(i);
  }
  std::string order;
  for (auto const& job : by_submission(std::move(jobs))) order += job.name;
  EXPECT_EQ(order, "6143025");
}

}  // namespace
}  // namespace ondol::workloads
