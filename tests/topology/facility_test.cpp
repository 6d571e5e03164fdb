#include "topology/build/facility.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <chrono>
#include <set>

#include "tests/topology/site.hpp"
#include "topology/layers/cooling_loops.hpp"
#include "topology/layers/fabric.hpp"
#include "topology/layers/power_tree.hpp"

namespace ondol::topology {
namespace {

using test::bank;
using test::site;
using test::two_path_site;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Feed = schema::PowerBankSpec::Feed;

std::vector<std::string> names(FacilityGraph const& g, std::vector<std::uint32_t> const& all) {
  std::vector<std::string> out;
  for (auto v : all) out.push_back(g.full_name(v));
  return out;
}

std::uint32_t find(FacilityGraph const& g, std::string const& name) {
  for (std::uint32_t v = 0; v < g.vertex_count(); ++v)
    if (g.full_name(v) == name) return v;
  ADD_FAILURE() << "no vertex " << name;
  return 0;
}

std::vector<std::string> fed_by(Facility const& f, std::string const& name) {
  return names(f.graph, f.graph.sources(Layer::power, find(f.graph, name)));
}

std::string message_of(schema::Scenario const& s) {
  try {
    build_facility(s);
  } catch (InputError const& e) {
    std::string all;
    for (auto const& f : e.faults()) all += format(f) + "\n";
    return all;
  }
  return {};
}

TEST(Facility, CountsItsThings) {
  auto const f = build_facility(site());
  EXPECT_EQ(f.racks.size(), 8U);
  EXPECT_EQ(f.node_rack.size(), 32U);
  EXPECT_EQ(f.accelerators, 256U);
  EXPECT_EQ(f.graph.vertex_count(Kind::accelerator), 256U);
  EXPECT_EQ(f.graph.vertex_count(Kind::ups), 3U);
  EXPECT_EQ(f.graph.vertex_count(Kind::crah), 13U);  // 12 and all of them as a load
  EXPECT_THAT(f.pools, ElementsAre("x"));
  EXPECT_EQ(f.racks[3].first_node, 12U);
  EXPECT_EQ(f.racks[3].nodes, 4U);
  EXPECT_EQ(f.node_rack[12], 3U);
  EXPECT_EQ(f.graph.vertex(f.racks[3].vertex).name, f.racks[3].name);
}

TEST(Facility, EveryNameIsUnique) {
  auto s = two_path_site();
  s.racks.push_back(s.racks[0]);  // a second group of the same pool
  auto const f = build_facility(s);
  std::set<std::string> seen;
  for (std::uint32_t v = 0; v < f.graph.vertex_count(); ++v)
    EXPECT_TRUE(seen.insert(f.graph.full_name(v)).second) << f.graph.full_name(v);
  EXPECT_TRUE(seen.count("x/r016/n4/a8"));
}

TEST(Facility, RacksStandInTheDeclaredRows) {
  auto const f = build_facility(site());
  EXPECT_EQ(f.racks[0].name, "x/r001");
  EXPECT_EQ(f.racks[3].row, 0);
  EXPECT_EQ(f.racks[3].position, 3);
  EXPECT_EQ(f.racks[4].row, 1);
  EXPECT_EQ(f.racks[4].position, 0);
}

TEST(Facility, ChosenRowsMakeTheRoomNearSquareAndHoldEveryRackOnce) {
  auto s = site();
  s.hall[0].rows = 0;
  s.racks[0].count = 400;  // rows = sqrt(400 x 0.6 / 2.4) = 10: 24 m by 24 m
  auto const f = build_facility(s);
  std::set<std::pair<int, int>> places;
  int rows = 0, longest = 0;
  for (auto const& rack : f.racks) {
    EXPECT_TRUE(places.emplace(rack.row, rack.position).second);
    rows = std::max(rows, rack.row + 1);
    longest = std::max(longest, rack.position + 1);
  }
  EXPECT_EQ(rows, 10);
  EXPECT_EQ(longest, 40);
}

TEST(Facility, BusFeedsFromEveryUnit) {
  auto const f = build_facility(site());
  EXPECT_THAT(fed_by(f, "pdu/2"), ElementsAre("ups/1", "ups/2", "ups/3"));
  EXPECT_THAT(fed_by(f, "tr/1"), ElementsAre("utility"));
}

TEST(Facility, SingleFeedsInTurn) {
  auto s = site();
  s.power[2].feed = Feed::single;
  auto const f = build_facility(s);
  EXPECT_THAT(fed_by(f, "pdu/1"), ElementsAre("ups/1"));
  EXPECT_THAT(fed_by(f, "pdu/3"), ElementsAre("ups/3"));
  EXPECT_THAT(fed_by(f, "pdu/4"), ElementsAre("ups/1"));
}

TEST(Facility, DualFeedsFromTwoNeighbours) {
  auto s = site();
  s.power[2].feed = Feed::dual;
  auto f = build_facility(s);
  EXPECT_THAT(fed_by(f, "pdu/1"), ElementsAre("ups/1", "ups/2"));
  EXPECT_THAT(fed_by(f, "pdu/3"), ElementsAre("ups/3", "ups/1"));
  s.power[1].units = 1;
  s.power[1].units_needed = 1;
  f = build_facility(s);
  EXPECT_THAT(fed_by(f, "pdu/1"), ElementsAre("ups"));  // the only unit once, not twice
}

TEST(Facility, RacksAreDealtToTheUnitsOfABankAcrossGroups) {
  auto s = site();
  s.racks[0].count = 3;
  s.racks.push_back(s.racks[0]);
  auto const f = build_facility(s);
  EXPECT_THAT(fed_by(f, "x/r001"), ElementsAre("pdu/1"));
  EXPECT_THAT(fed_by(f, "x/r003"), ElementsAre("pdu/3"));
  EXPECT_THAT(fed_by(f, "x/r004"), ElementsAre("pdu/4"));
  EXPECT_THAT(fed_by(f, "x/r005"), ElementsAre("pdu/1"));
}

TEST(Facility, TwoBanksGiveARackOneUnitOfEach) {
  auto const f = build_facility(two_path_site());
  EXPECT_THAT(fed_by(f, "x/r002"), ElementsAre("pdu-a/2", "pdu-b/2"));
}

TEST(Facility, PlantAndHallLoadsShareEveryUnitOfTheirBank) {
  auto const f = build_facility(site());
  EXPECT_THAT(fed_by(f, "plant/mechanical"), ElementsAre("tr/1", "tr/2"));
  EXPECT_THAT(fed_by(f, "a/crah"), ElementsAre("tr/1", "tr/2"));
  EXPECT_THAT(fed_by(f, "base load"), ElementsAre("utility"));
  EXPECT_THAT(fed_by(f, "a/crah/1"), IsEmpty());
}

TEST(Facility, RatingsOfLoads) {
  auto s = site();
  auto const f = build_facility(s);
  auto const rating = [&](std::string const& name) { return f.graph.vertex(find(f.graph, name)).rating.v; };
  EXPECT_DOUBLE_EQ(rating("x/r001"), 40e3);
  EXPECT_DOUBLE_EQ(rating("a/crah"), 12e3);
  // pumps 4 + 2 kW, chillers (320 + 12) / 5 kW, tower fans 2 x 5 kW
  EXPECT_DOUBLE_EQ(rating("plant/mechanical"), 6e3 + 332e3 / 5 + 10e3);
  s.racks[0].power_limit = Watts{500};
  EXPECT_DOUBLE_EQ(rated_rack_power(s, s.racks[0]).v, 40e3 - 32 * 200.0);
  s.racks[0].power_limit = Watts{900};  // above the board's own limit: no change
  EXPECT_DOUBLE_EQ(rated_rack_power(s, s.racks[0]).v, 40e3);
  s.catalogue.rack["rack"].rated_power = Watts{0};
  s.catalogue.rack["rack"].switch_power = Watts{500};
  EXPECT_DOUBLE_EQ(rated_rack_power(s, s.racks[0]).v, 4 * 10e3 + 500);
}

TEST(Facility, PumpsWithAFeedOfTheirOwnAreALoadOfTheirOwn) {
  auto s = site();
  s.plant[0].pumps_fed_by = "ups";
  auto const f = build_facility(s);
  auto const rating = [&](std::string const& name) { return f.graph.vertex(find(f.graph, name)).rating.v; };
  EXPECT_THAT(fed_by(f, "plant/pumps"), ElementsAre("ups/1", "ups/2", "ups/3"));
  EXPECT_THAT(fed_by(f, "plant/mechanical"), ElementsAre("tr/1", "tr/2"));
  EXPECT_DOUBLE_EQ(rating("plant/pumps"), 4e3);
  EXPECT_DOUBLE_EQ(rating("plant/mechanical"), 2e3 + 332e3 / 5 + 10e3);  // the condensers' pumps stay
  auto const tree = power_tree(f.graph);
  auto const pumps =
      std::find_if(tree.vertices.begin(), tree.vertices.end(), [](auto const& v) { return v.role == PowerTree::Role::pumps; });
  ASSERT_NE(pumps, tree.vertices.end());
  EXPECT_EQ(pumps->owner, 0U);
}

TEST(Facility, PowerTreeOfTheSite) {
  auto const f = build_facility(site());
  auto const tree = power_tree(f.graph);
  // 8 racks, CRAHs, mechanical, base load, 2 + 3 + 4 units, utility
  ASSERT_EQ(tree.vertices.size(), 21U);
  EXPECT_EQ(tree.vertices[5].name, "x/r006");
  EXPECT_EQ(tree.vertices[5].owner, 5U);
  EXPECT_EQ(tree.vertices.back().name, "utility");
  EXPECT_EQ(tree.vertices.back().rating_w, 2e6);
}

TEST(Facility, LoopsAndFabricHold) {
  auto s = site();
  s.catalogue.node["node"].liquid_fraction = 0.8;
  s.hall[0].liquid = schema::LiquidSpec{};
  s.hall[0].liquid->plant = "plant";
  s.hall[0].liquid->cdu = "cdu";
  s.hall[0].liquid->cdus = 2;
  s.hall[0].liquid->fed_by = "ups";
  auto const f = build_facility(s);
  auto const loops = cooling_loops(f.graph);
  EXPECT_THAT(loops.faults, IsEmpty());
  ASSERT_EQ(loops.loops.size(), 3U);
  EXPECT_EQ(loops.loops[0].sources.size(), 14U);
  EXPECT_THAT(names(f.graph, loops.loops[0].sinks), ElementsAre("plant/chiller/1", "plant/chiller/2"));
  EXPECT_EQ(loops.loops[1].sources.size(), 8U);
  EXPECT_THAT(names(f.graph, loops.loops[1].sinks), ElementsAre("a/cdu/1", "a/cdu/2"));

  auto const net = fabric(f.graph);
  EXPECT_THAT(net.faults, IsEmpty());
  ASSERT_EQ(net.networks.size(), 1U);
  EXPECT_EQ(net.networks[0].leaves.size(), 8U);  // 32 nodes x 8 links over 32 ports down
  EXPECT_EQ(net.networks[0].spines.size(), 4U);  // 8 x 32 links over 64 ports
  EXPECT_DOUBLE_EQ(bisection_bytes_per_s(f.graph, net.networks[0]), 16 * 8 * 50e9);
}

TEST(Facility, PoolsHaveTheirOwnFabric) {
  auto s = site();
  s.racks.push_back(s.racks[0]);
  s.racks[1].pool = "y";
  s.racks[1].count = 1;
  auto const f = build_facility(s);
  EXPECT_EQ(f.racks[8].name, "y/r001");
  EXPECT_EQ(f.racks[8].pool, 1U);
  EXPECT_EQ(fabric(f.graph).networks.size(), 2U);
}

TEST(Facility, ReportsEveryDanglingNameInOnePass) {
  auto s = site();
  s.power[1].unit = "ups-200";
  s.power[2].fed_by = {"usp"};
  s.racks[0].hall = "b";
  s.racks[0].fed_by = {"pdus"};
  s.plant[0].fed_by = "";
  s.hall[0].air->fed_by = "tt";
  s.site.base_load_fed_by = "utilty";
  schema::Origin place;
  place.file = "racks.toml";
  place.line = 7;
  place.column = 3;
  s.origin["racks[0].hall"] = place;
  auto const text = message_of(s);
  EXPECT_THAT(text, AllOf(HasSubstr("\"ups-200\", which the catalogue does not have; did you mean \"ups-200k\"?"),
                          HasSubstr("\"usp\", which is no power bank; did you mean \"ups\"?"), HasSubstr("racks.toml:7:3"),
                          HasSubstr("\"pdus\""), HasSubstr("plant[0].fed_by names no power bank"),
                          HasSubstr("hall[0].air.fed_by"), HasSubstr("did you mean \"utility\"?")));
}

TEST(Facility, AnUnknownPlantIsAFault) {
  auto s = site();
  s.hall[0].air->plant = "plan";
  EXPECT_THAT(message_of(s), HasSubstr("hall[0].air.plant names \"plan\", which is no plant; did you mean \"plant\"?"));
}

TEST(Facility, BanksInACircleAreNamed) {
  auto s = site();
  s.power[1].fed_by = {"pdu"};
  s.power[1].feed = s.power[2].feed = Feed::single;
  auto const f = build_facility(s);
  EXPECT_THROW(power_tree(f.graph), InputError);
}

TEST(Facility, RefusesWhatNoMemoryHolds) {
  auto s = site();
  s.racks[0].count = 2'000'000'000;
  s.catalogue.rack["rack"].nodes = 500;
  EXPECT_THAT(message_of(s), AllOf(HasSubstr("8e+12 accelerators"), HasSubstr("2.4e+06 GB")));
}

/// 131,072 accelerators in 4,096 racks.  Time is reported, memory held to what refuse_too_large tells people.
TEST(Facility, LargestTarget) {
  auto s = site();
  s.racks[0].count = 4096;
  auto const before = mallinfo2().uordblks;
  auto const start = std::chrono::steady_clock::now();
  auto const f = build_facility(s);
  std::chrono::duration<double> const build = std::chrono::steady_clock::now() - start;
  auto const bytes = static_cast<double>(mallinfo2().uordblks - before);
  auto const tree = power_tree(f.graph);
  std::chrono::duration<double> const both = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(f.accelerators, 131072U);
  EXPECT_EQ(tree.vertices.size(), 4096U + 13U);
  RecordProperty("build_s", std::to_string(build.count()));
  RecordProperty("power_tree_s", std::to_string((both - build).count()));
  RecordProperty("bytes_per_accelerator", std::to_string(bytes / f.accelerators));
  std::printf("131,072 accelerators: build %.3f s, power tree %.3f s, %.0f bytes per accelerator\n", build.count(),
              (both - build).count(), bytes / f.accelerators);
}

}  // namespace
}  // namespace ondol::topology
