#include "sim/thermal/weather.hpp"

#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "scenarios/base/error.hpp"
#include "scenarios/base/units.hpp"
#include "sim/thermal/psychrometrics.hpp"

namespace ondol::sim {

namespace {

constexpr double hour_s = 3600.0;
constexpr std::int64_t day_s = 86400;

/// Civil date and time <-> seconds since 1970-01-01T00:00 on the same (local) calendar.
struct CivilTime {
  int year = 0;
  unsigned month = 1, day = 1;
  std::int64_t second = 0;  ///< of the day
};

std::int64_t to_seconds(CivilTime const& c) {
  using namespace std::chrono;
  sys_days const days{year{c.year} / month{c.month} / day{c.day}};
  return static_cast<std::int64_t>(days.time_since_epoch().count()) * day_s + c.second;
}

CivilTime from_seconds(std::int64_t seconds) {
  using namespace std::chrono;
  std::int64_t const day_number = seconds >= 0 ? seconds / day_s : -((day_s - 1 - seconds) / day_s);
  year_month_day const date{sys_days{days{static_cast<int>(day_number)}}};
  return {static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
          seconds - day_number * day_s};
}

/// Place of a time in the calendar of a leap year [s].
std::int64_t leap_second(CivilTime const& c) {
  static constexpr unsigned before[12] = {0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335};
  return static_cast<std::int64_t>(before[c.month - 1] + c.day - 1) * day_s + c.second;
}

std::string name(std::int64_t seconds) {
  auto const c = from_seconds(seconds);
  auto const s = static_cast<int>(c.second);
  char text[64];
  int const n = std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d", c.year, c.month, c.day, s / 3600, s / 60 % 60);
  if (s % 60 != 0) std::snprintf(text + n, sizeof text - static_cast<std::size_t>(n), ":%02d", s % 60);
  return text;
}

std::string span(double seconds) {
  char text[32];
  seconds >= hour_s ? std::snprintf(text, sizeof text, "%g h", seconds / hour_s)
                    : std::snprintf(text, sizeof text, "%g s", seconds);
  return text;
}

}  // namespace

/// Reads one file into rows; every complaint names the line.
struct WeatherBuilder {
  std::string path;
  WeatherFileOptions options;
  std::vector<std::string> lines;
  std::vector<double> times;         ///< local, seconds since 1970
  std::vector<std::size_t> line_of;  ///< 1-based line of each row
  std::vector<Weather::Row> rows;
  std::optional<double> step_s;  ///< where the file says so
  bool assumes_dry_bulb = false, counts_seconds = false;

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
    cells.reserve(36);  // of an EPW line
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

  void add(double when, Weather::Row const& row, std::size_t line) {
    times.push_back(when);
    line_of.push_back(line);
    rows.push_back(row);
  }

  /// Dry and wet bulb, both of the file.
  Weather::Row measured(double dry_k, double wet_k, double pressure, std::size_t line) const {
    if (wet_k > dry_k) fail(line, "wet_bulb_c is above t_dry_c");
    double const ratio = humidity_ratio_from_wet_bulb(dry_k, wet_k, pressure);
    if (ratio < 0) fail(line, "wet_bulb_c is further below t_dry_c than in dry air");
    return {dry_k, ratio, pressure, wet_k};
  }

  bool valid(CivilTime const& c) const {
    using namespace std::chrono;
    return year_month_day{year{c.year}, month{c.month}, day{c.day}}.ok() && c.second < day_s;
  }

  double local_time(std::string_view cell, std::size_t line) const {
    CivilTime when;
    unsigned hour = 0, minute = 0, second = 0;
    std::string const stamp(cell);
    char separator = 0;
    int length = 0;
    int const read = std::sscanf(stamp.c_str(), "%4d-%2u-%2u%c%2u:%2u%n:%2u%n", &when.year, &when.month, &when.day, &separator,
                                 &hour, &minute, &length, &second, &length);
    when.second = static_cast<std::int64_t>(hour) * 3600 + minute * 60 + second;
    if (read < 6 || static_cast<std::size_t>(length) != stamp.size() || (separator != 'T' && separator != ' ') || hour > 23 ||
        minute > 59 || second > 59 || !valid(when))
      fail(line, "local_time is \"" + stamp + "\"; write it as 2024-01-31T23:00");
    return static_cast<double>(to_seconds(when));
  }

