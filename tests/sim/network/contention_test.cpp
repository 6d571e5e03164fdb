#include "sim/network/contention.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include "scenarios/base/error.hpp"
#include "sim/network/collective_rates.hpp"
#include "sim/network/max_min.hpp"
#include "tests/sim/network/fabrics.hpp"
#include "workloads/demand/iteration_time.hpp"

namespace ondol::sim {
namespace {

using workloads::Iteration;
using workloads::PhaseKind;
using workloads::Traffic;

constexpr double nic = 50e9;

/// Leaves with `per_leaf` accelerators, each its own domain, and one spine; trunks of one rate.
class TwoLevels final : public topology::Routes {
 public:
  TwoLevels(std::uint32_t leaves, std::uint32_t per_leaf, double trunk) : leaves_(leaves), per_leaf_(per_leaf) {
    for (std::uint32_t a = 0; a < leaves * per_leaf; ++a)
      for (auto const* way : {"up", "down"}) links_.push_back({nic, 0, "nic " + std::to_string(a) + way});
    for (std::uint32_t l = 0; l < leaves; ++l)
      for (auto const* way : {"up", "down"}) links_.push_back({trunk, 0, "leaf " + std::to_string(l) + way});
  }
  std::size_t accelerators() const override { return leaves_ * per_leaf_; }
  std::uint32_t domain_of(std::uint32_t a) const override { return a; }
  std::string name(std::uint32_t a) const override { return "a" + std::to_string(a); }
  std::vector<topology::FabricLink> const& links() const override { return links_; }
  bool route(std::uint32_t from, std::uint32_t to, std::uint64_t, std::vector<topology::LinkIndex>& way) const override {
    if (cut && from == 0) return false;
    auto const a = from / per_leaf_, b = to / per_leaf_;
    way.push_back(2 * from);
    if (a != b) {
      way.push_back(trunk(a));
      way.push_back(trunk(b) + 1);
    }
    way.push_back(2 * to + 1);
    return true;
  }
  topology::LinkIndex trunk(std::uint32_t leaf) const { return 2 * (leaves_ * per_leaf_ + leaf); }
  bool cut = false;

