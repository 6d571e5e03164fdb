#include "sim/power/overload.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <utility>

namespace ondol::sim {
namespace {

constexpr double never_s = std::numeric_limits<double>::infinity();
constexpr double nothing = 1e-12;  // of the allowance: what rounding leaves of it at its end

void require(bool holds, char const* what) {
  if (!holds) throw std::invalid_argument(what);
}

}  // namespace

void check(OverloadCurve const& c) {
  require(c.continuous >= 1, "overload: the rated load must be carried for ever");
  require(c.recovery_s > 0, "overload: the recovery time must be positive");
  double load = c.continuous, seconds = never_s;
  for (auto const& step : c.steps) {
    require(step.load > load, "overload: loads must rise from the continuous load");
    require(step.seconds > 0 && step.seconds < seconds, "overload: times must be positive and fall as the load rises");
    load = step.load;
    seconds = step.seconds;
  }
  require(c.beyond_s >= 0 && c.beyond_s < seconds, "overload: the time above the last step must be the shortest");
}

double OverloadCurve::allowed_s(double load) const {
  if (load <= continuous) return never_s;
  for (Step const& step : steps)
    if (load <= step.load) return step.seconds;
  return beyond_s;
}

OverloadMemory::OverloadMemory(OverloadCurve c) : curve_(std::move(c)) {
  check(curve_);
}

double OverloadMemory::time_to_expiry_s(double load) const {
  double const allowed_s = curve_.allowed_s(load);
  return allowed_s == never_s ? never_s : (1 - used_) * allowed_s;
}

void OverloadMemory::advance(double duration_s, double load) {
  double const allowed_s = curve_.allowed_s(load);
  if (allowed_s == never_s)
    used_ = std::max(0.0, used_ - duration_s / curve_.recovery_s);
  else
    used_ = allowed_s > 0 ? std::min(1.0, used_ + duration_s / allowed_s) : 1.0;
  if (used_ > 1 - nothing) used_ = 1;
}

}  // namespace ondol::sim
