#pragma once
/// SimGrid's clock is the clock of the run.  This file and flow_clock.hpp, with their .cpp, are all of the house that knows
/// SimGrid.

#include <functional>
#include <string>

namespace ondol::sim {

/// Owns the SimGrid engine of this process (there can be one only).
class Clock {
 public:
  Clock();
  ~Clock();
  Clock(Clock const&) = delete;
  Clock& operator=(Clock const&) = delete;

  /// Calls `instant(date)` at `first_s` and then at every date that the call before returned, until it returns a date that
  /// is not later than its own.  Dates are seconds after the start of the run.
  void run(double first_s, std::function<double(double)> const& instant);

  static double now_s();
  /// Of the library at run time, e.g. "3.32".
  static std::string simgrid_version();
};

}  // namespace ondol::sim
