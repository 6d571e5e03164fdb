#pragma once
/// The parts of `analyse`, one a layer.

#include "topology/build/analysis.hpp"

namespace ondol::topology {

void report_power(schema::Scenario const& scenario, Facility const& facility, FacilityReport& report);
/// No part of the graph: what it can do, and for what.
void report_storage(schema::Scenario const& scenario, FacilityReport& report);
void report_cooling(schema::Scenario const& scenario, Facility const& facility, FacilityReport& report);
void report_fabric(schema::Scenario const& scenario, Facility const& facility, FacilityReport& report);

void warn_of_overload(FacilityReport& report);

}  // namespace ondol::topology
