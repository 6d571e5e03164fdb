#include "sim/thermal/staging.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/sim/thermal/reference_plant.hpp"

namespace ondol::sim {
namespace {

using test::kelvin;
constexpr double unit_w = 2e6;

/// `wanted` of chillers that can do 2 MW each.
RejectionPoint asked(double wanted_w) {
  RejectionPoint point;
  point.chilled_wanted_w = wanted_w;
  point.unit_w = unit_w;
  point.free_margin_k = -5.0;
  return point;
}

PlantStager begun(int chillers, int of = 4, PlantStagingParams const& params = {}) {
  PlantStager stager(params, of);
  RejectionPoint ideal;
  ideal.chillers = chillers;
  stager.begin(ideal);
  return stager;
}

void pass(PlantStager& stager, double seconds, RejectionPoint const& point, int available = 4) {
  for (double done = 0; done < seconds; done += 60.0) stager.advance(60.0, point, available);
}

TEST(Staging, OneMoreAfterTheDelayAndNotBefore) {
  auto stager = begun(1);
  pass(stager, 300.0, asked(1.95e6));  // first seen at the end of the first minute
  EXPECT_EQ(stager.mode().chillers, 1);
  EXPECT_NEAR(stager.next_decision_s(), 60.0, 1e-9);
  pass(stager, 60.0, asked(1.95e6));
  EXPECT_EQ(stager.mode().chillers, 2);
  auto const told = stager.take_decisions();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind, "chiller_on");
  EXPECT_EQ(told[0].text, "a chiller starts: 2 run");
  // A moment below the threshold begins the wait anew.
  auto other = begun(1);
  pass(other, 300.0, asked(1.95e6));
  pass(other, 60.0, asked(1.0e6));
  pass(other, 300.0, asked(1.95e6));
  EXPECT_EQ(other.mode().chillers, 1);
}

TEST(Staging, KeepsMinimumTimes) {
  auto stager = begun(1);
  pass(stager, 360.0, asked(1.95e6));
  ASSERT_EQ(stager.mode().chillers, 2);
  // The load goes at once: the machine that ran all day may stop after the delay, the new one then has to run its 15 minutes.
  pass(stager, 360.0, asked(0.5e6));
  EXPECT_EQ(stager.mode().chillers, 1);
  pass(stager, 480.0, asked(0.0));
  EXPECT_EQ(stager.mode().chillers, 1);
  pass(stager, 120.0, asked(0.0));
  EXPECT_EQ(stager.mode().chillers, 0);
  // Two machines never ran and start at the delay; the third has to rest its 15 minutes.
  pass(stager, 1080.0, asked(8e6));
  EXPECT_GE(*stager.mode().chillers, 3);
}

TEST(Staging, DoesNotHuntOnASteadyLoad) {
  for (double load = 0.2e6; load < 7.5e6; load += 0.37e6) {
    auto stager = begun(1);
    pass(stager, 7200.0, asked(load));
    int const settled = *stager.mode().chillers;
    stager.take_decisions();
    pass(stager, 86400.0, asked(load));
    EXPECT_EQ(*stager.mode().chillers, settled) << load;
    EXPECT_TRUE(stager.take_decisions().empty()) << load;
    EXPECT_GE(settled * unit_w, load);
  }
}

TEST(Staging, AFailedMachineStopsAtOnceAndRests) {
  auto stager = begun(2, 3);
  stager.advance(60.0, asked(3.5e6), 3);
  stager.advance(60.0, asked(3.5e6), 1);
  EXPECT_EQ(stager.mode().chillers, 1);
  auto const told = stager.take_decisions();
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].text, "a chiller fails: 1 runs");
  for (int minute = 0; minute < 6; ++minute) stager.advance(60.0, asked(3.5e6), 2);
  EXPECT_EQ(stager.mode().chillers, 2);  // the spare, after the delay
}

