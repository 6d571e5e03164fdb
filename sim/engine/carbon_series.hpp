#pragma once
/// Hourly emission factors of a grid from a CSV file (may be .gz) with the columns utc_time (YYYY-MM-DDTHH:MM) and
/// ci_direct_g_per_kwh: direct emissions at generation, as the Korean consumption-end factor counts them.  Other columns are
/// ignored.  The file must hold every hour of one calendar year once.

#include <filesystem>
#include <vector>

namespace ondol::sim {

/// kg/J by UTC hour of the year: 8760 values, or 8784 for a leap year.  Throws InputError with file and line.
std::vector<double> read_carbon_series(std::filesystem::path const& file);

}  // namespace ondol::sim
