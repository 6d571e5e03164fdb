#pragma once
/// Heat at rated power, as it lands on halls and plants.  All electrical power of racks, CRAH fans and CDU pumps becomes heat.

#include <vector>

#include "scenarios/schema/spec.hpp"
#include "topology/build/facility.hpp"

namespace ondol::topology {

struct HallHeat {
  Watts racks{0};           ///< rated rack power
  Watts network{0};         ///< switches of declared fabrics
  Watts loads{0};           ///< declared instead of simulated
  Watts air{0}, liquid{0};  ///< of racks and loads; air also of the switches
  Watts fans{0}, pumps{0};  ///< electrical power of all CRAHs and CDUs
};

/// Groups whose catalogue entries are missing count nothing.
std::vector<HallHeat> rated_hall_heat(schema::Scenario const& scenario, std::vector<FabricPlace> const& fabrics);

/// What the facility water of each plant must take.
std::vector<Watts> rated_plant_heat(schema::Scenario const& scenario, std::vector<HallHeat> const& halls);

/// Electrical power of a plant while it takes `heat`: pumps and fans of tower and dry cooler at full speed, and chillers at
/// reference COP as far as their capacity goes.  Without the pumps of the loop where these have a feed of their own.
Watts rated_mechanical_power(schema::Scenario const& scenario, schema::PlantSpec const& plant, Watts heat);

}  // namespace ondol::topology
