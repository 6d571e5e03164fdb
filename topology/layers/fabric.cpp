#include "topology/layers/fabric.hpp"

#include <algorithm>
#include <compare>
#include <map>
#include <queue>
#include <tuple>
#include <unordered_map>

#include "topology/graph/boost_graph.hpp"
#include "topology/layers/max_flow.hpp"

namespace ondol::topology {
namespace {

using Index = std::uint32_t;

struct Link {
  Index other;
  double capacity;
};

/// Links of v in both senses.
std::vector<Link> links(FacilityGraph const& facility, Index v) {
  BoostGraph const& g = facility.impl().graph;
  std::vector<Link> all;
  for (auto [e, end] = boost::out_edges(v, g); e != end; ++e)
    if (g[*e].layer == Layer::fabric) all.push_back({static_cast<Index>(boost::target(*e, g)), g[*e].capacity});
  for (auto [e, end] = boost::in_edges(v, g); e != end; ++e)
    if (g[*e].layer == Layer::fabric) all.push_back({static_cast<Index>(boost::source(*e, g)), g[*e].capacity});
  return all;
}

double injection(FacilityGraph const& facility, Index node) {
  double sum = 0.0;
  for (auto const& link : links(facility, node)) sum += link.capacity;
  return sum;
}

}  // namespace

Fabric fabric(FacilityGraph const& facility) {
  Fabric result;
  std::vector<char> seen(facility.vertex_count(), 0);
  std::size_t unlinked = 0;
  std::string first_unlinked;
  for (Index node : facility.vertices(Kind::node)) {
    if (seen[node]) continue;
    FabricNetwork network;
    std::vector<Index> front{node};
    seen[node] = 1;
    while (!front.empty()) {
      Index const v = front.back();
      front.pop_back();
      bool plugged = false;
      for (auto const& link : links(facility, v)) {
        plugged = plugged || facility.vertex(link.other).kind == Kind::node;
        if (!seen[link.other]) {
          seen[link.other] = 1;
          front.push_back(link.other);
        }
      }
      if (facility.vertex(v).kind == Kind::node)
        network.nodes.push_back(v);
      else
        (plugged ? network.leaves : network.spines).push_back(v);
    }
    for (auto* part : {&network.nodes, &network.leaves, &network.spines}) std::sort(part->begin(), part->end());
    if (network.leaves.empty() && network.nodes.size() == 1) {
      if (unlinked++ == 0) first_unlinked = facility.full_name(node);
      continue;
    }
    result.networks.push_back(std::move(network));
  }
  if (unlinked > 0)
    result.faults.push_back("node without a link to the fabric: " + first_unlinked +
                            (unlinked > 1 ? " and " + std::to_string(unlinked - 1) + " more" : std::string{}));
  for (Index v : facility.vertices(Kind::network_switch))
    if (!seen[v]) result.faults.push_back("switch that reaches no node: " + facility.full_name(v));
  return result;
}

int switch_hops(FacilityGraph const& facility, FabricNetwork const& network) {
  // Nodes hang on leaves, so the farthest pair of leaves decides; leaves with the same switches above see the same distances.
  std::map<std::vector<Index>, Index> representative;
  std::map<Index, std::size_t> nodes_on;
  for (Index leaf : network.leaves) {
    std::vector<Index> above;
    std::size_t nodes = 0;
    for (auto const& link : links(facility, leaf)) {
      if (facility.vertex(link.other).kind == Kind::node)
        ++nodes;
      else
        above.push_back(link.other);
    }
    std::sort(above.begin(), above.end());
    representative.emplace(std::move(above), leaf);
    nodes_on[leaf] = nodes;
  }
  int farthest = network.nodes.size() > 1 ? 1 : 0;
  for (auto const& [above, start] : representative) {
    std::unordered_map<Index, int> distance{{start, 1}};
    std::queue<Index> front;
    front.push(start);
    while (!front.empty()) {
      Index const v = front.front();
      front.pop();
      if (nodes_on.count(v)) farthest = std::max(farthest, distance[v]);
      for (auto const& link : links(facility, v))
        if (facility.vertex(link.other).kind != Kind::node && distance.emplace(link.other, distance[v] + 1).second)
          front.push(link.other);
    }
  }
  return farthest;
}

double half_injection_bytes_per_s(FacilityGraph const& facility, FabricNetwork const& network) {
  double first = 0.0, second = 0.0;
  for (std::size_t i = 0; i < network.nodes.size(); ++i)
    (i < network.nodes.size() / 2 ? first : second) += injection(facility, network.nodes[i]);
  return std::min(first, second);
}

double bisection_bytes_per_s(FacilityGraph const& facility, FabricNetwork const& network, FabricLoss const& loss) {
  auto const links_left = [&](Index v) {
    auto all = links(facility, v);
    if (loss.vertex) std::erase_if(all, [&](Link const& link) { return v == *loss.vertex || link.other == *loss.vertex; });
    double lost = loss.bytes_per_s;  // once, however many links join the two
    for (auto& link : all)
      if ((v == loss.a && link.other == loss.b) || (v == loss.b && link.other == loss.a)) {
        double const here = std::min(lost, link.capacity);
        link.capacity -= here;
        lost -= here;
      }
    return all;
  };
  // Switches with the same links above are one vertex of the flow, with their capacities added; so are all nodes of one half
  // on one leaf.  Neither changes the value: what the parts can carry apart, they carry together, and back by equal shares.
  FlowNetwork flow(2);
  constexpr Index source = 0, sink = 1;
  std::unordered_map<Index, Index> local;
  for (Index leaf : network.leaves) local[leaf] = flow.add_vertex();

  std::map<std::vector<std::pair<Index, double>>, Index> alike;
  for (Index spine : network.spines) {
    std::vector<std::pair<Index, double>> key;
    for (auto const& link : links_left(spine)) key.emplace_back(link.other, link.capacity);
    std::sort(key.begin(), key.end());
    auto const [it, fresh] = alike.emplace(std::move(key), Index{0});
    if (fresh) it->second = flow.add_vertex();
    local[spine] = it->second;
  }

  std::map<std::pair<Index, Index>, double> up;  // leaf or switch pair -> capacity
  for (auto const* part : {&network.leaves, &network.spines})
    for (Index v : *part)
      for (auto const& link : links_left(v)) {
        if (facility.vertex(link.other).kind == Kind::node) continue;
        Index const a = local.at(v), b = local.at(link.other);
        if (a < b) up[{a, b}] += link.capacity;
      }
  for (auto const& [ends, capacity] : up) flow.add_edge(ends.first, ends.second, capacity, capacity);

  std::map<std::pair<bool, Index>, double> plugs;
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    bool const first_half = i < network.nodes.size() / 2;
    for (auto const& link : links_left(network.nodes[i]))
      if (auto const it = local.find(link.other); it != local.end()) plugs[{first_half, it->second}] += link.capacity;
  }
  for (auto const& [plug, capacity] : plugs) {
    if (plug.first)
      flow.add_edge(source, plug.second, capacity);
    else
      flow.add_edge(plug.second, sink, capacity);
  }
  return flow.max_flow(source, sink);
}