  void read_csv() {
    auto const header = split(lines[0]);
    auto const column = [&](std::string_view wanted) {
      return static_cast<std::size_t>(std::find(header.begin(), header.end(), wanted) - header.begin());
    };
    std::size_t const none = header.size();
    std::size_t const local = column("local_time"), dry = column("t_dry_c"), humid = column("rh_pct"),
                      wet = column("wet_bulb_c"), press = column("pressure_pa");
    std::size_t const counted = std::min(column("time_s"), column("t_s"));
    if (local == none && counted == none)
      fail(1, "column local_time is missing; a weather CSV needs it, or time_s for seconds after the start of the run");
    if (wet == none)
      for (auto const& [at, what] : {std::pair{dry, "t_dry_c"}, {humid, "rh_pct"}})
        if (at == none)
          fail(1, std::string("column ") + what + " is missing; a weather CSV needs t_dry_c and rh_pct, or wet_bulb_c");
    counts_seconds = local == none;
    assumes_dry_bulb = dry == none;
    double const standard = pressure_at_elevation_pa(options.elevation_m);
    double const counted_from = options.start_unix_s + options.utc_offset_s - options.offset_s;
    for (std::size_t i = 1; i < lines.size(); ++i) {
      auto const cells = split(lines[i]);
      if (cells.size() != header.size())
        fail(i + 1, "row has " + std::to_string(cells.size()) + " columns, the header " + std::to_string(header.size()));
      double const when = counts_seconds ? counted_from + number(cells[counted], "time_s", -1e11, 1e11, i + 1)
                                         : local_time(cells[local], i + 1);
      double const pressure = press == none ? standard : number(cells[press], "pressure_pa", 3e4, 1.2e5, i + 1);
      auto const celsius = [&](std::size_t at, char const* what) {
        return from_celsius(number(cells[at], what, -90, 70, i + 1)).v;
      };
      if (wet == none) {
        double const dry_k = celsius(dry, "t_dry_c");
        add(when, Weather::row(dry_k, number(cells[humid], "rh_pct", 0, 100, i + 1) / 100.0, pressure), i + 1);
      } else {
        double const wet_k = celsius(wet, "wet_bulb_c");
        double const dry_k =
            assumes_dry_bulb ? dry_bulb_k(wet_k, options.relative_humidity, pressure) : celsius(dry, "t_dry_c");
        add(when, measured(dry_k, wet_k, pressure, i + 1), i + 1);
      }
    }
  }

