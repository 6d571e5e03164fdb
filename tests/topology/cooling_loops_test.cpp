#include "topology/layers/cooling_loops.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ondol::topology {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// rack -> hall (air) -> crah -> plant -> chiller -> weather.
struct AirCooled {
  FacilityGraph g;
  std::uint32_t weather = g.add_vertex({Kind::weather, "weather", Watts{0}, 0});
  std::uint32_t plant = g.add_vertex({Kind::plant, "plant", Watts{0}, 4});
  std::uint32_t chiller = g.add_vertex({Kind::chiller, "chiller", Watts{1e6}, 4});
  std::uint32_t hall = g.add_vertex({Kind::hall, "hall", Watts{0}, 2});
  std::uint32_t crah = g.add_vertex({Kind::crah, "crah", Watts{1e5}, 2});
  std::uint32_t rack = g.add_vertex({Kind::rack, "p/r001", Watts{4e4}, 0});
  void both(Layer layer, std::uint32_t a, std::uint32_t b) {
    g.add_edge(layer, a, b);
    g.add_edge(layer, b, a);
  }
  AirCooled() {
    both(Layer::coolant, plant, chiller);
    both(Layer::coolant, plant, crah);
    both(Layer::air, crah, hall);
    both(Layer::air, hall, rack);
  }
};

TEST(CoolingLoops, FollowTheHeatFromRackToWeather) {
  AirCooled s;
  s.both(Layer::air, s.chiller, s.weather);
  auto const found = cooling_loops(s.g);
  EXPECT_THAT(found.faults, IsEmpty());
  ASSERT_EQ(found.loops.size(), 2U);
  EXPECT_EQ(found.loops[0].medium, CoolingLoop::Medium::facility_water);
  EXPECT_EQ(found.loops[0].header, s.plant);
  EXPECT_EQ(found.loops[0].owner, 4U);
  EXPECT_THAT(found.loops[0].sources, ElementsAre(s.crah));
  EXPECT_THAT(found.loops[0].sinks, ElementsAre(s.chiller));
  EXPECT_EQ(found.loops[1].medium, CoolingLoop::Medium::room_air);
  EXPECT_EQ(found.loops[1].owner, 2U);
  EXPECT_THAT(found.loops[1].sources, ElementsAre(s.rack));
  EXPECT_THAT(found.loops[1].sinks, ElementsAre(s.crah));
}

TEST(CoolingLoops, HeatWithoutAWayOutIsAFault) {
  AirCooled s;  // the chiller rejects to nothing
  auto const found = cooling_loops(s.g);
  EXPECT_THAT(found.faults, ElementsAre(HasSubstr("plant: no path takes the heat of its facility water"),
                                        HasSubstr("hall: no path takes the heat of its room air")));
}

TEST(CoolingLoops, WhatFlowsOutMustComeBack) {
  AirCooled s;
  s.both(Layer::air, s.chiller, s.weather);
  auto const cdu = s.g.add_vertex({Kind::cdu, "cdu", Watts{1e5}, 2});
  s.g.add_edge(Layer::coolant, s.plant, cdu);
  EXPECT_THAT(cooling_loops(s.g).faults, ElementsAre("what flows from plant to cdu does not come back"));
}

TEST(CoolingLoops, ARackThatTouchesNoLoopIsAFault) {
  AirCooled s;
  s.both(Layer::air, s.chiller, s.weather);
  s.g.add_vertex({Kind::rack, "p/r002", Watts{1}, 0});
  s.g.add_vertex({Kind::rack, "p/r003", Watts{1}, 0});
  EXPECT_THAT(cooling_loops(s.g).faults, ElementsAre(HasSubstr("p/r002 and 1 more")));
}

}  // namespace
}  // namespace ondol::topology
