#include "topology/layers/single_points.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "scenarios/base/random.hpp"

namespace ondol::topology {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<Weight> ones(std::uint32_t n) {
  return std::vector<Weight>(n, Weight{1, 1, 10.0});
}

std::vector<std::uint32_t> racks(std::vector<Weight> const& all) {
  std::vector<std::uint32_t> out;
  for (auto const& w : all) out.push_back(w.racks);
  return out;
}
std::vector<std::uint32_t> nodes(std::vector<Weight> const& all) {
  std::vector<std::uint32_t> out;
  for (auto const& w : all) out.push_back(w.nodes);
  return out;
}

std::pair<std::uint32_t, std::uint32_t> random_edge(RandomStream& random, std::uint32_t n) {
  auto const from = static_cast<std::uint32_t>(random.below(n));
  return {from, static_cast<std::uint32_t>(random.below(n))};
}

// 0 -> 1, 2 -> 3 -> 4: the diamond's sides dominate nothing but themselves, 3 dominates 4.
TEST(Dominators, Diamond) {
  EdgeList const edges{{0, 1}, {0, 2}, {1, 3}, {2, 3}, {3, 4}};
  EXPECT_THAT(racks(hanging_on(5, edges, 0, ones(5))), ElementsAre(5, 1, 1, 2, 1));
}

// The flow graph of Lengauer & Tarjan 1979, figure 1; R = 0, A..L = 1..12.  Its dominator tree is their figure 2.
TEST(Dominators, LengauerTarjanFigure) {
  enum : std::uint32_t { R, A, B, C, D, E, F, G, H, I, J, K, L };
  EdgeList const edges{{R, A}, {R, B}, {R, C}, {A, D}, {B, A}, {B, D}, {B, E}, {C, F}, {C, G}, {D, L}, {L, H},
                       {E, H}, {H, E}, {H, K}, {F, I}, {G, I}, {G, J}, {J, I}, {I, K}, {K, R}, {K, I}};
  auto const sum = racks(hanging_on(13, edges, R, ones(13)));
  EXPECT_EQ(sum[R], 13U);
  EXPECT_EQ(sum[C], 4U);  // C, F, G, J
  EXPECT_EQ(sum[G], 2U);  // G, J
  EXPECT_EQ(sum[D], 2U);  // D, L
  for (auto v : {A, B, E, F, H, I, J, K, L}) EXPECT_EQ(sum[v], 1U) << v;
}

TEST(Dominators, UnreachableWeighsNothing) {
  EdgeList const edges{{0, 1}, {2, 3}};
  EXPECT_THAT(racks(hanging_on(4, edges, 0, ones(4))), ElementsAre(2, 1, 0, 0));
}

TEST(Dominators, EdgesFromUnreachableVerticesOpenNoWay) {
  EdgeList const edges{{0, 2}, {1, 3}, {2, 3}};
  EXPECT_THAT(racks(hanging_on(4, edges, 0, ones(4))), ElementsAre(3, 0, 2, 1));
}

/// Law: v carries exactly what cannot be reached without it.
TEST(Dominators, AgreeWithTakingVerticesAway) {
  RandomStream random(3, "dominators");
  for (int round = 0; round < 100; ++round) {
    auto const n = static_cast<std::uint32_t>(2 + random.below(15));
    EdgeList edges;
    for (auto m = random.below(3 * n); m > 0; --m) edges.push_back(random_edge(random, n));
    auto reach = [&](std::uint32_t without) {
      std::vector<char> seen(n, 0);
      std::vector<std::uint32_t> front;
      if (without != 0) {
        front.push_back(0);
        seen[0] = 1;
      }
      while (!front.empty()) {
        auto const v = front.back();
        front.pop_back();
        for (auto [a, b] : edges)
          if (a == v && b != without && !seen[b]) {
            seen[b] = 1;
            front.push_back(b);
          }
      }
      return static_cast<std::uint32_t>(std::count(seen.begin(), seen.end(), 1));
    };
    auto const sum = racks(hanging_on(n, edges, 0, ones(n)));
    for (std::uint32_t v = 0; v < n; ++v) ASSERT_EQ(sum[v], reach(n) - reach(v)) << "round " << round << " vertex " << v;
  }
}

TEST(ArticulationPoints, TwoTrianglesThatShareAVertex) {
  EdgeList const edges{{0, 1}, {1, 2}, {2, 0}, {2, 3}, {3, 4}, {4, 2}};
  EXPECT_THAT(articulation_points(5, edges), ElementsAre(2));
  EXPECT_THAT(nodes(cut_off_by(5, edges, 0, ones(5))), ElementsAre(0, 0, 2, 0, 0));
}

TEST(ArticulationPoints, ChainAndRing) {
  EdgeList chain{{0, 1}, {1, 2}, {2, 3}, {3, 4}};
  EXPECT_THAT(articulation_points(5, chain), ElementsAre(1, 2, 3));
  EXPECT_THAT(nodes(cut_off_by(5, chain, 2, ones(5))), ElementsAre(0, 1, 2, 1, 0));
  chain.emplace_back(4, 0);
  EXPECT_THAT(articulation_points(5, chain), IsEmpty());
}

TEST(ArticulationPoints, TheHubOfAStarLeavesOneNodeByItself) {
  EdgeList const star{{0, 1}, {0, 2}, {0, 3}};
  auto weight = ones(4);
  weight[0] = {};
  EXPECT_THAT(nodes(cut_off_by(4, star, 1, weight)), ElementsAre(2, 0, 0, 0));
}

TEST(ArticulationPoints, ParallelLinksAreNoSecondWay) {
  EdgeList const edges{{0, 1}, {0, 1}, {1, 2}};
  EXPECT_THAT(articulation_points(3, edges), ElementsAre(1));
}

/// Law: the loss is what remains outside the largest piece when the vertex is taken away.
TEST(ArticulationPoints, AgreeWithTakingVerticesAway) {
  RandomStream random(5, "articulation");
  for (int round = 0; round < 100; ++round) {
    auto const n = static_cast<std::uint32_t>(2 + random.below(15));
    EdgeList edges;
    for (std::uint32_t v = 1; v < n; ++v) edges.emplace_back(static_cast<std::uint32_t>(random.below(v)), v);  // connected
    for (auto m = random.below(n); m > 0; --m) edges.push_back(random_edge(random, n));
    auto const lost = nodes(cut_off_by(n, edges, static_cast<std::uint32_t>(random.below(n)), ones(n)));
    for (std::uint32_t gone = 0; gone < n; ++gone) {
      std::vector<char> seen(n, 0);
      std::uint32_t largest = 0;
      for (std::uint32_t start = 0; start < n; ++start) {
        if (start == gone || seen[start]) continue;
        std::uint32_t size = 0;
        std::vector<std::uint32_t> front{start};
        seen[start] = 1;
        while (!front.empty()) {
          auto const v = front.back();
          front.pop_back();
          ++size;
          for (auto [a, b] : edges)
            for (auto [from, to] : {std::pair{a, b}, {b, a}})
              if (from == v && to != gone && !seen[to]) {
                seen[to] = 1;
                front.push_back(to);
              }
        }
        largest = std::max(largest, size);
      }
      ASSERT_EQ(lost[gone], n - 1 - largest) << "round " << round << " vertex " << gone;
    }
  }
}

}  // namespace
}  // namespace ondol::topology
