#include "topology/build/folded_graph.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

#include "tests/topology/site.hpp"
#include "topology/build/facility.hpp"

namespace ondol::topology {
namespace {

// 8 racks of 4 nodes of 8 accelerators; a leaf has ports for 4 nodes, so 8 leaves, one a rack, and 4 spines.
class FoldedGraphTest : public ::testing::Test {
 protected:
  std::size_t count(Kind kind) const {
    return static_cast<std::size_t>(std::count_if(folded_.vertices.begin(), folded_.vertices.end(), [&](auto const& v) {
      return facility_.graph.vertex(v.graph_vertex).kind == kind;
    }));
  }
  Kind kind(std::uint32_t row) const { return facility_.graph.vertex(folded_.vertices[row].graph_vertex).kind; }

  Facility facility_ = build_facility(test::site());
  FoldedGraph folded_ = folded(facility_.graph);
};

TEST_F(FoldedGraphTest, NodesAndAcceleratorsBecomeCountsOfTheirRack) {
  EXPECT_EQ(count(Kind::node) + count(Kind::accelerator), 0u);
  for (Kind const k : {Kind::rack, Kind::ups, Kind::crah, Kind::network_switch, Kind::weather})
    EXPECT_EQ(count(k), facility_.graph.vertex_count(k)) << to_string(k);
  std::uint32_t nodes = 0, accelerators = 0;
  for (auto const& v : folded_.vertices) {
    bool const is_rack = facility_.graph.vertex(v.graph_vertex).kind == Kind::rack;
    EXPECT_EQ(v.nodes, is_rack ? 4u : 0u);
    EXPECT_EQ(v.accelerators, is_rack ? 32u : 0u);
    nodes += v.nodes;
    accelerators += v.accelerators;
  }
  EXPECT_EQ(nodes, facility_.node_rack.size());
  EXPECT_EQ(accelerators, facility_.accelerators);
}

TEST_F(FoldedGraphTest, HoldersAreRows) {
  for (auto const& v : folded_.vertices) {
    auto const holder = facility_.graph.parent(v.graph_vertex);
    ASSERT_EQ(v.holder.has_value(), holder.has_value());
    if (holder) {
      EXPECT_EQ(folded_.vertices[*v.holder].graph_vertex, *holder);
    }
  }
  for (auto const& rack : facility_.racks) {
    EXPECT_EQ(folded_.vertices[folded_.row[rack.vertex]].graph_vertex, rack.vertex);
    for (auto const node : facility_.graph.targets(Layer::containment, rack.vertex))
      EXPECT_EQ(folded_.row[node], folded_.row[rack.vertex]);
  }
}

TEST_F(FoldedGraphTest, EdgesKeepTheirEndsAndTheFabricItsCapacity) {
  for (Layer const layer : {Layer::power, Layer::coolant, Layer::air})
    EXPECT_EQ(static_cast<std::size_t>(
                  std::count_if(folded_.edges.begin(), folded_.edges.end(), [&](auto const& e) { return e.layer == layer; })),
              facility_.graph.edge_count(layer))
        << to_string(layer);
  double at_racks = 0, between_switches = 0;
  std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
  for (auto const& e : folded_.edges) {
    EXPECT_NE(e.layer, Layer::containment);
    if (e.layer != Layer::fabric) continue;
    EXPECT_TRUE(pairs.emplace(e.from, e.to).second);
    EXPECT_EQ(kind(e.to), Kind::network_switch);
    (kind(e.from) == Kind::rack ? at_racks : between_switches) += e.bytes_per_s;
  }
  EXPECT_DOUBLE_EQ(at_racks, 256 * 50e9);
  EXPECT_DOUBLE_EQ(between_switches, 256 * 50e9);
  EXPECT_EQ(pairs.size(), 8u + 8u * 4u);
  EXPECT_TRUE(std::is_sorted(folded_.edges.begin(), folded_.edges.end(),
                             [](auto const& a, auto const& b) { return a.layer < b.layer; }));
}

}  // namespace
}  // namespace ondol::topology
