#pragma once
/// Outdoor air against time: constant conditions, an hourly CSV or an EPW file (both may be .gz).
///
/// Values are linear between hours.  Wet bulb is computed for every hour from dry bulb, humidity and pressure
/// (psychrometrics.hpp); pressure comes from the file where it has one, else from the elevation.
///   CSV: columns local_time (YYYY-MM-DDTHH:MM), t_dry_c, rh_pct; optional pressure_pa; others are ignored; every hour
///        present once and in order.  Times are local with the offset given.
///   EPW: 8 header lines and 35 columns [crawley1999epw]; hour h of a day is the value at its end; time zone from the header.
/// A typical year uses month, day and hour for any year: the file must hold every hour of one year; 29 February takes the
/// values of 28 February when the file has none and is passed over in years that have none.
/// Ignores: daylight saving, wind, sun, rain.   Page: docs/models/weather.md

#include <cstddef>
#include <string>
#include <vector>

namespace ondol::sim {

struct WeatherSample {
  double dry_bulb_k = 293.15;
  double wet_bulb_k = 286.9;
  double relative_humidity = 0.5;
  double pressure_pa = 101325.0;
};

struct WeatherFileOptions {
  double utc_offset_s = 0.0;  ///< of the site's local time; an EPW file overrides it by its header
  double elevation_m = 0.0;   ///< for pressure where the file has none
  bool typical_year = true;
};

class Weather {
 public:
  /// Standard air of 20 degC and 50 %.
  Weather();
  static Weather constant(double dry_bulb_k, double relative_humidity, double pressure_pa);
  /// Throws InputError with file and line when the file cannot be read or its data cannot be used.
  static Weather from_file(std::string const& path, WeatherFileOptions const& options);

  /// Conditions at `unix_s` (seconds since 1970-01-01T00:00Z).  Before the first and after the last hour of a file that is not
  /// a typical year the nearest value holds; see covers().
  WeatherSample at(double unix_s) const;

  /// Whether at() is backed by data over [from, to] (the last hour counts in full); always so for constant conditions and
  /// typical years.
  bool covers(double from_unix_s, double to_unix_s) const;
  double utc_offset_s() const { return utc_offset_s_; }

 private:
  struct Uninitialised {};
  explicit Weather(Uninitialised) {}
  enum class Mode { constant, typical_year, series };
  Mode mode_ = Mode::constant;
  double utc_offset_s_ = 0.0;
  double first_local_s_ = 0.0;        ///< local time of hours_[0] in a series
  std::vector<WeatherSample> hours_;  ///< 1 (constant), 366 x 24 by leap-year calendar (typical year), or the rows (series)
  friend struct WeatherBuilder;
};

}  // namespace ondol::sim
