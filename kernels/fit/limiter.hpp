#pragma once
/// What the power limiter holds, and how it gets there.

#include <optional>
#include <span>
#include <vector>

#include "kernels/fit/point.hpp"

namespace ondol::meter::fit {

/// A step of load into the limit, seen by a clock inside the kernel.
struct ClockStep {
  double at_s = 0;
  double first_hz = 0, settled_hz = 0;
  double time_s = 0;     ///< until the clock fell by 1 - 1/e of the way
  double overshoot = 0;  ///< how far below the settled clock it went, over the way
};

struct Limiter {
  std::optional<double> held;  ///< power over the limit in limited windows: median, as some only brush the limit
  double held_sd = 0;          ///< its standard error, by the median deviation
  std::size_t windows = 0;
  std::vector<ClockStep> steps;
};

/// Only windows whose events say that the limit held them; fitted and held-out ones alike, no model enters.
Limiter find_limiter(Points const& points, std::span<Campaign const> campaigns);

/// Traces of one load stand apart by gaps of more than 50 ms; a step counts where the clock falls by 1 % or more in
/// their first second.
std::vector<ClockStep> clock_steps(std::vector<double> const& t_s, std::vector<double> const& clock_hz);

}  // namespace ondol::meter::fit
