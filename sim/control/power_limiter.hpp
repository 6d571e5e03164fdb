#pragma once
/// Power of an accelerator whose limit acts on a filtered power y [W]; `free` is what its work draws at the reference clock,
/// `held` the mean that the limit leaves it:
///
///   tau dy/dt = p - y
///   p = free          where free <= held, or until y reaches held: after  tau ln((free - y) / (free - held))
///   p = held - a (free - held)    until what was drawn above held is given back
///   p = held          then
///
/// So a stretch shorter than the filter passes its limit, a long one settles at it, and the mean is the limit's whatever the
/// order of stretches: one that begins before the last excess is given back has no new one.  Constant between two changes,
/// whose date has a closed form.
/// tau is a catalogue value.  a = 0.1 is assumed: makers do not publish how their regulators come back to the mean.
/// Ignores: steps of the clock (some MHz), the board's faster protection against peaks.
/// Page: docs/models/power-limiter.md

#include <algorithm>
#include <cmath>
#include <limits>

namespace ondol::sim {

class PowerLimiter {
 public:
  explicit PowerLimiter(double time_s) : time_s_(time_s) {}

  struct Demand {
    double free_w = 0, held_w = 0;
    bool limited() const { return free_w > held_w * (1 + 1e-9); }
  };

  /// After a long time at this power.
  void rest(double w) {
    filtered_w_ = w;
    owed_j_ = 0;
    stage_ = Stage::below;
  }

  double power_w(Demand const& d) const {
    switch (stage(d)) {
      case Stage::rising:
        return d.free_w;
      case Stage::repaying:
        return d.held_w - give_back * (d.free_w - d.held_w);
      default:
        return d.held_w;
    }
  }

  /// Time for which that stays so.
  double steady_s(Demand const& d) const {
    switch (stage(d)) {
      case Stage::rising:
        return time_s_ * std::log((d.free_w - filtered_w_) / (d.free_w - d.held_w));
      case Stage::repaying:
        return owed_j_ / (give_back * (d.free_w - d.held_w));
      default:
        return std::numeric_limits<double>::infinity();
    }
  }

  /// Goes on by no more than `steady_s`; returns the power drawn.
  double step(Demand const& d, double duration_s) {
    double const p = power_w(d);
    bool const whole = duration_s >= steady_s(d) * (1 - 1e-9);
    stage_ = stage(d);
    if (stage_ == Stage::rising) {
      owed_j_ += (p - d.held_w) * duration_s;
      if (whole) stage_ = Stage::repaying;
    } else if (stage_ == Stage::repaying) {
      owed_j_ = std::max(0.0, owed_j_ - (d.held_w - p) * duration_s);
      if (whole) owed_j_ = 0, stage_ = Stage::met;
    }
    filtered_w_ = p + (filtered_w_ - p) * std::exp(-duration_s / time_s_);
    return p;
  }

  double filtered_w() const { return filtered_w_; }
  double owed_j() const { return owed_j_; }

 private:
  static constexpr double give_back = 0.1;
  enum class Stage { below, rising, repaying, met };
  Stage stage(Demand const& d) const {
    if (!d.limited()) return Stage::below;
    if (stage_ == Stage::rising && filtered_w_ < d.held_w) return Stage::rising;
    if (stage_ == Stage::met) return Stage::met;
    if (owed_j_ > 0) return Stage::repaying;
    return filtered_w_ < d.held_w ? Stage::rising : Stage::met;
  }

  double time_s_;
  double filtered_w_ = 0;
  double owed_j_ = 0;  ///< drawn above what the limit holds
  Stage stage_ = Stage::below;
};

}  // namespace ondol::sim
