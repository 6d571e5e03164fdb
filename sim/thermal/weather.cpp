#include "sim/thermal/weather.hpp"

#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "scenarios/base/error.hpp"
#include "scenarios/base/units.hpp"
#include "sim/thermal/psychrometrics.hpp"

namespace ondol::sim {

namespace {

constexpr double hour_s = 3600.0;
constexpr std::size_t leap_year_hours = 366 * 24;

/// Civil date and hour <-> hours since 1970-01-01T00:00 on the same (local) calendar.
struct CivilHour {
  int year = 0;
  unsigned month = 1, day = 1, hour = 0;
};

std::int64_t to_hours(CivilHour const& c) {
  using namespace std::chrono;
  sys_days const days{year{c.year} / month{c.month} / day{c.day}};
  return static_cast<std::int64_t>(days.time_since_epoch().count()) * 24 + c.hour;
}

CivilHour from_hours(std::int64_t hours) {
  using namespace std::chrono;
  std::int64_t const day_number = hours >= 0 ? hours / 24 : -((23 - hours) / 24);
  year_month_day const date{sys_days{days{static_cast<int>(day_number)}}};
  return {static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
          static_cast<unsigned>(hours - day_number * 24)};
}

/// Place of an hour in the calendar of a leap year.
std::size_t leap_slot(CivilHour const& c) {
  static constexpr unsigned before[12] = {0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335};
  return (before[c.month - 1] + c.day - 1) * 24 + c.hour;
}

std::string name(CivilHour const& c) {
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02u:00", c.year, c.month, c.day, c.hour);
  return text;
}

WeatherSample lerp(WeatherSample const& a, WeatherSample const& b, double x) {
  return {std::lerp(a.dry_bulb_k, b.dry_bulb_k, x), std::lerp(a.wet_bulb_k, b.wet_bulb_k, x),
          std::lerp(a.relative_humidity, b.relative_humidity, x), std::lerp(a.pressure_pa, b.pressure_pa, x)};
}

}  // namespace

/// Reads one file into a Weather; every complaint names the line.
struct WeatherBuilder {
  std::string path;
  WeatherFileOptions options;
  std::vector<std::string> lines;
  std::vector<std::int64_t> times;   ///< local, hours since 1970
  std::vector<std::size_t> line_of;  ///< 1-based line of each row
  std::vector<WeatherSample> rows;

  [[noreturn]] void fail(std::size_t line, std::string const& message) const {
    Fault fault;
    fault.file = path;
    fault.line = line;
    if (line > 0 && line <= lines.size()) {
      fault.column = 1;
      fault.source_line = lines[line - 1];
    }
    fault.message = message;
    throw InputError(std::vector<Fault>{fault});
  }

  void read_lines() {
    std::error_code code;
    if (!std::filesystem::exists(path, code)) fail(0, "weather file does not exist");
    if (!std::filesystem::is_regular_file(path, code)) fail(0, "weather file is not a regular file");
    gzFile const file = gzopen(path.c_str(), "rb");
    if (file == nullptr) fail(0, "weather file cannot be opened");
    std::string text;
    std::vector<char> block(1 << 16);
    int got = 0;
    // An hourly year takes 2 MB as EPW; 64 MB is far beyond any weather file.
    while ((got = gzread(file, block.data(), static_cast<unsigned>(block.size()))) > 0 && text.size() < (64u << 20))
      text.append(block.data(), static_cast<std::size_t>(got));
    bool const whole = got == 0 && gzclose(file) == Z_OK;
    if (got != 0) gzclose(file);
    if (!whole) fail(0, got > 0 ? "weather file is larger than 64 MB" : "weather file cannot be read: damaged compression");
    if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
    for (std::size_t begin = 0; begin < text.size();) {
      std::size_t end = text.find('\n', begin);
      if (end == std::string::npos) end = text.size();
      std::size_t last = end;
      if (last > begin && text[last - 1] == '\r') --last;
      lines.emplace_back(text, begin, last - begin);
      begin = end + 1;
    }
    while (!lines.empty() && lines.back().empty()) lines.pop_back();
    if (lines.empty()) fail(0, "weather file is empty");
  }

  static std::vector<std::string_view> split(std::string_view line) {
    std::vector<std::string_view> cells;
    for (std::size_t begin = 0;;) {
      std::size_t const end = line.find(',', begin);
      cells.push_back(line.substr(begin, end == std::string_view::npos ? end : end - begin));
      if (end == std::string_view::npos) return cells;
      begin = end + 1;
    }
  }

