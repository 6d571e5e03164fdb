#pragma once
/// When the weather of a run is hardest on its cooling.

#include "scenarios/schema/spec.hpp"
#include "topology/build/facility.hpp"

namespace ondol::sim {

/// Start of the hour with the highest wet bulb where towers or wetted pads cool, else the highest dry bulb; seconds after the
/// start of the run.  Of equal ones the first.
double hottest_time_s(schema::Scenario const& scenario, topology::Facility const& facility);

}  // namespace ondol::sim
