#pragma once
/// From plants, halls and declared events to what of the cooling works when.

#include "scenarios/schema/spec.hpp"
#include "sim/control/cooling_trips.hpp"

namespace ondol::sim {

CoolingTrips cooling_trips(schema::Scenario const& scenario);

}  // namespace ondol::sim