  double number(std::string_view cell, char const* what, double least, double most, std::size_t line) const {
    std::string const text(cell);
    char* end = nullptr;
    double const value = std::strtod(text.c_str(), &end);
    while (end != nullptr && *end == ' ') ++end;
    if (text.empty() || end == text.c_str() || *end != '\0')
      fail(line, std::string(what) + " is \"" + text + "\", not a number");
    if (!(value >= least && value <= most)) {
      char range[96];
      std::snprintf(range, sizeof range, ", outside %g..%g", least, most);
      fail(line, std::string(what) + " is " + text + range + (std::isnan(value) ? "; fill the gap before use" : ""));
    }
    return value;
  }

  void add(CivilHour const& when, double dry_c, double humidity, double pressure, std::size_t line) {
    WeatherSample sample;
    sample.dry_bulb_k = from_celsius(dry_c).v;
    sample.relative_humidity = humidity;
    sample.pressure_pa = pressure;
    sample.wet_bulb_k = wet_bulb_k(sample.dry_bulb_k, humidity, pressure);
    times.push_back(to_hours(when));
    line_of.push_back(line);
    rows.push_back(sample);
  }

  bool valid(CivilHour const& c) const {
    using namespace std::chrono;
    return year_month_day{year{c.year}, month{c.month}, day{c.day}}.ok() && c.hour < 24;
  }

  void read_csv() {
    auto const header = split(lines[0]);
    auto const column = [&](std::string_view wanted) {
      return static_cast<std::size_t>(std::find(header.begin(), header.end(), wanted) - header.begin());
    };
    std::size_t const time = column("local_time"), dry = column("t_dry_c"), humid = column("rh_pct"),
                      press = column("pressure_pa");
    for (auto const& [at, what] : {std::pair{time, "local_time"}, {dry, "t_dry_c"}, {humid, "rh_pct"}})
      if (at == header.size())
        fail(1, std::string("column ") + what + " is missing; a weather CSV needs local_time, t_dry_c and rh_pct");
    double const standard = pressure_at_elevation_pa(options.elevation_m);
    for (std::size_t i = 1; i < lines.size(); ++i) {
      auto const cells = split(lines[i]);
      if (cells.size() != header.size())
        fail(i + 1, "row has " + std::to_string(cells.size()) + " columns, the header " + std::to_string(header.size()));
      CivilHour when;
      unsigned minute = 0;
      std::string const stamp(cells[time]);
      char separator = 0;
      if (std::sscanf(stamp.c_str(), "%4d-%2u-%2u%c%2u:%2u", &when.year, &when.month, &when.day, &separator, &when.hour,
                      &minute) != 6 ||
          (separator != 'T' && separator != ' ') || !valid(when))
        fail(i + 1, "local_time is \"" + stamp + "\"; write it as 2024-01-31T23:00");
      if (minute != 0) fail(i + 1, "local_time is \"" + stamp + "\", not a full hour");
      add(when, number(cells[dry], "t_dry_c", -90, 70, i + 1), number(cells[humid], "rh_pct", 0, 100, i + 1) / 100.0,
          press == header.size() ? standard : number(cells[press], "pressure_pa", 3e4, 1.2e5, i + 1), i + 1);
    }
  }

  void read_epw() {
    auto const header = split(lines[0]);
    if (header.size() < 10) fail(1, "LOCATION line of an EPW file has at least 10 fields");
    options.utc_offset_s = hour_s * number(header[8], "time zone", -14, 14, 1);
    double const standard = pressure_at_elevation_pa(number(header[9], "elevation", -1000, 9000, 1));
    if (lines.size() < 9) fail(lines.size(), "EPW file ends inside its header of 8 lines");
    for (std::size_t i = 8; i < lines.size(); ++i) {
      auto const cells = split(lines[i]);
      if (cells.size() < 10) fail(i + 1, "EPW row has " + std::to_string(cells.size()) + " columns, 35 expected");
      CivilHour when;
      when.year = static_cast<int>(number(cells[0], "year", 1800, 2200, i + 1));
      when.month = static_cast<unsigned>(number(cells[1], "month", 1, 12, i + 1));
      when.day = static_cast<unsigned>(number(cells[2], "day", 1, 31, i + 1));
      auto const hour = static_cast<unsigned>(number(cells[3], "hour", 1, 24, i + 1));
      if (!valid(when)) fail(i + 1, "date does not exist");
      // 99.9, 999 and 999999 are the marks of missing values; they fall outside these ranges.
      double const dry = number(cells[6], "dry bulb", -70, 70, i + 1);
      double const humidity = number(cells[8], "relative humidity", 0, 110, i + 1);
      double pressure = number(cells[9], "station pressure", 0, 999999, i + 1);
      if (pressure < 31000 || pressure > 120000) pressure = standard;
      add(when, dry, std::min(1.0, humidity / 100.0), pressure, i + 1);
      times.back() += hour;  // the value at the end of its hour
      if (options.typical_year && hour == 24) {
        // The months of a typical year come from different years: midnight belongs to the next day of one made-up year.
        when.year = lines.size() - 8 > 365 * 24 ? 2000 : 2001;
        CivilHour next = from_hours(to_hours(when) + 24);
        next.year = when.year;
        times.back() = to_hours(next);
      }
    }
  }

