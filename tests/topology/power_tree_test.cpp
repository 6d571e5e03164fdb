#include "topology/layers/power_tree.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "scenarios/base/error.hpp"
#include "scenarios/base/random.hpp"

namespace ondol::topology {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> names(PowerTree const& tree) {
  std::vector<std::string> all;
  for (auto const& v : tree.vertices) all.push_back(v.name);
  return all;
}

std::vector<std::string> feeders_of(PowerTree const& tree, std::string const& name) {
  std::vector<std::string> all;
  for (auto const& v : tree.vertices)
    if (v.name == name)
      for (std::uint32_t k = 0; k < v.feeder_count; ++k) all.push_back(tree.vertices[tree.feeders[v.first_feeder + k]].name);
  return all;
}

PowerTree::Vertex const& at(PowerTree const& tree, std::string const& name) {
  return *std::find_if(tree.vertices.begin(), tree.vertices.end(), [&](auto const& v) { return v.name == name; });
}

std::string message_of(FacilityGraph const& g) {
  try {
    power_tree(g);
  } catch (InputError const& e) {
    std::string all;
    for (auto const& f : e.faults()) all += f.message + "\n";
    return all;
  }
  return {};
}

/// utility -> transformer -> ups/1, ups/2 -> rack 1 (both), rack 2 (ups/2); transformer -> mechanical.
struct SmallTree {
  FacilityGraph g;
  std::uint32_t utility = g.add_vertex({Kind::utility, "utility", Watts{1e6}, 0});
  std::uint32_t transformer = g.add_vertex({Kind::transformer, "transformer", Watts{9e5}, 0});
  std::uint32_t ups1 = g.add_vertex({Kind::ups, "ups/1", Watts{4e5}, 1});
  std::uint32_t ups2 = g.add_vertex({Kind::ups, "ups/2", Watts{4e5}, 1});
  std::uint32_t mechanical = g.add_vertex({Kind::mechanical, "plant/mechanical", Watts{1e5}, 7});
  std::uint32_t rack1 = g.add_vertex({Kind::rack, "p/r001", Watts{1e5}, 0});
  std::uint32_t rack2 = g.add_vertex({Kind::rack, "p/r002", Watts{1e5}, 0});
  SmallTree() {
    for (auto [from, to] : {std::pair{utility, transformer},
                            {transformer, ups1},
                            {transformer, ups2},
                            {transformer, mechanical},
                            {ups1, rack1},
                            {ups2, rack1},
                            {ups2, rack2}})
      g.add_edge(Layer::power, from, to);
  }
};

TEST(PowerTree, SolvesLoadsBeforeFeedersAndTheUtilityLast) {
  SmallTree s;
  auto const tree = power_tree(s.g);
  EXPECT_THAT(names(tree), ElementsAre("p/r001", "p/r002", "plant/mechanical", "ups/1", "ups/2", "transformer", "utility"));
}

TEST(PowerTree, ListsTheFeedersOfEachVertex) {
  SmallTree s;
  auto const tree = power_tree(s.g);
  EXPECT_THAT(feeders_of(tree, "p/r001"), ElementsAre("ups/1", "ups/2"));
  EXPECT_THAT(feeders_of(tree, "p/r002"), ElementsAre("ups/2"));
  EXPECT_THAT(feeders_of(tree, "plant/mechanical"), ElementsAre("transformer"));
  EXPECT_EQ(at(tree, "utility").feeder_count, 0U);
  EXPECT_EQ(tree.feeders.size(), 7U);
}

TEST(PowerTree, OwnersPointIntoTheScenario) {
  SmallTree s;
  auto const tree = power_tree(s.g);
  EXPECT_EQ(at(tree, "p/r002").role, PowerTree::Role::rack);
  EXPECT_EQ(at(tree, "p/r002").owner, 1U);  // second rack
  EXPECT_EQ(at(tree, "ups/2").role, PowerTree::Role::unit);
  EXPECT_EQ(at(tree, "ups/2").owner, 1U);       // bank
  EXPECT_EQ(at(tree, "ups/2").unit_index, 1U);  // unit of the bank
  EXPECT_EQ(at(tree, "plant/mechanical").owner, 7U);
  EXPECT_EQ(at(tree, "ups/2").rating_w, 4e5);
  EXPECT_EQ(at(tree, "ups/2").graph_vertex, s.ups2);
}

TEST(PowerTree, LeavesStandbySourcesOut) {
  SmallTree s;
  auto const generator = s.g.add_vertex({Kind::generator, "generator", Watts{1e6}, 2});
  s.g.add_edge(Layer::power, generator, s.ups1);
  auto const tree = power_tree(s.g);
  EXPECT_THAT(names(tree), Not(::testing::Contains("generator")));
  EXPECT_THAT(feeders_of(tree, "ups/1"), ElementsAre("transformer"));
}

// A generator behind its own switchgear, on the alternate side of a switch between transformer and UPS.
TEST(PowerTree, GeneratorsThatASwitchMayTurnToAreInTheTree) {
  SmallTree s;
  auto const generator = s.g.add_vertex({Kind::generator, "generator", Watts{1e6}, 2});
  auto const board = s.g.add_vertex({Kind::switchgear, "board", Watts{1e6}, 3});
  auto const transfer = s.g.add_vertex({Kind::transfer_switch, "switch", Watts{1e6}, 4});
  auto const rack3 = s.g.add_vertex({Kind::rack, "p/r003", Watts{1e5}, 0});
  s.g.add_edge(Layer::power, generator, board);
  s.g.add_edge(Layer::power, s.transformer, transfer);
  s.g.add_edge(Layer::standby, board, transfer);
  s.g.add_edge(Layer::power, transfer, rack3);
  auto const tree = power_tree(s.g);
  EXPECT_THAT(feeders_of(tree, "switch"), ElementsAre("transformer"));
  auto const& v = at(tree, "switch");
  ASSERT_EQ(v.alternate_count, 1U);
  EXPECT_EQ(tree.vertices[tree.feeders[v.first_feeder + v.feeder_count]].name, "board");
  EXPECT_EQ(at(tree, "transformer").alternate_count, 0U);
  EXPECT_EQ(tree.vertices.back().name, "utility");
  auto const all = names(tree);
  auto const place = [&all](char const* name) { return std::find(all.begin(), all.end(), name) - all.begin(); };
  EXPECT_LT(place("switch"), place("board"));
  EXPECT_LT(place("board"), place("generator"));
}

TEST(PowerTree, PartsOfALoadNeedNoFeederOfTheirOwn) {
  SmallTree s;
  auto const all = s.g.add_vertex({Kind::cdu, "hall/cdu", Watts{1e4}, 5});
  auto const one = s.g.add_vertex({Kind::cdu, "hall/cdu/1", Watts{1e6}, 5});
  s.g.add_edge(Layer::containment, all, one);
  s.g.add_edge(Layer::power, s.ups1, all);
  auto const tree = power_tree(s.g);
  EXPECT_EQ(at(tree, "hall/cdu").role, PowerTree::Role::cdu);
  EXPECT_EQ(at(tree, "hall/cdu").owner, 5U);
  EXPECT_THAT(names(tree), Not(::testing::Contains("hall/cdu/1")));
}

TEST(PowerTree, NamesEveryCycle) {
  SmallTree s;
  s.g.add_edge(Layer::power, s.ups1, s.transformer);
  auto const a = s.g.add_vertex({Kind::pdu, "pdu-a", Watts{0}, 2});
  auto const b = s.g.add_vertex({Kind::pdu, "pdu-b", Watts{0}, 3});
  s.g.add_edge(Layer::power, a, b);
  s.g.add_edge(Layer::power, b, a);
  auto const text = message_of(s.g);
  EXPECT_THAT(text, AllOf(HasSubstr("transformer -> ups/1 -> transformer"), HasSubstr("pdu-a -> pdu-b -> pdu-a")));
}

TEST(PowerTree, AUnitThatFeedsItselfIsACycle) {
  SmallTree s;
  s.g.add_edge(Layer::power, s.ups1, s.ups1);
  EXPECT_THAT(message_of(s.g), HasSubstr("ups/1 -> ups/1"));
}

TEST(PowerTree, NamesEveryUnfedLoad) {
  SmallTree s;
  for (int i = 3; i <= 12; ++i) s.g.add_vertex({Kind::rack, "p/r0" + std::to_string(i), Watts{1}, 0});
  s.g.add_vertex({Kind::pdu, "lonely", Watts{0}, 9});
  s.g.add_vertex({Kind::base_load, "base load", Watts{1}, 0});
  EXPECT_THAT(message_of(s.g), AllOf(HasSubstr("p/r03, p/r04, p/r05 and 7 more"), HasSubstr("lonely"), HasSubstr("base load")));
}

/// Law: on any acyclic wiring, every vertex stands before all its feeders and the feeder list holds each edge once.
TEST(PowerTree, OrderHoldsOnRandomWirings) {
  RandomStream random(7, "wirings");
  for (int round = 0; round < 200; ++round) {
    FacilityGraph g;
    auto const units = 1 + random.below(20);
    auto const racks = 1 + random.below(20);
    std::vector<std::uint32_t> feeders{g.add_vertex({Kind::utility, "utility", Watts{0}, 0})};
    std::size_t edges = 0;
    auto wire = [&](std::uint32_t v) {
      std::vector<std::uint32_t> some = feeders;
      for (auto n = 1 + random.below(3); n > 0 && !some.empty(); --n) {
        auto const pick = random.below(some.size());
        g.add_edge(Layer::power, some[pick], v);
        some.erase(some.begin() + static_cast<long>(pick));
        ++edges;
      }
    };
    for (std::uint32_t i = 0; i < units; ++i) {
      auto const v = g.add_vertex({Kind::ups, "u" + std::to_string(i), Watts{1}, 0});
      wire(v);
      feeders.push_back(v);
    }
    for (std::uint32_t i = 0; i < racks; ++i) wire(g.add_vertex({Kind::rack, "r" + std::to_string(i), Watts{1}, 0}));

    auto const tree = power_tree(g);
    ASSERT_EQ(tree.vertices.size(), units + racks + 1);
    ASSERT_EQ(tree.feeders.size(), edges);
    ASSERT_EQ(tree.vertices.back().role, PowerTree::Role::utility);
    for (std::uint32_t i = 0; i < tree.vertices.size(); ++i) {
      auto const& v = tree.vertices[i];
      if (i < racks) {
        ASSERT_EQ(v.role, PowerTree::Role::rack);
        ASSERT_EQ(v.owner, i);
      }
      std::vector<std::uint32_t> expected = g.sources(Layer::power, v.graph_vertex), found;
      for (std::uint32_t k = 0; k < v.feeder_count; ++k) {
        ASSERT_GT(tree.feeders[v.first_feeder + k], i);
        found.push_back(tree.vertices[tree.feeders[v.first_feeder + k]].graph_vertex);
      }
      ASSERT_EQ(found, expected);
    }
  }
}

}  // namespace
}  // namespace ondol::topology
