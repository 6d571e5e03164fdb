#include "sim/engine/flow_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "sim/engine/clock.hpp"
#include "sim/network/collective_flows.hpp"
#include "sim/network/fluid_times.hpp"
#include "tests/sim/network/fabrics.hpp"

namespace ondol::sim {
namespace {

using namespace testing;
using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pointwise;
using workloads::Algorithm;
using workloads::Op;
using Route = std::vector<topology::LinkIndex>;
constexpr double never = std::numeric_limits<double>::infinity();

TEST(FlowClock, WhoIsLeftTakesWhatLinksGive) {
  for (auto const& by_hand : flows_by_hand())
    EXPECT_THAT(flow_clock_times(by_hand.capacity, by_hand.flows), Pointwise(DoubleEq(), by_hand.ends));
}

TEST(FlowClock, CrossingALinkTwiceTakesItTwice) {
  FlowSet flows;
  flows.add(Route{0, 1, 0}, 5);
  flows.add(Route{0}, 10);
  // 3 r = 12 until the first ends at 5/4; then the second, which has 5 left, has the link alone.
  EXPECT_THAT(flow_clock_times({12, 99}, flows), ElementsAre(DoubleEq(5.0 / 4), DoubleEq(5.0 / 4 + 5.0 / 12)));
}

TEST(FlowClock, NothingDeadAndNowhere) {
  FlowSet flows;
  EXPECT_THAT(flow_clock_times({1}, flows), IsEmpty());
  flows.add(Route{0}, 0);
  flows.add(Route{1}, 5);
  flows.add(Route{0, 1}, 5);
  flows.add(Route{}, 5);
  EXPECT_THAT(flow_clock_times({1e9, 0}, flows), ElementsAre(0, never, never, 0));
  flows.add(Route{0}, 1e15);
  EXPECT_THAT(flow_clock_times({1e9, 0}, flows), ElementsAre(0, never, never, 0, DoubleEq(1e6)));
  flows.add(Route{0}, std::nan(""));
  EXPECT_THROW(flow_clock_times({1e9, 0}, flows), std::invalid_argument);
  FlowSet lost;
  lost.add(Route{2}, 1);
  EXPECT_THROW(flow_clock_times({1e9, 0}, lost), std::out_of_range);
}

/// Largest relative difference to the flows of our own.
double difference(std::vector<double> const& capacity, FlowSet const& flows) {
  auto const ours = fluid_times(capacity, flows), simgrid = flow_clock_times(capacity, flows);
  double worst = 0;
  for (std::size_t i = 0; i < flows.size(); ++i)
    if (ours[i] != simgrid[i]) worst = std::max(worst, std::abs(simgrid[i] / ours[i] - 1));
  return worst;
}

TEST(FlowClock, AgreesWithFluidTimesOnRandomRoutes) {
  for (unsigned seed = 1; seed <= 12; ++seed) {
    std::mt19937 random{seed};
    std::uniform_real_distribution<double> unit(0, 1);
    std::vector<double> capacity(20 + 20 * (seed % 4));
    for (auto& c : capacity) c = std::pow(10, 9 + 2 * unit(random));
    FlowSet flows;
    for (int i = 0; i < 250; ++i) {
      Route route(1 + random() % 6);
      for (auto& l : route) l = static_cast<topology::LinkIndex>(random() % capacity.size());
      flows.add(route, random() % 4 == 0 ? 1e8 : std::pow(10, 4 + 6 * unit(random)));  // some alike
    }
    EXPECT_LE(difference(capacity, flows), 1e-9) << seed;
  }
}

TEST(FlowClock, AgreesWithFluidTimesOnCollectives) {
  auto torus = shape(Kind::torus, 32, Routing::ecmp), dragonfly = shape(Kind::dragonfly, 32, Routing::ecmp);
  torus.dimensions = {4, 4, 2};
  dragonfly.groups = 4;
  dragonfly.routers_per_group = 2;
  dragonfly.global_links = 2;
  auto thin = shape(Kind::fat_tree, 32, Routing::ecmp), rails = shape(Kind::rail_fat_tree, 32, Routing::ecmp);
  thin.unit_nodes = rails.unit_nodes = 4;
  thin.oversubscription = 2;
  for (auto const& f : {rails, thin, dragonfly, torus}) {
    auto const routes = topology::make_routes(f);
    auto const capacity = capacities(*routes);
    std::vector<std::uint32_t> uneven;  // two of each other node, then all of three
    for (std::uint32_t node = 0; node < 24; node += 2) uneven.insert(uneven.end(), {8 * node + node % 7, 8 * node + 7});
    for (auto a : ranks(24, 8 * 29)) uneven.push_back(a);
    for (auto const& [op, algorithm] :
         {std::pair{Op::all_reduce, Algorithm::ring}, std::pair{Op::all_reduce, Algorithm::nvls_tree},
          std::pair{Op::reduce_scatter, Algorithm::ring}, std::pair{Op::all_to_all, Algorithm::direct}}) {
      auto const flows = collective_flows(*routes, op, algorithm, 1e9, op == Op::all_to_all ? ranks(32, 64) : uneven);
      ASSERT_GT(flows.size(), 100u);
      EXPECT_LE(difference(capacity, flows), 1e-9) << static_cast<int>(f.kind) << " " << to_string(op);
    }
  }
}

TEST(FlowClock, LeavesTheClockOfARunAlone) {  // the last, as the clock stays
  Clock const clock;
  FlowSet flows;
  flows.add(Route{0}, 1);
  EXPECT_THROW(flow_clock_times({1}, flows), std::logic_error);
}

}  // namespace
}  // namespace ondol::sim