  void fill_year(Weather& weather) const {
    weather.hours_.resize(leap_year_hours);
    std::vector<std::size_t> source(leap_year_hours, 0);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto const when = from_hours(times[i]);
      std::size_t const slot = leap_slot(when);
      if (source[slot] != 0)
        fail(line_of[i], "hour " + name(when).substr(5) + " appears again (first in line " + std::to_string(source[slot]) +
                             "); a typical year holds each hour once, set typical_year = false to use the dates as they are");
      source[slot] = line_of[i];
      weather.hours_[slot] = rows[i];
    }
    std::size_t const leap_day = leap_slot({2000, 2, 29, 0});
    for (std::size_t slot = 0; slot < leap_year_hours; ++slot) {
      if (source[slot] != 0) continue;
      if (slot >= leap_day && slot < leap_day + 24 && source[slot - 24] != 0) {
        weather.hours_[slot] = weather.hours_[slot - 24];
        continue;
      }
      auto const when = from_hours(to_hours({2000, 1, 1, 0}) + static_cast<std::int64_t>(slot));
      std::size_t after = slot;
      while (after < leap_year_hours && source[after] == 0) ++after;
      fail(after < leap_year_hours ? source[after] : line_of.back(),
           "hour " + name(when).substr(5) + " is missing; a typical year needs every hour of one year");
    }
  }

  void fill_series(Weather& weather) const {
    for (std::size_t i = 1; i < times.size(); ++i)
      if (times[i] != times[i - 1] + 1)
        fail(line_of[i], "hour " + name(from_hours(times[i])) + " follows " + name(from_hours(times[i - 1])) +
                             "; every hour must be present once and in order");
    weather.hours_ = rows;
    weather.first_local_s_ = static_cast<double>(times.front()) * hour_s;
  }

  Weather build() {
    read_lines();
    bool const epw = lines[0].starts_with("LOCATION");
    epw ? read_epw() : read_csv();
    if (rows.empty()) fail(lines.size(), "weather file has no rows");
    Weather weather;
    weather.utc_offset_s_ = options.utc_offset_s;
    if (options.typical_year) {
      weather.mode_ = Weather::Mode::typical_year;
      fill_year(weather);
    } else {
      weather.mode_ = Weather::Mode::series;
      fill_series(weather);
    }
    return weather;
  }
};

Weather::Weather() : Weather(constant(293.15, 0.5, 101325.0)) {}

Weather Weather::constant(double dry_bulb, double relative, double pressure_pa) {
  Weather weather{Uninitialised{}};
  weather.hours_ = {{dry_bulb, ondol::sim::wet_bulb_k(dry_bulb, relative, pressure_pa), relative, pressure_pa}};
  return weather;
}

Weather Weather::from_file(std::string const& path, WeatherFileOptions const& options) {
  WeatherBuilder builder;
  builder.path = path;
  builder.options = options;
  return builder.build();
}

WeatherSample Weather::at(double unix_s) const {
  if (mode_ == Mode::constant) return hours_.front();
  double const local_s = unix_s + utc_offset_s_;
  if (mode_ == Mode::series) {
    double const x = std::clamp((local_s - first_local_s_) / hour_s, 0.0, static_cast<double>(hours_.size() - 1));
    auto const i = std::min(static_cast<std::size_t>(x), hours_.size() - 1);
    return lerp(hours_[i], hours_[std::min(i + 1, hours_.size() - 1)], x - static_cast<double>(i));
  }
  double const hour = std::floor(local_s / hour_s);
  auto const whole = static_cast<std::int64_t>(hour);
  return lerp(hours_[leap_slot(from_hours(whole))], hours_[leap_slot(from_hours(whole + 1))], local_s / hour_s - hour);
}

bool Weather::covers(double from_unix_s, double to_unix_s) const {
  if (mode_ != Mode::series) return true;
  double const last = first_local_s_ + static_cast<double>(hours_.size() - 1) * hour_s;
  return from_unix_s + utc_offset_s_ >= first_local_s_ && to_unix_s + utc_offset_s_ <= last + hour_s;
}

}  // namespace ondol::sim
