#pragma once
/// Scenario -> facility graph.
///
/// Wiring of the power banks is described in PowerBankSpec.  A rack takes one unit of each bank that feeds its group (two
/// banks: 2N); the racks of a bank are dealt to its units in turn, across groups.  Plants, CRAHs, CDUs and the base load
/// take a share from every unit of their bank.

#include <cstdint>
#include <string>
#include <vector>

#include "scenarios/schema/spec.hpp"
#include "topology/build/fabrics/parts.hpp"
#include "topology/graph/facility_graph.hpp"

namespace ondol::topology {

struct RackPlace {
  std::string name;  ///< "h200/r017": pool and number in the pool, from 1
  std::uint32_t group = 0, hall = 0, pool = 0, first_node = 0, nodes = 0;
  int row = 0, position = 0;  ///< floor plan, from 0
  std::uint32_t vertex = 0;   ///< in the graph
};

/// A declared fabric, in the order of the scenario.
struct FabricPlace {
  std::uint32_t hall = 0;    ///< whose air its switches heat
  std::uint32_t vertex = 0;  ///< its electrical load, which holds the switches
  std::uint32_t nodes = 0;   ///< that it joins
  double port_bytes_per_s = 0;
  FabricParts parts;
  int hops_unit = 0, hops_farthest = 0;  ///< most switches on a way within a unit, and at all
  std::vector<std::uint32_t> switches;   ///< their vertices; 0: failed
};

struct Facility {
  FacilityGraph graph;
  std::vector<RackPlace> racks;
  std::vector<std::uint32_t> node_rack;  ///< rack index of each node
  std::vector<std::string> pools;        ///< in order of first appearance
  std::vector<FabricPlace> fabrics;
  std::uint32_t accelerators = 0;
};

/// Throws InputError with every dangling name, and for a facility too large to hold, with the memory it would take.
Facility build_facility(schema::Scenario const& scenario);

/// Electrical power of one rack at its rating, less what a power limit of its group takes off.
Watts rated_rack_power(schema::Scenario const& scenario, schema::RackGroupSpec const& group);

/// Share of the rack's heat that liquid takes.
double liquid_fraction(schema::Scenario const& scenario, schema::RackGroupSpec const& group);

}  // namespace ondol::topology
