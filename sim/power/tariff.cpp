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

double month_length_s(int year, int month) {
  using namespace std::chrono;
  auto const first = std::chrono::year{year} / std::chrono::month{unsigned(month)} / 1;
  return 86400.0 * double((sys_days{first + months{1}} - sys_days{first}).count());
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
  for (HourlySeries const* series : {&tariff_.hourly_won_per_j, &carbon_.hourly_kg_per_j, &carbon_.renewable_share})
    if (auto const n = series->value.size(); series->typical_year && n != 8760 && n != 8784)
      throw std::invalid_argument("hourly series: a typical year needs 8760 or 8784 values");
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

DayType EnergyBill::day_type(CivilHour const& local) const {
  if (std::binary_search(tariff_.holidays.begin(), tariff_.holidays.end(), local.days)) return DayType::sunday;
  return local.weekday == 6 ? DayType::saturday : local.weekday == 7 ? DayType::sunday : DayType::weekday;
}

void EnergyBill::enter_hour(std::int64_t local_hour) {
  hour_ = local_hour;
  CivilHour const local = civil_hour(local_hour);
  band_ = band_of_[band_slot(local.month, day_type(local), local.hour)];
  if (months_.empty() || months_.back().year != local.year || months_.back().month != local.month)
    months_.push_back({local.year, local.month, -1, 0, 0, 0, 0});
}

void EnergyBill::close_window() {
  if (window_s_ <= 0) return;
  if (band_ >= 0) band_j_[std::size_t(band_)].add(window_j_);
  energy_j_.add(window_j_);
  carbon_kg_.add(window_j_ * kg_per_j_);
  if (!tariff_.hourly_won_per_j.empty()) hourly_won_.add(window_j_ * won_per_j_);
  if (!carbon_.renewable_share.empty()) renewable_j_.add(window_j_ * renewable_);
  Month& month = months_.back();
  month.covered_s += window_s_;
  bool const full = window_s_ >= full_window_s;
  double& peak_w = full ? month.full_peak_w : month.partial_peak_w;
  if (double const mean_w = window_j_ / window_s_; mean_w > peak_w) {
    peak_w = mean_w;
    (full ? month.full_window : month.partial_window) = window_;
  }
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
      double const begin_unix_s = double(window * window_length_s - tariff_.utc_offset_s);
      kg_per_j_ = carbon_kg_per_j(begin_unix_s);
      if (!tariff_.hourly_won_per_j.empty()) won_per_j_ = tariff_.hourly_won_per_j.at(begin_unix_s);
      if (!carbon_.renewable_share.empty()) renewable_ = carbon_.renewable_share.at(begin_unix_s);
    }
    auto const end = double((window + 1) * window_length_s);
    double const part_s = remaining_s <= end - from + date_rounding_s ? remaining_s : end - from;
    window_j_ += mean_w * part_s;
    window_s_ += part_s;
    remaining_s -= part_s;
    from = end;
  }
}

/// Demand that the charge of a month is on, given the peaks of all.
double EnergyBill::charged_w(std::vector<MonthBill> const& months, std::size_t which) const {
  auto const& now = months[which];
  double charged = now.peak_w;
  if (!tariff_.ratchet) return charged;
  auto const& r = *tariff_.ratchet;
  auto const age = [&](MonthBill const& m) { return 12 * (now.year - m.year) + now.month - m.month; };
  for (std::size_t m = 0; m < which; ++m)
    if (age(months[m]) < 12 && std::find(r.months.begin(), r.months.end(), months[m].month) != r.months.end())
      charged = std::max(charged, r.share * months[m].peak_w);
  if (age(months.front()) < 11) charged = std::max(charged, r.share * r.past_peak_w);
  return std::max(charged, r.contract_share * r.contract_w);
}

Bill EnergyBill::bill() const {
  EnergyBill closed = *this;
  closed.close_window();
  Bill bill;
  bill.energy_j = closed.energy_j_.value();
  bill.carbon_kg = closed.carbon_kg_.value();
  bill.renewable_j = closed.renewable_j_.value();
  for (std::size_t b = 0; b < tariff_.bands.size(); ++b) {
    bill.band_energy_j.push_back(closed.band_j_[b].value());
    bill.energy_won += bill.band_energy_j.back() * tariff_.bands[b].won_per_j;
  }
  bill.energy_won += closed.hourly_won_.value();
  bill.adder_won = bill.energy_j * tariff_.adder_won_per_j;
  for (Month const& m : closed.months_) {
    bool const full = m.full_peak_w >= 0;
    MonthBill month{m.year, m.month, full ? m.full_peak_w : m.partial_peak_w, m.covered_s, month_length_s(m.year, m.month)};
    month.peak_unix_s = double((full ? m.full_window : m.partial_window) * window_length_s - tariff_.utc_offset_s);
    bill.months.push_back(month);
  }
  for (std::size_t m = 0; m < bill.months.size(); ++m) {
    auto& month = bill.months[m];
    month.charged_w = charged_w(bill.months, m);
    month.demand_won = month.charged_w * tariff_.demand_won_per_w_month * month.covered_s / month.length_s;
    bill.demand_won += month.demand_won;
  }
  if (auto const& pf = tariff_.power_factor)
    bill.power_factor_won = bill.demand_won * pf->rate * (pf->basis - std::clamp(pf->power_factor, pf->worst, pf->best));
  double const net_won = bill.energy_won + bill.adder_won + bill.demand_won + bill.power_factor_won;
  bill.tax_won = net_won * tariff_.tax;
  bill.levy_won = net_won * tariff_.levy;
  bill.total_won = net_won + bill.tax_won + bill.levy_won;
  return bill;
}

double EnergyBill::price_won_per_j(double unix_s) const {
  if (!tariff_.hourly_won_per_j.empty()) return tariff_.hourly_won_per_j.at(unix_s) + tariff_.adder_won_per_j;
  CivilHour const local = civil_hour(std::int64_t(std::floor((unix_s + double(tariff_.utc_offset_s)) / 3600)));
  std::int16_t const band = band_of_[band_slot(local.month, day_type(local), local.hour)];
  return (band >= 0 ? tariff_.bands[std::size_t(band)].won_per_j : 0) + tariff_.adder_won_per_j;
}

double EnergyBill::carbon_kg_per_j(double unix_s) const {
  return carbon_.hourly_kg_per_j.empty() ? carbon_.kg_per_j : carbon_.hourly_kg_per_j.at(unix_s);
}

}  // namespace ondol::sim
