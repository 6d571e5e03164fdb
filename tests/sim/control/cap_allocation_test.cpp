#include "sim/control/cap_allocation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <random>

#include "sim/control/feed_shares.hpp"

namespace ondol::sim {
namespace {

/// A tree of limits (parents first) and racks that hang on one of them.
struct Tree {
  struct Node {
    int parent;  ///< -1: the root
    double limit_w;
  };
  struct Rack {
    int node;
    double demand_w, floor_w;
    int priority = 0;
    double weight = 1;
  };
  std::vector<Node> nodes;
  std::vector<Rack> racks;

  CapProblem problem() const {
    CapProblem p;
    for (auto const& n : nodes) p.headroom_w.push_back(n.limit_w);
    for (auto const& r : racks) {
      CapRack rack{r.demand_w, r.floor_w, r.weight, r.priority, static_cast<std::uint32_t>(p.shares.size()), 0};
      for (int n = r.node; n >= 0; n = nodes[static_cast<std::size_t>(n)].parent, ++rack.shares)
        p.shares.push_back({static_cast<std::uint32_t>(n), 1.0});
      p.racks.push_back(rack);
    }
    return p;
  }
};

std::vector<double> used(CapProblem const& p, std::vector<double> const& x) {
  std::vector<double> sum(p.headroom_w.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    for (std::uint32_t k = 0; k < p.racks[i].shares; ++k) {
      auto const& s = p.shares[p.racks[i].first_share + k];
      sum[s.limit] += s.share * x[i];
    }
  return sum;
}

/// The same division by bisection: raise the level until some limit is full, hold its racks, go on.
std::vector<double> by_bisection(CapProblem const& p) {
  std::vector<double> x;
  for (auto const& r : p.racks) x.push_back(r.floor_w);
  std::vector<int> priorities;
  for (auto const& r : p.racks) priorities.push_back(r.priority);
  std::sort(priorities.rbegin(), priorities.rend());
  priorities.erase(std::unique(priorities.begin(), priorities.end()), priorities.end());
  for (int const priority : priorities) {
    std::vector<bool> held(p.racks.size());
    for (std::size_t i = 0; i < held.size(); ++i) held[i] = p.racks[i].priority != priority;
    auto const at = [&](double level) {
      auto y = x;
      for (std::size_t i = 0; i < y.size(); ++i)
        if (!held[i]) y[i] = std::clamp(p.racks[i].weight * level, p.racks[i].floor_w, p.racks[i].demand_w);
      return y;
    };
    while (std::count(held.begin(), held.end(), false) > 0) {
      double low = 0, high = 1e6;
      auto const fits = [&](double level) {
        auto const u = used(p, at(level));
        for (std::size_t g = 0; g < u.size(); ++g)
          if (u[g] > p.headroom_w[g] * (1 + 1e-12) + 1e-12) return false;
        return true;
      };
      for (int k = 0; k < 200; ++k) (fits((low + high) / 2) ? low : high) = (low + high) / 2;
      auto const y = at(low);
      auto const u = used(p, y);
      bool any = false;
      for (std::size_t i = 0; i < y.size(); ++i) {
        if (held[i]) continue;
        bool stop = y[i] >= p.racks[i].demand_w - 1e-7;
        for (std::uint32_t k = 0; k < p.racks[i].shares; ++k) {
          auto const g = p.shares[p.racks[i].first_share + k].limit;
          stop |= u[g] >= p.headroom_w[g] - 1e-6;
        }
        if (stop) held[i] = any = true, x[i] = y[i];
      }
      if (!any) break;
    }
  }
  return x;
}

TEST(CapAllocation, NothingIsCappedWhereAllFits) {
  Tree const t{{{-1, 100}}, {{0, 40, 10}, {0, 60, 10}}};
  auto const a = allocate_caps(t.problem());
  EXPECT_EQ(a.budget_w, (std::vector<double>{40, 60}));
  EXPECT_EQ(a.bound, std::vector<std::uint8_t>{0});
  EXPECT_TRUE(a.shed.empty());
}

TEST(CapAllocation, EqualRacksShareEquallyAndSmallOnesGetAllTheyWant) {
  Tree const t{{{-1, 90}}, {{0, 60, 10}, {0, 60, 10}, {0, 20, 10}}};
  auto const a = allocate_caps(t.problem());
  EXPECT_DOUBLE_EQ(a.budget_w[0], 35);
  EXPECT_DOUBLE_EQ(a.budget_w[1], 35);
  EXPECT_DOUBLE_EQ(a.budget_w[2], 20);
  EXPECT_EQ(a.bound, std::vector<std::uint8_t>{1});
}

TEST(CapAllocation, WeightsAreRespectedAndFloorsHold) {
  Tree t{{{-1, 90}}, {{0, 80, 0}, {0, 80, 0}}};
  t.racks[1].weight = 2;
  auto a = allocate_caps(t.problem());
  EXPECT_DOUBLE_EQ(a.budget_w[0], 30);
  EXPECT_DOUBLE_EQ(a.budget_w[1], 60);
  t.racks[0].floor_w = 50;
  a = allocate_caps(t.problem());
  EXPECT_DOUBLE_EQ(a.budget_w[0], 50);
  EXPECT_DOUBLE_EQ(a.budget_w[1], 40);
}

TEST(CapAllocation, WhatABranchCannotTakeGoesToTheOthers) {
  // The left branch takes 30 of its 60; of the 100 at the root the right one then gets 70.
  Tree const t{{{-1, 100}, {0, 30}, {0, 80}}, {{1, 60, 5}, {2, 50, 5}, {2, 50, 5}}};
  auto const a = allocate_caps(t.problem());
  EXPECT_DOUBLE_EQ(a.budget_w[0], 30);
  EXPECT_DOUBLE_EQ(a.budget_w[1], 35);
  EXPECT_DOUBLE_EQ(a.budget_w[2], 35);
  EXPECT_EQ(a.bound, (std::vector<std::uint8_t>{1, 1, 0}));
}

TEST(CapAllocation, PrioritiesAreServedInOrderAboveTheFloors) {
  Tree const t{{{-1, 100}}, {{0, 70, 20, 0}, {0, 70, 20, 1}}};
  auto const a = allocate_caps(t.problem());
  EXPECT_DOUBLE_EQ(a.budget_w[1], 70);
  EXPECT_DOUBLE_EQ(a.budget_w[0], 30);
}

TEST(CapAllocation, ARackOnTwoFeedsIsHeldByTheTighterOne) {
  // Half of the rack on either feed: 40 on one and 100 on the other leave it 80.
  CapProblem p;
  p.headroom_w = {40, 100};
  p.racks = {{.demand_w = 120, .floor_w = 10, .first_share = 0, .shares = 2}};
  p.shares = {{0, 0.5}, {1, 0.5}};
  auto const a = allocate_caps(p);
  EXPECT_DOUBLE_EQ(a.budget_w[0], 80);
  EXPECT_EQ(a.bound, (std::vector<std::uint8_t>{1, 0}));
}

TEST(CapAllocation, RacksGoInTheDeclaredOrderWhereFloorsDoNotFit) {
  // Floors of 100 for 60: the two of the lowest priority go, the larger first; the one elsewhere stays.
  Tree const t{{{-1, 1000}, {0, 60}, {0, 500}},
               {{1, 50, 20, 1}, {1, 50, 25, 0}, {1, 50, 20, 0}, {1, 50, 35, 2}, {2, 50, 50, -5}}};
  auto const a = allocate_caps(t.problem());
  EXPECT_EQ(a.shed, (std::vector<std::uint32_t>{1, 2}));
  EXPECT_DOUBLE_EQ(a.budget_w[1], 0);
  EXPECT_DOUBLE_EQ(a.budget_w[2], 0);
  EXPECT_DOUBLE_EQ(a.budget_w[3], 40);
  EXPECT_DOUBLE_EQ(a.budget_w[0], 20);
  EXPECT_DOUBLE_EQ(a.budget_w[4], 50);
}

TEST(CapAllocation, ALimitFilledByOthersSparesNoOneUnderIt) {
  Tree const t{{{-1, -5}}, {{0, 50, 20}, {0, 50, 20}}};
  auto const a = allocate_caps(t.problem());
  EXPECT_EQ(a.shed.size(), 2U);
  EXPECT_EQ(a.budget_w, (std::vector<double>{0, 0}));
}

Tree random_tree(std::mt19937_64& random, int nodes, int racks) {
  std::uniform_real_distribution<double> uniform(0, 1);
  auto const below = [&](int n) { return static_cast<int>(uniform(random) * n); };
  Tree t;
  for (int n = 0; n < nodes; ++n) t.nodes.push_back({n == 0 ? -1 : below(n), 0});
  for (int r = 0; r < racks; ++r) {
    double const demand = 10 + 90 * uniform(random);
    t.racks.push_back({below(nodes), demand, demand * (uniform(random) < 0.1 ? 1.0 : 0.5 * uniform(random)), below(3),
                       uniform(random) < 0.5 ? 1.0 : 0.5 + uniform(random)});
  }
  // Limits between the floors below and a little more than the demands.
  std::vector<double> floor(t.nodes.size()), demand(t.nodes.size());
  for (auto const& r : t.racks)
    for (int n = r.node; n >= 0; n = t.nodes[static_cast<std::size_t>(n)].parent) {
      floor[static_cast<std::size_t>(n)] += r.floor_w;
      demand[static_cast<std::size_t>(n)] += r.demand_w;
    }
  for (std::size_t n = 0; n < t.nodes.size(); ++n)
    t.nodes[n].limit_w = floor[n] + (0.02 + 1.2 * uniform(random)) * (demand[n] - floor[n]) + 1e-3;
  return t;
}

TEST(CapAllocation, AgreesWithBisectionOnRandomTrees) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 300; ++round) {
    auto const p = random_tree(random, 1 + round % 7, 1 + round % 9).problem();
    auto const a = allocate_caps(p);
    auto const b = by_bisection(p);
    for (std::size_t i = 0; i < b.size(); ++i) EXPECT_NEAR(a.budget_w[i], b[i], 1e-4) << "round " << round << " rack " << i;
  }
}

/// Most that a tree can serve above the floors to racks of `least` priority or more: what a node passes is the smaller of its
/// limit and what its children pass.
double most_served(Tree const& t, int least) {
  std::vector<double> want(t.nodes.size());
  for (auto const& r : t.racks) want[static_cast<std::size_t>(r.node)] += r.priority >= least ? r.demand_w : r.floor_w;
  for (std::size_t n = t.nodes.size(); n-- > 0;) {
    want[n] = std::min(want[n], t.nodes[n].limit_w);
    if (t.nodes[n].parent >= 0) want[static_cast<std::size_t>(t.nodes[n].parent)] += want[n];
  }
  return want[0];
}

TEST(CapAllocation, ServesAsMuchAsATreeCanToEachPriorityAndThoseAbove) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 300; ++round) {
    auto const t = random_tree(random, 1 + round % 12, 1 + round % 40);
    auto const a = allocate_caps(t.problem());
    for (int least = 2; least >= 0; --least) {
      double served = 0;
      for (std::size_t i = 0; i < t.racks.size(); ++i)
        served += t.racks[i].priority >= least ? a.budget_w[i] : t.racks[i].floor_w;
      EXPECT_NEAR(served, most_served(t, least), 1e-6) << "round " << round << " priority " << least;
    }
  }
}