 private:
  std::uint32_t leaves_, per_leaf_;
  std::vector<topology::FabricLink> links_;
};

/// One second of kernels, then `exchange_s` alone on the fabric, in a ring of all ranks.
std::shared_ptr<Iteration const> job(int ranks, double exchange_s) {
  auto it = std::make_shared<Iteration>();
  it->phases.push_back({.kind = PhaseKind::forward, .duration_s = 1, .clock_share = 1, .work = {}});
  it->phases.push_back({.kind = PhaseKind::data, .duration_s = exchange_s, .fabric_share = 1, .work = {}});
  it->rank_bytes_per_s = nic;
  it->traffic.push_back({.pattern = Traffic::Pattern::ring, .members = ranks, .bytes = nic * exchange_s, .time_s = exchange_s});
  return it;
}

using Places = std::vector<std::uint32_t>;

TEST(Contention, AloneOnAFabricThatBlocksNothingAJobHasAllOfIt) {
  TwoLevels const routes(2, 4, 4 * nic);
  Contention c(routes);
  c.start(0, Places{0, 1, 4, 5}, job(4, 1));
  EXPECT_TRUE(c.resolve().empty());
  EXPECT_EQ(c.share(0).network, 1);
  EXPECT_FALSE(c.bottleneck(0));
}

// s = 1 - m, m = 1/(1 + 1/s): the golden ratio.
TEST(Contention, TwoJobsOverOneTrunkGetTheGoldenRatio) {
  TwoLevels const routes(2, 2, nic);
  Contention c(routes);
  c.start(0, Places{0, 2}, job(2, 1));
  EXPECT_TRUE(c.resolve().empty());
  c.start(1, Places{1, 3}, job(2, 1));
  auto const moved = c.resolve();
  ASSERT_EQ(moved.size(), 2u);
  double const golden = (std::sqrt(5.0) - 1) / 2;
  EXPECT_NEAR(c.share(0).network, golden, 2e-3);
  EXPECT_NEAR(c.share(1).network, golden, 2e-3);
  EXPECT_EQ(*c.bottleneck(0), routes.trunk(0));
}

TEST(Contention, WhoSendsAllTheTimeGetsHalf) {
  TwoLevels const routes(2, 2, nic);
  Contention c(routes);
  c.start(0, Places{0, 2}, job(2, 1e5));
  c.start(1, Places{1, 3}, job(2, 1e5));
  c.resolve();
  EXPECT_NEAR(c.share(0).network, 0.5, 1e-3);
  EXPECT_NEAR(c.share(1).network, 0.5, 1e-3);
}

TEST(Contention, AJobMeetsItselfOnANarrowTrunk) {
  TwoLevels const routes(2, 2, nic);
  Contention c(routes);
  // 0 -> 2 -> 1 -> 3 -> 0: each trunk carries two of the four.
  c.start(0, Places{0, 2, 1, 3}, job(4, 1));
  c.resolve();
  EXPECT_NEAR(c.share(0).network, 0.5, 1e-9);
}

TEST(Contention, UnderOneLeafNobodyMeets) {
  TwoLevels const routes(2, 2, nic / 10);
  Contention c(routes);
  c.start(0, Places{0, 1}, job(2, 1));
  c.start(1, Places{2, 3}, job(2, 1));
  EXPECT_TRUE(c.resolve().empty());
}

TEST(Contention, WhenOneStopsTheOtherHasItsRateBack) {
  TwoLevels const routes(2, 2, nic);
  Contention c(routes);
  c.start(0, Places{0, 2}, job(2, 1));
  c.start(1, Places{1, 3}, job(2, 1));
  c.resolve();
  c.stop(1);
  auto const moved = c.resolve();
  ASSERT_EQ(moved.size(), 1u);
  EXPECT_EQ(moved[0], (Contention::Share{0, 1.0}));
}

// Alone a job of one second of kernels and one of exchange sends half of the time; two get the golden ratio, and so send
// g/(1 + g) = 1 - g of it each.
TEST(Contention, LinksCarryTheMeansOfThoseWhoCrossThem) {
  TwoLevels const routes(2, 2, nic);
  Contention c(routes);
  c.start(0, Places{0, 2}, job(2, 1));
  c.resolve();
  c.meter();
  c.advance(10);
  c.start(1, Places{1, 3}, job(2, 1));
  c.resolve();
  c.advance(30);
  c.stop(1);
  c.resolve();
  c.advance(34);
  auto const bytes = c.take_carried();
  ASSERT_EQ(bytes.size(), routes.links().size());
  double const golden = (std::sqrt(5.0) - 1) / 2, together = 1 - golden;
  EXPECT_NEAR(bytes[routes.trunk(0)], nic * (0.5 * 14 + 2 * together * 20), 5e-3 * nic * 20);
  EXPECT_NEAR(bytes[0], nic * (0.5 * 14 + together * 20), 5e-3 * nic * 20);  // the port of accelerator 0
  EXPECT_NEAR(bytes[2], nic * together * 20, 5e-3 * nic * 20);               // and of accelerator 1
  c.advance(36);
  auto const after = c.take_carried();
  EXPECT_NEAR(after[routes.trunk(0)], nic * 0.5 * 2, 1e-3 * nic);
  EXPECT_EQ(after[2], 0);
}

TEST(Contention, OnlyThoseWhomAChangeReachesAreLookedAt) {
  TwoLevels const routes(8, 2, nic);
  Contention c(routes);
  c.start(0, Places{0, 2}, job(2, 1));
  c.start(1, Places{1, 3}, job(2, 1));
  c.start(2, Places{4, 6}, job(2, 1));
  c.resolve();
  c.start(3, Places{5, 7}, job(2, 1));
  auto const moved = c.resolve();
  ASSERT_EQ(moved.size(), 2u);
  EXPECT_EQ(moved[0].job, 2u);
  EXPECT_EQ(moved[1].job, 3u);
  EXPECT_EQ(c.last_looked_at(), 2u);
}

TEST(Contention, ASteadyStreamTakesItsRateAndNoMore) {
  TwoLevels const routes(2, 2, nic);
  Contention c(routes);
  c.start(0, Places{0, 2}, 0.25 * nic);
  c.start(1, Places{1, 3}, job(2, 1));
  c.resolve();
  EXPECT_EQ(c.share(0).network, 1);
  EXPECT_NEAR(c.share(1).network, 0.75, 1e-9);
  c.set_rate(0, 0.5 * nic);
  c.resolve();
  EXPECT_NEAR(c.share(1).network, 0.5, 1e-9);
}

TEST(Contention, AStreamThatDoesNotFitIsCut) {
  TwoLevels const routes(2, 2, nic / 2);
  Contention c(routes);
  c.start(0, Places{0, 2}, nic);
  c.resolve();
  EXPECT_NEAR(c.share(0).network, 0.5, 1e-9);
}

// With the others bounded by their means, the solver of rates finds the same.
TEST(Contention, IsMaxMinAmongTheOthersMeans) {
  for (unsigned seed = 1; seed <= 5; ++seed) {
    std::mt19937 draw(seed);
    TwoLevels const routes(4, 16, 4 * nic);
    Places all(64);
    std::iota(all.begin(), all.end(), 0u);
    std::shuffle(all.begin(), all.end(), draw);
    Contention c(routes);
    std::vector<Places> at;
    std::vector<std::shared_ptr<Iteration const>> jobs;
    for (std::uint32_t j = 0; j < 8; ++j) {
      at.emplace_back(all.begin() + 8 * j, all.begin() + 8 * (j + 1));
      jobs.push_back(job(8, 0.2 + 0.3 * static_cast<double>(draw() % 8)));
      c.start(j, at.back(), jobs.back());
    }
    c.resolve();
    std::vector<double> capacity;
    for (auto const& l : routes.links()) capacity.push_back(l.bytes_per_s);
    MaxMin solver(capacity);
    std::vector<MaxMin::Variable> variable;
    std::vector<double> mean;
    for (std::uint32_t j = 0; j < 8; ++j) {
      std::vector<double> flows(capacity.size(), 0.0);
      for (std::size_t r = 0; r < 8; ++r) {
        std::vector<topology::LinkIndex> way;
        routes.route(at[j][r], at[j][(r + 1) % 8], 0, way);
        for (auto const l : way) flows[l] += 1;
      }
      std::vector<MaxMin::Use> uses;
      for (std::uint32_t l = 0; l < flows.size(); ++l)
        if (flows[l] > 0) uses.push_back({l, flows[l]});
      mean.push_back(jobs[j]->traffic[0].bytes / workloads::iteration_duration_s(*jobs[j], {}, c.share(j).network));
      variable.push_back(solver.add(uses, mean.back()));
    }
    bool any = false;
    for (std::uint32_t j = 0; j < 8; ++j) {
      solver.set_bound(variable[j], nic);
      solver.solve();
      EXPECT_NEAR(c.share(j).network, solver.rate(variable[j]) / nic, 0.02) << "seed " << seed << " job " << j;
      any |= c.share(j).network < 0.9;
      solver.set_bound(variable[j], mean[j]);
    }
    EXPECT_TRUE(any);
  }
}

// Alone on the fabric a job has the share that a collective of its ring has there: oversubscription and collisions are its own.
TEST(Contention, AloneIsTheRungOfRates) {
  int slowed = 0;
  for (auto f : {testing::shape(testing::Kind::rail_fat_tree, 16), testing::lone_leaves(16, 1), testing::lone_leaves(16, 2)})
    for (auto const routing : {testing::Routing::ecmp, testing::Routing::adaptive}) {
      f.routing = routing;
      auto const routes = topology::make_routes(f);
      CollectiveRates rates(*routes);
      for (std::uint32_t const stride : {1u, 3u}) {
        Places at;
        for (std::uint32_t node = 0; node < 16; ++node)
          for (std::uint32_t g = 0; g < 8; ++g) at.push_back(node * stride % 16 * 8 + g);
        auto const by_rates = rates.time(testing::links(), workloads::Op::reduce_scatter, 1e9, at).share;
        Contention c(*routes);
        c.start(0, at, job(128, 1));
        c.resolve();
        EXPECT_NEAR(c.share(0).network, by_rates, 0.02) << "stride " << stride;
        slowed += by_rates < 0.95;
      }
    }
  EXPECT_GT(slowed, 0);
}

TEST(Contention, TheOrderInWhichJobsStartDoesNotMatter) {
  TwoLevels const routes(2, 8, 3 * nic);
  std::vector<double> first;
  for (bool const backward : {false, true}) {
    Contention c(routes);
    for (std::uint32_t i = 0; i < 8; ++i) {
      std::uint32_t const j = backward ? 7 - i : i;
      c.start(j, Places{j, 8 + j}, job(2, 0.5 + 0.25 * j));
      c.resolve();
    }
    std::vector<double> shares;
    for (std::uint32_t j = 0; j < 8; ++j) shares.push_back(c.share(j).network);
    if (!backward) first = shares;
    for (std::uint32_t j = 0; j < 8; ++j) EXPECT_NEAR(shares[j], first[j], 1e-2);
    EXPECT_LT(shares[0], 0.95);
  }
}

// 0 and 1 write to 2, each at 0.6 of the port's rate that 2 has: together 1.2.
TEST(Contention, CheckpointsMeetAtTheStorageServer) {
  TwoLevels const routes(2, 2, 4 * nic);
  Contention c(routes, {2});
  auto writer = std::make_shared<Iteration>();
  writer->phases.push_back({.kind = PhaseKind::forward, .duration_s = 1e-6, .clock_share = 1, .work = {}});
  writer->pauses.push_back(
      {.iterations = 1, .phases = {{.kind = PhaseKind::checkpoint, .duration_s = 10, .fabric_share = 1, .work = {}}}});
  writer->rank_bytes_per_s = nic;
  writer->traffic.push_back({.pattern = Traffic::Pattern::to_storage, .members = 1, .bytes = 6 * nic, .time_s = 10});
  c.start(0, Places{0}, writer);
  EXPECT_TRUE(c.resolve().empty());
  c.start(1, Places{1}, writer);
  c.resolve();
  EXPECT_NEAR(c.share(0).storage, 0.5 / 0.6, 1e-3);
  EXPECT_NEAR(c.share(1).storage, 0.5 / 0.6, 1e-3);
  EXPECT_EQ(*c.bottleneck(0), 5u);  // down to the server
}

TEST(Contention, RanksWithoutAWayAreAnError) {
  TwoLevels routes(2, 2, nic);
  routes.cut = true;
  Contention c(routes);
  EXPECT_THROW(c.start(0, Places{0, 2}, job(2, 1)), InputError);
}

}  // namespace
}  // namespace ondol::sim