TEST(Staging, ChangesOverToFreeCoolingWithHysteresis) {
  auto stager = begun(1);
  EXPECT_EQ(stager.mode().free_cooling, FreeCooling::off);
  auto mild = asked(1e6);
  mild.free_reach_k = 0.9;  // less than the changeover
  pass(stager, 3600.0, mild);
  EXPECT_EQ(stager.mode().free_cooling, FreeCooling::off);
  mild.free_reach_k = 1.1;
  pass(stager, 420.0, mild);
  EXPECT_EQ(stager.mode().free_cooling, FreeCooling::allowed);
  // Free cooling carries a part: chillers go on.
  auto cold = asked(0.4e6);
  cold.free_w = 0.6e6;
  cold.free_margin_k = -1.0;
  pass(stager, 3600.0, cold);
  EXPECT_EQ(stager.mode().chillers, 1);
  // It could carry all, but only just: they still go on.
  cold.free_w = 1e6;
  cold.chilled_wanted_w = 0.1e6;
  cold.free_margin_k = 0.5;
  pass(stager, 3600.0, cold);
  EXPECT_EQ(stager.mode().chillers, 1);
  cold.free_margin_k = 1.2;
  pass(stager, 420.0, cold);
  EXPECT_EQ(stager.mode().chillers, 0);
  // Warmer again, by more than nothing, for the delay.
  auto warm = asked(0.05e6);
  warm.free_w = 0.95e6;
  warm.free_margin_k = -0.1;
  pass(stager, 420.0, warm);
  EXPECT_EQ(stager.mode().chillers, 1);
  auto useless = asked(1e6);
  pass(stager, 420.0, useless);
  EXPECT_EQ(stager.mode().free_cooling, FreeCooling::off);
}

TEST(Staging, RunningChillersShareTheLoad) {
  HeatRejection const plant(test::chilled_plant(4, 4, false));
  PlantAvailability const all{4, 4, 0, 1.0};
  double const flow = 300.0 * 4186.0;
  auto const weather = test::air(30.0, 0.6);
  double const set_point = kelvin(7.0), back = set_point + 3e6 / flow;
  auto const few = plant.at(back, flow, set_point, set_point, weather, all);
  auto const three = plant.at(back, flow, set_point, set_point, weather, all, {3, FreeCooling::allowed});
  EXPECT_EQ(few.chillers, 2);
  EXPECT_EQ(three.chillers, 3);
  EXPECT_NEAR(few.cooling_w, three.cooling_w, 1e-6);
  EXPECT_NE(few.chiller_w, three.chiller_w);
  auto const one = plant.at(back, flow, set_point, set_point, weather, all, {1, FreeCooling::allowed});
  EXPECT_LT(one.cooling_w, few.cooling_w);
  EXPECT_NEAR(one.cooling_w, one.unit_w, 1e-6);
  EXPECT_NEAR(one.chilled_wanted_w, 3e6, 1e-3);
  EXPECT_EQ(plant.at(back, flow, set_point, set_point, weather, all, {0, FreeCooling::allowed}).cooling_w, 0.0);
}

TEST(Staging, FreeCoolingThatIsOffSaysWhatItCouldReach) {
  HeatRejection const plant(test::chilled_plant());
  PlantAvailability const all{6, 7, 0, 1.0};
  double const flow = 300.0 * 4186.0, set_point = kelvin(18.0), back = set_point + 6e6 / flow;
  auto const cold = test::air(0.0, 0.6);
  auto const free = plant.at(back, flow, set_point, set_point, cold, all);
  auto const off = plant.at(back, flow, set_point, set_point, cold, all, {4, FreeCooling::off});
  EXPECT_NEAR(free.free_w, 6e6, 1.0);
  EXPECT_GT(free.free_margin_k, 1.0);
  EXPECT_EQ(off.free_w, 0.0);
  EXPECT_EQ(off.chillers, 4);
  EXPECT_GT(off.free_reach_k, 5.0);
  EXPECT_LT(plant.at(back, flow, set_point, set_point, test::air(33.0, 0.8), all, {4, FreeCooling::off}).free_reach_k, 0.0);
}

TEST(Staging, RefusesThresholdsThatHunt) {
  PlantStagingParams params;
  params.down = params.up;
  EXPECT_THROW(PlantStager(params, 2), std::invalid_argument);
}

}  // namespace
}  // namespace ondol::sim