/// What makes a division fair: whoever has less than it wants meets a full limit at which nobody of its priority has more for
/// its weight, and nobody of a lower one has more than its floor.
void expect_fair(CapProblem const& p, CapAnswer const& a) {
  auto const u = used(p, a.budget_w);
  std::vector<double> highest(p.headroom_w.size() * 3);  // level at a limit by priority
  std::vector<std::uint8_t> lower(p.headroom_w.size() * 3);
  for (std::size_t i = 0; i < p.racks.size(); ++i) {
    auto const& r = p.racks[i];
    if (a.budget_w[i] <= r.floor_w + 1e-9) continue;
    for (std::uint32_t k = 0; k < r.shares; ++k) {
      auto const g = p.shares[r.first_share + k].limit;
      auto& level = highest[g * 3 + static_cast<std::size_t>(r.priority)];
      level = std::max(level, a.budget_w[i] / r.weight);
      for (int above = r.priority + 1; above < 3; ++above) lower[g * 3 + static_cast<std::size_t>(above)] = 1;
    }
  }
  for (std::size_t i = 0; i < p.racks.size(); ++i) {
    auto const& r = p.racks[i];
    ASSERT_GE(a.budget_w[i], r.floor_w - 1e-9);
    ASSERT_LE(a.budget_w[i], r.demand_w + 1e-9);
    if (a.budget_w[i] >= r.demand_w - 1e-9) continue;
    bool justified = false;
    for (std::uint32_t k = 0; k < r.shares; ++k) {
      auto const g = p.shares[r.first_share + k].limit;
      auto const at = g * 3 + static_cast<std::size_t>(r.priority);
      double const own = a.budget_w[i] / r.weight;
      justified |= u[g] >= p.headroom_w[g] - 1e-6 && !lower[at] && highest[at] <= own + 1e-6;
    }
    EXPECT_TRUE(justified) << "rack " << i;
  }
}

