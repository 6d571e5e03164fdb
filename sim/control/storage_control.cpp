#include "sim/control/storage_control.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace ondol::sim {
namespace {

constexpr double same_s = 1e-9;
constexpr double same = 1e-12;      // of the energy between its bounds
constexpr double on_target = 1e-4;  // of the same: nothing is steered
constexpr double noticed = 1e-6;    // of the discharge limit: a shortfall
constexpr double arrived = 1e-9;    // of the same: the set point is where it should be

/// Power given while the command is a + b t: p = a + b (t - tau) + c exp(-t / tau).
struct Course {
  double a, b, tau, c;

  Course(double command_w, double slope, double response_s, double given_w)
      : a(command_w), b(slope), tau(response_s), c(response_s > 0 ? given_w - command_w + slope * response_s : 0) {}
  double at(double t) const { return tau > 0 ? a + b * (t - tau) + c * std::exp(-t / tau) : a + b * t; }
  double energy_j(double t) const {
    double const line = a * t + b * t * t / 2;
    return tau > 0 ? line - b * tau * t - c * tau * std::expm1(-t / tau) : line;
  }
  /// Where it turns; p is monotone before and after.
  std::optional<double> turn_s() const {
    if (tau <= 0 || b == 0 || c / (b * tau) <= 1) return std::nullopt;
    return tau * std::log(c / (b * tau));
  }
};

/// Where a monotone function that changes sign between them is 0.
template <class Function>
double root(Function const& f, double from, double to) {
  bool const rises = f(from) < 0;
  for (int i = 0; i < 80 && to - from > 1e-15 * to; ++i) {
    double const middle = (from + to) / 2;
    ((f(middle) < 0) == rises ? from : to) = middle;
  }
  return (from + to) / 2;
}

}  // namespace

StorageControl::StorageControl(StorageControlParams const& p) : p_(p) {}

void StorageControl::open_interval(double now_s) {
  double const over = p_.limit_over_s;
  interval_end_s_ = (std::floor((p_.clock_s + now_s) / over + same_s) + 1) * over - p_.clock_s;
  // What went before the run counts as having kept the limit.
  interval_j_ = *p_.limit_w * std::max(0.0, over - (interval_end_s_ - now_s));
}

void StorageControl::tick(double now_s, StorageMeets const& meets) {
  double const span_j = p_.ceiling_j - p_.floor_j, off_j = stored_j_ - p_.target_j;
  steer_w_ = 0;
  if (p_.ramp_w_per_s) {
    if (std::abs(off_j) > on_target * span_j)
      steer_w_ = std::clamp(off_j / p_.recovery_s, -p_.charge_w, p_.discharge_w) * meets.gain;
  } else if (p_.limit_w && off_j < -same * span_j) {
    steer_w_ = -p_.charge_w * meets.gain;
  }
  if (p_.limit_w) {
    most_w_ = *p_.limit_w;
    if (p_.limit_over_s > 0) {
      double const allowed_j = *p_.limit_w * p_.limit_over_s - interval_j_;
      if (allowed_j > 0) most_w_ = allowed_j / (interval_end_s_ - now_s);  // else it is lost, and no worse is made
    }
  }
  ticked_j_ = stored_j_;
  next_tick_s_ = (std::floor(now_s / p_.period_s + same_s) + 1) * p_.period_s;
}

double StorageControl::desired_w(double load_w) const {
  double d = load_w - steer_w_;
  if (steer_w_ < 0) d = std::max(load_w, std::min(d, p_.recharge_below_w));
  return std::max(0.0, std::min(d, most_w_));
}

/// Follows the command until `duration_s` or until a bound of the energy is met; says how long that was.
double StorageControl::give(double duration_s, double from_w, double slope, double gain, Step& out) {
  Course const course(from_w, slope, p_.response_s, given_w_);
  std::array<double, 4> cuts{0};
  std::size_t count = 1;
  double at = 0;
  auto const seek = [&](double to) {
    if (course.at(at) * course.at(to) < 0) cuts[count++] = root([&](double t) { return course.at(t); }, at, to);
    at = to;
  };
  if (auto const turn = course.turn_s(); turn && *turn < duration_s) seek(*turn);
  seek(duration_s);
  cuts[count++] = duration_s;
  double const span_j = p_.ceiling_j - p_.floor_j;
  for (std::size_t i = 0; i + 1 < count; ++i) {
    double const from = cuts[i], base_j = course.energy_j(from);
    double to = cuts[i + 1];
    if (to <= from) continue;
    auto const given_j = [&](double t) { return (course.energy_j(t) - base_j) / gain; };
    double const whole_j = given_j(to);
    double const per_j = whole_j > 0 ? 1 / p_.discharge_efficiency : p_.charge_efficiency;
    double const bound_j = whole_j > 0 ? p_.floor_j : p_.ceiling_j;
    // What is between here and the bound, at the terminals.
    double const reach_j = (stored_j_ - bound_j) / per_j;
    double passed_j = whole_j;
    bool const met = std::abs(whole_j) > std::abs(reach_j);
    if (met) {
      to = root([&](double t) { return std::abs(given_j(t)) - std::abs(reach_j); }, from, to);
      passed_j = reach_j;
    }
    // A mean at the limit may be above it by its last bit.
    if (to > from) out.parts.push_back({to - from, std::min(passed_j / (to - from), p_.discharge_w)});
    out.given_j += passed_j;
    stored_j_ -= passed_j * per_j;
    if (std::abs(stored_j_ - bound_j) < same * span_j) stored_j_ = bound_j;
    if (met) {
      given_w_ = 0;
      return to;
    }
  }
  given_w_ = p_.response_s > 0 ? course.at(duration_s) : from_w + slope * duration_s;
  return duration_s;
}