  void read_epw() {
    auto const header = split(lines[0]);
    if (header.size() < 10) fail(1, "LOCATION line of an EPW file has at least 10 fields");
    options.utc_offset_s = hour_s * number(header[8], "time zone", -14, 14, 1);
    double const standard = pressure_at_elevation_pa(number(header[9], "elevation", -1000, 9000, 1));
    if (lines.size() < 9) fail(lines.size(), "EPW file ends inside its header of 8 lines");
    auto const period = split(lines[7]);
    if (period.size() < 3 || period[0] != "DATA PERIODS") fail(8, "line 8 of an EPW file begins with DATA PERIODS");
    if (number(period[1], "number of data periods", 1, 1e6, 8) != 1) fail(8, "EPW files of one data period can be read");
    auto const per_hour = static_cast<int>(number(period[2], "rows an hour", 1, 60, 8));
    if (60 % per_hour != 0) fail(8, "rows an hour must divide 60 minutes");
    step_s = hour_s / per_hour;
    for (std::size_t i = 8; i < lines.size(); ++i) {
      auto const cells = split(lines[i]);
      if (cells.size() < 10) fail(i + 1, "EPW row has " + std::to_string(cells.size()) + " columns, 35 expected");
      CivilTime when;
      when.year = static_cast<int>(number(cells[0], "year", 1800, 2200, i + 1));
      when.month = static_cast<unsigned>(number(cells[1], "month", 1, 12, i + 1));
      when.day = static_cast<unsigned>(number(cells[2], "day", 1, 31, i + 1));
      auto const hour = static_cast<int>(number(cells[3], "hour", 1, 24, i + 1));
      if (!valid(when)) fail(i + 1, "date does not exist");
      // 99.9, 999 and 999999 are the marks of missing values; they fall outside these ranges.
      double const dry = from_celsius(number(cells[6], "dry bulb", -70, 70, i + 1)).v;
      double const humidity = std::min(1.0, number(cells[8], "relative humidity", 0, 110, i + 1) / 100.0);
      double pressure = number(cells[9], "station pressure", 0, 999999, i + 1);
      if (pressure < 31000 || pressure > 120000) pressure = standard;
      std::int64_t const part = static_cast<std::int64_t>(i - 8) % per_hour + 1;
      std::int64_t const second = (hour - 1) * 3600 + part * 3600 / per_hour;
      if (options.typical_year && second == day_s) {
        // The months of a typical year come from different years: midnight belongs to the next day of one made-up year.
        when.year = lines.size() - 8 > static_cast<std::size_t>(365 * 24 * per_hour) ? 2000 : 2001;
        auto next = from_seconds(to_seconds(when) + day_s);
        next.year = when.year;
        add(static_cast<double>(to_seconds(next)), Weather::row(dry, humidity, pressure), i + 1);
      } else {
        add(static_cast<double>(to_seconds(when) + second), Weather::row(dry, humidity, pressure), i + 1);
      }
    }
  }

  /// Every row follows the one before it after the same time.
  void find_step() {
    if (!step_s) step_s = times.size() > 1 ? times[1] - times[0] : hour_s;
    if (*step_s <= 0) fail(line_of[1], name_of(1) + " follows " + name_of(0) + "; times must rise");
    if (options.typical_year && (std::fmod(hour_s, *step_s) != 0 || std::fmod(times[0], *step_s) != 0))
      fail(line_of[0], "rows are " + span(*step_s) +
                           " apart; those of a typical year must part the hour into equal steps from its beginning");
    if (options.typical_year) return;
    for (std::size_t i = 1; i < times.size(); ++i) {
      double const gap = times[i] - times[i - 1];
      if (std::abs(gap - *step_s) < 1e-6 * *step_s) continue;
      std::string why = "every step of " + span(*step_s) + " must be present once and in order";
      if (std::abs(std::abs(gap - *step_s) - hour_s) < 1)
        why += " (are these times of a daylight saving clock? write all with one offset from UTC)";
      if (std::abs(gap) > 20 * 86400.0 && !counts_seconds)
        why += " (the months of a typical year come from several years: set typical_year = true)";
      fail(line_of[i], name_of(i) + " follows " + name_of(i - 1) + "; " + why);
    }
  }

  std::string name_of(std::size_t i) const {
    if (!counts_seconds) return name(static_cast<std::int64_t>(times[i]));
    char text[32];
    std::snprintf(text, sizeof text, "%.10g s", times[i] - options.start_unix_s - options.utc_offset_s + options.offset_s);
    return text;
  }