/// Two sides of three levels, every rack on both: what 2N halls have.
CapProblem two_sides(std::mt19937_64& random, int racks) {
  std::uniform_real_distribution<double> uniform(0, 1);
  CapProblem p;
  constexpr std::uint32_t busways = 8, ups = 4;
  p.headroom_w.assign(2 * busways + ups + 1, 0);
  std::vector<double> floor(p.headroom_w.size()), demand(p.headroom_w.size());
  for (int i = 0; i < racks; ++i) {
    double const d = 20 + 100 * uniform(random);
    CapRack r{d,
              d * 0.4 * uniform(random),
              1.0 + uniform(random),
              static_cast<int>(3 * uniform(random)),
              static_cast<std::uint32_t>(p.shares.size()),
              3 + ups};
    p.shares.push_back({static_cast<std::uint32_t>(i) % busways, 0.5});
    p.shares.push_back({busways + static_cast<std::uint32_t>(uniform(random) * busways), 0.5});
    for (std::uint32_t k = 0; k < ups; ++k) p.shares.push_back({2 * busways + k, 1.02 / ups});
    p.shares.push_back({2 * busways + ups, 1.05});
    for (std::uint32_t k = 0; k < r.shares; ++k) {
      auto const& s = p.shares[r.first_share + k];
      floor[s.limit] += s.share * r.floor_w;
      demand[s.limit] += s.share * d;
    }
    p.racks.push_back(r);
  }
  for (std::size_t g = 0; g < floor.size(); ++g)
    p.headroom_w[g] = floor[g] + (0.3 + 0.9 * uniform(random)) * (demand[g] - floor[g]);
  return p;
}

