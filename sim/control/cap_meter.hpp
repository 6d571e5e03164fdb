#pragma once
/// What a controller sees of a power that changes between its looks: the mean over the last whole period.

#include <algorithm>
#include <cmath>

namespace ondol::sim {

class CapMeter {
 public:
  CapMeter() = default;
  explicit CapMeter(double period_s) : period_s_(period_s) {}

  /// `w` from `now_s` on.
  void set(double w, double now_s) {
    advance(now_s);
    now_w_ = w;
  }
  double now_w() const { return now_w_; }
  /// Of the period that ends now.
  double mean_w(double now_s) const {
    bool const changed_in_it = std::abs(window_s_ + period_s_ - now_s) < 1e-6 * period_s_;
    return changed_in_it ? (joules_ + now_w_ * (now_s - since_s_)) / period_s_ : now_w_;
  }

 private:
  void advance(double now_s) {
    double const window_s = std::floor(now_s / period_s_ + 1e-9) * period_s_;
    if (window_s > window_s_) {
      window_s_ = since_s_ = window_s;
      joules_ = 0;
    }
    joules_ += now_w_ * std::max(0.0, now_s - since_s_);
    since_s_ = std::max(since_s_, now_s);
  }

  double period_s_ = 1;
  double window_s_ = 0;  ///< start of the period of the last change
  double since_s_ = 0, joules_ = 0, now_w_ = 0;
};

}  // namespace ondol::sim