  std::vector<Weather::Row> one_year() const {
    auto const step = static_cast<std::int64_t>(*step_s);
    auto const slots = static_cast<std::size_t>(366 * day_s / step);
    std::vector<Weather::Row> all(slots);
    std::vector<std::size_t> source(slots, 0);
    auto const short_name = [](std::int64_t second) { return name(second).substr(5); };
    for (std::size_t i = 0; i < rows.size(); ++i) {
      auto const second = static_cast<std::int64_t>(times[i]);
      if (second % step != 0) fail(line_of[i], short_name(second) + " lies between steps of " + span(*step_s));
      auto const slot = static_cast<std::size_t>(leap_second(from_seconds(second)) / step);
      if (source[slot] != 0)
        fail(line_of[i], "hour " + short_name(second) + " appears again (first in line " + std::to_string(source[slot]) +
                             "); a typical year holds each hour once, set typical_year = false to use the dates as they are");
      source[slot] = line_of[i];
      all[slot] = rows[i];
    }
    auto const a_day = static_cast<std::size_t>(day_s / step);
    auto const leap_day = static_cast<std::size_t>(leap_second({2000, 2, 29, 0}) / step);
    for (std::size_t slot = 0; slot < slots; ++slot) {
      if (source[slot] != 0) continue;
      if (slot >= leap_day && slot < leap_day + a_day && source[slot - a_day] != 0) {
        all[slot] = all[slot - a_day];
        continue;
      }
      std::size_t after = slot;
      while (after < slots && source[after] == 0) ++after;
      fail(after < slots ? source[after] : line_of.back(),
           "hour " + short_name(to_seconds({2000, 1, 1, 0}) + static_cast<std::int64_t>(slot) * step) +
               " is missing; a typical year needs every hour of one year");
    }
    return all;
  }