void StorageControl::step(double start_s, double duration_s, StorageMeets const& meets, double stored_j, Step& out) {
  out.parts.clear();
  out.given_j = out.ramp_missed_s = out.ramp_short_w = out.limit_missed_s = out.over_limit_w = 0;
  out.ramp_lack = Lack::none;
  stored_j_ = stored_j;
  bool const means = p_.limit_w && p_.limit_over_s > 0;
  if (!begun_) {
    if (means) open_interval(start_s);
    tick(start_s, meets);
    set_w_ = std::min(meets.load_w, most_w_);
    begun_ = true;
  }
  double const load = meets.load_w, end_s = start_s + duration_s, tolerance_w = noticed * p_.discharge_w;
  double now = start_s;
  while (end_s - now > same_s) {
    if (means && now >= interval_end_s_ - same_s) {
      if (double const over_w = interval_j_ / p_.limit_over_s - *p_.limit_w; over_w > tolerance_w) {
        out.limit_missed_s += p_.limit_over_s;
        out.over_limit_w = std::max(out.over_limit_w, over_w);
      }
      open_interval(now);
      next_tick_s_ = now;
    }
    if (now >= next_tick_s_ - same_s) tick(now, meets);
    double const desired = desired_w(load);
    double slope = 0;
    if (p_.ramp_w_per_s && std::abs(desired - set_w_) > arrived * p_.discharge_w)
      slope = std::copysign(*p_.ramp_w_per_s, desired - set_w_);
    else
      set_w_ = desired;
    // Nothing that the next tick could see has changed.
    bool const at_rest = slope == 0 && steer_w_ == 0 && set_w_ == load && given_w_ == 0 && stored_j_ == ticked_j_ && !means;
    double span = std::min(end_s, at_rest ? end_s : std::min(next_tick_s_, interval_end_s_)) - now;
    if (slope != 0) span = std::min(span, (desired - set_w_) / slope);

    bool const empty = stored_j_ <= p_.floor_j, full = stored_j_ >= p_.ceiling_j;
    double const most = empty ? 0 : std::min(p_.discharge_w * meets.gain, meets.bus_w),
                 least = full ? 0 : -p_.charge_w * meets.gain;
    given_w_ = std::clamp(given_w_, least, most);
    double const wanted = load - set_w_;
    if (slope != 0)
      for (double const corner : {most, least, load - most_w_})
        if (double const t = (wanted - corner) / slope; t > same_s && t < span) span = t;
    double const command = std::clamp(wanted, least, most), later = std::clamp(wanted - slope * span, least, most);
    double const short_w = std::max(std::abs(wanted - command), std::abs(wanted - slope * span - later));
    double const before_j = out.given_j;
    span = give(span, command, span > 0 ? (later - command) / span : 0, meets.gain, out);

    if (p_.ramp_w_per_s && short_w > tolerance_w) {
      out.ramp_missed_s += span;
      if (short_w > out.ramp_short_w) {
        out.ramp_short_w = short_w;
        out.ramp_lack = wanted > 0 ? (empty                                ? Lack::empty
                                      : most < p_.discharge_w * meets.gain ? Lack::bus
                                                                           : Lack::power)
                                   : (full ? Lack::full : Lack::power);
      }
    }
    if (p_.limit_w && !means)
      if (double const over_w = load - std::min(command, later) - *p_.limit_w; over_w > tolerance_w) {
        out.limit_missed_s += span;
        out.over_limit_w = std::max(out.over_limit_w, over_w);
      }
    if (means) interval_j_ += load * span - (out.given_j - before_j) * meets.gain;
    set_w_ += slope * span;
    now += std::max(span, same_s);
  }
}

}  // namespace ondol::sim
