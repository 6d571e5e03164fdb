#pragma once
/// What the loss of any one vertex takes with it, by the shape of the layers alone: no flows, so that every run can tell it.

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/schema/spec.hpp"
#include "topology/build/facility.hpp"
#include "topology/graph/facility_graph.hpp"

namespace ondol::topology {

/// The loss of one vertex.
struct Loss {
  std::string name;
  Kind kind = Kind::site;
  std::uint32_t racks = 0, nodes = 0;  ///< left without a path to power, or to a heat sink, or to most other nodes
  double rack_w = 0.0;                 ///< rated power of the racks
  std::uint32_t vertex = 0;            ///< of the facility graph
};

/// Those that take something, heaviest first.
struct SingleLosses {
  std::vector<Loss> power;    ///< dominators of racks
  std::vector<Loss> cooling;  ///< articulation points between racks and weather
  std::vector<Loss> fabric;   ///< articulation points between nodes, units that alone feed switches; counted in nodes
};

/// Throws InputError as `power_tree` does.
SingleLosses single_losses(schema::Scenario const& scenario, Facility const& facility);

}  // namespace ondol::topology
