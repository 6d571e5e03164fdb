#include "sim/thermal/heat_sink.hpp"

#include <gtest/gtest.h>

namespace ondol::sim {
namespace {

// 0.024 + 0.036 x^-0.65: half the flow, 0.024 + 0.036 x 1.5692 = 0.08049.
TEST(HeatSink, FallsWithFlow) {
  HeatSinkParams const p{.fixed_k_per_w = 0.024, .flow_k_per_w = 0.036, .exponent = 0.65};
  EXPECT_DOUBLE_EQ(sink_k_per_w(p, 1.0, 0), 0.060);
  EXPECT_NEAR(sink_k_per_w(p, 0.5, 0), 0.08049, 1e-5);
  EXPECT_DOUBLE_EQ(sink_k_per_w(p, 0.0, 0), sink_k_per_w(p, p.still, 0)) << "buoyancy keeps a draught";
  for (double x = 0; x < 1.2; x += 0.05) EXPECT_GE(sink_k_per_w(p, x, 0), sink_k_per_w(p, x + 0.05, 0));
}

TEST(HeatSink, FlowForAResistanceIsTheInverse) {
  HeatSinkParams const p{.fixed_k_per_w = 0.024, .flow_k_per_w = 0.036, .exponent = 0.65};
  for (double x = 0.15; x < 1.3; x += 0.1) EXPECT_NEAR(flow_share_for(p, sink_k_per_w(p, x, 0)), x, 1e-12);
  EXPECT_TRUE(std::isinf(flow_share_for(p, 0.024)));
  EXPECT_TRUE(std::isinf(flow_share_for(p, -1))) << "coolant above the target";
}

// A cold plate of 1 kW: 0.0154 + 0.0012 (q/2)^-0.8 to the mean of its PG25, 0.0137 flat to that of water, and half the rise of
// the coolant, 1/(2 rho c q), from its inlet.  Points of figures 7 and 8 of the guidelines [ocp2023oai].
TEST(HeatSink, PlatePointsOfTheOcpWithinFivePercent) {
  struct Point {
    double l_per_min, k_per_w;
  };
  constexpr Point pg25[] = {{0.4, 0.0389}, {0.5, 0.0325}, {0.6, 0.0300}, {0.7, 0.0280}, {0.8, 0.0265},
                            {0.9, 0.0255}, {1.0, 0.0245}, {1.2, 0.0230}, {1.4, 0.0220}, {1.6, 0.0214},
                            {1.8, 0.0209}, {2.0, 0.0204}, {2.2, 0.0200}, {2.4, 0.0197}},
                  water[] = {{2.0, 0.0172}, {3.0, 0.0160}, {4.0, 0.0154}, {5.0, 0.0151}};
  auto const from_inlet = [](HeatSinkParams const& p, double l_per_min, double j_per_m3_k) {
    return sink_k_per_w(p, l_per_min / 2.0, 0) + 0.5 / (j_per_m3_k * l_per_min / 60e3);
  };
  for (auto const& [q, published] : pg25)
    EXPECT_NEAR(from_inlet({.fixed_k_per_w = 0.0154, .flow_k_per_w = 0.0012, .exponent = 0.8}, q, 1020 * 3900), published,
                0.05 * published)
        << q;
  for (auto const& [q, published] : water)
    EXPECT_NEAR(from_inlet({.fixed_k_per_w = 0.0137}, q, 996 * 4180), published, 0.01 * published) << q;
}

TEST(HeatSink, ImmersedSinksAreCooledWithoutAPump) {
  HeatSinkParams const p{.fixed_k_per_w = 0.02, .flow_k_per_w = 0.03, .exponent = 0.65, .buoyant_share = 0.5};
  EXPECT_NEAR(sink_k_per_w(p, 1.0, 30.0), 0.05, 1e-15) << "the design point";
  // Without flow (0.5)^(1/3) = 0.7937 of the conductance is left at the same difference, more at a larger one.
  EXPECT_NEAR(sink_k_per_w(p, 0.0, 30.0), 0.02 + 0.03 / 0.793701, 1e-7);
  EXPECT_NEAR(sink_k_per_w(p, 0.0, 60.0), 0.02 + 0.03 / (0.793701 * std::pow(2.0, 0.25)), 1e-7) << "h ~ dT^(1/4)";
}

}  // namespace
}  // namespace ondol::sim
