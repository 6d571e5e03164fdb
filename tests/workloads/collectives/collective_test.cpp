#include "workloads/collectives/collective.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace ondol::workloads {
namespace {

constexpr double mib = 1 << 20, gib = 1 << 30;

/// Every fixed time, ramp and own share 0: only bytes over rates are left.
Interconnect ideal() {
  Interconnect l;
  LinkCurve const plain{.quick_base_s = 0,
                        .quick_step_s = 0,
                        .quick_efficiency = 1,
                        .bulk_base_s = 0,
                        .bulk_step_s = 0,
                        .efficiency = 1,
                        .own_share = 0,
                        .ramp_bytes = 0};
  l.scaleup.bytes_per_s = 400e9;
  l.scaleup.all_reduce = l.scaleup.all_gather = l.scaleup.reduce_scatter = l.scaleup.all_to_all = l.scaleup.nvls = plain;
  l.scaleout = {.bytes_per_s = 50e9,
                .efficiency = 1,
                .all_to_all_efficiency = 1,
                .ramp_bytes = 0,
                .base_latency_s = 0,
                .hop_latency_s = 0,
                .chunk_latency_s = 0,
                .chunk_bytes = 1,
                .ring_step_s = 0};
  l.domain = 8;
  return l;
}

TEST(Collective, RingsInADomainSendTheirWireBytesAtTheLinkRate) {
  auto const l = ideal();
  EXPECT_DOUBLE_EQ(collective_time(l, Op::all_reduce, gib, {8, 8}).time_s, 2 * 7.0 / 8 * gib / 400e9);
  EXPECT_DOUBLE_EQ(collective_time(l, Op::all_gather, gib, {4, 4}).time_s, 3.0 / 4 * gib / 400e9);
  EXPECT_DOUBLE_EQ(collective_time(l, Op::reduce_scatter, gib, {4, 4}).time_s, 3.0 / 4 * gib / 400e9);
  EXPECT_DOUBLE_EQ(collective_time(l, Op::all_to_all, gib, {8, 8}).time_s, 7.0 / 8 * gib / 400e9);
  EXPECT_DOUBLE_EQ(collective_time(l, Op::send_recv, gib, {2, 2}).time_s, gib / 400e9);
  EXPECT_NEAR(collective_time(l, Op::all_reduce, gib, {8, 8}).bus_bandwidth(Op::all_reduce, gib, 8), 400e9, 1);
}

TEST(Collective, AnInnerNodeOfTheTreeSendsTwiceTheBufferOfItsNics) {
  auto const l = ideal();
  // Two nodes: once; more: a node is a leaf of one tree and an inner node of the other.  A ring sends 2 (n-1)/n.
  EXPECT_DOUBLE_EQ(collective_time(l, Op::all_reduce, gib, {16, 8}).scaleout_s, gib / 8 / 50e9);
  auto const four = collective_time(l, Op::all_reduce, gib, {32, 8});
  EXPECT_DOUBLE_EQ(four.scaleout_bytes, 2 * 31.0 / 32 * gib / 8);
  EXPECT_EQ(four.algorithm, Algorithm::ring);
  auto latent = l;
  latent.scaleout.ring_step_s = 1e-3;
  auto const tree = collective_time(latent, Op::all_reduce, gib, {32, 8});
  EXPECT_EQ(tree.algorithm, Algorithm::tree);
  EXPECT_DOUBLE_EQ(tree.scaleout_bytes, 2 * gib / 8);
}

TEST(Collective, InNetworkReductionSendsTheBufferOnce) {
  auto l = ideal();
  l.scaleout.reduces = true;
  l.scaleup.bytes_per_s = 4000e9;
  auto const t = collective_time(l, Op::all_reduce, gib, {64, 8});
  EXPECT_EQ(t.algorithm, Algorithm::collnet);
  EXPECT_DOUBLE_EQ(t.time_s, gib / 8 / 50e9);
}

TEST(Collective, TheBusiestDomainOfATreeSendsTheBufferOnceOneAndAHalfOrTwice) {
  auto l = ideal();
  l.scaleup.bytes_per_s = 4000e9;
  l.scaleout.ring_step_s = 1;  // keeps rings away
  for (auto const& [domains, buffers] : {std::pair{2, 1.0}, std::pair{3, 1.5}, std::pair{4, 2.0}, std::pair{64, 2.0}})
    EXPECT_DOUBLE_EQ(collective_time(l, Op::all_reduce, gib, {8 * domains, 8}).scaleout_bytes, buffers * gib / 8) << domains;
}

TEST(Collective, RingLatencyIsLinearAndTreeLatencyLogarithmic) {
  auto l = ideal();
  l.scaleout.ring_step_s = 10e-6;
  l.scaleout.hop_latency_s = 5e-6;
  auto const small = 8.0;
  auto const at = [&](int domains, Op op) { return collective_time(l, op, small, {8 * domains, 8}).latency_s; };
  EXPECT_NEAR(at(64, Op::all_reduce) / at(8, Op::all_reduce), 2, 1e-9);                      // 6 levels to 3
  EXPECT_NEAR(at(65, Op::all_gather) / at(9, Op::all_gather), 64.0 / 8, 1e-9);               // steps of a ring
  EXPECT_EQ(collective_time(l, Op::all_gather, small, {64, 1}).algorithm, Algorithm::tree);  // one rank a domain
}

TEST(Collective, TheSwitchReducesFromItsFewestRanksOn) {
  auto l = ideal();
  l.scaleup.nvls_ranks = 5;
  l.scaleup.nvls.efficiency = 0.6;
  EXPECT_EQ(collective_time(l, Op::all_reduce, gib, {4, 4}).algorithm, Algorithm::ring);
  auto const t = collective_time(l, Op::all_reduce, gib, {8, 8});
  EXPECT_EQ(t.algorithm, Algorithm::nvls);
  EXPECT_DOUBLE_EQ(t.time_s, gib / 0.6 / 400e9);
  EXPECT_EQ(collective_time(l, Op::all_gather, gib, {8, 8}).algorithm, Algorithm::ring);
}

TEST(Collective, DirectLinksGiveTwoRanksTheRateOfOneLink) {
  auto l = ideal();
  l.scaleup.bytes_per_s = 448e9;
  l.scaleup.peer_bytes_per_s = 64e9;
  EXPECT_NEAR(collective_time(l, Op::all_reduce, gib, {2, 2}).bus_bandwidth(Op::all_reduce, gib, 2), 64e9, 1);
  EXPECT_NEAR(collective_time(l, Op::all_reduce, gib, {8, 8}).bus_bandwidth(Op::all_reduce, gib, 8), 448e9, 1);
}

TEST(Collective, TimeGrowsWithBytesAndRanksAndFallsWithRate) {
  auto l = ideal();  // with fixed times, ramps and shares of the usual size
  LinkCurve const usual{.quick_base_s = 6e-6,
                        .quick_step_s = 1e-6,
                        .quick_efficiency = 0.2,
                        .bulk_base_s = 15e-6,
                        .bulk_step_s = 1e-6,
                        .efficiency = 0.9,
                        .own_share = 0.5,
                        .ramp_bytes = 5e6};
  l.scaleup.all_reduce = l.scaleup.all_gather = l.scaleup.reduce_scatter = l.scaleup.all_to_all = usual;
  l.scaleout.base_latency_s = 10e-6;
  l.scaleout.hop_latency_s = 5e-6;
  l.scaleout.chunk_latency_s = 80e-6;
  l.scaleout.chunk_bytes = 2e6;
  l.scaleout.ring_step_s = 14e-6;
  l.scaleout.peer_step_s = 1e-6;
  l.scaleout.ramp_bytes = 1e6;
  for (auto const op : {Op::all_reduce, Op::reduce_scatter, Op::all_gather, Op::all_to_all, Op::broadcast}) {
    double before = 0;
    for (double bytes = 8; bytes < 64 * gib; bytes *= 2) {
      double const t = collective_time(l, op, bytes, {64, 8}).time_s;
      EXPECT_GT(t, before) << to_string(op) << " of " << bytes;
      before = t;
    }
    EXPECT_LT(collective_time(l, op, mib, {64, 8}).time_s, collective_time(l, op, mib, {512, 8}).time_s) << to_string(op);
    auto faster = l;
    faster.scaleout.bytes_per_s *= 2;
    faster.scaleup.bytes_per_s *= 2;
    EXPECT_LT(collective_time(faster, op, gib, {64, 8}).time_s, collective_time(l, op, gib, {64, 8}).time_s) << to_string(op);
  }
}

TEST(Collective, AShareOfTheScaleOutRateStretchesOnceTheNicsAreTheSlowerLevel) {
  auto l = ideal();
  auto const t = collective_time(l, Op::all_reduce, gib, {32, 8});
  EXPECT_DOUBLE_EQ(t.time_at_share(1), t.time_s);
  EXPECT_NEAR(t.time_at_share(0.5), 2 * t.time_s, 1e-12);
  l.scaleup.bytes_per_s = 40e9;  // now NVLink is the slower level by far
  auto const slow = collective_time(l, Op::all_reduce, gib, {32, 8});
  EXPECT_DOUBLE_EQ(slow.time_at_share(0.9), slow.time_s);
}

TEST(Collective, NothingToSendTakesNoTimeAndAPetabyteIsFinite) {
  auto const l = ideal();
  EXPECT_EQ(collective_time(l, Op::all_reduce, 0, {64, 8}).time_s, 0);
  EXPECT_EQ(collective_time(l, Op::all_reduce, gib, {1, 1}).time_s, 0);
  EXPECT_NEAR(collective_time(l, Op::send_recv, 1e15, {2, 1}).time_s, 1e15 / 50e9, 1e-6);
}

TEST(Collective, AnAllToAllWaitsAStepForEachRankOfOtherDomains) {
  auto l = ideal();
  l.scaleup.all_to_all.quick_step_s = 1;  // no business of the links between domains
  l.scaleout.peer_step_s = 1e-6;
  EXPECT_NEAR(collective_time(l, Op::all_to_all, 8, {64, 8}).latency_s, 56e-6, 1e-12);
}

TEST(Collective, RanksThatNoLinkJoinsAreRefused) {
  auto l = ideal();
  l.scaleup.bytes_per_s = 0;
  l.scaleout.bytes_per_s = 50e9;
  EXPECT_THROW(collective_time(l, Op::all_reduce, gib, {8, 8}), std::invalid_argument);
  EXPECT_THROW(collective_time(l, Op::all_reduce, gib, {64, 8}), std::invalid_argument);
  EXPECT_NO_THROW(collective_time(l, Op::all_reduce, gib, {64, 1}));
  l.scaleout.bytes_per_s = 0;
  l.scaleup.bytes_per_s = 450e9;
  EXPECT_NO_THROW(collective_time(l, Op::all_reduce, gib, {8, 8}));
  EXPECT_THROW(collective_time(l, Op::all_reduce, gib, {64, 8}), std::invalid_argument);
}

TEST(Collective, BytesThatAreNoNumberOrNegativeAreRefused) {
  for (double const bytes : {-1.0, std::nan(""), std::numeric_limits<double>::infinity()})
    EXPECT_THROW(collective_time(ideal(), Op::all_reduce, bytes, {8, 8}), std::invalid_argument) << bytes;
}

TEST(Collective, NamesComeBack) {
  for (auto const name : op_names) EXPECT_EQ(to_string(op_named(name).value()), name);
  EXPECT_FALSE(op_named("all_reduce"));
}

}  // namespace
}  // namespace ondol::workloads
