#pragma once
/// Dates and hours as people and bills count them, by a fixed offset from UTC.

#include <chrono>
#include <cstdint>

namespace ondol::sim {

struct CivilHour {
  int year, month, day, hour;  ///< 1..12, 1..31, 0..23
  int weekday;                 ///< 1 Monday .. 7 Sunday
  std::int64_t days;           ///< since 1970-01-01
};

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

/// Civil date and hour of a count of hours since 1970-01-01T00.
constexpr CivilHour civil_hour(std::int64_t hours) {
  std::int64_t const days = floor_div(hours, 24);
  std::chrono::sys_days const date{std::chrono::days{days}};
  std::chrono::year_month_day const ymd{date};
  return {int(ymd.year()),
          int(unsigned(ymd.month())),
          int(unsigned(ymd.day())),
          int(hours - 24 * days),
          int(std::chrono::weekday{date}.iso_encoding()),
          days};
}

/// Days since 1970 of a date, which must exist.
constexpr std::int64_t days_since_1970(int year, int month, int day) {
  using namespace std::chrono;
  return sys_days{std::chrono::year{year} / std::chrono::month{unsigned(month)} / std::chrono::day{unsigned(day)}}
      .time_since_epoch()
      .count();
}

}  // namespace ondol::sim
