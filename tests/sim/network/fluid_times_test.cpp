#include "sim/network/fluid_times.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "sim/network/max_min.hpp"
#include "tests/sim/network/fabrics.hpp"

namespace ondol::sim {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::Pointwise;
using Route = std::vector<topology::LinkIndex>;
constexpr double never = std::numeric_limits<double>::infinity();

TEST(FluidTimes, WhoIsLeftTakesWhatLinksGive) {
  for (auto const& by_hand : testing::flows_by_hand())
    EXPECT_THAT(fluid_times(by_hand.capacity, by_hand.flows), Pointwise(DoubleEq(), by_hand.ends));
}

TEST(FluidTimes, NothingDeadAndNowhere) {
  FlowSet flows;
  EXPECT_TRUE(fluid_times({1}, flows).empty());
  flows.add(Route{0}, 0);
  flows.add(Route{1}, 5);
  flows.add(Route{}, 5);
  flows.add(Route{0}, 1e15);
  EXPECT_THAT(fluid_times({1e9, 0}, flows), ElementsAre(0, never, 0, DoubleEq(1e6)));
  flows.add(Route{0}, -1);
  EXPECT_THROW(fluid_times({1e9, 0}, flows), std::invalid_argument);
  FlowSet lost;
  lost.add(Route{2}, 1);
  EXPECT_THROW(fluid_times({1e9, 0}, lost), std::out_of_range);
}

/// All rates anew at every end, in small words: the slow way to the same.
std::vector<double> step_by_step(std::vector<double> const& capacity, FlowSet const& flows) {
  std::vector<double> left = flows.bytes, ends(flows.size(), never);
  for (double now = 0;;) {
    MaxMin rates(capacity);
    std::vector<std::pair<std::size_t, MaxMin::Variable>> running;
    for (std::size_t i = 0; i < flows.size(); ++i) {
      if (ends[i] != never) continue;
      std::vector<MaxMin::Use> uses;
      for (auto link : flows.route(i)) uses.push_back({link, 1});
      running.emplace_back(i, rates.add(uses));
    }
    if (running.empty()) return ends;
    rates.solve();
    double step = never;
    for (auto const& [i, v] : running) step = std::min(step, left[i] / rates.rate(v));
    now += step;
    for (auto const& [i, v] : running) {
      left[i] -= rates.rate(v) * step;
      if (left[i] <= 1e-12 * flows.bytes[i]) ends[i] = now;
    }
  }
}

TEST(FluidTimes, AreThoseOfRatesTakenAnewAtEveryEnd) {
  std::mt19937 random{5};
  std::uniform_real_distribution<double> size(1, 10);
  std::uniform_int_distribution<topology::LinkIndex> link(0, 39);
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<double> capacity(40);
    for (auto& c : capacity) c = size(random);
    FlowSet flows;
    for (int i = 0; i < 150; ++i) {
      Route route(1 + random() % 4);
      for (auto& l : route) l = link(random);
      flows.add(route, random() % 3 == 0 ? 4.0 : size(random));
    }
    auto const fast = fluid_times(capacity, flows), slow = step_by_step(capacity, flows);
    for (std::size_t i = 0; i < flows.size(); ++i) ASSERT_NEAR(fast[i] / slow[i], 1, 1e-10) << trial << " " << i;
  }
}

}  // namespace
}  // namespace ondol::sim
