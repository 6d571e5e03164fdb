#include "sim/power/tariff.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace ondol::sim {
namespace {

constexpr std::int64_t window_length_s = 900;
constexpr double date_rounding_s = 1e-6;  // of seconds since 1970 in double precision: 2.4e-7 s, and sums of them
constexpr double full_window_s = window_length_s - 1e-3;

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

struct Calendar {
  int year, month, day, hour;
  DayType day_type;
};

/// Civil date and hour of a count of hours since 1970-01-01T00.
Calendar calendar_of(std::int64_t hours) {
  std::int64_t const days = floor_div(hours, 24);
  std::chrono::sys_days const date{std::chrono::days{days}};
  std::chrono::year_month_day const ymd{date};
  unsigned const weekday = std::chrono::weekday{date}.iso_encoding();  // 1 Monday .. 7 Sunday
  return {int(ymd.year()), int(unsigned(ymd.month())), int(unsigned(ymd.day())), int(hours - 24 * days),
          weekday == 6   ? DayType::saturday
          : weekday == 7 ? DayType::sunday
                         : DayType::weekday};
}

double month_length_s(int year, int month) {
  using namespace std::chrono;
  auto const first = std::chrono::year{year} / std::chrono::month{unsigned(month)} / 1;
  return 86400.0 * double((sys_days{first + months{1}} - sys_days{first}).count());
}

/// Hour of the year in a series of `hours` hours; 29 February reads 28 February where the series has none.
std::size_t hour_of_year(Calendar const& c, std::size_t hours) {
  constexpr std::array<int, 12> days_before{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  bool const leap = hours == 8784;
  int const day = c.month == 2 && !leap ? std::min(c.day, 28) : c.day;
  return std::size_t((days_before[std::size_t(c.month - 1)] + (leap && c.month > 2 ? 1 : 0) + day - 1) * 24 + c.hour);
}

template <class T>
bool covers(std::vector<T> const& set, T value) {
  return set.empty() || std::find(set.begin(), set.end(), value) != set.end();
}

std::size_t band_slot(int month, DayType day, int hour) {
  return std::size_t(((month - 1) * 3 + int(day)) * 24 + hour);
}

}  // namespace

EnergyBill::EnergyBill(TariffParams tariff, CarbonParams carbon)
    : tariff_(std::move(tariff)), carbon_(std::move(carbon)), band_j_(tariff_.bands.size()) {
  if (tariff_.utc_offset_s % window_length_s != 0)
    throw std::invalid_argument("tariff: the offset from UTC must be a multiple of 15 minutes");
  if (auto const n = carbon_.hourly_kg_per_j.size(); n != 0 && n != 8760 && n != 8784)
    throw std::invalid_argument("carbon: an hourly series needs 8760 or 8784 values");
  band_of_.fill(-1);
  for (int month = 1; month <= 12; ++month)
    for (int day = 0; day < 3; ++day)
      for (int hour = 0; hour < 24; ++hour) {
        std::int16_t& band = band_of_[band_slot(month, DayType(day), hour)];
        for (std::size_t b = 0; b < tariff_.bands.size(); ++b) {
          TariffBandParams const& p = tariff_.bands[b];
          if (!covers(p.months, month) || !covers(p.days, DayType(day)) || !covers(p.hours, hour)) continue;
          if (band >= 0)
            throw std::invalid_argument("tariff: bands \"" + tariff_.bands[std::size_t(band)].name + "\" and \"" + p.name +
                                        "\" overlap in month " + std::to_string(month) + ", hour " + std::to_string(hour));
          band = std::int16_t(b);
        }
        if (band < 0 && !tariff_.bands.empty())
          throw std::invalid_argument("tariff: no band covers month " + std::to_string(month) + ", hour " +
                                      std::to_string(hour));
      }
}

void EnergyBill::enter_hour(std::int64_t local_hour) {
  hour_ = local_hour;
  Calendar const local = calendar_of(local_hour);
  band_ = band_of_[band_slot(local.month, local.day_type, local.hour)];
  if (months_.empty() || months_.back().year != local.year || months_.back().month != local.month)
    months_.push_back({local.year, local.month, -1, 0, 0});
}

void EnergyBill::close_window() {
  if (window_s_ <= 0) return;
  if (band_ >= 0) band_j_[std::size_t(band_)].add(window_j_);
  energy_j_.add(window_j_);
  carbon_kg_.add(window_j_ * kg_per_j_);
  Month& month = months_.back();
  month.covered_s += window_s_;
  double& peak_w = window_s_ >= full_window_s ? month.full_peak_w : month.partial_peak_w;
  peak_w = std::max(peak_w, window_j_ / window_s_);
  window_j_ = window_s_ = 0;
}

void EnergyBill::add(double unix_start_s, double duration_s, double mean_w) {
  double from = unix_start_s + double(tariff_.utc_offset_s);
  double remaining_s = duration_s;  // counted down, so that the parts add up to the duration to the last bit that matters
  while (remaining_s > 0) {
    auto const window = std::int64_t(std::floor((from + date_rounding_s) / double(window_length_s)));
    if (window != window_) {
      if (window < window_) throw std::invalid_argument("bill: energy must be added in order of time");
      close_window();
      window_ = window;
      if (std::int64_t const hour = floor_div(window, 4); hour != hour_) enter_hour(hour);
      kg_per_j_ = carbon_kg_per_j(double(window * window_length_s - tariff_.utc_offset_s));
    }
    auto const end = double((window + 1) * window_length_s);
    double const part_s = remaining_s <= end - from + date_rounding_s ? remaining_s : end - from;
    window_j_ += mean_w * part_s;
    window_s_ += part_s;
    remaining_s -= part_s;
    from = end;
  }
}

Bill EnergyBill::bill() const {
  EnergyBill closed = *this;
  closed.close_window();
  Bill bill;
  bill.energy_j = closed.energy_j_.value();
  bill.carbon_kg = closed.carbon_kg_.value();
  for (std::size_t b = 0; b < tariff_.bands.size(); ++b) {
    bill.band_energy_j.push_back(closed.band_j_[b].value());
    bill.energy_won += bill.band_energy_j.back() * tariff_.bands[b].won_per_j;
  }
  bill.adder_won = bill.energy_j * tariff_.adder_won_per_j;
  for (Month const& m : closed.months_) {
    MonthBill month{
        m.year, m.month, m.full_peak_w >= 0 ? m.full_peak_w : m.partial_peak_w, m.covered_s, month_length_s(m.year, m.month),
        0};
    month.demand_won = month.peak_w * tariff_.demand_won_per_w_month * month.covered_s / month.length_s;
    bill.demand_won += month.demand_won;
    bill.months.push_back(month);
  }
  double const net_won = bill.energy_won + bill.adder_won + bill.demand_won;
  bill.tax_won = net_won * tariff_.tax;
  bill.total_won = net_won + bill.tax_won;
  return bill;
}

double EnergyBill::price_won_per_j(double unix_s) const {
  Calendar const local = calendar_of(std::int64_t(std::floor((unix_s + double(tariff_.utc_offset_s)) / 3600)));
  std::int16_t const band = band_of_[band_slot(local.month, local.day_type, local.hour)];
  return (band >= 0 ? tariff_.bands[std::size_t(band)].won_per_j : 0) + tariff_.adder_won_per_j;
}

double EnergyBill::carbon_kg_per_j(double unix_s) const {
  if (carbon_.hourly_kg_per_j.empty()) return carbon_.kg_per_j;
  Calendar const utc = calendar_of(std::int64_t(std::floor(unix_s / 3600)));
  return carbon_.hourly_kg_per_j[hour_of_year(utc, carbon_.hourly_kg_per_j.size())];
}

}  // namespace ondol::sim
