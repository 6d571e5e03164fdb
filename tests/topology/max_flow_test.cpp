#include "topology/layers/max_flow.hpp"

#include <gtest/gtest.h>

namespace ondol::topology {
namespace {

/// The network of Cormen, Leiserson, Rivest & Stein, Introduction to Algorithms, figure 26.1: maximum flow 23.
TEST(MaxFlow, TextbookNetwork) {
  FlowNetwork net(6);
  net.add_edge(0, 1, 16);
  net.add_edge(0, 2, 13);
  net.add_edge(1, 3, 12);
  net.add_edge(2, 1, 4);
  net.add_edge(2, 4, 14);
  net.add_edge(3, 2, 9);
  net.add_edge(4, 3, 7);
  net.add_edge(3, 5, 20);
  net.add_edge(4, 5, 4);
  EXPECT_EQ(net.max_flow(0, 5), 23.0);
}

TEST(MaxFlow, CapacitiesChangeAndComeBack) {
  FlowNetwork net(3);
  auto const upper = net.add_edge(0, 1, 10e6);
  net.add_edge(0, 1, 5e6);
  net.add_edge(1, 2, 12e6);
  EXPECT_EQ(net.max_flow(0, 2), 12e6);
  EXPECT_GE(net.flow(upper), 7e6);
  net.set_capacity(upper, 0);
  EXPECT_EQ(net.max_flow(0, 2), 5e6);
  EXPECT_EQ(net.flow(upper), 0.0);
  net.set_capacity(upper, 10e6);
  EXPECT_EQ(net.max_flow(0, 2), 12e6);
}

TEST(MaxFlow, LinksWithTwoSensesCarryBothWays) {
  // 0 - 1 - 2 where the middle links were declared against the flow.
  FlowNetwork net(3);
  net.add_edge(1, 0, 3, 3);
  net.add_edge(2, 1, 2, 2);
  EXPECT_EQ(net.max_flow(0, 2), 2.0);
}

TEST(MaxFlow, NothingPassesWhereNothingJoins) {
  FlowNetwork net(3);
  net.add_edge(0, 1, 3);
  EXPECT_EQ(net.max_flow(0, 2), 0.0);
}

}  // namespace
}  // namespace ondol::topology
