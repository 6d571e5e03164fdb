#include "sim/power/ups_output.hpp"

#include <gtest/gtest.h>

namespace ondol::sim {
namespace {

// 0 rack 900 W, 1 fan 90 W, 2 rack 100 W;  3 busway (10 % of its output lost) feeds 0;  4 UPS feeds 3 and 1;
// 5 utility transformer feeds 4 and 2.
struct Site {
  FeedOrder order{{0, 1, 2, 3, 4, 5}, {1, 1, 1, 1, 1, 0}, {3, 4, 5, 4, 5}};
  std::vector<std::uint8_t> ups{0, 0, 0, 0, 1, 0}, it{1, 0, 1, 0, 0, 0};
  std::vector<double> load{900, 90, 100, 0, 0, 0};
  std::vector<double> output{900, 90, 100, 900, 1080, 1235}, input{900, 90, 100, 990, 1135, 1300};
};

// The UPS delivers 1080 W: 990 towards the rack, its busway's loss included, and 90 to the fan, left out.  The rack beside the
// UPS counts at its input.
TEST(UpsOutput, CountsWhatGoesToItAndLossesBelowTheUps) {
  Site s;
  UpsOutput meter(s.order, s.ups, s.it);
  EXPECT_DOUBLE_EQ(meter.it_w(s.load, s.output, s.input), 990 + 100);
}

// The busway also carries a fan of 100 W: the IT part of its input is its output's, 900 of 1000.
TEST(UpsOutput, SharedUnitsSplitTheirLossByLoad) {
  Site s;
  s.order = {{0, 1, 2, 3, 4, 5}, {1, 1, 1, 1, 1, 0}, {3, 3, 5, 4, 5}};
  s.load[1] = 100;
  s.output = {900, 100, 100, 1000, 1100, 1235};
  s.input = {900, 100, 100, 1100, 1155, 1300};
  UpsOutput meter(s.order, s.ups, s.it);
  EXPECT_DOUBLE_EQ(meter.it_w(s.load, s.output, s.input), 1100 * 0.9 + 100);
}

// 0 rack of two cords, 1 and 2 UPS, 2 dead: the live one carries it all.  Nothing counts twice where a UPS hangs on another
// (3).
TEST(UpsOutput, DeadFeedersAndUpsAboveUps) {
  FeedOrder const order{{0, 2, 3, 4}, {2, 1, 1, 0}, {1, 2, 3, 3}};
  UpsOutput meter(order, {0, 1, 1, 1}, {1, 0, 0, 0});
  EXPECT_DOUBLE_EQ(
      meter.it_w(std::vector<double>{50, 0, 0, 0}, std::vector<double>{50, 50, 0, 55}, std::vector<double>{50, 55, 0, 60}), 50);
}

// Storage beside the busway (3) gives 500 W of the rack's 900, or all of them: the UPS is still what stands behind it.
TEST(UpsOutput, StorageIsNoUps) {
  Site s;
  UpsOutput meter(s.order, s.ups, s.it);
  s.output[3] = 400, s.input[3] = 450;
  EXPECT_DOUBLE_EQ(meter.it_w(s.load, s.output, s.input), 950 + 100);
  s.output[3] = s.input[3] = 0, s.output[4] = 0;
  EXPECT_DOUBLE_EQ(meter.it_w(s.load, s.output, s.input), 900 + 100);
}

TEST(UpsOutput, WithoutUpsIsTheRacksInput) {
  Site s;
  s.ups.assign(6, 0);
  UpsOutput meter(s.order, s.ups, s.it);
  EXPECT_DOUBLE_EQ(meter.it_w(s.load, s.output, s.input), 1000);
  EXPECT_DOUBLE_EQ(meter.it_w(s.load, s.output, s.input), 1000) << "counts afresh each time";
}

}  // namespace
}  // namespace ondol::sim
