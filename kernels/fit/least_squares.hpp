#pragma once
/// Bounded weighted least squares with priors, by Ceres.  One thread, dense QR, derivatives by automatic differentiation:
/// the same windows give the same bits.

#include <map>
#include <span>
#include <string>
#include <vector>

#include "kernels/fit/parameters.hpp"

namespace ondol::meter::fit {

/// How far windows may be off.  Windows of one load share the error of the model, so that repeats do not average it away:
/// their covariance is diag((noise sd)^2 + own^2) + model_error^2 P P' + hidden^2 within a start.  own and hidden: what the
/// thermometer's step of 1 K (0.29 K in all) hides of the leakage, as it drifts within a start (0.15 K, assumed) and in
/// common (0.25 K); without a thermometer 10 K in common (assumed: half the swing of a campaign).
struct Weights {
  double noise = 1;        ///< factor on the windows' own errors
  double model_error = 0;  ///< relative, one draw a load
  double leakage_w_per_k = 0;
  double memory_w = 2;  ///< of the memory scope, one draw a load
};

struct Solution {
  std::vector<double> x;
  std::vector<double> jacobian;  ///< of the whitened residuals of the windows, without priors; row by row
  std::size_t rows = 0;
  double cost = 0;  ///< half the sum of squares, priors included
  int steps = 0;
};

double hidden_w(Point const& p, Weights const& w);
/// Variance of a window that no other shares [W^2].
double own_variance(Point const& p, Weights const& w);

/// Indices into the points by load; one-sided rows stand alone.  In the order of the points.
std::vector<std::vector<std::size_t>> loads_of(std::span<Point const> points);

/// Throws std::runtime_error where the solver gives up.
Solution minimise(Layout const& layout, std::span<Point const> points, double reference_clock_hz, Weights const& weights,
                  std::vector<double> start);

}  // namespace ondol::meter::fit
