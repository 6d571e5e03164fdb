#include "topology/build/analysis.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "scenarios/base/random.hpp"
#include "tests/topology/site.hpp"
#include "topology/build/power_feed.hpp"

namespace ondol::topology {
namespace {

using test::bank;
using test::site;
using test::two_path_site;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using FeedBy = schema::PowerBankSpec::Feed;

FacilityReport report_of(schema::Scenario const& s) {
  return analyse(s, build_facility(s));
}

PowerBankReport const& power(FacilityReport const& r, std::string const& id) {
  return *std::find_if(r.power.begin(), r.power.end(), [&](auto const& b) { return b.id == id; });
}
CoolingBankReport const& cooling(FacilityReport const& r, Kind kind) {
  return *std::find_if(r.cooling.begin(), r.cooling.end(), [&](auto const& b) { return b.kind == kind; });
}
std::vector<std::string> names(std::vector<Loss> const& losses) {
  std::vector<std::string> all;
  for (auto const& loss : losses) all.push_back(loss.name);
  return all;
}

// Of the site: racks 320 kW; CRAH fans 12 kW; mechanical 6 + 66.4 + 10 = 82.4 kW; base 10 kW.
constexpr double racks_w = 320e3, fans_w = 12e3, mechanical_w = 82.4e3, base_w = 10e3;

TEST(Analysis, AddsUpRatedLoads) {
  auto const r = report_of(site());
  EXPECT_DOUBLE_EQ(r.rack_w, racks_w);
  EXPECT_DOUBLE_EQ(r.cooling_w, fans_w + mechanical_w);
  EXPECT_DOUBLE_EQ(r.base_w, base_w);
  EXPECT_DOUBLE_EQ(r.total_w, 424.4e3);
  EXPECT_DOUBLE_EQ(r.fed_w, 424.4e3);
  ASSERT_THAT(r.halls, SizeIs(1));
  EXPECT_DOUBLE_EQ(r.halls[0].mean_rack_w, 40e3);
  EXPECT_THAT(r.warnings, IsEmpty());
}

TEST(Analysis, LoadOfEachBankAgainstItsNeededUnits) {
  auto const r = report_of(site());
  EXPECT_NEAR(power(r, "tr").load_w, 414.4e3, 1e-6);
  EXPECT_NEAR(power(r, "tr").load_fraction, 0.2072, 1e-12);
  EXPECT_NEAR(power(r, "ups").load_w, racks_w, 1e-6);
  EXPECT_EQ(power(r, "ups").capacity_w, 400e3);  // two of three
  EXPECT_NEAR(power(r, "ups").load_fraction, 0.8, 1e-12);
  EXPECT_NEAR(power(r, "ups").worst_unit_fraction, 320.0 / 3 / 200, 1e-12);
  EXPECT_NEAR(power(r, "pdu").worst_unit_fraction, 80.0 / 200, 1e-12);
  auto const utility =
      std::find_if(r.power_vertices.begin(), r.power_vertices.end(), [](auto const& v) { return v.name == "utility"; });
  EXPECT_NEAR(utility->load_w, 424.4e3, 1e-6);
  EXPECT_THAT(r.power_vertices, SizeIs(10));
}

TEST(Analysis, PumpsAreCountedWhereSomethingIsSaidOfThem) {
  EXPECT_THAT(report_of(site()).cooling, testing::Not(Contains(Field(&CoolingBankReport::kind, Kind::pumps))));
  auto s = site();
  s.plant[0].pumps = 3;
  s.plant[0].pumps_needed = 2;
  s.plant[0].pumps_fed_by = "ups";
  auto const spare = report_of(s);
  EXPECT_DOUBLE_EQ(spare.cooling_w, fans_w + mechanical_w);
  EXPECT_NEAR(power(spare, "ups").load_w, racks_w + 4e3, 1e-6);
  EXPECT_EQ(cooling(spare, Kind::pumps).redundancy, "N+1");
  EXPECT_EQ(cooling(spare, Kind::pumps).cooled_fraction, 1.0);
  EXPECT_NEAR(cooling(spare, Kind::pumps).load_fraction, 2.0 / 3, 1e-12);
  s.plant[0].pumps_needed = 3;
  EXPECT_EQ(cooling(report_of(s), Kind::pumps).redundancy, "N");
  EXPECT_NEAR(cooling(report_of(s), Kind::pumps).cooled_fraction, 2.0 / 3, 1e-12);
  s.plant[0].pumps = 6;
  EXPECT_EQ(cooling(report_of(s), Kind::pumps).redundancy, "2N");
}

TEST(Analysis, SpareUnitKeepsEverythingFed) {
  auto const r = report_of(site());
  EXPECT_EQ(power(r, "ups").redundancy, "N+1");
  EXPECT_DOUBLE_EQ(power(r, "ups").fed_fraction, 1.0);
  EXPECT_EQ(power(r, "tr").redundancy, "N+1");
}

TEST(Analysis, WithoutASpareOneLossCostsItsShare) {
  auto s = site();
  s.power[1].units = 2;  // 400 kW for 320 kW; one leaves 200 kW
  s.power[1].units_needed = 0;
  auto const r = report_of(s);
  EXPECT_EQ(power(r, "ups").redundancy, "N");
  EXPECT_NEAR(power(r, "ups").fed_w, 424.4e3 - 120e3, 10.0);
}

TEST(Analysis, SingleCordRacksHangOnTheirPdu) {
  auto const r = report_of(site());
  EXPECT_EQ(power(r, "pdu").redundancy, "N");
  EXPECT_NEAR(power(r, "pdu").fed_w, 424.4e3 - 80e3, 10.0);
  // Utility above all, then four PDUs with two racks each; the UPSs and transformers stand in for one another.
  EXPECT_THAT(names(r.power_single_points), ::testing::ElementsAre("utility", "pdu/1", "pdu/2", "pdu/3", "pdu/4"));
  EXPECT_EQ(r.power_single_points[0].racks, 8U);
  EXPECT_EQ(r.power_single_points[1].racks, 2U);
  EXPECT_EQ(r.power_single_points[1].nodes, 8U);
  EXPECT_DOUBLE_EQ(r.power_single_points[1].rack_w, 80e3);
}

TEST(Analysis, TwoPathsHaveNoSinglePointBelowTheUtility) {
  auto const r = report_of(two_path_site());
  EXPECT_THAT(names(r.power_single_points), ::testing::ElementsAre("utility"));
  EXPECT_THAT(r.power, Each(Field(&PowerBankReport::fed_fraction, ::testing::DoubleNear(1.0, 1e-6))));
  for (auto id : {"tr-a", "ups-a", "pdu-a", "pdu-b", "ups-b", "tr-b"}) EXPECT_EQ(power(r, id).redundancy, "2N") << id;
  EXPECT_EQ(power(r, "mech").redundancy, "N+1");
}

TEST(Analysis, TwoPathsThatAreTooThinAreNotTwoN) {
  auto s = two_path_site();
  s.power[4].units = s.power[5].units = 1;  // one PDU of 200 kW a path, for 320 kW
  auto const r = report_of(s);
  EXPECT_EQ(power(r, "pdu-a").redundancy, "N");
  EXPECT_THAT(names(r.power_single_points), ::testing::ElementsAre("utility"));  // all racks still have a path
  EXPECT_NEAR(power(r, "pdu-a").fed_w, r.total_w - 120e3, 10.0);
}

TEST(Analysis, OneUnitInTheChainIsASinglePoint) {
  auto s = site();
  s.power[0].units = 1;
  auto const r = report_of(s);
  EXPECT_EQ(power(r, "tr").redundancy, "N");
  EXPECT_THAT(names(r.power_single_points), Contains("tr"));
  EXPECT_EQ(power(r, "tr").worst_loss, "tr");
  EXPECT_NEAR(power(r, "tr").fed_w, base_w, 10.0);
}

TEST(Analysis, StandbyGeneratorsCoverTheUtility) {
  auto s = site();
  s.power.push_back(bank("gen", "generator-1m", 1, {}));
  s.power[1].fed_by = {"tr", "gen"};
  auto const r = report_of(s);
  EXPECT_EQ(power(r, "gen").redundancy, "standby");
  EXPECT_EQ(power(r, "gen").load_w, 0.0);
  EXPECT_THAT(names(r.power_single_points), ::testing::Not(Contains("utility")));
}

// The generator takes over behind the transfer switch: neither the utility nor the transformers are single points any more.
TEST(Analysis, AlternatesCountForWhatOneLossLeaves) {
  auto s = site();
  using Kind = schema::PowerUnitSpec::Kind;
  s.catalogue.power_unit["ats"].kind = Kind::transfer_switch;
  s.catalogue.power_unit["ats"].rating = Watts{1e6};
  s.power[0].units = 1;
  s.power.push_back(bank("gen", "generator-1m", 1, {}));
  s.power.push_back(bank("ats", "ats", 1, {"tr"}));
  s.power.back().alternate = {"gen"};
  s.power[1].fed_by = {"ats"};
  s.plant[0].fed_by = "ats";
  s.hall[0].air->fed_by = "ats";
  s.site.base_load_fed_by = "ats";
  auto const r = report_of(s);
  EXPECT_EQ(power(r, "gen").redundancy, "standby");
  EXPECT_EQ(power(r, "tr").fed_fraction, 1.0);
  EXPECT_THAT(names(r.power_single_points), ::testing::Not(Contains("tr")));
  EXPECT_THAT(names(r.power_single_points), ::testing::Not(Contains("utility")));
  EXPECT_THAT(names(r.power_single_points), Contains("ats"));
}

TEST(Analysis, OverloadIsLessThanN) {
  auto s = site();
  s.racks[0].count = 20;  // 800 kW on 600 kW of UPS
  auto const r = report_of(s);
  EXPECT_EQ(power(r, "ups").redundancy, "<N");
  EXPECT_THAT(
      r.warnings,
      Contains(HasSubstr(
          "ups carries 0.80 MW at rated load, more than the 0.40 MW of its 2 needed units; no [[capping]] keeps it below")));
  EXPECT_EQ(cooling(r, Kind::crah).redundancy, "<N");
  EXPECT_THAT(r.warnings, Contains(HasSubstr("12 CRAHs of \"a\" face 0.81 MW of heat at rated load, more than their 0.48 MW")));
  EXPECT_LT(r.fed_w, r.total_w);
}

TEST(Analysis, ASpareThatTheWiringCannotUseIsWarnedOf) {
  auto s = site();
  s.power[1].units = 4;
  s.power[1].units_needed = 3;
  s.power[2].feed = FeedBy::single;  // each PDU on its own UPS
  auto const r = report_of(s);
  EXPECT_EQ(power(r, "ups").redundancy, "N");
  EXPECT_THAT(r.warnings,
              Contains(AllOf(HasSubstr("ups has 4 units where 3 are needed"), HasSubstr("makes no use of the spare"))));
}

TEST(Analysis, GridCapacityBelowTheLoadIsWarnedOf) {
  auto s = site();
  s.site.grid_capacity = Watts{400e3};
  auto const r = report_of(s);
  EXPECT_THAT(r.warnings, Contains(HasSubstr("exceed the grid capacity of 0.40 MW")));
  EXPECT_DOUBLE_EQ(r.fed_w, 400e3);
  EXPECT_EQ(power(r, "ups").redundancy, "N+1");  // a matter of units, not of the contract
}

TEST(Analysis, CoolingCapacityAndRedundancy) {
  auto const r = report_of(site());
  auto const& crahs = cooling(r, Kind::crah);
  EXPECT_DOUBLE_EQ(crahs.load_w, 332e3);  // racks and the fans' own heat
  EXPECT_DOUBLE_EQ(crahs.capacity_w, 480e3);
  EXPECT_EQ(crahs.redundancy, "N+1");
  EXPECT_DOUBLE_EQ(crahs.cooled_fraction, 1.0);
  auto const& chillers = cooling(r, Kind::chiller);
  EXPECT_DOUBLE_EQ(chillers.load_w, 332e3);
  EXPECT_EQ(chillers.redundancy, "2N");  // one of 400 kW takes all
  // A tower takes 500 kW from condensers: 500 / 1.2 = 416.7 kW of loop heat.
  EXPECT_NEAR(cooling(r, Kind::tower).capacity_w, 2 * 500e3 / 1.2, 1e-6);
}

TEST(Analysis, WithoutSpareCoolingOneLossCostsItsShare) {
  auto s = site();
  s.plant[0].chillers = 1;
  s.hall[0].air->crahs = 9;  // 360 kW for 329 kW
  auto const r = report_of(s);
  EXPECT_EQ(cooling(r, Kind::crah).redundancy, "N");
  EXPECT_NEAR(cooling(r, Kind::crah).cooled_w, 320e3, 1.0);
  EXPECT_EQ(cooling(r, Kind::chiller).redundancy, "N");
  EXPECT_EQ(cooling(r, Kind::chiller).cooled_w, 0.0);
  EXPECT_THAT(names(r.cooling_single_points),
              ::testing::UnorderedElementsAre("plant facility loop", "plant/chiller/1", "a room air"));
}

TEST(Analysis, AirAndLiquidAreLostApart) {
  auto s = site();
  s.catalogue.node["node"].liquid_fraction = 0.75;
  s.hall[0].liquid = schema::LiquidSpec{};
  s.hall[0].liquid->plant = "plant";
  s.hall[0].liquid->cdu = "cdu";
  s.hall[0].liquid->cdus = 1;
  s.hall[0].liquid->fed_by = "ups";
  schema::HallSpec other;
  other.id = "b";
  other.air = s.hall[0].air;
  s.hall.push_back(other);
  s.racks.push_back(s.racks[0]);
  s.racks[1].rack = "air-rack";
  s.racks[1].hall = "b";
  s.racks[1].count = 2;
  s.catalogue.rack["air-rack"] = s.catalogue.rack["rack"];
  s.catalogue.rack["air-rack"].node = "air-node";
  s.catalogue.node["air-node"] = s.catalogue.node["node"];
  s.catalogue.node["air-node"].liquid_fraction = 0.0;
  auto const r = report_of(s);
  EXPECT_DOUBLE_EQ(r.halls[0].liquid_heat_w, 240e3);
  EXPECT_DOUBLE_EQ(cooling(r, Kind::cdu).load_w, 242e3);
  EXPECT_EQ(cooling(r, Kind::cdu).redundancy, "<N");
  auto const loss = [&](std::string const& name) {
    auto const it = std::find_if(r.cooling_single_points.begin(), r.cooling_single_points.end(),
                                 [&](Loss const& l) { return l.name == name; });
    return it == r.cooling_single_points.end() ? 0U : it->racks;
  };
  EXPECT_EQ(loss("a/cdu/1"), 8U);
  EXPECT_EQ(loss("a technology loop"), 8U);
  EXPECT_EQ(loss("a room air"), 8U);
  EXPECT_EQ(loss("b room air"), 2U);
  EXPECT_EQ(loss("plant facility loop"), 10U);
}

TEST(Analysis, DryCoolersOnCondensersOrBesideTheChillers) {
  auto s = site();
  s.plant[0].towers = 0;
  s.plant[0].dry_cooler = "dry";
  s.plant[0].dry_coolers = 2;
  EXPECT_NEAR(cooling(report_of(s), Kind::dry_cooler).capacity_w, 600e3 / 1.2, 1e-6);
  s.plant[0].economizer = true;
  auto const r = report_of(s);
  EXPECT_NEAR(cooling(r, Kind::dry_cooler).capacity_w, 600e3, 1e-6);
  EXPECT_EQ(names(r.cooling_single_points), (std::vector<std::string>{"plant facility loop", "a room air"}));
}

TEST(Analysis, ASiteWithoutAPlantIsReportedNotRefused) {
  auto s = site();
  s.plant.clear();
  s.hall[0].air.reset();
  auto const r = report_of(s);
  EXPECT_THAT(r.warnings, Contains(HasSubstr("rack without cooling: x/r001 and 7 more")));
  EXPECT_THAT(r.warnings, Contains("hall \"a\" has racks that heat its air, and nothing that cools it"));
  EXPECT_THAT(r.cooling, IsEmpty());
}

TEST(Analysis, HeatForAMissingTechnologyLoopIsWarnedOf) {
  auto s = site();
  s.catalogue.node["node"].liquid_fraction = 0.5;
  EXPECT_THAT(report_of(s).warnings, Contains(HasSubstr("racks that heat a technology loop, and no CDU")));
}

TEST(Analysis, FabricBlocksNothingAndLeavesAreItsSinglePoints) {
  auto const r = report_of(site());
  ASSERT_THAT(r.fabric, SizeIs(1));
  EXPECT_EQ(r.fabric[0].pool, "x");
  EXPECT_EQ(r.fabric[0].switch_hops, 3);
  EXPECT_DOUBLE_EQ(r.fabric[0].bisection_fraction, 1.0);
  EXPECT_THAT(r.fabric_single_points, SizeIs(8));
  EXPECT_THAT(r.fabric_single_points, Each(Field(&Loss::nodes, 4U)));
}

TEST(Analysis, TextNamesWhatMatters) {
  auto const text = to_text(report_of(site()));
  EXPECT_THAT(text, AllOf(HasSubstr("8 racks, 32 nodes, 256 accelerators"), HasSubstr("together 424.4 kW: 21.2 % of 2.00 MW"),
                          HasSubstr("N+1"), HasSubstr("pdu/1 and 3 alike"), HasSubstr("Single points of failure, power: 5")));
}

/// Law: the worst loss of a bank is the least of the maximum flows without each of its units; a whole bank that is not missed
/// is 2N, and a unit that is not missed is worth N+1 at least.
TEST(Analysis, WorstLossAgreesWithTryingEveryUnit) {
  RandomStream random(11, "banks");
  for (int round = 0; round < 60; ++round) {
    auto s = site();
    s.power.clear();
    std::vector<std::string> above{"utility"};
    for (int level = 0; level < 3; ++level) {
      std::vector<std::string> here;
      for (std::size_t b = 0; b <= random.below(2); ++b) {
        here.push_back("bank-" + std::to_string(level) + std::to_string(b));
        std::string const unit = "unit-" + std::to_string(level) + std::to_string(b);
        s.catalogue.power_unit[unit] = s.catalogue.power_unit["pdu-200k"];
        s.catalogue.power_unit[unit].rating = Watts{1e3 * (50.0 + static_cast<double>(random.below(400)))};
        auto const units = static_cast<int>(1 + random.below(5));
        std::vector<std::string> by{above[random.below(above.size())]};
        if (random.below(2) == 0 && by[0] != above.back()) by.push_back(above.back());
        s.power.push_back(bank(here.back(), unit, units, by, static_cast<FeedBy>(random.below(3))));
      }
      above = here;
    }
    s.racks[0].fed_by = above;
    s.plant[0].fed_by = s.hall[0].air->fed_by = s.power[0].id;
    auto const f = build_facility(s);
    auto const r = analyse(s, f);

    auto const tree = power_tree(f.graph);
    auto const sources = with_standby(f.graph, tree);
    Feed feed(f.graph, sources, r.total_w);
    double const whole = feed.fed();
    for (std::uint32_t b = 0; b < s.power.size(); ++b) {
      double least = whole;
      for (std::uint32_t i = 1; i < sources.vertices.size(); ++i) {
        auto const& it = f.graph.vertex(sources.vertices[i]);
        if (is_power_unit(it.kind) && it.spec == b) least = std::min(least, feed.fed_without({i}));
      }
      auto const& found = power(r, s.power[b].id);
      ASSERT_NEAR(found.fed_w, least, 1.0) << "round " << round << " bank " << b;
      if (found.redundancy == "2N" || found.redundancy == "N+1") {
        ASSERT_GE(least, whole - 1.0);
      }
    }
  }
}

/// The size of the flagship and of the largest target; time is reported, not asserted.
TEST(Analysis, TimeAtSize) {
  for (int racks : {512, 4096}) {
    auto s = two_path_site();
    s.racks[0].count = racks;
    for (auto& b : s.power) b.units = racks / 4;
    for (auto& b : s.power) b.feed = FeedBy::dual;
    s.hall[0].air->crahs = racks;
    s.plant[0].chillers = racks / 16;
    s.plant[0].towers = racks / 16;
    auto const f = build_facility(s);
    auto const start = std::chrono::steady_clock::now();
    auto const r = analyse(s, f);
    std::chrono::duration<double> const took = std::chrono::steady_clock::now() - start;
    std::printf("%u accelerators, %zu power units: analysis %.3f s\n", f.accelerators, r.power_vertices.size() - 1,
                took.count());
    EXPECT_THAT(names(r.power_single_points), ::testing::ElementsAre("utility"));
  }
}

}  // namespace
}  // namespace ondol::topology
