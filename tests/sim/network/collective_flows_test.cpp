#include "sim/network/collective_flows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "scenarios/base/error.hpp"
#include "tests/sim/network/fabrics.hpp"

namespace ondol::sim {
namespace {

using namespace testing;
using ::testing::AllOf;
using ::testing::HasSubstr;
using topology::make_routes;
using workloads::Algorithm;
using workloads::Op;

constexpr double gib = 1 << 30;

/// Bytes on links whose name begins (`sends`) or ends so.
double on(topology::Routes const& routes, FlowSet const& flows, std::string const& begin, std::string const& end = "") {
  double sum = 0;
  for (std::size_t i = 0; i < flows.size(); ++i)
    for (auto link : flows.route(i)) {
      auto const& name = routes.links()[link].name;
      if (name.starts_with(begin) && name.ends_with(end)) sum += flows.bytes[i];
    }
  return sum;
}
std::string nic(std::uint32_t node, int rail) {
  return "n" + std::to_string(node + 1) + "/nic/" + std::to_string(rail + 1);
}
double sent(topology::Routes const& routes, FlowSet const& flows, std::uint32_t node, int rail) {
  return on(routes, flows, nic(node, rail) + " -> ");
}
double got(topology::Routes const& routes, FlowSet const& flows, std::uint32_t node, int rail) {
  return on(routes, flows, "f/", " -> " + nic(node, rail));
}

struct Case {
  Op op;
  Algorithm algorithm;
  double busiest;  ///< of S, a rank sends
};

// What the closed form has the busiest rank send, and no rank more: 8 ranks a domain.
TEST(CollectiveFlows, TheBusiestNicSendsWhatTheClosedFormSays) {
  for (std::uint32_t k : {2u, 3u, 4u, 5u, 8u, 11u, 16u}) {
    auto const routes = make_routes(shape(Kind::rail_fat_tree, k));
    double const n = 8 * k, tree = k == 2 ? 1 : k == 3 ? 1.5 : 2;
    for (auto const& c : {Case{Op::all_reduce, Algorithm::ring, 2 * (n - 1) / n / 8},
                          {Op::all_reduce, Algorithm::tree, tree / 8},
                          {Op::all_reduce, Algorithm::nvls_tree, tree / 8},
                          {Op::all_reduce, Algorithm::collnet, 1.0 / 8},
                          {Op::all_gather, Algorithm::ring, (n - 1) / n / 8},
                          {Op::reduce_scatter, Algorithm::ring, (n - 1) / n / 8},
                          {Op::broadcast, Algorithm::ring, 1.0 / 8},
                          {Op::all_to_all, Algorithm::direct, (n - 8) / n},
                          {Op::send_recv, Algorithm::direct, 1}}) {
      auto const flows = flows_between_domains(*routes, c.op, c.algorithm, gib, ranks(8 * k));
      double most_sent = 0, most_got = 0, all_sent = 0, all_got = 0;
      for (std::uint32_t node = 0; node < k; ++node)
        for (int rail = 0; rail < 8; ++rail) {
          double const out = sent(*routes, flows, node, rail), in = got(*routes, flows, node, rail);
          most_sent = std::max(most_sent, out);
          most_got = std::max(most_got, in);
          all_sent += out;
          all_got += in;
        }
      auto const what = std::string(to_string(c.op)) + " " + std::string(to_string(c.algorithm)) + " " + std::to_string(k);
      EXPECT_NEAR(most_sent / (c.busiest * gib), 1, 1e-12) << what;
      EXPECT_NEAR(most_got / (c.busiest * gib), 1, 1e-12) << what;
      EXPECT_NEAR(all_sent / all_got, 1, 1e-12) << what << ": bytes sent = bytes received";
    }
  }
}

TEST(CollectiveFlows, AmongSingleRanksEachStepDoublesTheDistance) {
  for (std::uint32_t k : {2u, 5u, 8u, 13u}) {
    auto f = shape(Kind::fat_tree, k);
    f.nodes[0].accelerators = f.nodes[0].nics = f.nodes[0].domain = 1;
    auto const routes = make_routes(f);
    auto const flows = flows_between_domains(*routes, Op::all_gather, Algorithm::tree, gib, ranks(k));
    for (std::uint32_t node = 0; node < k; ++node) {
      EXPECT_NEAR(sent(*routes, flows, node, 0) / gib, (k - 1.0) / k, 1e-12);
      EXPECT_NEAR(got(*routes, flows, node, 0) / gib, (k - 1.0) / k, 1e-12);
    }
  }
}

/// Who sends to whom on the first rail, of one all-reduce by trees: (from, to) -> bytes.
std::map<std::pair<int, int>, double> edges(std::uint32_t k) {
  auto const routes = make_routes(shape(Kind::rail_fat_tree, k));
  auto const flows = flows_between_domains(*routes, Op::all_reduce, Algorithm::tree, 8, ranks(8 * k));
  std::map<std::pair<int, int>, double> all;
  auto const node = [&](topology::LinkIndex link, bool out) {
    auto name = routes->links()[link].name;
    if (!out) name = name.substr(name.find(" -> ") + 4);
    return name.substr(name.find('/') + 1).starts_with("nic/1") ? std::stoi(name.substr(1)) - 1 : -1;
  };
  for (std::size_t i = 0; i < flows.size(); ++i)
    if (int const from = node(flows.route(i).front(), true), to = node(flows.route(i).back(), false); from >= 0)
      all[{from, to}] += flows.bytes[i];
  return all;
}

TEST(CollectiveFlows, FourDomainsInTwoTreesByHand) {
  // 0 - 2 - {1, 3} and, from the other end, 3 - 1 - {2, 0}: half a byte on each edge, both ways.
  std::map<std::pair<int, int>, double> const expected{{{0, 2}, 0.5}, {{2, 0}, 0.5}, {{1, 2}, 1},   {{2, 1}, 1},
                                                       {{2, 3}, 0.5}, {{3, 2}, 0.5}, {{3, 1}, 0.5}, {{1, 3}, 0.5},
                                                       {{0, 1}, 0.5}, {{1, 0}, 0.5}};
  EXPECT_EQ(edges(4), expected);
}

TEST(CollectiveFlows, TreesReachAllAndAreShallow) {
  for (std::uint32_t k : {6u, 7u, 16u, 29u, 32u}) {
    auto const all = edges(k);
    double bytes = 0;
    for (auto const& [edge, b] : all) bytes += b;
    EXPECT_DOUBLE_EQ(bytes, 2.0 * (k - 1)) << "each tree has k - 1 edges, half a byte both ways";
    std::vector<int> depth(k, -1);
    depth[0] = 0;
    std::vector<int> reached{0};
    for (std::size_t i = 0; i < reached.size(); ++i)
      for (auto const& [edge, b] : all)
        if (edge.first == reached[i] && depth[static_cast<std::size_t>(edge.second)] < 0) {
          depth[static_cast<std::size_t>(edge.second)] = depth[static_cast<std::size_t>(edge.first)] + 1;
          reached.push_back(edge.second);
        }
    EXPECT_EQ(reached.size(), k);
    EXPECT_LE(*std::max_element(depth.begin(), depth.end()), 1 + std::ceil(std::log2(k)));
  }
}

TEST(CollectiveFlows, UnequalDomainsDivideAnEdgeWhereTheirSharesMeet) {
  auto const routes = make_routes(shape(Kind::rail_fat_tree, 2));
  std::vector<std::uint32_t> const two_and_three{0, 1, 8, 9, 10};
  auto const flows = flows_between_domains(*routes, Op::broadcast, Algorithm::ring, 6, two_and_three);
  ASSERT_EQ(flows.size(), 4u);  // 0 -> 8 a third, 0 -> 9 a sixth, 1 -> 9 a sixth, 1 -> 10 a third
  EXPECT_THAT(flows.bytes, ::testing::ElementsAre(2, 1, 1, 2));
  for (int rail : {0, 1, 2}) EXPECT_DOUBLE_EQ(got(*routes, flows, 1, rail), 2);
}

TEST(CollectiveFlows, ManyPairsGoToSomeDistancesAndTotalsStayExact) {
  for (bool uneven : {false, true}) {
    auto const routes = make_routes(shape(Kind::rail_fat_tree, 256));
    auto all = ranks(2048);
    if (uneven) all.erase(all.begin() + 100, all.begin() + 107), all.erase(all.begin() + 500);
    auto const n = static_cast<double>(all.size());
    auto const flows = flows_between_domains(*routes, Op::all_to_all, Algorithm::direct, gib, all);
    EXPECT_LT(flows.size(), all.size() * all.size() / 2);
    EXPECT_GT(flows.size(), all.size() * 8);
    std::vector<double> out(2048);
    std::map<topology::LinkIndex, double> last;
    auto const domains = by_domain(*routes, all);
    // Flows come shift by shift, each from all ranks in turn.
    std::vector<std::uint32_t> place;
    std::map<std::uint32_t, double> size;
    for (auto const& d : domains)
      for (auto r : d) place.push_back(r), size[r] = static_cast<double>(d.size());
    for (std::size_t i = 0; i < flows.size(); ++i) {
      out[place[i % place.size()]] += flows.bytes[i];
      last[flows.route(i).back()] += flows.bytes[i];
    }
    for (auto r : all) EXPECT_NEAR(out[r] / (gib * (n - size[r]) / n), 1, 1e-12);
    double sum = 0, expected = 0;
    for (auto const& [link, b] : last) sum += b;
    for (auto r : all) expected += gib * (n - size[r]) / n;
    EXPECT_EQ(last.size(), all.size()) << "each rank's NIC gets some";
    EXPECT_NEAR(sum / expected, 1, 1e-12);
    for (auto const& [link, b] : last)
      if (!uneven) {
        EXPECT_NEAR(b / (gib * (n - 8) / n), 1, 1e-12) << routes->links()[link].name;
      } else if (routes->links()[link].name.ends_with(" -> n13/nic/4")) {
        EXPECT_NEAR(b / (gib * (n - 4) / n), 1, 1e-12) << "a rank among four of its domain";
      }
  }
}

TEST(CollectiveFlows, SeveralNicsOfARankTakeTheirParts) {
  auto f = shape(Kind::fat_tree, 2);
  f.nodes[0].nics = 16;
  f.unit_nodes = 2;
  auto const routes = make_routes(f);
  auto const flows = flows_between_domains(*routes, Op::all_reduce, Algorithm::collnet, gib, ranks(16));
  for (int rail = 0; rail < 16; ++rail) EXPECT_DOUBLE_EQ(sent(*routes, flows, 0, rail), gib / 16);
}

/// Of all edges, whoever shares them.
double all_between(Op op, Algorithm algorithm, std::vector<std::vector<std::uint32_t>> const& domains, double n) {
  auto const k = static_cast<double>(domains.size());
  if (op == Op::send_recv) return 1;
  if (op == Op::broadcast) return k - 1;
  if (algorithm == Algorithm::collnet) return k;
  if (op == Op::all_reduce && algorithm != Algorithm::ring) return 2 * (k - 1);
  if (op != Op::all_to_all) return (op == Op::all_reduce ? 2 : 1) * (n - 1) / n * k;
  double sum = 0;
  for (auto const& d : domains) sum += static_cast<double>(d.size()) * (n - static_cast<double>(d.size())) / n;
  return sum;
}

TEST(CollectiveFlows, HoweverRanksLieBytesSentAreBytesReceived) {
  std::mt19937 random{3};
  auto torus = shape(Kind::torus, 12, Routing::ecmp), dragonfly = shape(Kind::dragonfly, 12, Routing::valiant);
  torus.dimensions = {3, 4};
  dragonfly.groups = 3;
  dragonfly.routers_per_group = 2;
  dragonfly.global_links = 4;
  auto direct = shape(Kind::fat_tree, 12, Routing::adaptive);
  direct.nodes[0].scaleup = schema::ScaleUp::direct;
  direct.nodes[0].nics = 4;
  auto broken = shape(Kind::rail_fat_tree, 12, Routing::ecmp);
  broken.failed = {"n3/nic/2", "n3/nic/3", "n7/nic/8"};
  for (auto const& f : {torus, dragonfly, direct, broken, lone_leaves(12, 3)}) {
    auto const routes = make_routes(f);
    for (int trial = 0; trial < 10; ++trial) {
      auto all = ranks(96);
      std::shuffle(all.begin(), all.end(), random);
      all.resize(2 + random() % 95);
      auto const domains = by_domain(*routes, all);
      for (auto const& [op, algorithm] : {std::pair{Op::all_reduce, Algorithm::ring},
                                          {Op::all_reduce, Algorithm::tree},
                                          {Op::all_reduce, Algorithm::collnet},
                                          {Op::reduce_scatter, Algorithm::ring},
                                          {Op::broadcast, Algorithm::ring},
                                          {Op::all_to_all, Algorithm::direct},
                                          {Op::send_recv, Algorithm::direct}}) {
        auto const flows = flows_between_domains(*routes, op, algorithm, gib, all);
        double const expected =
            domains.size() < 2 ? 0 : gib * all_between(op, algorithm, domains, static_cast<double>(all.size()));
        double out = 0, in = 0;
        for (std::size_t i = 0; i < flows.size(); ++i)
          for (auto link : flows.route(i)) {
            auto const& name = routes->links()[link].name;
            auto const nic = name.find("/nic/"), arrow = name.find(" -> ");
            if (nic == std::string::npos) continue;
            (nic < arrow ? out : in) += flows.bytes[i];
          }
        EXPECT_NEAR(out, expected, 1e-9 * gib) << to_string(op) << " " << to_string(algorithm) << " " << all.size();
        EXPECT_NEAR(in, expected, 1e-9 * gib);
      }
    }
  }
}

TEST(CollectiveFlows, ConnectionsOfAPairTakeSeveralWaysWhereThereAre) {
  auto f = lone_leaves(4, 1);
  EXPECT_EQ(flows_between_domains(*make_routes(f), Op::all_gather, Algorithm::ring, gib, ranks(32)).size(), 32u);
  for (auto routing : {Routing::ecmp, Routing::adaptive}) {
    f.routing = routing;
    auto const routes = make_routes(f);
    auto const flows = flows_between_domains(*routes, Op::all_gather, Algorithm::ring, gib, ranks(32));
    EXPECT_EQ(flows.size(), 4 * 32u);
    EXPECT_DOUBLE_EQ(sent(*routes, flows, 1, 2), gib * 31 / 32 / 8);
    EXPECT_EQ(flows_between_domains(*routes, Op::all_to_all, Algorithm::direct, gib, ranks(32)).size(), 32 * 24u);
  }
}

TEST(CollectiveFlows, WithinDomainsToTheNeighbourOrToAll) {
  auto f = shape(Kind::fat_tree, 2);
  auto const switched = make_routes(f);
  auto flows = flows_within_domains(*switched, Op::all_reduce, Algorithm::ring, gib, ranks(16));
  EXPECT_EQ(flows.size(), 16u);
  EXPECT_DOUBLE_EQ(on(*switched, flows, "n1/a1 -> scale-up"), gib * 2 * 15 / 16);
  flows = flows_within_domains(*switched, Op::all_reduce, Algorithm::nvls_tree, gib, ranks(16));
  EXPECT_DOUBLE_EQ(on(*switched, flows, "scale-up -> n2/a3"), gib);
  flows = flows_within_domains(*switched, Op::all_to_all, Algorithm::direct, gib, ranks(16));
  EXPECT_EQ(flows.size(), 2 * 56u);
  EXPECT_DOUBLE_EQ(on(*switched, flows, "n2/a8 -> scale-up"), gib * 7 / 16);
  flows = flows_within_domains(*switched, Op::broadcast, Algorithm::ring, gib, ranks(8));
  EXPECT_EQ(flows.size(), 7u) << "the last of a chain sends to none";
  f.nodes[0].scaleup = schema::ScaleUp::direct;
  auto const direct = make_routes(f);
  flows = flows_within_domains(*direct, Op::all_reduce, Algorithm::direct, gib, ranks(8));
  EXPECT_EQ(flows.size(), 56u);
  EXPECT_DOUBLE_EQ(on(*direct, flows, "n1/a2 -> n1/a5"), gib * 2 * 7 / 8 / 7);
  EXPECT_EQ(collective_flows(*direct, Op::all_reduce, Algorithm::ring, gib, ranks(16)).size(), 16u + 2 * 56u);
}

std::string fault_of(topology::Routes const& routes, std::vector<std::uint32_t> const& all) {
  try {
    collective_flows(routes, Op::all_reduce, Algorithm::ring, gib, all);
  } catch (InputError const& e) {
    return e.what();
  }
  return "none";
}

TEST(CollectiveFlows, NamesBothEndsThatNothingJoins) {
  auto f = lone_leaves(3, 1);
  f.failed = {"leaf/2"};
  auto const routes = make_routes(f);
  EXPECT_THAT(fault_of(*routes, ranks(24)), AllOf(HasSubstr("n1/a1"), HasSubstr("n2/a1")));
  EXPECT_EQ(fault_of(*routes, {0, 1, 16, 17}), "none");
  EXPECT_THAT(fault_of(*routes, {0, 24}), HasSubstr("accelerator 25 of a fabric of 24"));
  EXPECT_THAT(fault_of(*routes, {0, 8, 0}), HasSubstr("two ranks on accelerator n1/a1"));
}

}  // namespace
}  // namespace ondol::sim
