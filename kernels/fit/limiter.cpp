#include "kernels/fit/limiter.hpp"

#include <algorithm>
#include <cmath>

namespace ondol::meter::fit {
namespace {

constexpr double gap_s = 0.05;     // between the points of one trace lies a millisecond or so
constexpr double smooth_s = 0.01;  // a running mean over ten points or so of a trace at 1 ms
constexpr double early_s = 0.005;  // the clock before the limiter could act
constexpr double least_s = 0.3;    // shorter traces do not settle
constexpr double most_s = 1;       // after that the clock follows heat
constexpr double least_fall = 0.01;

double mean(std::vector<double> const& v, std::size_t begin, std::size_t end) {
  double sum = 0;
  for (std::size_t i = begin; i < end; ++i) sum += v[i];
  return sum / static_cast<double>(std::max<std::size_t>(end - begin, 1));
}

double median(std::vector<double> values) {
  std::size_t const half = values.size() / 2;
  std::nth_element(values.begin(), values.begin() + static_cast<long>(half), values.end());
  return values[half];
}

std::optional<ClockStep> step_of(std::vector<double> const& t, std::vector<double> const& f, std::size_t begin,
                                 std::size_t end) {
  if (end - begin < 20 || t[end - 1] - t[begin] < least_s) return std::nullopt;
  while (end > begin + 20 && t[end - 1] > t[begin] + most_s) --end;
  ClockStep step;
  step.at_s = t[begin];
  std::size_t early = begin;
  while (early < end && t[early] <= t[begin] + early_s) ++early;
  step.first_hz = *std::max_element(f.begin() + static_cast<long>(begin), f.begin() + static_cast<long>(early));
  step.settled_hz = mean(f, begin + (end - begin) * 7 / 10, end);
  double const way = step.first_hz - step.settled_hz;
  if (way < least_fall * step.first_hz) return std::nullopt;
  double lowest = step.first_hz;
  bool there = false;
  for (std::size_t i = begin, from = begin; i < end; ++i) {
    while (t[i] - t[from] > smooth_s) ++from;
    double const now = mean(f, from, i + 1);
    lowest = std::min(lowest, now);
    if (!there && f[i] <= step.settled_hz + way * std::exp(-1.0)) {
      step.time_s = t[i] - t[begin];
      there = true;
    }
  }
  step.overshoot = std::max(0.0, (step.settled_hz - lowest) / way);
  return step;
}

}  // namespace

std::vector<ClockStep> clock_steps(std::vector<double> const& t_s, std::vector<double> const& clock_hz) {
  std::vector<ClockStep> steps;
  std::size_t const n = std::min(t_s.size(), clock_hz.size());
  for (std::size_t begin = 0, i = 1; i <= n; ++i)
    if (i == n || t_s[i] - t_s[i - 1] > gap_s) {
      if (auto const step = step_of(t_s, clock_hz, begin, i)) steps.push_back(*step);
      begin = i;
    }
  return steps;
}

Limiter find_limiter(Points const& points, std::span<Campaign const> campaigns) {
  Limiter l;
  std::vector<double> held;
  for (auto const* group : {&points.fit, &points.held_out})
    for (Point const& p : *group)
      if (p.limited && p.limit_w && p.period_s == 0) held.push_back(p.power_w / *p.limit_w);
  l.windows = held.size();
  if (!held.empty()) {
    double const middle = median(held);
    for (double& h : held) h = std::abs(h - middle);
    l.held = middle;
    l.held_sd = 1.4826 * median(held) / std::sqrt(static_cast<double>(held.size()));
  }
  for (Campaign const& c : campaigns)
    for (ClockStep const& s : clock_steps(column(c.clock_trace, "t_s"), column(c.clock_trace, "sm_clock_hz")))
      l.steps.push_back(s);
  return l;
}

}  // namespace ondol::meter::fit
