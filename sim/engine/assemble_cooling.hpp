#pragma once
/// From what people declare of plants and halls to the params of the cooling models.

#include <vector>

#include "scenarios/schema/spec.hpp"
#include "sim/power/hourly_series.hpp"
#include "sim/thermal/cooling_system.hpp"
#include "topology/build/facility.hpp"

namespace ondol::sim {

CoolingOptions cooling_options(schema::CoolingSpec const& spec);

/// What a plant is told from outside its own control.
struct PlantOrders {
  std::vector<int> charge_hours, discharge_hours;  ///< of the tank, local time
  HourlySeries demand_w;                           ///< of the sink of its heat; empty: as its parameters say
};

PlantOrders plant_orders(schema::Scenario const& scenario, std::size_t plant, double utc_offset_s);

PlantParams plant_params(schema::Scenario const& scenario, schema::PlantSpec const& spec);

/// `air_density` at the pressure of the site [kg/m3].
HallParams hall_params(schema::Scenario const& scenario, topology::Facility const& facility, schema::HallSpec const& hall,
                       double air_density);

}  // namespace ondol::sim
