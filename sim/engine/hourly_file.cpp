#include "sim/engine/hourly_file.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/engine/refusal.hpp"
#include "sim/power/civil_time.hpp"

namespace ondol::sim {

namespace {

std::vector<std::string_view> cells(std::string_view line) {
  std::vector<std::string_view> out;
  while (true) {
    auto const comma = line.find(',');
    out.push_back(line.substr(0, comma));
    if (comma == std::string_view::npos) return out;
    line.remove_prefix(comma + 1);
  }
}

/// YYYY-MM-DD?hh:mm[:ss], on the hour.
std::optional<std::int64_t> hour_of(std::string_view text) {
  auto const number = [&](std::size_t from, std::size_t digits) -> int {
    int x = -1;
    if (text.size() < from + digits) return -1;
    auto const* const end = text.data() + from + digits;
    return std::from_chars(text.data() + from, end, x).ptr == end ? x : -1;
  };
  if (text.size() != 16 && text.size() != 19) return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != ' ') || text[13] != ':') return std::nullopt;
  int const year = number(0, 4), month = number(5, 2), day = number(8, 2), hour = number(11, 2);
  using namespace std::chrono;
  year_month_day const date{std::chrono::year{year}, std::chrono::month{unsigned(month)}, std::chrono::day{unsigned(day)}};
  if (year < 1900 || month < 1 || day < 1 || !date.ok() || hour < 0 || hour > 23 || number(14, 2) != 0) return std::nullopt;
  if (text.size() == 19 && (text[16] != ':' || number(17, 2) != 0)) return std::nullopt;
  return days_since_1970(year, month, day) * 24 + hour;
}

}  // namespace

std::string hour_text(std::int64_t unix_s, std::int64_t utc_offset_s) {
  auto const c = civil_hour(floor_div(unix_s + utc_offset_s, 3600));
  return fmt::format("{:04d}-{:02d}-{:02d} {:02d}:{:02d}", c.year, c.month, c.day, c.hour,
                     (unix_s + utc_offset_s - 3600 * floor_div(unix_s + utc_offset_s, 3600)) / 60);
}

HourlySeries read_hourly(std::filesystem::path const& file, HourlyColumn const& what) {
  std::unique_ptr<gzFile_s, int (*)(gzFile)> in(gzopen(file.c_str(), "rb"), gzclose);
  if (!in) refuse_line(file.string(), 0, "cannot be read");
  HourlySeries series;
  series.typical_year = what.typical_year;
  series.utc_offset_s = what.utc_offset_s;
  std::size_t number = 0, time_column = 0, value_column = 0;
  std::int64_t first = 0;
  char buffer[4096];
  while (gzgets(in.get(), buffer, sizeof buffer)) {
    ++number;
    std::string_view line(buffer);
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    auto const row = cells(line);
    if (number == 1) {
      auto const find = [&](std::string const& name) {
        for (std::size_t i = 0; i < row.size(); ++i)
          if (row[i] == name) return i;
        refuse_line(file.string(), 1, fmt::format("has no column \"{}\"; its columns are {}", name, line));
      };
      time_column = find(what.time_column);
      value_column = find(what.column);
      continue;
    }
    if (line.empty()) continue;
    if (row.size() <= std::max(time_column, value_column)) refuse_line(file.string(), number, "has too few columns");
    auto const hour = hour_of(row[time_column]);
    if (!hour)
      refuse_line(file.string(), number,
                  fmt::format("\"{}\" is not the beginning of an hour, such as 2026-01-01T05:00", row[time_column]));
    if (series.value.empty()) first = *hour;
    if (auto const due = first + static_cast<std::int64_t>(series.value.size()); *hour != due)
      refuse_line(file.string(), number,
                  fmt::format("{} where {} should follow: each hour must be there once, in order", hour_text(*hour * 3600, 0),
                              hour_text(due * 3600, 0)));
    double x = 0;
    auto const text = row[value_column];
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), x);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(x))
      refuse_line(file.string(), number, fmt::format("\"{}\" is not a number", text));
    if (x < what.lowest) refuse_line(file.string(), number, fmt::format("{} = {} is below {}", what.column, text, what.lowest));
    series.value.push_back(x * what.scale);
  }
  if (series.value.empty()) refuse_line(file.string(), number, "holds no hours");
  series.first_unix_s = first * 3600 - what.utc_offset_s;
  if (what.typical_year) {
    auto const begin = civil_hour(first);
    auto const hours = 24 * (days_since_1970(begin.year + 1, 1, 1) - days_since_1970(begin.year, 1, 1));
    if (begin.month != 1 || begin.day != 1 || begin.hour != 0 || static_cast<std::int64_t>(series.value.size()) != hours)
      refuse_line(
          file.string(), number,
          fmt::format("holds {} hours from {}; a typical year is one whole calendar year, 1 January 00:00 to 31 December "
                      "23:00",
                      series.value.size(), hour_text(first * 3600, 0)));
  }
  return series;
}

}  // namespace ondol::sim