std::vector<FabricLoss> kinds_of_loss(FacilityGraph const& facility, FabricNetwork const& network, double cable_bytes_per_s) {
  struct Likeness {
    bool node = false;
    std::size_t links = 0, here = 0;  ///< here: nodes of its own in the first half; of a node, whether it is there
    double capacity = 0;
    auto operator<=>(Likeness const&) const = default;
  };
  std::unordered_map<Index, Likeness> likeness;
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    auto& it = likeness[network.nodes[i]];
    it.node = true;
    it.here = i < network.nodes.size() / 2 ? 1 : 0;
  }
  for (auto const* part : {&network.nodes, &network.leaves, &network.spines})
    for (Index v : *part) {
      auto& it = likeness[v];
      for (auto const& link : links(facility, v)) {
        ++it.links;
        it.capacity += link.capacity;
        auto const other = likeness.find(link.other);
        if (!it.node && other != likeness.end() && other->second.node) it.here += other->second.here;
      }
    }
  std::vector<FabricLoss> losses;
  std::map<Likeness, char> switches;
  std::map<std::tuple<Likeness, Likeness, double>, char> cables;
  for (auto const* part : {&network.leaves, &network.spines})
    for (Index v : *part) {
      if (switches.emplace(likeness[v], char{}).second) losses.push_back({v, 0, 0, 0.0});
      for (auto const& link : links(facility, v))
        if (cables.emplace(std::tuple{likeness[v], likeness[link.other], link.capacity}, char{}).second)
          losses.push_back({std::nullopt, v, link.other, cable_bytes_per_s});
    }
  return losses;
}

}  // namespace ondol::topology
