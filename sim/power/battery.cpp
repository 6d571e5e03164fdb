#include "sim/power/battery.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace ondol::sim {
namespace {

constexpr double never_s = std::numeric_limits<double>::infinity();

void require(bool holds, char const* what) {
  if (!holds) throw std::invalid_argument(what);
}

}  // namespace

void check(BatteryParams const& p) {
  require(p.capacity_j > 0, "battery: the capacity must be positive");
  require(p.discharge_limit_w > 0, "battery: the discharge limit must be positive");
  require(p.charge_limit_w >= 0, "battery: the charge limit must not be negative");
  require(p.round_trip_efficiency > 0 && p.round_trip_efficiency <= 1, "battery: round-trip efficiency must lie in (0, 1]");
  require(p.discharge_share >= 0 && p.discharge_share <= 1, "battery: the discharge's share of the loss must lie in [0, 1]");
  require(p.rate_exponent >= 1 && p.rate_exponent < 2, "battery: the rate exponent must lie in [1, 2)");
  require(p.rated_discharge_s > 0, "battery: the rated discharge time must be positive");
  require(p.reserve >= 0 && p.reserve < 1, "battery: the reserve must lie in [0, 1)");
  require(p.taper_from > 0 && p.taper_from <= 1, "battery: the taper must begin in (0, 1]");
  require(p.taper_end > 0 && p.taper_end <= 1, "battery: the taper must end in (0, 1]");
  require(p.standing_w >= 0, "battery: the standing loss must not be negative");
  require(p.capacity_per_k >= 0 && p.loss_per_k >= 0, "battery: temperature coefficients must not be negative");
}

Battery::Battery(BatteryParams const& p, double state_of_charge) : p_(p), energy_j_(state_of_charge * p.capacity_j) {
  check(p);
  require(state_of_charge >= 0 && state_of_charge <= 1, "battery: the state of charge must lie in [0, 1]");
  set_temperature(p.reference_k);
}

void Battery::set_temperature(double kelvin) {
  double const cold_k = std::max(0.0, p_.reference_k - kelvin), losses = 1 + p_.loss_per_k * cold_k;
  double const out = std::pow(p_.round_trip_efficiency, p_.discharge_share);
  double const in = p_.round_trip_efficiency / out;
  discharge_efficiency_ = 1 / (1 + (1 / out - 1) * losses);
  charge_efficiency_ = 1 / (1 + (1 / in - 1) * losses);
  capacity_factor_ = std::max(0.0, 1 - p_.capacity_per_k * cold_k);
}

/// Energy that cannot be drawn at this power.
double Battery::floor_j(double power_w) const {
  double usable = 1;
  if (p_.rate_exponent > 1 && power_w > 0) {
    double const p0_w = discharge_efficiency_ * p_.capacity_j / p_.rated_discharge_s;
    if (power_w > p0_w) usable = std::pow(p0_w / power_w, p_.rate_exponent - 1);
  }
  return p_.capacity_j * std::max(p_.reserve, 1 - usable * capacity_factor_);
}

double Battery::rate_w(double power_w) const {
  double const standing_w = energy_j_ > 0 ? p_.standing_w : 0;
  return -power_w * (power_w > 0 ? 1 / discharge_efficiency_ : charge_efficiency_) - standing_w;
}

double Battery::discharge_power_w() const {
  double const bound = 1 - state_of_charge();
  if (energy_j_ <= floor_j(0) || bound >= capacity_factor_) return 0;
  if (p_.rate_exponent == 1 || bound <= 0) return p_.discharge_limit_w;
  // The power at which just the present energy is bound.
  double const p0_w = discharge_efficiency_ * p_.capacity_j / p_.rated_discharge_s;
  return std::min(p_.discharge_limit_w, p0_w * std::pow(capacity_factor_ / bound, 1 / (p_.rate_exponent - 1)));
}

double Battery::taper_limit_w(double energy_j) const {
  double const z = energy_j / p_.capacity_j;
  if (z <= p_.taper_from || p_.taper_from == 1) return p_.charge_limit_w;
  return p_.charge_limit_w * (1 - (1 - p_.taper_end) * (z - p_.taper_from) / (1 - p_.taper_from));
}

/// Energy from which on the taper is below `limit_w`.
double Battery::taper_start_j(double limit_w) const {
  if (limit_w <= p_.charge_limit_w * p_.taper_end || p_.taper_from == 1) return p_.capacity_j;
  double const below = 1 - limit_w / p_.charge_limit_w;
  return p_.capacity_j * (p_.taper_from + (1 - p_.taper_from) * std::max(0.0, below) / (1 - p_.taper_end));
}

