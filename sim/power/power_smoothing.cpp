#include "sim/power/power_smoothing.hpp"

#include <algorithm>
#include <cmath>

namespace ondol::sim {
namespace {

constexpr double never_s = std::numeric_limits<double>::infinity();
constexpr double same_w = 1e-9, nothing_j = 1e-9;

/// Integral of max(0, p - f) while f goes from `from` to `to` in `duration_s`.
double withheld_j(double p, double from, double to, double duration_s) {
  double const a = std::max(0.0, p - from), b = std::max(0.0, p - to);
  double const part = a == b ? 1.0 : (a - b) / std::abs(to - from);
  return (a + b) / 2 * duration_s * part;
}

}  // namespace

PowerSmoother::PowerSmoother(PowerSmoothingParams const& p, double limit_w)
    : p_(p), limit_w_(limit_w), floor_w_(p.floor * limit_w) {}

void PowerSmoother::rest(Demand const& d) {
  idle_s_ = d.works ? 0.0 : never_s;
  level_w_ = target_w(d);
  owed_j_ = 0;
  lagged_w_ = stored_part_w(level_w_);
}

double PowerSmoother::stored_part_w(double w) const {
  return p_.storage_j > 0 ? std::clamp(w - (limit_w_ - p_.storage_w), 0.0, p_.storage_w) : 0.0;
}

/// The level goes from one power to another, both on the same side of the storage's lower edge.
void PowerSmoother::store(double from_w, double to_w, double duration_s, Drawn& drawn) {
  double const passed_j = (from_w + to_w) / 2 * duration_s;
  drawn.energy_j += passed_j;
  if (p_.storage_j <= 0) return;
  // w(t) = w0 + s t, so w - g = s tau - c exp(-t / tau) with c = g0 - w0 + s tau.  g turns at most once, where w = g.
  double const tau = p_.storage_j / p_.storage_w, w0 = stored_part_w(from_w), s = (stored_part_w(to_w) - w0) / duration_s;
  double const g0 = lagged_w_, c = g0 - w0 + s * tau;
  auto const g = [&](double t) { return w0 + s * (t - tau) + c * std::exp(-t / tau); };
  double const g1 = g(duration_s);
  double moved_w = std::abs(g1 - g0);
  if (s != 0 && c / (s * tau) > 1) {
    double const turn = tau * std::log(c / (s * tau));
    if (turn < duration_s) moved_w = std::abs(g(turn) - g0) + std::abs(g1 - g(turn));
  }
  double const loss_j = (1 - std::sqrt(p_.storage_efficiency)) * tau * moved_w;
  drawn.energy_j += loss_j - tau * (g1 - g0);
  drawn.storage_loss_j += loss_j;
  lagged_w_ = g1;
}

PowerSmoother::Drawn PowerSmoother::step(Demand const& d, double duration_s) {
  Drawn drawn;
  double left = duration_s;
  if (d.works) idle_s_ = 0;
  while (left > 0) {
    double const target = target_w(d);
    double span = left, rate = 0;
    if (!d.works && idle_s_ < p_.hold_s) span = std::min(span, p_.hold_s - idle_s_);
    if (level_w_ < target - same_w) {
      rate = p_.up_w_per_s;
    } else if (level_w_ > target + same_w) {
      if (owed_j_ > nothing_j)
        span = std::min(span, owed_j_ / (level_w_ - target));
      else
        rate = -p_.down_w_per_s;
    }
    if (std::isinf(rate)) {
      level_w_ = target;
      continue;
    }
    double goal = target;
    if (rate != 0) {
      double const edge = limit_w_ - p_.storage_w;
      if (p_.storage_j > 0 && (level_w_ - edge) * (target - edge) < 0 && std::abs(level_w_ - edge) > same_w) goal = edge;
      span = std::min(span, (goal - level_w_) / rate);
    }
    double arrived = level_w_ + rate * span;
    if (rate != 0 && std::abs(arrived - goal) <= same_w) arrived = goal;
    store(level_w_, arrived, span, drawn);
    if (rate == 0 && level_w_ > target + same_w)
      owed_j_ = std::max(0.0, owed_j_ - (level_w_ - target) * span);
    else
      owed_j_ += withheld_j(d.work_w, level_w_, arrived, span);
    level_w_ = arrived;
    if (!d.works) idle_s_ += span;
    left -= span;
  }
  return drawn;
}

double PowerSmoother::steady_s(Demand const& d) const {
  double const target = d.works ? d.held_w : target_w(d);
  if (std::abs(level_w_ - target) > same_w || std::abs(lagged_w_ - stored_part_w(target)) > 1e-3) return 0;
  return d.works || idle_s_ >= p_.hold_s ? never_s : p_.hold_s - idle_s_;
}

}  // namespace ondol::sim
