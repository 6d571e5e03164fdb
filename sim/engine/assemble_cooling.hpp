#pragma once
/// From what people declare of plants and halls to the params of the cooling models.

#include "scenarios/schema/spec.hpp"
#include "sim/thermal/cooling_system.hpp"
#include "topology/build/facility.hpp"

namespace ondol::sim {

CoolingOptions cooling_options(schema::CoolingSpec const& spec);

PlantParams plant_params(schema::Scenario const& scenario, schema::PlantSpec const& spec);

/// `air_density` at the pressure of the site [kg/m3].
HallParams hall_params(schema::Scenario const& scenario, topology::Facility const& facility, schema::HallSpec const& hall,
                       double air_density);

}  // namespace ondol::sim
