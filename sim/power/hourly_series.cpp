#include "sim/power/hourly_series.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

#include "sim/power/civil_time.hpp"

namespace ondol::sim {
namespace {

std::size_t hour_of_year(CivilHour const& c, std::size_t hours) {
  constexpr std::array<int, 12> days_before{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  bool const leap = hours == 8784;
  int const day = c.month == 2 && !leap ? std::min(c.day, 28) : c.day;
  return std::size_t((days_before[std::size_t(c.month - 1)] + (leap && c.month > 2 ? 1 : 0) + day - 1) * 24 + c.hour);
}

}  // namespace

bool HourlySeries::covers(double from, double to) const {
  if (typical_year) return true;
  auto const first = double(first_unix_s);
  return from >= first && to <= first + 3600.0 * double(value.size());
}

double HourlySeries::at(double unix_s) const {
  if (typical_year)
    return value[hour_of_year(civil_hour(std::int64_t(std::floor((unix_s + double(utc_offset_s)) / 3600))), value.size())];
  double const hour = std::floor((unix_s - double(first_unix_s)) / 3600);
  if (hour < 0 || hour >= double(value.size())) throw std::out_of_range("hourly series: no value for that moment");
  return value[std::size_t(hour)];
}

}  // namespace ondol::sim
