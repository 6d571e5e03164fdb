#include "kernels/bench/account.hpp"

#include <algorithm>

namespace ondol::meter {

Done Account::between(double t0_s, double t1_s) const {
  Done done;
  if (!(t1_s > t0_s)) return done;
  double whole = 0, count = 0;
  for (Interval const& i : intervals)
    if (i.complete) whole += i.end_s - i.begin_s, ++count;
  for (Interval const& i : intervals) {
    double const end = i.complete ? i.end_s : count > 0 ? i.begin_s + whole / count : std::max(t1_s, i.begin_s);
    double const shared = std::min(t1_s, end) - std::max(t0_s, i.begin_s);
    if (!(shared > 0)) continue;
    done.launches += launches * shared / (end - i.begin_s);
    done.awake += awake * shared / (t1_s - t0_s);
  }
  done.work = done.launches * work;
  double cycles = 0, seconds = 0;
  for (Sample const& s : samples) {
    double const middle = (s.begin_s + s.end_s) / 2;
    if (middle >= t0_s && middle < t1_s) cycles += s.cycles, seconds += s.end_s - s.begin_s;
  }
  if (seconds > 0) done.sm_clock_hz = cycles / seconds;
  return done;
}

std::vector<ClockPoint> Account::clock_trace() const {
  std::vector<ClockPoint> points;
  for (Sample const& s : samples)
    if (s.end_s > s.begin_s) points.push_back({(s.begin_s + s.end_s) / 2, s.cycles / (s.end_s - s.begin_s)});
  return points;
}

}  // namespace ondol::meter
