#include "sim/control/cooling_trips.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ondol::sim {
namespace {

using What = CoolingTrip::What;
using ::testing::ElementsAre;

/// A plant of 2 chillers, 3 towers, 4 dry coolers and 3 pumps of which 2 carry the flow, chillers back 60 s after the flow; a
/// hall of 10 CRAHs and 3 CDUs.
CoolingTrips site(std::vector<CoolingTrip> trips) {
  return {
      {{.name = "plant", .chillers = 2, .towers = 3, .dry_coolers = 4, .pumps = 3, .pumps_needed = 2, .chiller_restart_s = 60}},
      {{.name = "hall", .crahs = 10, .cdus = 3}},
      std::move(trips)};
}

std::vector<std::string> kinds(CoolingTrips& trips) {
  std::vector<std::string> all;
  for (auto& e : trips.take_events()) all.push_back(e.kind);
  return all;
}

TEST(CoolingTrips, WholeWithoutEvents) {
  auto trips = site({});
  trips.step(0);
  EXPECT_EQ(trips.plant(0), (CoolingTrips::PlantWorks{2, 3, 4, 1.0}));
  EXPECT_EQ(trips.hall(0), (CoolingTrips::HallWorks{10, 3}));
  EXPECT_FALSE(trips.set_point_k(What::plant_set_point, 0));
  EXPECT_EQ(trips.next_s(), std::numeric_limits<double>::infinity());
}

TEST(CoolingTrips, EventsAddUpAndNeverBelowZero) {
  auto trips = site({{.what = What::cdus, .start_s = 10, .end_s = 40, .units = 2},
                     {.what = What::cdus, .start_s = 20, .end_s = 30, .units = 2},
                     {.what = What::towers, .start_s = 20, .units = 1}});
  trips.step(0);
  EXPECT_EQ(trips.next_s(), 10);
  trips.step(10);
  EXPECT_EQ(trips.hall(0).cdus, 1);
  EXPECT_EQ(trips.next_s(), 20);
  trips.step(20);
  EXPECT_EQ(trips.hall(0).cdus, 0);
  EXPECT_EQ(trips.plant(0).towers, 2);
  trips.step(30);
  EXPECT_EQ(trips.hall(0).cdus, 1);
  trips.step(40);
  EXPECT_EQ(trips.hall(0).cdus, 3);
  EXPECT_EQ(trips.plant(0).towers, 2);  // to the end
  EXPECT_THAT(kinds(trips), ElementsAre("cdu_trip", "cdu_trip", "tower_trip", "cdu_repair", "cdu_repair"));
}

TEST(CoolingTrips, PowerAndTripsAreBothNeeded) {
  auto trips = site({{.what = What::crahs, .start_s = 10, .units = 4}});
  trips.step(10);
  trips.power_crahs(0, false);
  EXPECT_EQ(trips.hall(0), (CoolingTrips::HallWorks{0, 3}));
  trips.power_crahs(0, true);
  EXPECT_EQ(trips.hall(0), (CoolingTrips::HallWorks{6, 3}));
  trips.power_machines(0, false, 20);
  EXPECT_EQ(trips.plant(0), (CoolingTrips::PlantWorks{0, 0, 0, 1.0, false}));  // its pumps have a feed of their own
}

TEST(CoolingTrips, SparePumpsCarryTheFlow) {
  auto trips = site({{.what = What::pumps, .start_s = 10, .units = 1}, {.what = What::pumps, .start_s = 20, .units = 1}});
  trips.step(10);
  EXPECT_EQ(trips.plant(0).pumping, 1.0);
  trips.step(20);
  EXPECT_EQ(trips.plant(0).pumping, 0.5);
  EXPECT_EQ(trips.plant(0).chillers, 2);  // there is flow
}

TEST(CoolingTrips, ChillersStopWithTheFlowAndNeedTheirTimeToStart) {
  auto trips = site({{.what = What::pumps, .start_s = 10, .end_s = 30, .units = 3}});
  trips.step(10);
  EXPECT_EQ(trips.plant(0), (CoolingTrips::PlantWorks{0, 3, 4, 0.0}));
  EXPECT_EQ(trips.next_s(), 30);
  trips.step(30);
  EXPECT_EQ(trips.plant(0), (CoolingTrips::PlantWorks{0, 3, 4, 1.0}));
  EXPECT_EQ(trips.next_s(), 90);
  trips.step(90);
  EXPECT_EQ(trips.plant(0), (CoolingTrips::PlantWorks{2, 3, 4, 1.0}));
  EXPECT_THAT(kinds(trips), ElementsAre("pump_trip", "chillers_stopped", "pump_repair", "chillers_started"));
}

TEST(CoolingTrips, FlowLostAgainBeginsTheStartAnew) {
  auto trips = site({{.what = What::pumps, .start_s = 10, .end_s = 30, .units = 3},
                     {.what = What::pumps, .start_s = 50, .end_s = 70, .units = 3}});
  for (double const date : {10., 30., 50., 70., 90.}) trips.step(date);
  EXPECT_EQ(trips.plant(0).chillers, 0);
  EXPECT_EQ(trips.next_s(), 130);
}

TEST(CoolingTrips, ChillersWithoutPowerStartWithTheirPower) {
  auto trips = site({});
  trips.step(0);
  trips.power_pumps(0, false, 100);
  trips.power_machines(0, false, 100);
  trips.power_pumps(0, true, 110);
  trips.power_machines(0, true, 160);  // the electrical chain has waited for them
  EXPECT_EQ(trips.plant(0), (CoolingTrips::PlantWorks{2, 3, 4, 1.0}));
  trips.power_pumps(0, false, 200);  // alone: the flow ceases under machines that have power
  EXPECT_EQ(trips.plant(0).chillers, 0);
  trips.power_pumps(0, true, 201);
  EXPECT_EQ(trips.next_s(), 261);
}

TEST(CoolingTrips, TheLatestSetPointHoldsUntilItEnds) {
  auto trips = site({{.what = What::liquid_set_point, .start_s = 10, .end_s = 50, .set_point_k = 310},
                     {.what = What::liquid_set_point, .start_s = 20, .end_s = 30, .set_point_k = 300}});
  trips.step(10);
  EXPECT_EQ(trips.set_point_k(What::liquid_set_point, 0), 310);
  EXPECT_FALSE(trips.set_point_k(What::air_set_point, 0));
  trips.step(20);
  EXPECT_EQ(trips.set_point_k(What::liquid_set_point, 0), 300);
  trips.step(30);
  EXPECT_EQ(trips.set_point_k(What::liquid_set_point, 0), 310);
  trips.step(50);
  EXPECT_FALSE(trips.set_point_k(What::liquid_set_point, 0));
  auto const events = trips.take_events();
  ASSERT_EQ(events.size(), 4U);
  EXPECT_EQ(events[1].kind, "set_point_moved");
  EXPECT_EQ(events[1].cause, "declared, technology coolant to 26.85 degC");
  EXPECT_EQ(events[2].cause, "declared, technology coolant to 36.85 degC");
  EXPECT_EQ(events[3].cause, "declared, technology coolant as before");
}

TEST(CoolingTrips, AnEventAtTheDateOfALossOfPowerIsToldOnce) {
  auto trips = site({{.what = What::chillers, .start_s = 10, .units = 1}});
  trips.step(0);
  trips.power_pumps(0, true, 10);
  EXPECT_EQ(trips.next_s(), 10);
  trips.step(10);
  trips.step(10);
  EXPECT_THAT(kinds(trips), ElementsAre("chiller_trip"));
}

}  // namespace
}  // namespace ondol::sim
