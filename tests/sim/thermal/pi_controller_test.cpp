#include "sim/thermal/pi_controller.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace ondol::sim {
namespace {

TEST(PiController, SimcByHand) {
  auto const c = PiController::simc(2.0, 30.0, 5.0, 5.0);  // K = 30/(2 x 10), Ti = min(30, 40)
  EXPECT_DOUBLE_EQ(c.gain, 1.5);
  EXPECT_DOUBLE_EQ(c.integral_s, 30.0);
  EXPECT_DOUBLE_EQ(PiController::simc(2.0, 300.0, 5.0, 5.0).integral_s, 40.0);
}

/// Process x' = (k u - x)/t without its delay; response to a step of the set point.
struct Response {
  double largest = 0, last = 0;
};
Response respond(PiController const& c, double disturbance, double hold_s) {
  double x = 0, integral = 0, t = 0, largest = 0;
  double const h = 0.01, k = 2.0, lag = 30.0;
  while (t < 600.0) {
    double const goal = t < hold_s ? 10.0 : 1.0;  // out of reach first: the most the process gives is 2
    double const error = goal - x, u = c.command(error, integral);
    integral += h * c.integral_rate(error, integral);
    x += h * (k * u + disturbance - x) / lag;
    t += h;
    if (t > hold_s + 120.0) largest = std::max(largest, std::abs(x - 1.0));
  }
  return {largest, x};
}

TEST(PiController, HoldsWithoutOffset) {
  auto const c = PiController::simc(2.0, 30.0, 5.0, 5.0);
  EXPECT_NEAR(respond(c, 0.0, 0.0).last, 1.0, 1e-6);
  EXPECT_NEAR(respond(c, 0.5, 0.0).last, 1.0, 1e-6);
}

TEST(PiController, DoesNotWindUp) {
  auto const c = PiController::simc(2.0, 30.0, 5.0, 5.0);
  // Five minutes at its limit, and within two minutes of a goal that can be met it is there.
  EXPECT_LT(respond(c, 0.0, 300.0).largest, 0.02);
}

TEST(Actuator, MovesNoFasterThanItsStroke) {
  Actuator const a{5.0, 60.0};
  EXPECT_DOUBLE_EQ(a.rate(1.0, 0.0), 1.0 / 60.0);
  EXPECT_DOUBLE_EQ(a.rate(0.0, 1.0), -1.0 / 60.0);
  EXPECT_DOUBLE_EQ(a.rate(0.51, 0.5), 0.01 / 5.0);
}

}  // namespace
}  // namespace ondol::sim
