#pragma once
/// The power layer in the order in which it is solved: from the loads up to the meter.

#include <cstdint>
#include <string>
#include <vector>

#include "topology/graph/facility_graph.hpp"

namespace ondol::topology {

/// `vertices` holds every load before what feeds it, or may feed it, and the utility last; the racks come first, in rack
/// order.  The load of a vertex is shared equally among its feeders; a transfer switch turns to its alternates when all
/// feeders are dead.  Generators that lead to an alternate are in the tree; other standby sources (generators and batteries
/// that nothing feeds) carry nothing while the utility is there and are left out.
struct PowerTree {
  enum class Role { utility, unit, rack, node_group, cdu, crah, network, mechanical, pumps, base_load, heat_load };
  struct Vertex {
    std::uint32_t graph_vertex = 0;
    Role role = Role::unit;
    std::string name;
    std::uint32_t owner = 0;       ///< unit: index of its bank; rack: rack index; cdu, crah: hall index; network: fabric index;
                                   ///< mechanical, pumps: plant index; heat_load: its index
    std::uint32_t unit_index = 0;  ///< within the bank
    double rating_w = 0.0;
    std::uint32_t first_feeder = 0, feeder_count = 0;
    std::uint32_t alternate_count = 0;  ///< in `feeders`, behind the feeders proper
  };
  std::vector<Vertex> vertices;
  std::vector<std::uint32_t> feeders;  ///< indices into `vertices`; those of v start at v.first_feeder
};

/// Throws InputError that names every power cycle, or every load and unit that no path joins to the utility.
PowerTree power_tree(FacilityGraph const& facility);

}  // namespace ondol::topology
