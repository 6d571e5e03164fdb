#pragma once
/// Hourly series from CSV files (may be .gz): prices and emission factors.  The first line names the columns; times are
/// YYYY-MM-DDThh:mm (or with a blank, seconds allowed) of a fixed offset from UTC, one row for each hour, none left out.

#include <cstdint>
#include <filesystem>
#include <string>

#include "sim/power/hourly_series.hpp"

namespace ondol::sim {

struct HourlyColumn {
  std::string time_column, column;
  double scale = 1;  ///< from the column's unit to that of the series
  std::int64_t utc_offset_s = 0;
  bool typical_year = false;
  double lowest = 0;  ///< values below it are refused
};

/// Throws InputError with file and line.
HourlySeries read_hourly(std::filesystem::path const& file, HourlyColumn const& what);

/// "2024-03-01 05:00"
std::string hour_text(std::int64_t unix_s, std::int64_t utc_offset_s);

}  // namespace ondol::sim
