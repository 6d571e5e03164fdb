#include "topology/graph/facility_graph.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ondol::topology {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(FacilityGraph, KeepsTheLayersApart) {
  FacilityGraph g;
  auto const hall = g.add_vertex({Kind::hall, "a", Watts{0}, 0});
  auto const rack = g.add_vertex({Kind::rack, "p/r001", Watts{40e3}, 0});
  auto const ups = g.add_vertex({Kind::ups, "ups", Watts{1e6}, 3});
  auto const pdu = g.add_vertex({Kind::pdu, "pdu", Watts{5e5}, 4});
  g.add_edge(Layer::containment, hall, rack);
  g.add_edge(Layer::power, ups, rack);
  g.add_edge(Layer::power, pdu, rack);
  g.add_edge(Layer::air, hall, rack);
  g.add_edge(Layer::air, rack, hall);

  EXPECT_EQ(g.vertex_count(), 4U);
  EXPECT_EQ(g.vertex_count(Kind::rack), 1U);
  EXPECT_EQ(g.edge_count(Layer::air), 2U);
  EXPECT_EQ(g.edge_count(Layer::fabric), 0U);
  EXPECT_THAT(g.sources(Layer::power, rack), ElementsAre(ups, pdu));
  EXPECT_THAT(g.targets(Layer::air, rack), ElementsAre(hall));
  EXPECT_THAT(g.targets(Layer::power, rack), IsEmpty());
  EXPECT_EQ(g.parent(rack), hall);
  EXPECT_EQ(g.parent(hall), std::nullopt);
  EXPECT_EQ(g.vertex(ups).spec, 3U);
}

TEST(FacilityGraph, NamesAcceleratorsByTheirRack) {
  FacilityGraph g;
  auto const rack = g.add_vertex({Kind::rack, "h200/r017", Watts{0}, 0});
  auto const node = g.add_vertex({Kind::node, "n3", Watts{0}, 0});
  auto const accelerator = g.add_vertex({Kind::accelerator, "a5", Watts{0}, 0});
  g.add_edge(Layer::containment, rack, node);
  g.add_edge(Layer::containment, node, accelerator);
  EXPECT_EQ(g.full_name(accelerator), "h200/r017/n3/a5");
  EXPECT_EQ(g.full_name(rack), "h200/r017");
}

TEST(FacilityGraph, CopiesAreIndependent) {
  FacilityGraph a;
  a.add_vertex({Kind::hall, "a", Watts{0}, 0});
  FacilityGraph b = a;
  b.add_vertex({Kind::hall, "b", Watts{0}, 1});
  EXPECT_EQ(a.vertex_count(), 1U);
  EXPECT_EQ(b.vertex_count(), 2U);
  a = b;
  EXPECT_EQ(a.vertex(1).name, "b");
}

TEST(FacilityGraph, EveryKindHasItsName) {
  EXPECT_STREQ(to_string(Kind::site), "site");
  EXPECT_STREQ(to_string(Kind::ups), "UPS");
  EXPECT_STREQ(to_string(Kind::pdu), "PDU");
  EXPECT_STREQ(to_string(Kind::cdu), "CDU");
  EXPECT_STREQ(to_string(Kind::weather), "weather");
}

}  // namespace
}  // namespace ondol::topology
