#pragma once
/// The fabric layer: one connected network of nodes and switches per scheduler pool.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "topology/graph/facility_graph.hpp"

namespace ondol::topology {

struct FabricNetwork {
  std::vector<std::uint32_t> nodes;   ///< graph vertices, ascending
  std::vector<std::uint32_t> leaves;  ///< switches that nodes plug into
  std::vector<std::uint32_t> spines;  ///< the others
};

struct Fabric {
  std::vector<FabricNetwork> networks;  ///< connected components, by their first node
  std::vector<std::string> faults;      ///< nodes without a link, switches that lead nowhere
};

Fabric fabric(FacilityGraph const& facility);

/// Most switches on a shortest path between two nodes of the network (1: all under one leaf).
int switch_hops(FacilityGraph const& facility, FabricNetwork const& network);

/// A switch with all its links, or a part of the capacity of one link.
struct FabricLoss {
  std::optional<std::uint32_t> vertex;
  std::uint32_t a = 0, b = 0;  ///< ends of the link
  double bytes_per_s = 0;      ///< that the link loses
};

/// Byte/s that the first half of the nodes can send to the second half at once: a maximum flow over link capacities, by
/// push-relabel [cherkassky1997].
double bisection_bytes_per_s(FacilityGraph const& facility, FabricNetwork const& network, FabricLoss const& loss = {});

/// One loss of a switch and one of a cable of `cable_bytes_per_s` for each kind that the network has: switches, and the ends of
/// cables, that are alike in links, in capacity and in the share of their nodes in either half are one kind.
std::vector<FabricLoss> kinds_of_loss(FacilityGraph const& facility, FabricNetwork const& network, double cable_bytes_per_s);

/// Byte/s that the smaller half can inject: the flow of a network that blocks nothing.
double half_injection_bytes_per_s(FacilityGraph const& facility, FabricNetwork const& network);

}  // namespace ondol::topology
