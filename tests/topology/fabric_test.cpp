#include "topology/layers/fabric.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ondol::topology {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Leaves of two nodes with links of 10 byte/s, joined by spines with links of `up` byte/s.
FacilityGraph leaf_spine(std::uint32_t leaves, std::uint32_t spines, double up) {
  FacilityGraph g;
  std::vector<std::uint32_t> leaf;
  for (std::uint32_t l = 0; l < leaves; ++l) {
    leaf.push_back(g.add_vertex({Kind::network_switch, "leaf/" + std::to_string(l), Watts{0}, 0}));
    for (int n = 0; n < 2; ++n)
      g.add_edge(Layer::fabric, g.add_vertex({Kind::node, "n" + std::to_string(2 * l) + std::to_string(n), Watts{0}, 0}),
                 leaf.back(), 10.0);
  }
  for (std::uint32_t s = 0; s < spines; ++s) {
    auto const spine = g.add_vertex({Kind::network_switch, "spine/" + std::to_string(s), Watts{0}, 0});
    for (auto l : leaf) g.add_edge(Layer::fabric, l, spine, up);
  }
  return g;
}

TEST(Fabric, TellsLeavesFromSpines) {
  auto const g = leaf_spine(4, 2, 10.0);
  auto const found = fabric(g);
  EXPECT_THAT(found.faults, IsEmpty());
  ASSERT_THAT(found.networks, SizeIs(1));
  EXPECT_THAT(found.networks[0].nodes, SizeIs(8));
  EXPECT_THAT(found.networks[0].leaves, SizeIs(4));
  EXPECT_THAT(found.networks[0].spines, SizeIs(2));
}

TEST(Fabric, HopsCountSwitches) {
  auto const one = leaf_spine(1, 0, 0.0), two = leaf_spine(4, 2, 10.0);
  EXPECT_EQ(switch_hops(one, fabric(one).networks[0]), 1);
  EXPECT_EQ(switch_hops(two, fabric(two).networks[0]), 3);
}

TEST(Fabric, BisectionOfFullAndThinnedUplinks) {
  // 4 leaves, halves of 2 leaves: 4 nodes x 10 are injected; 2 leaves x 2 spines x `up` leave the half.
  auto const full = leaf_spine(4, 2, 10.0), thin = leaf_spine(4, 2, 2.5);
  EXPECT_DOUBLE_EQ(half_injection_bytes_per_s(full, fabric(full).networks[0]), 40.0);
  EXPECT_DOUBLE_EQ(bisection_bytes_per_s(full, fabric(full).networks[0]), 40.0);
  EXPECT_DOUBLE_EQ(bisection_bytes_per_s(thin, fabric(thin).networks[0]), 10.0);
}

TEST(Fabric, ALeafSwitchesItsOwnNodesWithoutUplinks) {
  // 3 leaves of 2: the middle leaf has one node in each half and passes 10 by itself.
  auto const g = leaf_spine(3, 1, 4.0);
  EXPECT_DOUBLE_EQ(bisection_bytes_per_s(g, fabric(g).networks[0]), 10.0 + 4.0);
}

TEST(Fabric, ALossIsTakenOnceFromParallelLinks) {
  FacilityGraph g;
  auto const a = g.add_vertex({Kind::network_switch, "a", Watts{0}, 0}),
             b = g.add_vertex({Kind::network_switch, "b", Watts{0}, 0});
  for (auto s : {a, b}) g.add_edge(Layer::fabric, g.add_vertex({Kind::node, "n", Watts{0}, 0}), s, 40.0);
  g.add_edge(Layer::fabric, a, b, 10.0);
  g.add_edge(Layer::fabric, b, a, 10.0);
  FabricLoss loss;
  loss.a = a;
  loss.b = b;
  loss.bytes_per_s = 10.0;
  EXPECT_DOUBLE_EQ(bisection_bytes_per_s(g, fabric(g).networks[0]), 20.0);
  EXPECT_DOUBLE_EQ(bisection_bytes_per_s(g, fabric(g).networks[0], loss), 10.0);
}

TEST(Fabric, BisectionOfThreeLevels) {
  // Two pods of one leaf and one spine, joined by a core link of 7.
  auto g = leaf_spine(1, 1, 20.0);
  auto const leaf = g.add_vertex({Kind::network_switch, "leaf/b", Watts{0}, 0});
  for (int n = 0; n < 2; ++n) g.add_edge(Layer::fabric, g.add_vertex({Kind::node, "b", Watts{0}, 0}), leaf, 10.0);
  auto const spine = g.add_vertex({Kind::network_switch, "spine/b", Watts{0}, 0});
  g.add_edge(Layer::fabric, leaf, spine, 20.0);
  auto const core = g.add_vertex({Kind::network_switch, "core", Watts{0}, 0});
  for (auto s : g.vertices(Kind::network_switch))
    if (g.vertex(s).name == "spine/0" || g.vertex(s).name == "spine/b") g.add_edge(Layer::fabric, s, core, 7.0);
  auto const found = fabric(g);
  ASSERT_THAT(found.networks, SizeIs(1));
  EXPECT_DOUBLE_EQ(bisection_bytes_per_s(g, found.networks[0]), 7.0);
  EXPECT_EQ(switch_hops(g, found.networks[0]), 5);
}

TEST(Fabric, LooseEndsAreFaults) {
  auto g = leaf_spine(1, 0, 0.0);
  g.add_vertex({Kind::node, "alone", Watts{0}, 0});
  g.add_vertex({Kind::network_switch, "dark", Watts{0}, 0});
  EXPECT_THAT(fabric(g).faults, ElementsAre(HasSubstr("alone"), HasSubstr("dark")));
}

}  // namespace
}  // namespace ondol::topology
