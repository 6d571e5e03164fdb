#pragma once
/// Loss of one conversion stage (transformer, UPS, supply, busway ...) as a function of its output power.
///
///   quadratic: L = R (a + b x + c x^2), x = P/R          no-load, proportional and I^2R part      [rasmussen2007]
///   affine:    L = (P + k)/eta - P                       constant draw k, efficiency eta          [brewer2024exadigit]
///   table:     L = P (1/eta(x) - 1)                      eta linear between points                [80plus2021]
///
/// Output 0 still costs the no-load loss: a R, k/eta, or the loss at the first point of the table (below that point the loss
/// stays at its value there).  Above the last point the last efficiency holds.  Input power P + L(P) never falls as P rises;
/// a curve that breaks this, or an efficiency outside (0, 1], is refused.
/// Losses follow the current, so at power factor f a unit that delivers P loses what it would lose at P/f: `at_power_factor`.
/// Valid 0 <= P <= 1.2 R.  Ignores: temperature, harmonics, input voltage.
/// Page: docs/models/power-chain.md

#include <cstddef>
#include <span>
#include <vector>

#include "scenarios/base/units.hpp"

namespace ondol::sim {

class LossCurve {
 public:
  LossCurve() = default;  ///< lossless

  static LossCurve quadratic(double no_load, double proportional, double square, Watts rating);
  static LossCurve affine(Watts constant, double efficiency);
  static LossCurve table(std::span<double const> loads, std::span<double const> efficiencies, Watts rating);

  /// The same unit, with a load of this power factor; the rating stays that of the apparent power.
  LossCurve at_power_factor(double power_factor) const;

  /// Loss [W] of one unit that delivers `output_w` >= 0.
  double loss_w(double output_w) const {
    if (points_.empty()) return constant_ + output_w * (linear_ + output_w * square_);
    return table_loss_w(output_w);
  }
  /// The same of each of many units, all at once where they stand between the same two points; the spans may be one.
  void losses_w(std::span<double const> output_w, std::span<double> loss_w) const;
  /// d loss / d output at `output_w`, the right-hand slope at a point of a table.
  double marginal_loss(double output_w) const;

  double input_w(double output_w) const { return output_w + loss_w(output_w); }

 private:
  struct Point {
    double output_w, efficiency;
  };
  double table_loss_w(double output_w) const;
  std::size_t segment(double output_w) const;

  double constant_ = 0, linear_ = 0, square_ = 0;  ///< loss = constant + linear P + square P^2 when there are no points
  std::vector<Point> points_;
};

}  // namespace ondol::sim
