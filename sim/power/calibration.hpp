#pragma once
/// A calibrated board with what is known of its errors, and boards drawn from them.
///
/// Relative errors of the parameters are jointly normal with the covariance C of the fit; a parameter outside C has its own
/// standard error and no correlation.  A draw is estimate x (1 + L z), L the Cholesky factor of C, drawn anew until every
/// parameter is positive: sums that the fit knows better than their parts stay so (which a lognormal draw would undo).  The
/// truncation moves mean and spread by less than 1 % up to a standard error of 0.35, by 29 % at 1 (mean of a normal above 0).
/// Linear propagation: variance of y = g C g', g_i = dy / d ln parameter_i.                        [jcgm100, section 5.2]
/// Ignores: the gain error of a board's own sensor, about 5 % and common to all parameters, unless the fit put it into C.
/// Page: docs/models/gpu-energy.md

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/base/random.hpp"
#include "sim/power/accelerator_power.hpp"

namespace ondol::sim {

struct Calibration {
  AcceleratorPowerParams estimate;
  std::vector<std::string> parameters;  ///< names: "idle", "control.tensor_bf16" ...
  std::vector<double> covariance;       ///< relative, row by row, parameters^2
};

/// The member that a calibration file calls `name`, or null.
double* parameter(AcceleratorPowerParams& p, std::string_view name);

/// Lower triangular L with L L' = C, row by row; pivots that rounding made slightly negative count as zero.
std::vector<double> cholesky(std::vector<double> const& c, std::size_t n);

/// One board of those that the calibration holds possible.
AcceleratorPowerParams draw(Calibration const& calibration, RandomStream& random);

/// Standard errors of each number that `of` computes, by linear propagation.
std::vector<double> propagate(Calibration const& calibration,
                              std::function<std::vector<double>(AcceleratorPowerParams const&)> const& of);

}  // namespace ondol::sim
