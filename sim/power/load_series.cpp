#include "sim/power/load_series.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace ondol::sim {

LoadSeries::LoadSeries(double power_w) : power_w_{power_w} {}

LoadSeries::LoadSeries(std::shared_ptr<std::vector<double> const> time_s, std::vector<double> power_w, Between between,
                       bool repeat)
    : time_s_(std::move(time_s)), power_w_(std::move(power_w)), between_(between), repeat_(repeat) {
  auto const n = power_w_.size();
  auto const& t = *time_s_;
  end_s_ = n > 1 ? 2 * t[n - 1] - t[n - 2] : t[0] + 1;
  energy_j_.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    energy_j_[i] = total_j_;
    total_j_ = energy_j({i, until_s(i) - t[i], 0});
  }
}

/// Of the line to the next row; after the last one it holds, or leads to the first.
double LoadSeries::slope(std::size_t row) const {
  if (between_ == Between::step) return 0;
  double const next = row + 1 < power_w_.size() ? power_w_[row + 1] : repeat_ ? power_w_.front() : power_w_[row];
  return (next - power_w_[row]) / (until_s(row) - (*time_s_)[row]);
}

LoadSeries::Place LoadSeries::place(double time_s) const {
  auto const& t = *time_s_;
  double const a_moment = 1e-9 * (1 + std::abs(time_s));  // a row is reached in spite of rounding
  double rounds = 0;
  if (repeat_) {
    double const period = end_s_ - t.front();
    rounds = std::floor((time_s + a_moment - t.front()) / period);
    time_s -= rounds * period;
  }
  auto const after = std::upper_bound(t.begin(), t.end(), time_s + a_moment);
  auto const row = static_cast<std::size_t>(std::max<std::ptrdiff_t>(after - t.begin() - 1, 0));
  return {row, time_s - t[row], rounds};
}

double LoadSeries::energy_j(Place const& p) const {
  return p.rounds * total_j_ + energy_j_[p.row] + (power_w_[p.row] + 0.5 * slope(p.row) * p.within_s) * p.within_s;
}

double LoadSeries::at(double time_s) const {
  if (!time_s_) return power_w_[0];
  auto const p = place(time_s);
  return power_w_[p.row] + slope(p.row) * p.within_s;
}

double LoadSeries::mean_w(double from_s, double to_s) const {
  if (!time_s_) return power_w_[0];
  auto const from = place(from_s), to = place(to_s);
  // Within a row, as where the run settles at the rows: without the rounding of large sums.
  double const within = to_s - from_s;
  if (from.within_s + within <= (until_s(from.row) - (*time_s_)[from.row]) * (1 + 1e-12))
    return power_w_[from.row] + slope(from.row) * (from.within_s + 0.5 * within);
  return (energy_j(to) - energy_j(from)) / within;
}

double LoadSeries::highest_w() const {
  return *std::max_element(power_w_.begin(), power_w_.end());
}

double LoadSeries::next_s(double time_s) const {
  double const never = std::numeric_limits<double>::infinity();
  if (!time_s_) return never;
  auto const& t = *time_s_;
  if (!repeat_ && time_s < t.front()) return t.front();
  auto const p = place(time_s);
  if (p.row + 1 == t.size() && !repeat_) return never;
  return until_s(p.row) + p.rounds * (end_s_ - t.front());
}

bool LoadSeries::covers(double from_s, double to_s) const {
  return !time_s_ || repeat_ || (from_s >= first_s() && to_s <= end_s_);
}

}  // namespace ondol::sim
