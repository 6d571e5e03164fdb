#pragma once
/// The plan of `ondol check` as JSON, SI units in the key names.

#include <string>
#include <vector>

#include "sim/engine/run.hpp"
#include "topology/build/analysis.hpp"

namespace ondol::app {

std::string to_json(topology::FacilityReport const& report, std::vector<sim::PlantOutlook> const& plants);

}  // namespace ondol::app
