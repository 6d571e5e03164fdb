#include "workloads/schedulers/placement.hpp"

#include <gmock/gmock.h>

#include <map>
#include <numeric>
#include <stdexcept>

#include "scenarios/base/random.hpp"

namespace ondol::workloads {
namespace {

using ::testing::ElementsAre;

NodeShare share(std::uint32_t node, int accelerators) {
  return {node, accelerators};
}

TEST(PoolNodes, SmallJobsFillTheFullestNodeThatStillFits) {
  PoolNodes pool(4, 8);
  EXPECT_THAT(pool.place(5), ElementsAre(share(0, 5)));
  EXPECT_THAT(pool.place(4), ElementsAre(share(1, 4)));
  EXPECT_THAT(pool.place(3), ElementsAre(share(0, 3)));  // the three left on node 0, not the four on node 1
  EXPECT_THAT(pool.place(4), ElementsAre(share(1, 4)));
  EXPECT_EQ(pool.free(), 16);
}

TEST(PoolNodes, LargeJobsTakeTheShortestRunOfNeighboursThatHoldsThem) {
  PoolNodes pool(10, 8);
  pool.take(std::vector{share(3, 8), share(6, 8)});  // runs 0-2, 4-5, 7-9
  EXPECT_THAT(pool.place(16), ElementsAre(share(4, 8), share(5, 8)));
  EXPECT_THAT(pool.place(24), ElementsAre(share(0, 8), share(1, 8), share(2, 8)));
}

TEST(PoolNodes, WithoutALongEnoughRunTheLongestPiecesAreTaken) {
  PoolNodes pool(7, 8);
  pool.take(std::vector{share(1, 8), share(5, 1)});  // runs 0, 2-4, 6
  EXPECT_THAT(pool.place(32), ElementsAre(share(2, 8), share(3, 8), share(4, 8), share(0, 8)));
}

TEST(PoolNodes, TheRestOfALargeJobGoesToAPartlyUsedNode) {
  PoolNodes pool(4, 8);
  pool.place(6);
  EXPECT_THAT(pool.place(18), ElementsAre(share(1, 8), share(2, 8), share(0, 2)));
}

TEST(PoolNodes, FreeIsNotPlaceable) {
  PoolNodes pool(8, 8);
  for (std::uint32_t n = 0; n < 8; ++n) pool.take(std::vector{share(n, 7)});
  EXPECT_EQ(pool.free(), 8);
  EXPECT_TRUE(pool.fits(1));
  EXPECT_FALSE(pool.fits(2));
  EXPECT_FALSE(pool.fits(8));
  EXPECT_THROW(pool.place(8), std::logic_error);
}

TEST(PoolNodes, ANodeOutOfServiceHoldsNothing) {
  PoolNodes pool(2, 4);
  pool.set_in_service(0, false);
  EXPECT_EQ(pool.free(), 4);
  EXPECT_FALSE(pool.fits(8));
  EXPECT_THAT(pool.place(4), ElementsAre(share(1, 4)));
  EXPECT_THROW(pool.set_in_service(1, false), std::logic_error);
  pool.set_in_service(0, true);
  EXPECT_TRUE(pool.fits(4));
}

TEST(PoolNodes, RefusesToLendOrTakeBackMoreThanThereIs) {
  PoolNodes pool(1, 4);
  EXPECT_THROW(pool.take(std::vector{share(0, 5)}), std::logic_error);
  EXPECT_THROW(pool.release(std::vector{share(0, 1)}), std::logic_error);
}

TEST(PoolNodesProperty, NeverLendsTwiceAndReleaseRestores) {
  RandomStream random(7, "placement");
  for (int trial = 0; trial < 50; ++trial) {
    int const nodes = 1 + static_cast<int>(random.below(130)), per_node = 1 + static_cast<int>(random.below(9));
    PoolNodes pool(nodes, per_node);
    std::vector<std::vector<NodeShare>> held;
    std::vector<int> used(static_cast<std::size_t>(nodes), 0);
    for (int step = 0; step < 300; ++step) {
      if (!held.empty() && random.uniform() < 0.45) {
        auto const at = random.below(held.size());
        pool.release(held[at]);
        for (auto const& s : held[at]) used[s.node] -= s.accelerators;
        held.erase(held.begin() + static_cast<std::ptrdiff_t>(at));
      } else {
        int const size =
            1 +
            static_cast<int>(random.below(static_cast<std::uint64_t>(random.uniform() < 0.7 ? per_node : nodes * per_node)));
        // Reference for fits: whole nodes by count, the rest on any other node.
        int whole_free = 0, widest_partial = 0;
        for (int const u : used) u == 0 ? void(++whole_free) : void(widest_partial = std::max(widest_partial, per_node - u));
        int const whole = size / per_node, rest = size % per_node;
        bool const expected = whole <= whole_free && (rest == 0 || whole_free > whole || widest_partial >= rest);
        ASSERT_EQ(pool.fits(size), expected);
        if (!expected) continue;
        auto const shares = pool.place(size);
        int sum = 0;
        for (auto const& s : shares) {
          used[s.node] += s.accelerators;
          ASSERT_LE(used[s.node], per_node);
          sum += s.accelerators;
        }
        ASSERT_EQ(sum, size);
        held.push_back(shares);
      }
      ASSERT_EQ(pool.free(), nodes * per_node - std::accumulate(used.begin(), used.end(), 0));
    }
    for (auto const& shares : held) pool.release(shares);
    EXPECT_EQ(pool.free(), nodes * per_node);
    EXPECT_TRUE(pool.fits(nodes * per_node));
  }
}

}  // namespace
}  // namespace ondol::workloads