TEST(CapAllocation, KeepsEveryLimitInTenThousandLoadSteps) {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> uniform(0, 1);
  constexpr int systems = 20, steps = 500;
  for (int system = 0; system < systems; ++system) {
    auto p = system % 2 ? two_sides(random, 60) : random_tree(random, 12, 40).problem();
    for (int step = 0; step < steps; ++step) {
      // Floors stay as they were and fit; any rack may want anything between its floor and twice its demand.
      for (auto& r : p.racks)
        if (uniform(random) < 0.2) r.demand_w = r.floor_w + (200 - r.floor_w) * uniform(random);
      auto const a = allocate_caps(p);
      ASSERT_TRUE(a.shed.empty());
      auto const u = used(p, a.budget_w);
      for (std::size_t g = 0; g < u.size(); ++g) ASSERT_LE(u[g], p.headroom_w[g] * (1 + 1e-9)) << "system " << system;
      if (step % 50 == 0) expect_fair(p, a);
    }
  }
}

TEST(CapAllocation, ShedsInTheDeclaredOrderWhateverIsLost) {
  std::mt19937_64 random(5);
  std::uniform_real_distribution<double> uniform(0, 1);
  for (int round = 0; round < 500; ++round) {
    auto p = two_sides(random, 40);
    for (auto& h : p.headroom_w)
      if (uniform(random) < 0.3) h *= 0.3 * uniform(random);
    auto const a = allocate_caps(p);
    auto const u = used(p, a.budget_w);
    for (std::size_t g = 0; g < u.size(); ++g) ASSERT_LE(u[g], p.headroom_w[g] * (1 + 1e-9));
    std::vector<std::uint8_t> gone(p.racks.size());
    for (auto const i : a.shed) gone[i] = 1;
    for (std::size_t k = 1; k < a.shed.size(); ++k) {
      auto const &x = p.racks[a.shed[k - 1]], &y = p.racks[a.shed[k]];
      EXPECT_TRUE(x.priority < y.priority || (x.priority == y.priority && x.floor_w >= y.floor_w));
      EXPECT_TRUE(x.priority < y.priority || x.floor_w > y.floor_w || a.shed[k - 1] < a.shed[k]);
    }
    // A limit that shed a rack has nobody left under it that should have gone before.
    for (auto const i : a.shed) {
      bool needed = false;
      for (std::uint32_t k = 0; k < p.racks[i].shares; ++k) {
        auto const g = p.shares[p.racks[i].first_share + k].limit;
        double floors = 0;
        bool in_order = true;
        for (std::size_t j = 0; j < p.racks.size(); ++j)
          for (std::uint32_t m = 0; m < p.racks[j].shares; ++m) {
            auto const& s = p.shares[p.racks[j].first_share + m];
            if (s.limit != g) continue;
            bool const before = p.racks[j].priority < p.racks[i].priority ||
                                (p.racks[j].priority == p.racks[i].priority && p.racks[j].floor_w > p.racks[i].floor_w);
            if (before && !gone[j]) in_order = false;
            if (!before) floors += s.share * p.racks[j].floor_w;
          }
        needed |= in_order && floors > p.headroom_w[g];
      }
      EXPECT_TRUE(needed) << "round " << round << " rack " << i;
    }
  }
}

