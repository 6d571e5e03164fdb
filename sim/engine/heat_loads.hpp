#pragma once
/// Loads that are declared instead of simulated: equipment whose power is known, constant or from a file.  What they draw is
/// IT power at the bank that feeds them and heat of their hall; without supply they draw nothing.
/// Page: docs/models/heat-loads.md

#include <cstdint>
#include <vector>

#include "scenarios/schema/spec.hpp"
#include "sim/power/load_series.hpp"

namespace ondol::sim {

struct HeatLoad {
  std::uint32_t hall = 0;
  double liquid_fraction = 0;
  LoadSeries series;
};

/// Of the scenario, in its order.  Throws InputError with file and line where a file is wrong, or at the key where it does not
/// cover the run.
std::vector<HeatLoad> heat_loads(schema::Scenario const& scenario);

/// Writes what is rated of loads with files, their highest power, into their specs, for what looks at ratings alone.
void rate_heat_loads(schema::Scenario& scenario);

}  // namespace ondol::sim
