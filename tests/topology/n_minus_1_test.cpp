#include "topology/build/n_minus_1.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/topology/site.hpp"
#include "topology/build/analysis.hpp"

namespace ondol::topology {
namespace {

using test::bank;
using test::site;
using test::two_path_site;
using ::testing::HasSubstr;
using ::testing::StartsWith;

NMinusOne of(schema::Scenario const& s) {
  return n_minus_1(s, build_facility(s));
}

// Of both sites: 320 kW of racks, 424.4 kW of all loads, 332 kW of heat (analysis_test.cpp).
constexpr double load_w = 424.4e3, heat_w = 332e3;
// Flows are whole watts.
constexpr double rounding_w = 10;

TEST(NMinusOne, WhatHangsOnOneUnitLeavesNothing) {
  auto const n = of(site());  // each rack on one of four PDUs
  EXPECT_DOUBLE_EQ(n.power.spare_w, -load_w);
  EXPECT_THAT(n.power.lost, StartsWith("pdu"));
  EXPECT_EQ(&n.least(), &n.power);
}

TEST(NMinusOne, TwoPathsSpareWhatTheOtherHasLeft) {
  auto const n = of(two_path_site());  // 4 racks of 40 kW are left on a PDU of 200 kW: a quarter more fits
  EXPECT_NEAR(n.power.spare_w, 0.25 * load_w, rounding_w);
  // One chiller of 400 kW for 332.
  EXPECT_NEAR(n.cooling.spare_w, 400e3 - heat_w, rounding_w);
  EXPECT_THAT(n.cooling.lost, HasSubstr("chiller"));
  EXPECT_EQ(&n.least(), &n.cooling);
}

TEST(NMinusOne, ExactlyEnoughIsEnough) {
  auto s = two_path_site();
  s.racks[0].count = 10;  // 5 racks of 40 kW on 200 kW
  s.plant[0].chillers = 4;
  auto const n = of(s);
  EXPECT_GE(n.power.spare_w, 0);
  EXPECT_LT(n.power.spare_w, rounding_w);
  s.racks[0].count = 11;
  double const more_w = 3 * 40e3 * (1 + 1 / 5.0);  // three racks and the chillers' work for them
  EXPECT_NEAR(of(s).power.spare_w, (5.0 / 6 - 1) * (load_w + more_w), rounding_w);
}

TEST(NMinusOne, CoolingFollowsTheFewestThatAreLeft) {
  auto s = two_path_site();
  s.plant[0].chillers = 3;  // 800 kW are left; 11 CRAHs 440 kW; a tower of 500 kW takes 5/6 of that from the loop
  EXPECT_NEAR(of(s).cooling.spare_w, 500e3 * 5 / 6 - heat_w, rounding_w);
  s.plant[0].towers = 3;
  EXPECT_NEAR(of(s).cooling.spare_w, 440e3 - heat_w, rounding_w);
  s.hall[0].air->crahs = 8;  // 7 x 40 kW, and 4 kW of fans less
  auto const short_of = of(s).cooling;
  EXPECT_NEAR(short_of.spare_w, 280e3 - (heat_w - 4e3), rounding_w);
  EXPECT_THAT(short_of.lost, HasSubstr("a"));
  s.hall[0].air->crahs = 12;
  s.plant[0].pumps = 3;
  s.plant[0].pumps_needed = 3;
  EXPECT_EQ(of(s).cooling.lost, "a pump of plant");
}

TEST(NMinusOne, AlreadyTooMuchWithAllInService) {
  auto s = two_path_site();
  s.racks[0].count = 30;
  auto const n = of(s);
  EXPECT_LT(n.power.spare_w, 0);
  EXPECT_LT(n.cooling.spare_w, 0);
}

/// Where `analyse` says that every bank leaves all loads fed and cooled, there is something to spare, and only there.
TEST(NMinusOne, AgreesWithTheReportOfEachBank) {
  int kept = 0, broken = 0;
  for (int racks : {4, 8, 9, 10, 12})
    for (int ups : {1, 2, 3})
      for (int crahs : {8, 9, 12, 14})
        for (int chillers : {1, 2, 3}) {
          auto s = two_path_site();
          s.racks[0].count = racks;
          s.power[2].units = s.power[3].units = ups;
          s.hall[0].air->crahs = crahs;
          s.plant[0].chillers = chillers;
          s.plant[0].towers = 4;
          auto const facility = build_facility(s);
          auto const report = analyse(s, facility);
          auto const n = n_minus_1(s, facility);
          bool const fed = std::all_of(report.power.begin(), report.power.end(),
                                       [&](auto const& b) { return b.fed_w >= (1 - 1e-6) * report.total_w; });
          double heat = 320e3 / 8 * racks + 1e3 * crahs;
          bool const cooled = std::all_of(report.cooling.begin(), report.cooling.end(),
                                          [&](auto const& b) { return b.cooled_w >= (1 - 1e-6) * heat; });
          EXPECT_EQ(n.power.spare_w >= 0, fed) << racks << " racks, " << ups << " UPS: " << n.power.spare_w;
          EXPECT_EQ(n.cooling.spare_w >= 0, cooled) << racks << " racks, " << crahs << " CRAHs, " << chillers << " chillers";
          ++(fed && cooled ? kept : broken);
        }
  EXPECT_GT(kept, 10);
  EXPECT_GT(broken, 10);
}

}  // namespace
}  // namespace ondol::topology
