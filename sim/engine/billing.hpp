#pragma once
/// From tariffs and grid factors as declared to what EnergyBill takes; reads the series and says where they fall short.

#include <string>
#include <vector>

#include "scenarios/schema/spec.hpp"
#include "sim/power/tariff.hpp"

namespace ondol::sim {

/// A tariff of the scenario.  Throws InputError, at the place of the key, when its series or holidays do not cover the run.
TariffParams tariff_params(schema::Scenario const& scenario, std::string const& id, double utc_offset_s);

/// Factors of the grid, with the renewable share where the file has one.
CarbonParams carbon_params(schema::Scenario const& scenario);

/// Seconds from UTC of "+09:00"; a checked text.
double offset_of_zone_s(std::string const& zone);

}  // namespace ondol::sim
