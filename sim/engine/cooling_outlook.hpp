#pragma once
/// What plants can do in the weather of their site at their halls' rated heat, before anything is run: hours without
/// compressors and hours in which the set point is out of reach.
///
/// Each hour of a year by itself, in steady state with all machines in service, the loop at its design flow and the heat of all
/// racks at their ratings; the water is asked to leave at its set point.  Of weather that does not repeat, the hours of the
/// run, at most a year.  Ignores: what halls, tanks and loops store, part load.

#include <vector>

#include "sim/engine/assemble.hpp"
#include "sim/engine/run.hpp"

namespace ondol::sim {

std::vector<PlantOutlook> cooling_outlook(schema::Scenario const& scenario, topology::Facility const& facility,
                                          Assembly const& assembly);

/// A warning for each plant whose set point is out of reach in some hour.
std::vector<Fault> cooling_warnings(schema::Scenario const& scenario, std::vector<PlantOutlook> const& outlook);

}  // namespace ondol::sim
