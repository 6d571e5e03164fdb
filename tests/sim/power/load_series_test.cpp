#include "sim/power/load_series.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace ondol::sim {
namespace {

using Between = LoadSeries::Between;

std::shared_ptr<std::vector<double> const> times(std::vector<double> t) {
  return std::make_shared<std::vector<double> const>(std::move(t));
}

TEST(LoadSeries, ConstantHolds) {
  LoadSeries const s(5e3);
  EXPECT_EQ(s.at(1e9), 5e3);
  EXPECT_EQ(s.mean_w(0, 7), 5e3);
  EXPECT_TRUE(std::isinf(s.next_s(0)));
  EXPECT_TRUE(s.covers(-1e9, 1e9));
}

TEST(LoadSeries, StepsHoldUntilTheNext) {
  LoadSeries const s(times({0, 10, 30}), {100, 200, 50}, Between::step, false);
  EXPECT_EQ(s.at(0), 100);
  EXPECT_EQ(s.at(9.999), 100);
  EXPECT_EQ(s.at(10), 200);
  EXPECT_EQ(s.at(45), 50);
  EXPECT_DOUBLE_EQ(s.mean_w(5, 15), 150);                          // 5 s of 100, 5 s of 200
  EXPECT_DOUBLE_EQ(s.mean_w(0, 50), (1000 + 4000 + 1000) / 50.0);  // the last row holds 20 s
  EXPECT_EQ(s.mean_w(10, 30), 200);
  EXPECT_EQ(s.next_s(0), 10);
  EXPECT_EQ(s.next_s(10), 30);
  EXPECT_TRUE(std::isinf(s.next_s(30)));
  EXPECT_EQ(s.highest_w(), 200);
  EXPECT_TRUE(s.covers(0, 50));
  EXPECT_FALSE(s.covers(0, 51));
  EXPECT_FALSE(s.covers(-1, 5));
}

TEST(LoadSeries, LinesLeadToTheNext) {
  LoadSeries const s(times({0, 10, 20}), {0, 100, 40}, Between::linear, false);
  EXPECT_DOUBLE_EQ(s.at(4), 40);
  EXPECT_DOUBLE_EQ(s.at(15), 70);
  EXPECT_DOUBLE_EQ(s.at(25), 40);
  EXPECT_DOUBLE_EQ(s.mean_w(0, 10), 50);
  EXPECT_DOUBLE_EQ(s.mean_w(5, 15), (75 * 5 + 85 * 5) / 10.0);
}

TEST(LoadSeries, RepeatsAfterItsLastRow) {
  LoadSeries const s(times({5, 15}), {1, 3}, Between::step, true);  // 5..25, then again
  EXPECT_EQ(s.at(25), 1);
  EXPECT_EQ(s.at(36), 3);
  EXPECT_EQ(s.at(0), 3);  // before its first row: the round before
  EXPECT_DOUBLE_EQ(s.mean_w(20, 50), (5 * 3 + 10 * 1 + 10 * 3 + 5 * 1) / 30.0);
  EXPECT_EQ(s.next_s(15), 25);
  EXPECT_EQ(s.next_s(25), 35);
  EXPECT_TRUE(s.covers(0, 1e9));
  LoadSeries const line(times({0, 10}), {0, 10}, Between::linear, true);
  EXPECT_DOUBLE_EQ(line.at(15), 5);  // back down
  EXPECT_DOUBLE_EQ(line.mean_w(0, 200), 5);
}

TEST(LoadSeries, NextRowsAreReachedOneByOne) {
  LoadSeries const s(times({0, 0.1, 0.3}), {1, 2, 3}, Between::step, true);
  double t = 0;
  for (int i = 0; i < 3000; ++i) {
    double const next = s.next_s(t);
    ASSERT_GT(next, t);
    t = next;
  }
  EXPECT_NEAR(t, 1000 * 0.5, 1e-6);
}

}  // namespace
}  // namespace ondol::sim
