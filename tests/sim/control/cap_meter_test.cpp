#include "sim/control/cap_meter.hpp"

#include <gtest/gtest.h>

namespace ondol::sim {
namespace {

TEST(CapMeter, MeansAreOfThePeriodThatEnds) {
  CapMeter meter(2.0);
  meter.set(100, 0);
  meter.set(200, 1.5);
  EXPECT_DOUBLE_EQ(meter.mean_w(2.0), 125);
  EXPECT_DOUBLE_EQ(meter.mean_w(4.0), 200);  // nothing has changed since
  meter.set(50, 7.0);                        // in the period from 6 on
  EXPECT_DOUBLE_EQ(meter.mean_w(8.0), 125);
  EXPECT_DOUBLE_EQ(meter.now_w(), 50);
}

TEST(CapMeter, SeveralChangesInOnePeriodAddUp) {
  CapMeter meter(1.0);
  meter.set(0, 0);
  meter.set(400, 3.25);
  meter.set(800, 3.5);
  meter.set(0, 3.75);
  EXPECT_DOUBLE_EQ(meter.mean_w(4.0), 300);
}

}  // namespace
}  // namespace ondol::sim
