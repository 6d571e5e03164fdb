#include "sim/thermal/linearly_implicit.hpp"

#include <algorithm>
#include <cmath>

namespace ondol::sim {

namespace {

constexpr double gamma = 1.0 - 0.70710678118654752440;
constexpr double shortest_step_s = 1e-3;  // below it a step is taken as it comes: only a jump of the control asks for less
constexpr double longest_coasting_step_s = 2.0;
constexpr double difference_per_error = 4.0;  // see header

}  // namespace

LinearlyImplicit::LinearlyImplicit(CoolingNetwork& network, double tolerance_k, double longest_step_s)
    : network_(network),
      tolerance_k_(tolerance_k),
      longest_step_s_(longest_step_s),
      first_(network.stage()),
      last_(network.stage()),
      trial_(network.size()),
      k1_(network.size()),
      k2_(network.size()),
      error_(network.size()) {}

/// Error of the step in kelvin, the largest of any state; leaves the new state in `trial_`.
double LinearlyImplicit::try_step(double at_s, double h, CoolingNetwork::Control control) {
  std::size_t const n = network_.size(), cells = network_.cells();
  auto const& y = network_.state();
  auto const& factors = network_.factored(first_, gamma * h);
  std::copy(first_.slope.begin(), first_.slope.end(), k1_.begin());
  factors.solve(std::span(k1_).first(cells));
  for (std::size_t i = 0; i < n; ++i) trial_[i] = y[i] + h * k1_[i];
  network_.evaluate(at_s + h, trial_, last_, control);
  for (std::size_t i = 0; i < n; ++i) k2_[i] = last_.slope[i] - 2.0 * k1_[i];
  factors.solve(std::span(k2_).first(cells));
  for (std::size_t i = 0; i < n; ++i) {
    error_[i] = 0.5 * h * (k1_[i] + k2_[i]);
    trial_[i] += error_[i];
  }
  factors.solve(std::span(error_).first(cells));
  double worst = 0;
  for (std::size_t i = 0; i < n; ++i) worst = std::max(worst, std::abs(error_[i]) / network_.scale()[i]);
  return worst / difference_per_error;
}

void LinearlyImplicit::advance(double dt_s, CoolingAccount& account, CoolingWatch& watch, CoolingNetwork::Control control) {
  network_.evaluate(0.0, network_.state(), first_, control);
  ++account.interval.stages;
  if (!(dt_s > 0.0)) last_ = first_;
  for (double done_s = 0; done_s < dt_s;) {
    double const remaining = dt_s - done_s;
    double longest = std::min(longest_step_s_, step_s_);
    if (network_.machines_move()) longest = std::min(longest, longest_coasting_step_s);
    double const parts = std::ceil(remaining / longest * (1.0 - 1e-12));
    double const h = parts > 1.0 ? remaining / parts : remaining;
    double const error = try_step(done_s, h, control);
    ++account.interval.stages;
    double const factor = error > 0.0 ? 0.9 * std::sqrt(tolerance_k_ / error) : 5.0;
    if (error > tolerance_k_ && h > shortest_step_s) {
      step_s_ = h * std::clamp(factor, 0.1, 0.9);
      continue;
    }
    account.add(0.5 * h, first_);
    account.add(0.5 * h, last_);
    for (std::size_t i = 0; i < k1_.size(); ++i) k1_[i] += k2_[i];
    for (std::size_t p = 0; p < network_.plants().size(); ++p)
      account.correct(p, 0.5 * gamma * h * h * network_.sink_w(p, first_, k1_));
    for (std::size_t i = 0; i < network_.halls().size(); ++i)
      account.correct_outdoor(i, 0.5 * gamma * h * h * network_.outdoor_sink_w(i, first_, k1_));
    network_.state().swap(trial_);
    ++account.interval.steps;
    // A step cut short by the end of the interval does not make the next one shorter.
    step_s_ = std::max(h * std::clamp(factor, 0.2, 5.0), h < step_s_ && error <= tolerance_k_ ? step_s_ : 0.0);
    step_s_ = std::min(step_s_, longest_step_s_);
    double const before_s = done_s;
    done_s = parts > 1.0 ? done_s + h : dt_s;
    watch.step(before_s, done_s, network_.state(), last_);
    if (done_s < dt_s) {
      network_.evaluate(done_s, network_.state(), first_, control);
      ++account.interval.stages;
    }
  }
}

}  // namespace ondol::sim
