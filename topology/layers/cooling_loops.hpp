#pragma once
/// The coolant and air layers as loops: who gives heat, who takes it, where it ends.

#include <cstdint>
#include <string>
#include <vector>

#include "topology/graph/facility_graph.hpp"

namespace ondol::topology {

struct CoolingLoop {
  enum class Medium { facility_water, technology_coolant, room_air };
  Medium medium = Medium::facility_water;
  std::uint32_t header = 0;            ///< graph vertex of the plant or hall
  std::uint32_t owner = 0;             ///< index of the plant or hall in the scenario
  std::vector<std::uint32_t> sources;  ///< graph vertices that heat the loop: racks, or CDUs and CRAHs
  std::vector<std::uint32_t> sinks;    ///< graph vertices that cool it: CDUs or CRAHs, or chillers, towers, dry coolers
};

struct CoolingLoops {
  std::vector<CoolingLoop> loops;   ///< facility water by plant, then technology coolant and room air by hall
  std::vector<std::string> faults;  ///< broken invariants, for the person who wrote the scenario
};

/// Invariants: every coolant and air edge lies on a circuit (what flows out comes back); from every loop with sources a path
/// along sinks reaches the weather; every rack touches at least one loop.
CoolingLoops cooling_loops(FacilityGraph const& facility);

}  // namespace ondol::topology
