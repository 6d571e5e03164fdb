#pragma once
/// A fabric as numbers: what the generators need, from a scenario or put together by hand.

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/schema/spec.hpp"

namespace ondol::topology {

/// Equal nodes in a row.
struct NodeShape {
  std::uint32_t nodes = 0;
  std::uint32_t accelerators = 1;  ///< a node
  std::uint32_t nics = 1;          ///< a node; accelerators share them, or have several
  std::uint32_t domain = 1;        ///< accelerators that the scale-up fabric joins, in a row; 1: none
  schema::ScaleUp scaleup = schema::ScaleUp::switched;
  double scaleup_bytes_per_s = 0;  ///< of one accelerator, per direction
};

struct FabricShape {
  using Kind = schema::FabricSpec::Kind;
  using Routing = schema::FabricSpec::Routing;

  std::string id = "fabric";
  Kind kind = Kind::rail_fat_tree;
  std::vector<NodeShape> nodes;
  std::vector<std::string> node_names;  ///< "h200/r001/n1"; empty: "n1", "n2", ...
  double port_bytes_per_s = 50e9;
  std::uint32_t leaf_ports = 64, spine_ports = 64, core_ports = 64;  ///< of one switch, at the port rate

  // fat trees
  int levels = 2;
  std::uint32_t unit_nodes = 0;  ///< of a scalable unit, or on a leaf of a plain fat tree; 0: as many as its ports take
  std::uint32_t pod_nodes = 0;   ///< of three levels; 0: as many as the ports of a spine take
  double oversubscription = 1, core_oversubscription = 1;
  // dragonfly
  std::uint32_t groups = 0, routers_per_group = 0, global_links = 0;
  // torus
  std::vector<std::uint32_t> dimensions;

  Routing routing = Routing::ecmp;
  bool pxn = true;
  std::vector<std::string> failed;

  double switch_latency_s = 0;           ///< port to port
  double node_cable_s = 0, cable_s = 0;  ///< time of flight
  double scaleup_latency_s = 0;          ///< through the switches of a domain, or over a direct link

  std::uint32_t node_count() const {
    std::uint32_t sum = 0;
    for (auto const& block : nodes) sum += block.nodes;
    return sum;
  }
  std::uint32_t accelerator_count() const {
    std::uint32_t sum = 0;
    for (auto const& block : nodes) sum += block.nodes * block.accelerators;
    return sum;
  }
  std::string node_name(std::uint32_t node) const { return node_name(node_names, node); }
  static std::string node_name(std::vector<std::string> const& names, std::uint32_t node) {
    return names.empty() ? "n" + std::to_string(node + 1) : names[node];
  }
};

}  // namespace ondol::topology