double Battery::charge_power_w() const {
  return energy_j_ < p_.capacity_j ? taper_limit_w(energy_j_) : float_w();
}

double Battery::time_to_energy_s(double level_j, double power_w) const {
  double const gap_j = level_j - energy_j_, rate = rate_w(power_w);
  if (gap_j == 0) return 0;
  return gap_j * rate > 0 ? gap_j / rate : never_s;
}

double Battery::time_to_empty_s(double power_w) const {
  if (power_w <= 0) return never_s;
  double const floor = floor_j(power_w);
  if (power_w > p_.discharge_limit_w || energy_j_ <= floor) return 0;
  return time_to_energy_s(floor, power_w);
}

Battery::Flow Battery::rest(double duration_s) {
  Flow f{.active_s = duration_s};
  f.loss_j = std::min(energy_j_, p_.standing_w * duration_s);
  energy_j_ -= f.loss_j;
  return f;
}

Battery::Flow Battery::hold(double duration_s) const {
  double const taken_j = float_w() * duration_s;
  return {-taken_j, taken_j, duration_s};
}

Battery::Flow Battery::advance(double duration_s, double power_w) {
  if (power_w == 0) return rest(duration_s);
  double const end = power_w > 0 ? time_to_empty_s(power_w) : time_to_energy_s(p_.capacity_j, power_w);
  double const standing_w = energy_j_ > 0 ? p_.standing_w : 0;
  Flow f{.active_s = std::min(duration_s, end)};
  f.terminal_j = power_w * f.active_s;
  double const conversion = power_w > 0 ? 1 / discharge_efficiency_ - 1 : charge_efficiency_ - 1;
  f.loss_j = f.terminal_j * conversion + standing_w * f.active_s;
  double after_j = energy_j_ - f.terminal_j - f.loss_j;
  if (after_j < 0) {  // a charge that does not cover the standing loss
    f.loss_j += after_j;
    after_j = 0;
  }
  energy_j_ = std::min(after_j, p_.capacity_j);
  return f;
}

double Battery::time_to_full_s(double limit_w) const {
  if (energy_j_ >= p_.capacity_j) return 0;
  double const limit = std::min(limit_w, p_.charge_limit_w), start_j = taper_start_j(limit);
  if (limit <= 0) return never_s;
  double time = 0, from_j = energy_j_;
  if (from_j < start_j) {
    time = time_to_energy_s(start_j, -limit);
    from_j = start_j;
  }
  if (from_j >= p_.capacity_j) return time;
  // In the taper the rate is linear in E: from r0 at `from_j` to r1 at full.
  double const r0 = charge_efficiency_ * taper_limit_w(from_j) - p_.standing_w;
  double const r1 = charge_efficiency_ * taper_limit_w(p_.capacity_j) - p_.standing_w;
  if (r1 <= 0) return never_s;
  return time + (p_.capacity_j - from_j) * (r0 == r1 ? 1 / r0 : std::log(r0 / r1) / (r0 - r1));
}

Battery::Flow Battery::charge(double duration_s, double limit_w) {
  double const limit = std::min(limit_w, p_.charge_limit_w), start_j = taper_start_j(limit);
  Flow sum;
  auto const add = [&](Flow const& f) {
    sum.terminal_j += f.terminal_j;
    sum.loss_j += f.loss_j;
    sum.active_s += f.active_s;
  };
  if (limit > 0 && energy_j_ < start_j) add(advance(std::min(duration_s, time_to_energy_s(start_j, -limit)), -limit));
  double left = duration_s - sum.active_s;
  if (left > 0 && limit > 0 && energy_j_ >= start_j * (1 - 1e-12) && energy_j_ < p_.capacity_j) {
    // dE/dt = r0 - g (E - E0)
    double const e0 = energy_j_, r0 = charge_efficiency_ * taper_limit_w(e0) - p_.standing_w;
    double const r1 = charge_efficiency_ * taper_limit_w(p_.capacity_j) - p_.standing_w;
    double const full_s = time_to_full_s(limit), span = std::min(left, full_s);
    double const g = (r0 - r1) / (p_.capacity_j - e0);
    double const gained_j = span == full_s ? p_.capacity_j - e0 : g == 0 ? r0 * span : -r0 / g * std::expm1(-g * span);
    double const taken_j = (gained_j + p_.standing_w * span) / charge_efficiency_;
    energy_j_ = span == full_s ? p_.capacity_j : e0 + gained_j;
    add({-taken_j, taken_j - gained_j, span});
    left -= span;
  }
  if (left > 0) add(energy_j_ >= p_.capacity_j && limit >= float_w() ? hold(left) : rest(left));
  return sum;
}

}  // namespace ondol::sim
