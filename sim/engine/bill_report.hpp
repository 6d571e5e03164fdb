#pragma once
/// What the meters tell at the end of a run: key figures, and the tables `tariffs`, `demand` and energy by pool, vendor and
/// tenant of the results file.

#include <vector>

#include "sim/engine/energy_account.hpp"
#include "sim/engine/machine_room.hpp"
#include "sim/engine/run.hpp"
#include "sim/record/recorder.hpp"

namespace ondol::sim {

/// The bill of the site, then the others; none without a tariff.
std::vector<TariffRow> tariff_rows(schema::Scenario const& scenario, Meters const& meters);

/// Key figures beside those of the ledger.
std::vector<Kpi> bill_kpis(schema::Scenario const& scenario, MachineRoom const& room, EnergyAccount const& account);

/// Emissions of the grid's energy and of the site's own generators [kg].
double emissions_kg(schema::Scenario const& scenario, MachineRoom const& room, Bill const& bill);

void write_bill_tables(Recorder& recorder, schema::Scenario const& scenario, MachineRoom const& room,
                       EnergyAccount const& account);

}  // namespace ondol::sim
