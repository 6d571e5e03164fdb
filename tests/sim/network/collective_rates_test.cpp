#include "sim/network/collective_rates.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "scenarios/base/error.hpp"
#include "sim/network/fluid_times.hpp"
#include "tests/sim/network/fabrics.hpp"

namespace ondol::sim {
namespace {

using namespace testing;
using ::testing::HasSubstr;
using topology::make_routes;
using workloads::Algorithm;
using workloads::Interconnect;
using workloads::Op;

constexpr double gib = 1 << 30;
constexpr Op all_ops[] = {Op::all_reduce, Op::reduce_scatter, Op::all_gather, Op::all_to_all, Op::broadcast, Op::send_recv};

/// Links on which an all-reduce of 1 GiB takes each of its algorithms.
struct Chosen {
  Algorithm algorithm;
  Interconnect links;
};
std::vector<Chosen> all_reduces() {
  auto ring = links(), tree = ring, nvls = ring, in_network = ring;
  ring.scaleout.ring_step_s = ring.scaleup.all_reduce.quick_step_s = 0;
  ring.scaleout.chunk_latency_s = 1e-2;
  tree.scaleout.ring_step_s = nvls.scaleout.ring_step_s = 1e-2;
  nvls.scaleup.nvls_ranks = 4;
  in_network.scaleout.reduces = true;
  return {{Algorithm::ring, ring}, {Algorithm::tree, tree}, {Algorithm::nvls_tree, nvls}, {Algorithm::collnet, in_network}};
}

TEST(CollectiveRates, AreTheClosedFormWhereOnlyNicsAreFull) {
  for (auto const& f : {shape(Kind::rail_fat_tree, 16), shape(Kind::fat_tree, 16), lone_leaves(16, 1)}) {
    auto const routes = make_routes(f);
    CollectiveRates rates(*routes);
    std::vector<std::uint32_t> one_of_each_node;
    for (std::uint32_t node = 0; node < 16; ++node) one_of_each_node.push_back(8 * node);
    for (auto const& [all, per_domain] :
         {std::pair{ranks(2), 2}, {ranks(8), 8}, {ranks(16), 8}, {ranks(24), 8}, {ranks(128), 8}, {one_of_each_node, 1}})
      for (Op op : all_ops)
        for (auto const& [algorithm, with] : all_reduces()) {
          auto const t = rates.time(with, op, gib, all);
          if (op == Op::all_reduce && all.size() == 128) {
            EXPECT_EQ(t.alone.algorithm, algorithm);
          }
          EXPECT_EQ(t.share, 1) << to_string(op) << " " << all.size();
          EXPECT_EQ(t.time_s, collective_time(with, op, gib, {static_cast<int>(all.size()), per_domain}).time_s);
        }
  }
}

/// Time of all flows of the collective between domains as a fluid, over what its NICs alone would take.
double fluid_share(topology::Routes const& routes, CollectiveAtRates const& t, Op op, std::vector<std::uint32_t> const& all) {
  auto const ends = fluid_times(capacities(routes), flows_between_domains(routes, op, t.alone.algorithm, gib, all));
  return t.alone.scaleout_bytes / 50e9 / *std::max_element(ends.begin(), ends.end());
}

TEST(CollectiveRates, TheSlowestFlowSetsThePaceAsInAFluid) {
  auto torus = shape(Kind::torus, 36);
  torus.dimensions = {6, 6};
  for (auto const& f : {shape(Kind::rail_fat_tree, 36, Routing::ecmp), lone_leaves(24, 1), lone_leaves(24, 2), torus}) {
    auto const routes = make_routes(f);
    CollectiveRates rates(*routes);
    std::uint32_t const nodes = f.node_count();
    std::vector<std::uint32_t> spread;  // two of each node
    for (std::uint32_t node = 0; node < nodes; ++node) spread.insert(spread.end(), {8 * node + node % 7, 8 * node + 7});
    for (auto const& all : {ranks(8 * nodes), spread})
      for (Op op : all_ops)
        for (auto const& [algorithm, with] : all_reduces()) {
          auto const t = rates.time(with, op, gib, all);
          EXPECT_NEAR(t.share / std::min(1.0, fluid_share(*routes, t, op, all)), 1, 1e-9) << to_string(op);
        }
  }
}

TEST(CollectiveRates, OneMaxMinVariableOfItsUsageRunsAtThatPace) {
  auto hashed = lone_leaves(64, 1);
  hashed.routing = Routing::ecmp;
  auto const routes = make_routes(hashed);
  CollectiveRates rates(*routes);
  auto const t = rates.time(links(), Op::all_reduce, gib, ranks(512));
  MaxMin fabric(capacities(*routes));
  auto const job = fabric.add(usage(flows_between_domains(*routes, Op::all_reduce, t.alone.algorithm, 1, ranks(512))));
  fabric.solve();
  EXPECT_LT(t.share, 1);
  EXPECT_NEAR(t.alone.scaleout_bytes / 50e9 * fabric.rate(job) / gib, t.share, 1e-12);
  ASSERT_FALSE(t.busiest.empty());
  EXPECT_EQ(t.busiest.front().share, 1);
}

TEST(CollectiveRates, TwoToOneLeavesHalveTheShareOfARing) {
  auto const ring = all_reduces().front().links;
  auto const routes = make_routes(lone_leaves(16, 2));
  CollectiveRates rates(*routes);
  auto const t = rates.time(ring, Op::all_reduce, gib, ranks(128));
  EXPECT_DOUBLE_EQ(t.share, 0.5);
  EXPECT_THAT(routes->links()[t.busiest.front().link].name, HasSubstr("leaf"));
  double const w = 2 * 127.0 / 128 * gib / 8;
  EXPECT_NEAR(t.time_s - t.alone.latency_s, 2 * (w + std::sqrt(1e6 * w)) / (0.95 * 50e9), 1e-9);
  // Four ranks of each node: half of the NICs ask for what the cables give.
  std::vector<std::uint32_t> half;
  for (std::uint32_t node = 0; node < 16; ++node)
    for (std::uint32_t a = 0; a < 4; ++a) half.push_back(8 * node + a);
  EXPECT_EQ(rates.time(ring, Op::all_reduce, gib, half).share, 1);
}

TEST(CollectiveRates, PortsBelowTheRateOfTheNicSetThePace) {
  for (auto const& [port, share] : {std::pair{25e9, 0.5}, {50e9, 1.0}, {100e9, 1.0}}) {
    auto f = shape(Kind::rail_fat_tree, 4);
    f.port_bytes_per_s = port;
    auto const routes = make_routes(f);
    EXPECT_DOUBLE_EQ(CollectiveRates(*routes).time(links(), Op::all_gather, gib, ranks(32)).share, share);
  }
}

TEST(CollectiveRates, PlacementCounts) {
  auto f = shape(Kind::fat_tree, 16);
  f.unit_nodes = 2;
  f.oversubscription = 4;
  auto const routes = make_routes(f);
  CollectiveRates rates(*routes);
  auto const ring = all_reduces().front().links;
  auto const by_nodes = [](std::vector<std::uint32_t> const& nodes) {
    std::vector<std::uint32_t> all;
    for (auto node : nodes)
      for (std::uint32_t a = 0; a < 8; ++a) all.push_back(8 * node + a);
    return all;
  };
  double const one_leaf = rates.time(ring, Op::all_reduce, gib, by_nodes({0, 1})).share,
               in_order = rates.time(ring, Op::all_reduce, gib, by_nodes({0, 1, 2, 3})).share,
               in_turn = rates.time(ring, Op::all_reduce, gib, by_nodes({0, 2, 1, 3})).share;
  EXPECT_EQ(one_leaf, 1);
  EXPECT_DOUBLE_EQ(in_order, 0.5);  // eight flows out of each leaf, over four cables
  EXPECT_DOUBLE_EQ(in_turn, 0.25);  // sixteen
}

TEST(CollectiveRates, TheSmallestDomainSetsThePaceOfUnequalOnes) {
  auto const routes = make_routes(shape(Kind::rail_fat_tree, 4));
  CollectiveRates rates(*routes);
  auto all = ranks(24);
  all.insert(all.end(), {24, 25, 26, 27});  // the fourth has four
  auto const ring = all_reduces().front().links;
  auto const t = rates.time(ring, Op::all_reduce, gib, all);
  // The mean of 7 ranks would send W/7; four NICs send W/4.
  EXPECT_NEAR(t.share, 4.0 / 7, 1e-12);
}

TEST(CollectiveRates, NicsThatFailLoadTheirNeighbours) {
  auto f = shape(Kind::rail_fat_tree, 4);
  f.failed = {"n2/nic/3"};
  auto const routes = make_routes(f);
  CollectiveRates rates(*routes);
  auto const t = rates.time(all_reduces().front().links, Op::all_reduce, gib, ranks(32));
  EXPECT_DOUBLE_EQ(t.share, 0.5);
  EXPECT_THAT(routes->links()[t.busiest.front().link].name, HasSubstr("/nic/4 -> "));  // of n2, and of n1, which sends to it
}

TEST(CollectiveRates, RemembersByOperationAndPlacementNotByBytes) {
  auto const routes = make_routes(lone_leaves(16, 2));
  CollectiveRates rates(*routes);
  double const small = rates.time(links(), Op::all_gather, 1e6, ranks(128)).share,
               large = rates.time(links(), Op::all_gather, 1e12, ranks(128)).share;
  EXPECT_DOUBLE_EQ(small, large);
  EXPECT_EQ(rates.laid_out(), 1u);
  rates.time(links(), Op::all_gather, 1e6, ranks(64));
  rates.time(links(), Op::all_to_all, 1e6, ranks(64));
  rates.time(links(), Op::all_gather, 1e6, ranks(8));
  EXPECT_EQ(rates.laid_out(), 3u) << "a domain alone needs no flows";
}

TEST(CollectiveRates, NothingAPetabyteAndNonsense) {
  auto const routes = make_routes(lone_leaves(16, 2));
  CollectiveRates rates(*routes);
  for (Op op : all_ops) EXPECT_EQ(rates.time(links(), op, 0, ranks(128)).time_s, 0);
  EXPECT_EQ(rates.time(links(), Op::all_reduce, gib, ranks(1)).time_s, 0);
  auto const petabyte = rates.time(all_reduces().front().links, Op::all_reduce, 1e15, ranks(128));
  EXPECT_NEAR(petabyte.time_s / (2 * 127.0 / 128 * 1e15 / 8 / (0.95 * 25e9)), 1, 1e-3);
  for (double bytes : {-1.0, std::nan(""), std::numeric_limits<double>::infinity()})
    EXPECT_THROW(rates.time(links(), Op::all_reduce, bytes, ranks(128)), InputError);
}

}  // namespace
}  // namespace ondol::sim
