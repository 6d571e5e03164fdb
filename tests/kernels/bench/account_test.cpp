#include "kernels/bench/account.hpp"

#include <gtest/gtest.h>

namespace ondol::meter {
namespace {

Account two_submissions() {
  Account a;
  a.launches = 10, a.awake = 0.5;
  a.work[Channel::hbm_read] = 3;
  a.intervals = {{1.0, 1.2, true}, {1.3, 1.5, true}};
  a.samples = {{1.0, 1.1, 0.19e9}, {1.3, 1.5, 0.30e9}};
  return a;
}

TEST(Account, LaunchesThatStraddleAnEndCountByTheirShareOfTime) {
  Done const all = two_submissions().between(0, 2);
  EXPECT_DOUBLE_EQ(all.launches, 20);
  EXPECT_DOUBLE_EQ(all.work[Channel::hbm_read], 60);
  EXPECT_DOUBLE_EQ(all.awake, 0.5 * 0.4 / 2);
  EXPECT_DOUBLE_EQ(all.sm_clock_hz, 0.49e9 / 0.3);
  Done const part = two_submissions().between(1.1, 1.35);
  EXPECT_NEAR(part.launches, 5 + 2.5, 1e-9);
  EXPECT_EQ(two_submissions().between(5, 6).launches, 0);
  EXPECT_EQ(two_submissions().between(2, 2).launches, 0);
}

TEST(Account, ASubmissionUnderWayLastsAsLongAsTheOthers) {
  Account a = two_submissions();
  a.intervals.push_back({1.5, 1.5, false});
  EXPECT_NEAR(a.between(1.5, 1.6).launches, 5, 1e-9);
  EXPECT_NEAR(a.between(1.5, 9).launches, 10, 1e-9);
}

TEST(Account, TraceOfTheClock) {
  auto const trace = two_submissions().clock_trace();
  ASSERT_EQ(trace.size(), 2U);
  EXPECT_DOUBLE_EQ(trace[0].t_s, 1.05);
  EXPECT_NEAR(trace[0].sm_clock_hz, 1.9e9, 1);
  EXPECT_NEAR(trace[1].sm_clock_hz, 1.5e9, 1);
}

}  // namespace
}  // namespace ondol::meter
