#pragma once
/// A value for each hour: prices, emission factors.  Either of its own dates, or of a typical year: then the hours of one
/// calendar year, of its own time zone, are read by month, day and hour in any year, and 29 February reads 28 February where
/// the series has none.

#include <cstdint>
#include <vector>

namespace ondol::sim {

struct HourlySeries {
  std::vector<double> value;      ///< one an hour; empty: there is none
  std::int64_t first_unix_s = 0;  ///< beginning of the first hour
  bool typical_year = false;      ///< the series begins on 1 January, 00:00, and has 8760 or 8784 hours
  std::int64_t utc_offset_s = 0;  ///< of its time zone; counts for a typical year

  bool empty() const { return value.empty(); }
  /// Whether every hour of [from, to) is there.
  bool covers(double from_unix_s, double to_unix_s) const;
  /// Of the hour that holds the moment, which must be covered.
  double at(double unix_s) const;
};

}  // namespace ondol::sim
