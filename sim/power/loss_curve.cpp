#include "sim/power/loss_curve.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace ondol::sim {
namespace {

constexpr double highest_load = 1.2;  // of the rating: what a unit is asked to carry for a while after its neighbour failed

void require(bool holds, char const* what) {
  if (!holds) throw std::invalid_argument(what);
}

}  // namespace

LossCurve LossCurve::quadratic(double no_load, double proportional, double square, Watts rating) {
  require(rating.v > 0, "loss curve: the rating must be positive");
  auto const loss = [&](double x) { return no_load + x * (proportional + x * square); };
  double const lowest = square > 0 ? std::clamp(-proportional / (2 * square), 0.0, highest_load) : 0.0;
  require(loss(0) >= 0 && loss(lowest) >= 0 && loss(highest_load) >= 0,
          "loss curve: loss must not be negative up to 120 % load");
  require(1 + proportional > 0 && 1 + proportional + 2 * square * highest_load > 0,
          "loss curve: input must rise with output up to 120 % load");
  LossCurve c;
  c.constant_ = rating.v * no_load;
  c.linear_ = proportional;
  c.square_ = square / rating.v;
  return c;
}

LossCurve LossCurve::affine(Watts constant, double efficiency) {
  require(efficiency > 0 && efficiency <= 1, "loss curve: efficiency must lie in (0, 1]");
  require(constant.v >= 0, "loss curve: the constant must not be negative");
  LossCurve c;
  c.constant_ = constant.v / efficiency;
  c.linear_ = 1 / efficiency - 1;
  return c;
}

LossCurve LossCurve::table(std::span<double const> loads, std::span<double const> efficiencies, Watts rating) {
  require(rating.v > 0, "loss curve: the rating must be positive");
  require(!loads.empty() && loads.size() == efficiencies.size(), "loss curve: one efficiency for each load is needed");
  LossCurve c;
  for (std::size_t i = 0; i < loads.size(); ++i) {
    require(loads[i] > 0 && (i == 0 || loads[i] > loads[i - 1]), "loss curve: loads must be positive and rising");
    require(efficiencies[i] > 0 && efficiencies[i] <= 1, "loss curve: efficiency must lie in (0, 1]");
    // With efficiency linear in load, input rises inside a segment exactly when it rises from end to end.
    require(i == 0 || loads[i] / efficiencies[i] > loads[i - 1] / efficiencies[i - 1],
            "loss curve: efficiency rises so fast that input would fall with output");
    c.points_.push_back({loads[i] * rating.v, efficiencies[i]});
  }
  return c;
}

LossCurve LossCurve::at_power_factor(double power_factor) const {
  require(power_factor > 0 && power_factor <= 1, "loss curve: the power factor must lie in (0, 1]");
  LossCurve c = *this;
  c.linear_ /= power_factor;
  c.square_ /= power_factor * power_factor;
  for (Point& point : c.points_) {
    double const loss_w = point.output_w * (1 / point.efficiency - 1);
    point.output_w *= power_factor;
    point.efficiency = point.output_w / (point.output_w + loss_w);
  }
  return c;
}

/// Index of the point at or before `output_w`, which is at or above the first.
std::size_t LossCurve::segment(double output_w) const {
  auto const after = std::upper_bound(points_.begin(), points_.end(), output_w,
                                      [](double value, Point const& point) { return value < point.output_w; });
  return static_cast<std::size_t>(after - points_.begin()) - 1;
}

double LossCurve::table_loss_w(double output_w) const {
  Point const& first = points_.front();
  if (output_w <= first.output_w) return first.output_w * (1 / first.efficiency - 1);
  std::size_t const i = segment(output_w);
  if (i + 1 == points_.size()) return output_w * (1 / points_[i].efficiency - 1);
  Point const &a = points_[i], &b = points_[i + 1];
  double const efficiency = a.efficiency + (b.efficiency - a.efficiency) * (output_w - a.output_w) / (b.output_w - a.output_w);
  return output_w * (1 / efficiency - 1);
}

void LossCurve::losses_w(std::span<double const> output_w, std::span<double> loss_w) const {
  std::size_t const n = output_w.size();
  double const* const p = output_w.data();
  double* const loss = loss_w.data();
  if (points_.empty()) {
#pragma omp simd
    for (std::size_t i = 0; i < n; ++i) loss[i] = constant_ + p[i] * (linear_ + p[i] * square_);
    return;
  }
  double least = std::numeric_limits<double>::infinity(), most = 0;
#pragma omp simd reduction(min : least) reduction(max : most)
  for (std::size_t i = 0; i < n; ++i) {
    least = p[i] < least ? p[i] : least;
    most = p[i] > most ? p[i] : most;
  }
  if (least <= points_.front().output_w || segment(least) != segment(most) || segment(most) + 1 == points_.size()) {
    for (std::size_t i = 0; i < n; ++i) loss[i] = this->loss_w(p[i]);
    return;
  }
  Point const &a = points_[segment(least)], &b = points_[segment(least) + 1];
  double const from_w = a.output_w, span_w = b.output_w - a.output_w, base = a.efficiency, rise = b.efficiency - a.efficiency;
#pragma omp simd
  for (std::size_t i = 0; i < n; ++i) loss[i] = p[i] * (1 / (base + rise * (p[i] - from_w) / span_w) - 1);
}

double LossCurve::marginal_loss(double output_w) const {
  if (points_.empty()) return linear_ + 2 * square_ * output_w;
  if (output_w < points_.front().output_w) return 0;
  std::size_t const i = segment(output_w);
  if (i + 1 == points_.size()) return 1 / points_[i].efficiency - 1;
  Point const &a = points_[i], &b = points_[i + 1];
  double const rise = (b.efficiency - a.efficiency) / (b.output_w - a.output_w);
  double const efficiency = a.efficiency + rise * (output_w - a.output_w);
  return (efficiency - output_w * rise) / (efficiency * efficiency) - 1;
}

}  // namespace ondol::sim
