#pragma once
/// From the marks of a load to what was done between two moments.

#include <vector>

#include "kernels/activity/load.hpp"

namespace ondol::meter {

struct Interval {
  double begin_s, end_s;
  bool complete;  ///< else end_s is not known yet
};
struct Sample {
  double begin_s, end_s, cycles;  ///< of one multiprocessor
};

/// A load as it was submitted: every interval holds `launches` launches of `work`, on the share `awake` of multiprocessors.
struct Account {
  double launches = 0, awake = 0;
  Work work;
  std::vector<Interval> intervals;
  std::vector<Sample> samples;

  /// An interval without an end is taken to last as long as the others did on average, or until t1_s if it is the first.
  Done between(double t0_s, double t1_s) const;
  std::vector<ClockPoint> clock_trace() const;
};

}  // namespace ondol::meter
