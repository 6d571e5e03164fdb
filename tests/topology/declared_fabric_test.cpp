#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenarios/base/error.hpp"
#include "tests/topology/site.hpp"
#include "topology/build/analysis.hpp"
#include "topology/build/fabrics/fabric_routes.hpp"
#include "topology/build/fabrics/reach.hpp"
#include "topology/build/fabrics/switch_network.hpp"

namespace ondol::topology {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// The site of 32 nodes with a plain fat tree of two ports a node and switches of 16: eight leaves of four nodes and eight
/// cables up, four spines.  Switches draw 100 W, modules 10 W, copper 0.1 W:
/// 12 x 100 + 2 x 64 x 10 + 64 x 0.1 = 2486.4 W.
schema::Scenario with_fabric() {
  auto s = test::site();
  auto& it = s.catalogue.network_switch["sw"];
  it.ports = 16;
  it.port_bandwidth = BytesPerSecond{50e9};
  it.power = Watts{100};
  auto optic = [&](char const* id, double watts) {
    s.catalogue.optic[id].bandwidth = BytesPerSecond{50e9};
    s.catalogue.optic[id].power = Watts{watts};
  };
  optic("copper", 0.1);
  optic("module", 10);
  s.catalogue.accelerator["x"].scaleup_bandwidth = BytesPerSecond{450e9};
  schema::FabricSpec f;
  f.id = "net";
  f.pools = {"x"};
  f.kind = schema::FabricSpec::Kind::fat_tree;
  f.network_switch = "sw";
  f.node_cable = "copper";
  f.optic = "module";
  f.nics = 2;
  f.hall = "a";
  f.fed_by = "pdu";
  s.fabric = {f};
  return s;
}

std::string refusal(schema::Scenario const& s) {
  try {
    build_facility(s);
  } catch (InputError const& e) {
    std::string all;
    for (auto const& fault : e.faults()) all += fault.message + "\n";
    return all;
  }
  return "";
}

TEST(DeclaredFabric, CountsItsPartsAndDrawsWhatTheyDraw) {
  auto const s = with_fabric();
  auto const facility = build_facility(s);
  ASSERT_THAT(facility.fabrics, SizeIs(1));
  auto const& p = facility.fabrics[0].parts;
  EXPECT_EQ(p.leaves, 8U);
  EXPECT_EQ(p.spines, 4U);
  EXPECT_EQ(p.cores, 0U);
  EXPECT_EQ(p.ports, 12U * 16);
  EXPECT_EQ(p.ports_used, 64U + 2 * 64);
  EXPECT_EQ(p.node_cables, 64U);
  EXPECT_EQ(p.switch_cables, 64U);
  EXPECT_DOUBLE_EQ(p.modules, 128);
  EXPECT_DOUBLE_EQ(p.node_modules, 64);
  EXPECT_DOUBLE_EQ(p.switch_w, 1200);
  EXPECT_DOUBLE_EQ(p.power_w(), 2486.4);
  EXPECT_EQ(facility.fabrics[0].hops_unit, 1);
  EXPECT_EQ(facility.fabrics[0].hops_farthest, 3);
  auto const& graph = facility.graph;
  EXPECT_DOUBLE_EQ(graph.vertex(facility.fabrics[0].vertex).rating.v, 2486.4);
  EXPECT_THAT(graph.sources(Layer::power, facility.fabrics[0].vertex), SizeIs(4));  // every unit of its bank
  EXPECT_THAT(graph.targets(Layer::containment, facility.fabrics[0].vertex), SizeIs(12));
}

TEST(DeclaredFabric, OfWhatFailedCountsWhatIsPluggedIntoTheRest) {
  auto s = with_fabric();
  s.fabric[0].failed = {"spine/2", "leaf/1-spine/1#1"};
  auto const facility = build_facility(s);
  auto const& p = facility.fabrics.at(0).parts;
  EXPECT_EQ(p.spines, 3U);
  EXPECT_EQ(p.switch_cables, 64U);           // each still hangs on its leaf
  EXPECT_DOUBLE_EQ(p.modules, 128 - 8 * 2);  // the spine's own are dark
  EXPECT_DOUBLE_EQ(p.switch_w, 1100);
}

TEST(DeclaredFabric, HeatsTheAirOfItsHallAndThePlant) {
  auto const without = analyse(test::site(), build_facility(test::site()));
  auto const s = with_fabric();
  auto const r = analyse(s, build_facility(s));
  EXPECT_NEAR(r.network_w, 2486.4, 1e-9);
  EXPECT_NEAR(r.halls[0].air_heat_w, without.halls[0].air_heat_w + 2486.4, 1e-9);
  EXPECT_NEAR(r.cooling_w, without.cooling_w + 2486.4 / 5, 1e-6);  // chillers of COP 5
  EXPECT_NEAR(r.total_w, without.total_w + 2486.4 * 1.2, 1e-6);
}

TEST(DeclaredFabric, TellsBisectionAndWhatOneLossLeaves) {
  auto s = with_fabric();
  auto const r = analyse(s, build_facility(s));
  ASSERT_THAT(r.fabric, SizeIs(1));
  EXPECT_EQ(r.fabric[0].pool, "net");
  EXPECT_DOUBLE_EQ(r.fabric[0].bisection_bytes_per_s, 16 * 2 * 50e9);
  EXPECT_DOUBLE_EQ(r.fabric[0].worst_switch_fraction, 0.75);  // one of four spines, or one of the four leaves of a half
  EXPECT_DOUBLE_EQ(r.fabric[0].worst_cable_fraction, 31.0 / 32);
}

TEST(DeclaredFabric, AUnitThatAloneFeedsItsSwitchesIsASinglePoint) {
  auto s = with_fabric();
  auto const is_unit = AllOf(Field(&Loss::name, "net-pdu"), Field(&Loss::kind, Kind::pdu), Field(&Loss::nodes, 32U));
  EXPECT_THAT(analyse(s, build_facility(s)).fabric_single_points, Not(Contains(Field(&Loss::kind, Kind::pdu))));
  s.power.push_back(test::bank("net-pdu", "pdu-200k", 1, {"ups"}));
  s.fabric[0].fed_by = "net-pdu";
  EXPECT_THAT(analyse(s, build_facility(s)).fabric_single_points, Contains(is_unit));
}

TEST(DeclaredFabric, NamesWhatLeadsNowhere) {
  auto s = with_fabric();
  s.fabric[0].network_switch = "se";
  s.fabric[0].optic = "modul";
  s.fabric[0].hall = "b";
  s.fabric[0].fed_by = "pdv";
  EXPECT_THAT(refusal(s), AllOf(HasSubstr("\"se\", which the catalogue does not have; did you mean \"sw\"?"),
                                HasSubstr("\"modul\", which the catalogue does not have"), HasSubstr("\"b\", which is no hall"),
                                HasSubstr("\"pdv\", which is no power bank; did you mean \"pdu\"?")));
  s = with_fabric();
  s.fabric[0].failed = {"x/r001/n1/nic/3"};
  EXPECT_THAT(refusal(s), HasSubstr("did you mean \"x/r001/n1/nic/"));
}

TEST(DeclaredFabric, NodesThatAreCutOffAreNamed) {
  auto s = with_fabric();
  s.fabric[0].failed = {"leaf/1"};
  EXPECT_THAT(refusal(s), HasSubstr("fabric \"net\" leaves nodes without a way to all others: x/r001/n1, x/r001/n2, "
                                    "x/r001/n3 and 1 more"));
  s.fabric[0].failed = {"spine/1"};
  EXPECT_EQ(refusal(s), "");
  s.fabric[0].routing = schema::FabricSpec::Routing::fixed;
  EXPECT_THAT(refusal(s), HasSubstr("routing = \"static\" goes around no failure"));
}

TEST(DeclaredFabric, TooManyPortsAreRefused) {
  auto s = with_fabric();
  s.fabric[0].port_bandwidth = BytesPerSecond{1};
  EXPECT_THAT(refusal(s), HasSubstr("cut the ports of a switch in more than 1000000"));
  s = with_fabric();
  s.fabric[0].kind = schema::FabricSpec::Kind::torus;
  s.fabric[0].dimensions = {65536, 65536, 32};  // 2^37; in 32 bits nothing
  EXPECT_THAT(refusal(s),
              HasSubstr("dimensions 65536 x 65536 x 32 hold 137438953472 nodes, but the pools and storage_nodes have 32"));
  FabricShape f;
  f.nodes = {NodeShape{.nodes = 4000000, .accelerators = 1, .nics = 1000}};
  EXPECT_THROW(switch_network(f), InputError);
}

FabricShape shape(FabricShape::Kind kind, std::uint32_t nodes, std::uint32_t nics = 1) {
  FabricShape f;
  f.kind = kind;
  f.nodes = {NodeShape{.nodes = nodes, .accelerators = nics, .nics = nics, .domain = nics, .scaleup_bytes_per_s = 450e9}};
  return f;
}

Reach reached(FabricShape f, std::vector<std::string> failed = {}) {
  f.failed = std::move(failed);
  return reach(f, *switch_network(f));
}

TEST(Reach, ARingThatIsCutIsALine) {
  auto f = shape(FabricShape::Kind::torus, 8);
  f.dimensions = {8};
  EXPECT_EQ(reached(f).hops_farthest, 5);
  EXPECT_EQ(reached(f, {"router/4-router/5"}).hops_farthest, 8);  // seen from the nodes beside the cut, not from the first
  EXPECT_THAT(reached(f, {"router/4-router/5"}).cut_off, IsEmpty());
  EXPECT_THAT(reached(f, {"router/1-router/2", "router/2-router/3"}).cut_off, ElementsAre(1U));
}

TEST(Reach, OfRailsCountsWhatIsLeft) {
  auto f = shape(FabricShape::Kind::rail_fat_tree, 64, 8);
  EXPECT_EQ(reached(f).hops_unit, 1);
  EXPECT_EQ(reached(f).hops_farthest, 3);
  EXPECT_EQ(reached(f, {"leaf/9"}).hops_unit, 1);    // all of unit 2 change the rail together
  EXPECT_EQ(reached(f, {"n1/nic/1"}).hops_unit, 3);  // node 1 alone meets rail 1 over a spine
  EXPECT_EQ(reached(f, {"n1/nic/1", "leaf/9"}).hops_farthest, 3);
  EXPECT_THAT(reached(f, {"n1/nic/1", "leaf/9"}).cut_off, IsEmpty());
  f.pxn = false;
  EXPECT_EQ(reached(f).hops_unit, 3);
  f.nodes[0].domain = 1;  // no neighbour to borrow from
  EXPECT_THAT(reached(f, {"n5/nic/2"}).cut_off, ElementsAre(4U));
}

TEST(Reach, GoesUpThenDownNotOverAThirdLeaf) {
  // Three leaves of two nodes, two spines.  Leaf 1 hangs on spine 2 alone and leaf 2 on spine 1 alone: both hang together with
  // the rest, but no route leads from one to the other.
  auto f = shape(FabricShape::Kind::fat_tree, 6);
  f.leaf_ports = f.spine_ports = 4;
  EXPECT_THAT(reached(f).cut_off, IsEmpty());
  EXPECT_THAT(reached(f, {"leaf/1-spine/1", "leaf/2-spine/2"}).cut_off, ElementsAre(0U, 1U, 2U, 3U));
}

TEST(Reach, RailsOfOneLevelMeetOnTheNodesOnly) {
  auto f = shape(FabricShape::Kind::rail_fat_tree, 64, 8);  // all 64 ports of a leaf lead down
  f.levels = 1;
  EXPECT_THAT(reached(f).cut_off, IsEmpty());
  EXPECT_EQ(reached(f).hops_farthest, 1);
  f.nodes[0].domain = 1;
  EXPECT_THAT(reached(f).cut_off, SizeIs(64));
  f.nodes[0].nodes = 65;
  EXPECT_THROW(switch_network(f), InputError);
}

TEST(Reach, StaticWaysEndAtAFailure) {
  // The port of node n on any rail has number n modulo the eight spines: every eighth node of a unit is met over spine 1.
  auto f = shape(FabricShape::Kind::rail_fat_tree, 64, 8);
  EXPECT_THAT(reached(f, {"spine/1"}).cut_off, IsEmpty());
  f.routing = FabricShape::Routing::fixed;
  EXPECT_THAT(reached(f).cut_off, IsEmpty());
  EXPECT_THAT(reached(f, {"spine/1"}).cut_off, ElementsAre(0U, 8U, 16U, 24U, 32U, 40U, 48U, 56U));
  // Of a plain tree each node has a port of every number: only the four nodes of a leaf reach each other.
  f = shape(FabricShape::Kind::fat_tree, 64, 8);
  f.routing = FabricShape::Routing::fixed;
  EXPECT_THAT(reached(f, {"spine/2"}).cut_off, SizeIs(60));
}

TEST(Nics, ASecondNicOfTheSameAcceleratorStandsIn) {
  auto f = shape(FabricShape::Kind::fat_tree, 4, 1);
  f.nodes[0].nics = 2;
  f.failed = {"n2/nic/1"};
  auto const routes = make_routes(f);
  std::vector<LinkIndex> links;
  for (std::uint64_t flow : {0, 1}) {
    links.clear();
    ASSERT_TRUE(routes->route(0, 1, flow, links));
    EXPECT_THAT(routes->links()[links.back()].name, HasSubstr("n2/nic/2"));
  }
}

}  // namespace
}  // namespace ondol::topology