  void build() {
    read_lines();
    bool const epw = lines[0].starts_with("LOCATION");
    epw ? read_epw() : read_csv();
    if (rows.empty()) fail(lines.size(), "weather file has no rows");
    if (counts_seconds) options.typical_year = false;
    find_step();
  }
};

Weather::Weather() : Weather(constant(293.15, 0.5, 101325.0)) {}

Weather::Row Weather::row(double dry_bulb, double relative, double pressure_pa) {
  // Of a share beyond 0 to 1 the wet bulb is that at the bound, which the ratio does not tell.
  bool const whole = relative >= 0 && relative <= 1;
  return {dry_bulb, humidity_ratio_from_relative(dry_bulb, relative, pressure_pa), pressure_pa,
          whole ? 0.0 : ondol::sim::wet_bulb_k(dry_bulb, relative, pressure_pa)};
}

double Weather::Row::wet_bulb_k() const {
  if (known_wet_bulb_k <= 0) known_wet_bulb_k = wet_bulb_of_ratio_k(dry_bulb_k, ratio, pressure_pa, dry_bulb_k);
  return known_wet_bulb_k;
}

Weather Weather::constant(double dry_bulb, double relative, double pressure_pa) {
  Weather weather(Mode::constant);
  weather.rows_ = {row(dry_bulb, relative, pressure_pa)};
  return weather;
}

Weather Weather::design_day(DesignDay const& day, double pressure_pa, double utc_offset_s) {
  // Share of the daily range below the highest dry bulb, at 1:00 .. 24:00 [ashrae2017climate, table 6]
  static constexpr double below[24] = {0.88, 0.92, 0.95, 0.98, 1.00, 0.98, 0.91, 0.74, 0.55, 0.38, 0.23, 0.13,
                                       0.05, 0.00, 0.00, 0.06, 0.14, 0.24, 0.39, 0.50, 0.59, 0.68, 0.75, 0.82};
  Weather weather(Mode::day);
  weather.utc_offset_s_ = utc_offset_s;
  double const ratio = humidity_ratio_from_wet_bulb(day.dry_bulb_k, day.wet_bulb_k, pressure_pa);
  for (std::size_t hour = 0; hour < 24; ++hour) {
    double const dry = day.dry_bulb_k - below[(hour + 23) % 24] * day.range_k;
    double const held = std::min(ratio, saturation_humidity_ratio(dry, pressure_pa));
    weather.rows_.push_back({dry, held, pressure_pa, wet_bulb_of_ratio_k(dry, held, pressure_pa, dry)});
  }
  return weather;
}

Weather Weather::from_files(std::vector<std::string> const& paths, WeatherFileOptions const& options) {
  Weather weather(options.typical_year ? Mode::typical_year : Mode::series);
  weather.repeat_ = options.repeat;
  for (auto const& path : paths) {
    WeatherBuilder builder;
    builder.path = path;
    builder.options = options;
    builder.options.typical_year = options.typical_year && paths.size() == 1;
    builder.build();
    bool const first = weather.rows_.empty();
    weather.assumes_dry_bulb_ |= builder.assumes_dry_bulb;
    if (first) {
      weather.mode_ = builder.options.typical_year ? Mode::typical_year : Mode::series;
      weather.utc_offset_s_ = builder.options.utc_offset_s;
      weather.step_s_ = *builder.step_s;
      weather.first_local_s_ = builder.times.front();
    } else {
      double const due = weather.first_local_s_ + weather.step_s_ * static_cast<double>(weather.rows_.size());
      if (*builder.step_s != weather.step_s_ || builder.options.utc_offset_s != weather.utc_offset_s_)
        builder.fail(builder.line_of.front(),
                     "rows are " + span(*builder.step_s) + " apart and of another step or time zone than the file before");
      if (builder.times.front() != due)
        builder.fail(builder.line_of.front(), "begins at " + builder.name_of(0) + ", where " +
                                                  name(static_cast<std::int64_t>(due)) +
                                                  " should follow: files must continue one another");
    }
    if (weather.mode_ == Mode::typical_year) {
      weather.rows_ = builder.one_year();
    } else {
      weather.rows_.insert(weather.rows_.end(), builder.rows.begin(), builder.rows.end());
    }
  }
  return weather;
}

void Weather::warm_by(double kelvin) {
  for (auto& r : rows_) r = row(r.dry_bulb_k + kelvin, relative_humidity(r.dry_bulb_k, r.ratio, r.pressure_pa), r.pressure_pa);
}

WeatherSample Weather::between(Row const& a, Row const& b, double x) const {
  double const dry = std::lerp(a.dry_bulb_k, b.dry_bulb_k, x), pressure = std::lerp(a.pressure_pa, b.pressure_pa, x);
  double const saturated = saturation_humidity_ratio(dry, pressure);
  double const ratio = std::min(std::lerp(a.ratio, b.ratio, x), saturated);
  double const wet = wet_bulb_of_ratio_k(dry, ratio, pressure, std::lerp(a.wet_bulb_k(), b.wet_bulb_k(), x));
  return {dry, wet, relative_humidity(dry, ratio, pressure), pressure};
}

WeatherSample Weather::at(double unix_s) const {
  if (mode_ == Mode::constant) return between(rows_.front(), rows_.front(), 0);
  double const local_s = unix_s + utc_offset_s_;
  auto const n = rows_.size();
  if (mode_ == Mode::typical_year) {
    double const step = std::floor(local_s / step_s_);
    auto const whole = static_cast<std::int64_t>(step), length = static_cast<std::int64_t>(step_s_);
    auto const slot = [&](std::int64_t i) { return static_cast<std::size_t>(leap_second(from_seconds(i * length)) / length); };
    return between(rows_[slot(whole)], rows_[slot(whole + 1)], local_s / step_s_ - step);
  }
  double x = (local_s - (mode_ == Mode::series ? first_local_s_ : 0.0)) / step_s_;
  bool const around = mode_ == Mode::day || repeat_;
  auto const rows = static_cast<double>(n);
  x = around ? x - rows * std::floor(x / rows) : std::clamp(x, 0.0, rows - 1);
  auto const i = std::min(static_cast<std::size_t>(x), n - 1);
  auto const next = i + 1 < n ? i + 1 : around ? 0 : i;
  return between(rows_[i], rows_[next], x - static_cast<double>(i));
}

bool Weather::covers(double from_unix_s, double to_unix_s) const {
  if (mode_ != Mode::series || repeat_) return true;
  return from_unix_s >= first_unix_s() && to_unix_s <= last_unix_s();
}

}  // namespace ondol::sim