TEST(FeedShares, LossesAddUpAndParallelUnitsShare) {
  // rack 0 on units 1 and 2, both on 3, which is lossless.
  std::vector<std::uint32_t> const first{0, 2, 3, 4}, count{2, 1, 1, 0}, feeders{1, 2, 3, 3};
  FeedLinks const links{first, count, feeders};
  std::vector<double> const marginal{0, 0.02, 0.04, 0};
  auto const one = feed_shares(links, marginal, 1, FeedCase::normal);
  EXPECT_DOUBLE_EQ(one[0], 0.5);
  EXPECT_DOUBLE_EQ(feed_shares(links, marginal, 1, FeedCase::after_loss)[0], 1.0);
  auto const top = feed_shares(links, marginal, 3, FeedCase::normal);
  EXPECT_DOUBLE_EQ(top[1], 1.02);
  EXPECT_DOUBLE_EQ(top[0], 1.03);
  // Unit 1 has failed: all of the rack comes through unit 2.
  std::vector<std::uint8_t> const carries{0, 1, 1, 1};
  FeedLinks const left{first, count, feeders, carries};
  EXPECT_DOUBLE_EQ(feed_shares(left, marginal, 2, FeedCase::normal)[0], 1.0);
  EXPECT_DOUBLE_EQ(feed_shares(left, marginal, 1, FeedCase::normal)[0], 0.0);
  EXPECT_DOUBLE_EQ(feed_shares(left, marginal, 3, FeedCase::normal)[0], 1.04);
}

}  // namespace
}  // namespace ondol::sim
