#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "scenarios/base/error.hpp"
#include "topology/build/fabrics/fabric_routes.hpp"

namespace ondol::topology {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = FabricShape::Kind;
using Routing = FabricShape::Routing;

/// Nodes of eight accelerators behind switches, each with a NIC.
FabricShape shape(Kind kind, std::uint32_t nodes) {
  FabricShape f;
  f.id = "f";
  f.kind = kind;
  NodeShape block;
  block.nodes = nodes;
  block.accelerators = block.nics = block.domain = 8;
  block.scaleup_bytes_per_s = 450e9;
  f.nodes = {block};
  return f;
}

FabricShape dragonfly_shape(std::uint32_t groups, std::uint32_t routers, std::uint32_t global, std::uint32_t nodes) {
  auto f = shape(Kind::dragonfly, nodes);
  f.groups = groups;
  f.routers_per_group = routers;
  f.global_links = global;
  return f;
}

FabricShape torus_shape(std::vector<std::uint32_t> dimensions) {
  std::uint32_t nodes = 1;
  for (auto n : dimensions) nodes *= n;
  auto f = shape(Kind::torus, nodes);
  f.dimensions = std::move(dimensions);
  return f;
}

std::vector<std::string> names(Routes const& routes, std::uint32_t from, std::uint32_t to, std::uint64_t flow = 0) {
  std::vector<LinkIndex> links;
  std::vector<std::string> all;
  if (!routes.route(from, to, flow, links)) return {"none"};
  for (auto link : links) all.push_back(routes.links()[link].name);
  return all;
}

/// Both ends of "a -> b #2"; the number of the cable is left out.
std::pair<std::string, std::string> ends(std::string const& name) {
  auto const arrow = name.find(" -> ");
  auto const number = name.find(" #");
  return {name.substr(0, arrow), name.substr(arrow + 4, number == std::string::npos ? number : number - arrow - 4)};
}

/// Every link begins where the one before ended; a NIC is reached from its own node.
testing::AssertionResult joined(std::vector<std::string> const& way) {
  auto const node = [](std::string const& place) { return place.substr(0, place.find('/')); };
  for (std::size_t i = 1; i < way.size(); ++i) {
    auto const arrives = ends(way[i - 1]).second, leaves = ends(way[i]).first;
    bool const same_node = node(arrives) == node(leaves) && arrives.substr(0, 2) != "f/" && leaves.substr(0, 2) != "f/";
    if (arrives != leaves && !same_node)
      return testing::AssertionFailure() << "\"" << way[i - 1] << "\" then \"" << way[i] << "\"";
  }
  return testing::AssertionSuccess();
}

int switches_on(std::vector<std::string> const& way) {
  return static_cast<int>(
      std::count_if(way.begin(), way.end(), [](auto const& link) { return ends(link).second.starts_with("f/"); }));
}

struct Counts {
  std::size_t leaves = 0, spines = 0, cores = 0, nic_cables = 0, leaf_cables = 0, core_cables = 0;
  bool operator==(Counts const&) const = default;
};
std::ostream& operator<<(std::ostream& out, Counts const& c) {
  return out << c.leaves << " " << c.spines << " " << c.cores << " " << c.nic_cables << " " << c.leaf_cables << " "
             << c.core_cables;
}

Counts counts(SwitchNetwork const& network) {
  Counts c;
  for (auto const& it : network.switches())
    ++(it.level == SwitchNetwork::Level::leaf ? c.leaves : it.level == SwitchNetwork::Level::spine ? c.spines : c.cores);
  c.nic_cables = network.nics().size();
  for (auto const& bundle : network.bundles())
    (network.switches()[bundle.a].level == SwitchNetwork::Level::leaf ? c.leaf_cables : c.core_cables) += bundle.cables;
  return c;
}

Counts superpod(std::uint32_t units, int levels, std::uint32_t unit_nodes = 32, std::uint32_t ports = 64) {
  auto f = shape(Kind::rail_fat_tree, units * unit_nodes);
  f.levels = levels;
  f.unit_nodes = unit_nodes;
  f.leaf_ports = f.spine_ports = f.core_ports = ports;
  return counts(*switch_network(f));
}

TEST(RailFatTree, CountsOfThePublishedSuperPods) {  // [nvidia2025superpodb200], larger component counts
  EXPECT_EQ(superpod(2, 2), (Counts{16, 8, 0, 512, 512, 0}));
  EXPECT_EQ(superpod(4, 2), (Counts{32, 16, 0, 1024, 1024, 0}));
  EXPECT_EQ(superpod(8, 2), (Counts{64, 32, 0, 2048, 2048, 0}));
  EXPECT_EQ(superpod(16, 3), (Counts{128, 128, 64, 4096, 4096, 4096}));
  EXPECT_EQ(superpod(32, 3), (Counts{256, 256, 128, 8192, 8192, 8192}));
  EXPECT_EQ(superpod(64, 3), (Counts{512, 512, 256, 16384, 16384, 16384}));
}

TEST(RailFatTree, CountsOfThePublishedSuperPodsWith144Ports) {  // [nvidia2025superpodb300]
  EXPECT_EQ(superpod(1, 2, 72, 144), (Counts{8, 4, 0, 576, 576, 0}));
  EXPECT_EQ(superpod(2, 2, 72, 144), (Counts{16, 8, 0, 1152, 1152, 0}));
  EXPECT_EQ(superpod(4, 2, 72, 144), (Counts{32, 18, 0, 2304, 2304, 0}));
  EXPECT_EQ(superpod(8, 2, 72, 144), (Counts{64, 36, 0, 4608, 4608, 0}));
  EXPECT_EQ(superpod(18, 2, 72, 144), (Counts{144, 72, 0, 10368, 10368, 0}));
}

TEST(RailFatTree, RanksMeetOnTheirLeaf) {
  auto const routes = make_routes(shape(Kind::rail_fat_tree, 64));
  EXPECT_EQ(routes->accelerators(), 512);
  EXPECT_THAT(names(*routes, 0, 3), ElementsAre("n1/a1 -> scale-up", "scale-up -> n1/a4"));
  EXPECT_THAT(names(*routes, 1, 8 + 1), ElementsAre("n1/nic/2 -> f/leaf/2", "f/leaf/2 -> n2/nic/2"));
  EXPECT_EQ(switches_on(names(*routes, 1, 32 * 8 + 1)), 3);
  EXPECT_EQ(routes->domain_of(13), 8);
}

TEST(RailFatTree, OtherRailsOverTheScaleUpFabricOrTheSpine) {
  auto f = shape(Kind::rail_fat_tree, 64);
  EXPECT_THAT(names(*make_routes(f), 1, 8 + 4),
              ElementsAre("n1/a2 -> scale-up", "scale-up -> n1/a5", "n1/nic/5 -> f/leaf/5", "f/leaf/5 -> n2/nic/5"));
  f.pxn = false;
  auto const way = names(*make_routes(f), 1, 8 + 4);
  EXPECT_EQ(switches_on(way), 3);
  EXPECT_EQ(way.front(), "n1/nic/2 -> f/leaf/2");
  EXPECT_EQ(way.back(), "f/leaf/5 -> n2/nic/5");
}

TEST(RailFatTree, FarthestOfThreeLevelsMeetsFiveSwitches) {
  auto f = shape(Kind::rail_fat_tree, 512);
  f.levels = 3;
  f.switch_latency_s = 180e-9;
  f.node_cable_s = 15e-9;
  f.cable_s = 150e-9;
  auto const routes = make_routes(f);
  auto const way = names(*routes, 0, 511 * 8);
  EXPECT_EQ(switches_on(way), 5);
  EXPECT_TRUE(joined(way));
  double latency = 0;
  std::vector<LinkIndex> links;
  routes->route(0, 511 * 8, 0, links);
  for (auto link : links) latency += routes->links()[link].latency_s;
  EXPECT_NEAR(latency, 5 * 180e-9 + 2 * 15e-9 + 4 * 150e-9, 1e-12);
}

TEST(RailFatTree, ARackIsOneDomain) {
  FabricShape f;
  NodeShape block;
  block.nodes = 36;
  block.accelerators = block.nics = 4;
  block.domain = 72;
  block.scaleup_bytes_per_s = 900e9;
  f.nodes = {block};
  auto const routes = make_routes(f);
  EXPECT_EQ(routes->domain_of(71), 0);
  EXPECT_EQ(routes->domain_of(72), 72);
  EXPECT_THAT(names(*routes, 0, 71), ElementsAre("n1/a1 -> scale-up", "scale-up -> n18/a4"));
  EXPECT_THAT(names(*routes, 0, 72 + 2),
              ElementsAre("n1/a1 -> scale-up", "scale-up -> n1/a3", "n1/nic/3 -> fabric/leaf/3", "fabric/leaf/3 -> n19/nic/3"));
}

TEST(DirectLinks, SevenPeersShareTheRate) {
  auto f = shape(Kind::fat_tree, 2);
  f.nodes[0].scaleup = schema::ScaleUp::direct;
  f.nodes[0].scaleup_bytes_per_s = 448e9;
  auto const routes = make_routes(f);
  std::set<LinkIndex> seen;
  for (std::uint32_t i = 0; i < 8; ++i)
    for (std::uint32_t j = 0; j < 8; ++j) {
      std::vector<LinkIndex> links;
      if (i == j) continue;
      ASSERT_TRUE(routes->route(i, j, 0, links));
      ASSERT_EQ(links.size(), 1u);
      EXPECT_DOUBLE_EQ(routes->links()[links[0]].bytes_per_s, 64e9);
      EXPECT_EQ(routes->links()[links[0]].name, "n1/a" + std::to_string(i + 1) + " -> n1/a" + std::to_string(j + 1));
      seen.insert(links[0]);
    }
  EXPECT_EQ(seen.size(), 56u);
}

TEST(Nics, SharedByAcceleratorsOrSeveralToOne) {
  auto f = shape(Kind::fat_tree, 2);
  f.nodes[0].nics = 4;
  EXPECT_THAT(names(*make_routes(f), 3, 8 + 4), ElementsAre("n1/nic/2 -> f/leaf/1", "f/leaf/1 -> n2/nic/3"));
  f.nodes[0].nics = 16;
  f.unit_nodes = 2;
  auto const routes = make_routes(f);
  EXPECT_THAT(names(*routes, 3, 8 + 4, 0), ElementsAre("n1/nic/7 -> f/leaf/1", "f/leaf/1 -> n2/nic/9"));
  EXPECT_THAT(names(*routes, 3, 8 + 4, 1), ElementsAre("n1/nic/8 -> f/leaf/1", "f/leaf/1 -> n2/nic/10"));
}

TEST(FatTree, OversubscribedCoreOfAPublishedCluster) {
  // 24,576 GPUs, racks of two nodes, pods of 3,072 GPUs with all the bandwidth they inject, 7 : 1 above [grattafiori2024llama3,
  // section 3.3]: 16 ports down and 16 up a leaf, 192 leaves a pod, eight pods.
  auto f = shape(Kind::fat_tree, 3072);
  f.levels = 3;
  f.unit_nodes = 2;
  f.pod_nodes = 384;
  f.core_oversubscription = 7;
  f.leaf_ports = 32;
  f.spine_ports = 576;
  f.core_ports = 576;
  auto const c = counts(*switch_network(f));
  EXPECT_EQ(c.leaves, 1536u);
  EXPECT_EQ(c.leaf_cables, 24576u);
  EXPECT_NEAR(24576.0 / static_cast<double>(c.core_cables), 7.0, 0.05);
}

std::vector<FabricShape> kinds() {
  auto rails = shape(Kind::rail_fat_tree, 96), plain = shape(Kind::fat_tree, 96), three = shape(Kind::rail_fat_tree, 300);
  three.levels = 3;
  auto thin = shape(Kind::fat_tree, 96);
  thin.oversubscription = 3;
  auto deep = shape(Kind::fat_tree, 300);
  deep.levels = 3;
  deep.core_oversubscription = 2;
  return {rails, plain, three, thin, deep, dragonfly_shape(9, 4, 6, 72), torus_shape({4, 3, 2}), torus_shape({5, 2})};
}

TEST(Routes, JoinAnyTwoUnderEveryRouting) {
  std::mt19937 random(1);
  for (auto f : kinds())
    for (auto routing : {Routing::ecmp, Routing::fixed, Routing::adaptive, Routing::valiant}) {
      f.routing = routing;
      auto const routes = make_routes(f);
      auto const n = static_cast<std::uint32_t>(routes->accelerators());
      for (int i = 0; i < 300; ++i) {
        auto const from = static_cast<std::uint32_t>(random() % n), to = static_cast<std::uint32_t>(random() % n);
        auto const way = names(*routes, from, to, random());
        ASSERT_NE(way, std::vector<std::string>{"none"});
        if (from == to) continue;
        ASSERT_TRUE(joined(way));
        ASSERT_THAT(ends(way.front()).first, HasSubstr("n" + std::to_string(from / 8 + 1) + "/"));
        ASSERT_THAT(ends(way.back()).second, HasSubstr("n" + std::to_string(to / 8 + 1) + "/"));
      }
    }
}

TEST(Routes, OfAFatTreeGoUpThenDown) {
  auto const level = [](std::string const& place) {
    return place.starts_with("f/leaf") ? 1 : place.starts_with("f/spine") ? 2 : place.starts_with("f/core") ? 3 : 0;
  };
  std::mt19937 random(2);
  for (auto kind : {Kind::rail_fat_tree, Kind::fat_tree}) {
    auto f = shape(kind, 300);
    f.levels = 3;
    auto const routes = make_routes(f);
    auto const pick = [&] { return static_cast<std::uint32_t>(random() % 2400); };
    for (int i = 0; i < 500; ++i) {
      bool down = false;
      for (auto const& link : names(*routes, pick(), pick(), random())) {
        auto const [a, b] = ends(link);
        if (level(b) < level(a)) down = true;
        EXPECT_FALSE(down && level(b) > level(a)) << link;
      }
    }
  }
}

/// Bytes on each link when every accelerator of whole leaves sends one to each of the others.
std::vector<double> all_to_all_load(Routes const& routes) {
  std::vector<double> load(routes.links().size(), 0);
  std::vector<LinkIndex> links;
  auto const n = static_cast<std::uint32_t>(routes.accelerators());
  for (std::uint32_t i = 0; i < n; ++i)
    for (std::uint32_t j = 0; j < n; ++j) {
      links.clear();
      routes.route(i, j, 0, links);
      for (auto link : links) load[link] += 1;
    }
  return load;
}

TEST(Routes, AllToAllLoadsAlikeLinksAlike) {
  // Static and adaptive routes of a whole fat tree deal the flows evenly; hashed ones scatter as throws do.
  auto f = shape(Kind::rail_fat_tree, 64);
  for (auto routing : {Routing::fixed, Routing::adaptive, Routing::ecmp}) {
    f.routing = routing;
    auto const routes = make_routes(f);
    auto const load = all_to_all_load(*routes);
    std::map<std::string, std::vector<double>> alike;  // links from one kind of thing to another
    for (std::size_t i = 0; i < load.size(); ++i) {
      auto const [a, b] = ends(routes->links()[i].name);
      auto const kind = [](std::string const& place) {
        return place.starts_with("f/") ? place.substr(2, place.find('/', 2) - 2)
               : place == "scale-up"   ? place
                                       : std::string("node");
      };
      alike[kind(a) + " -> " + kind(b)].push_back(load[i]);
    }
    for (auto const& [what, loads] : alike) {
      double mean = 0, square = 0;
      for (double x : loads) mean += x / static_cast<double>(loads.size());
      for (double x : loads) square += (x - mean) * (x - mean) / static_cast<double>(loads.size());
      if (routing == Routing::ecmp && what.find("spine") != std::string::npos)
        EXPECT_NEAR(square / mean, 1.0, 0.25) << what;  // Poisson
      else
        EXPECT_EQ(square, 0.0) << what << " under routing " << static_cast<int>(routing);
    }
  }
}

TEST(Routes, ThreeLevelsDealPermutationsEvenly) {
  // Every accelerator to the one half the fabric away, over all cores: static routes of a whole fat tree do not collide.
  for (auto routing : {Routing::fixed, Routing::adaptive}) {
    auto f = shape(Kind::rail_fat_tree, 512);
    f.levels = 3;
    f.routing = routing;
    auto const routes = make_routes(f);
    std::vector<int> load(routes->links().size(), 0);
    for (std::uint32_t i = 0; i < 4096; ++i) {
      std::vector<LinkIndex> links;
      routes->route(i, (i + 2048) % 4096, 0, links);
      for (auto link : links) ++load[link];
    }
    EXPECT_EQ(*std::max_element(load.begin(), load.end()), 1) << static_cast<int>(routing);
  }
}

TEST(Routes, AvoidWhatHasFailed) {
  std::mt19937 random(3);
  for (auto f : kinds()) {
    if (f.kind == Kind::dragonfly)
      f.failed = {"group/1/router/1-group/1/router/2", "group/3/router/1-group/5/router/4"};
    else if (f.kind == Kind::torus)
      f.failed = {"router/1-router/2"};
    else
      f.failed = {"spine/1", "f/leaf/1-spine/2"};
    auto const routes = make_routes(f);
    auto const n = static_cast<std::uint32_t>(routes->accelerators());
    for (int i = 0; i < 2000; ++i) {
      std::vector<LinkIndex> links;
      auto const from = static_cast<std::uint32_t>(random() % n), to = static_cast<std::uint32_t>(random() % n);
      ASSERT_TRUE(routes->route(from, to, random(), links));
      for (auto link : links) ASSERT_GT(routes->links()[link].bytes_per_s, 0.0) << routes->links()[link].name;
    }
  }
}

TEST(Routes, StaticOnesHaveNoWayOverAFailure) {
  auto f = shape(Kind::rail_fat_tree, 64);
  f.routing = Routing::fixed;
  f.failed = {"spine/1"};
  auto const routes = make_routes(f);
  int lost = 0;
  for (std::uint32_t to = 32; to < 64; ++to) {
    std::vector<LinkIndex> links;
    if (routes->route(0, to * 8, 0, links)) continue;
    ++lost;
    EXPECT_TRUE(links.empty());
  }
  EXPECT_EQ(lost, 32 / 8);  // eight spines: an eighth of the receivers
}

TEST(Routes, ANeighboursNicStandsIn) {
  auto f = shape(Kind::rail_fat_tree, 64);
  f.failed = {"leaf/2", "n3/nic/1"};
  auto const routes = make_routes(f);
  auto const way = names(*routes, 1, 8 + 1);
  EXPECT_THAT(way, ElementsAre("n1/a2 -> scale-up", "scale-up -> n1/a3", "n1/nic/3 -> f/leaf/3", "f/leaf/3 -> n2/nic/3",
                               "n2/a3 -> scale-up", "scale-up -> n2/a2"));
  EXPECT_TRUE(joined(names(*routes, 16, 0)));
  f.nodes[0].domain = 1;
  EXPECT_THAT(names(*make_routes(f), 1, 8 + 1), ElementsAre("none"));
}

TEST(Routes, UnknownFailuresAreNamedWithTheNearest) {
  auto f = shape(Kind::rail_fat_tree, 64);
  f.failed = {"leef/3", "leaf/3-spine/2#9"};
  try {
    make_routes(f);
    FAIL();
  } catch (InputError const& e) {
    EXPECT_THAT(e.what(), HasSubstr("did you mean \"leaf/3\"?"));
    EXPECT_THAT(e.what(), HasSubstr("leaf/3-spine/2#9"));
  }
}

std::string refusal(FabricShape const& f) {
  try {
    make_routes(f);
  } catch (InputError const& e) {
    return e.what();
  }
  return "";
}

TEST(Routes, TooManyNodesAreToldWhatWouldFit) {
  EXPECT_THAT(refusal(shape(Kind::rail_fat_tree, 300)), HasSubstr("they take 256 nodes, and levels = 3 more"));
  EXPECT_THAT(refusal(shape(Kind::fat_tree, 300)), HasSubstr("they take 256 nodes, and levels = 3 more"));
  auto f = shape(Kind::fat_tree, 300);
  f.unit_nodes = 5;
  EXPECT_THAT(refusal(f), HasSubstr("unit_nodes up to 4 fit"));
  EXPECT_THAT(refusal(dragonfly_shape(40, 2, 2, 80)), HasSubstr("up to 5 can be"));
  auto t = torus_shape({4, 4});
  t.nodes[0].nodes = 17;
  EXPECT_THAT(refusal(t), HasSubstr("dimensions 4 x 4 hold 16 nodes, but the pools and storage_nodes have 17"));
}

TEST(Torus, WaysAreShortest) {
  auto const routes = make_routes(torus_shape({4, 3, 2}));
  for (std::uint32_t v = 0; v < 24; ++v)
    for (std::uint32_t w = 0; w < 24; ++w) {
      if (v == w) continue;
      auto const ring = [](std::uint32_t a, std::uint32_t b, std::uint32_t n) {
        auto const d = (b + n - a) % n;
        return std::min(d, n - d);
      };
      auto const steps = ring(v % 4, w % 4, 4) + ring(v / 4 % 3, w / 4 % 3, 3) + ring(v / 12, w / 12, 2);
      EXPECT_EQ(switches_on(names(*routes, v * 8, w * 8)), static_cast<int>(steps) + 1);
    }
}

TEST(Dragonfly, CablesOfTheSameRoutersAreOneBundle) {
  // Two groups of two routers with four global cables each: eight cables, which leave router 1 for 1 and 2 for 2.
  auto f = dragonfly_shape(2, 2, 4, 4);
  auto const whole = switch_network(f);
  ASSERT_EQ(whole->bundles().size(), 4u);
  EXPECT_EQ(whole->bundles()[2].cables, 4u);
  EXPECT_EQ(whole->cable_name(2, whole->bundles()[2].first + 3), "f/group/1/router/1-group/2/router/1#4");
  auto const dead = [&](std::string const& failed) {
    f.failed = {failed};
    auto const network = switch_network(f);
    int count = 0;
    for (std::uint32_t c = 0; c < network->cables(); ++c) count += network->cable_failed(c) ? 1 : 0;
    return count;
  };
  EXPECT_EQ(dead("group/1/router/1-group/2/router/1#2"), 1);
  EXPECT_EQ(dead("group/1/router/1-group/2/router/1"), 4);
}

TEST(Dragonfly, MinimalWaysMeetFourSwitchesValiantOnesSeven) {
  auto f = dragonfly_shape(9, 4, 2, 72);
  auto const minimal = make_routes(f);
  f.routing = Routing::valiant;
  auto const valiant = make_routes(f);
  int most = 0, most_valiant = 0;
  for (std::uint32_t to = 8; to < 576; to += 8)
    for (std::uint64_t flow = 0; flow < 4; ++flow) {
      most = std::max(most, switches_on(names(*minimal, 0, to, flow)));
      most_valiant = std::max(most_valiant, switches_on(names(*valiant, 0, to, flow)));
    }
  EXPECT_EQ(most, 4);
  EXPECT_EQ(most_valiant, 7);
}

}  // namespace
}  // namespace ondol::topology
