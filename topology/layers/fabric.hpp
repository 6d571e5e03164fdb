#pragma once
/// The fabric layer: one connected network of nodes and switches per scheduler pool.

#include <cstdint>
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

/// Byte/s that the first half of the nodes can send to the second half at once: a maximum flow over link capacities.
double bisection_bytes_per_s(FacilityGraph const& facility, FabricNetwork const& network);

/// Byte/s that the smaller half can inject: the flow of a network that blocks nothing.
double half_injection_bytes_per_s(FacilityGraph const& facility, FabricNetwork const& network);

}  // namespace ondol::topology
