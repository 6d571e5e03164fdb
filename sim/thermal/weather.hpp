#pragma once
/// Outdoor air against time: constant conditions, a design day, CSV files or an EPW file (all may be .gz).
///
/// Dry bulb, humidity ratio and pressure are linear between rows; humidity is held at saturation where the line between two
/// moist rows leaves it (fog).  Wet bulb and relative humidity follow from these (psychrometrics.hpp), so wet bulb <= dry bulb
/// always.  Pressure comes from the file where it has one, else from the elevation.
///   CSV: local_time (YYYY-MM-DDTHH:MM[:SS], one offset from UTC all year) or time_s (t_s; after the start of the run), at any
///        fixed step; t_dry_c with rh_pct or wet_bulb_c, or wet_bulb_c alone: then the dry bulb is that of the relative
///        humidity given, an assumption that the caller tells; optional pressure_pa; other columns are ignored.
///   EPW: 8 header lines and 35 columns [crawley1999epw]; the k-th of n rows of an hour is the value at its k/n-th part (hour h
///        of a day: its end); time zone and elevation from the header; always standard time.
/// Real years are read by their own dates, several files one after the other; a typical year by month, day and time for any
/// year: it must hold every row of one year; 29 February takes 28 February where the file has none and is passed over in years
/// without it.
///
/// A design day repeats one day: dry bulb = highest - f(hour) range with f of [ashrae2017climate, table 6]; the humidity ratio
/// is that of the wet bulb at the highest dry bulb, as far as the air can hold it.
///
/// Warming adds to every dry bulb at unchanged relative humidity.  Ignores: wind, sun, rain.  Page: docs/models/weather.md

#include <cstddef>
#include <cstdint>
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
  double relative_humidity = 0.5;  ///< where the file has nothing but wet bulbs
  double start_unix_s = 0.0;       ///< of the run, for files that count seconds
  double offset_s = 0.0;           ///< time of such a file at the start of the run
  bool repeat = false;             ///< a series begins again after its last row
};

struct DesignDay {
  double dry_bulb_k = 0.0;  ///< highest of the day
  double wet_bulb_k = 0.0;  ///< coincident
  double range_k = 0.0;
};

class Weather {
 public:
  /// Standard air of 20 degC and 50 %.
  Weather();
  static Weather constant(double dry_bulb_k, double relative_humidity, double pressure_pa);
  /// Every day the same, by local time.
  static Weather design_day(DesignDay const& day, double pressure_pa, double utc_offset_s);
  /// One file, or several that follow one another.  Throws InputError with file and line when a file cannot be read or its
  /// data cannot be used.
  static Weather from_files(std::vector<std::string> const& paths, WeatherFileOptions const& options);

  void warm_by(double kelvin);

  /// Conditions at `unix_s` (seconds since 1970-01-01T00:00Z).  Before the first and after the last row of a series the nearest
  /// value holds; see covers().
  WeatherSample at(double unix_s) const;

  /// Whether at() is backed by data over [from, to] (the last row counts for its step); always so for what repeats.
  bool covers(double from_unix_s, double to_unix_s) const;
  /// What a series covers.
  double first_unix_s() const { return first_local_s_ - utc_offset_s_; }
  double last_unix_s() const { return first_unix_s() + step_s_ * static_cast<double>(rows_.size()); }
  double utc_offset_s() const { return utc_offset_s_; }
  bool assumes_dry_bulb() const { return assumes_dry_bulb_; }  ///< the file has wet bulbs alone

 private:
  struct Row {
    double dry_bulb_k = 0, ratio = 0, pressure_pa = 0;
    mutable double known_wet_bulb_k = 0;  ///< 0: not asked for yet; most runs need few rows of a year
    double wet_bulb_k() const;
  };
  enum class Mode { constant, day, typical_year, series };
  explicit Weather(Mode mode) : mode_(mode) {}
  static Row row(double dry_bulb_k, double relative_humidity, double pressure_pa);
  WeatherSample between(Row const& a, Row const& b, double x) const;

  Mode mode_;
  bool repeat_ = false, assumes_dry_bulb_ = false;
  double utc_offset_s_ = 0.0;
  double step_s_ = 3600.0;
  double first_local_s_ = 0.0;  ///< of rows_[0] in a series
  std::vector<Row> rows_;       ///< one (constant), of a day, of a leap year's calendar, or as they come
  friend struct WeatherBuilder;
};

}  // namespace ondol::sim
