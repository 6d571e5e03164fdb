#pragma once
/// Windows to coefficients: the least squares, its weights found from the windows themselves, and what is known of the answer.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernels/fit/identify.hpp"

namespace ondol::meter::fit {

struct Estimate {
  std::string name;
  double value = 0;  ///< SI
  double sd = 0;     ///< SI, one standard error
  double prior_share = 0;
  bool at_bound = false;
  Prior const* prior = nullptr;
};

struct Fit {
  Coefficients<double> value;
  std::vector<Estimate> estimates;      ///< physical parameters, in the order of the covariance
  std::vector<double> covariance;       ///< relative (over the estimates), row by row
  std::vector<double> gains;            ///< by folder, product 1; empty for one folder
  std::vector<double> gain_sd;          ///< by folder; the first follows from the others and has none
  std::optional<double> memory_idle_w;  ///< where the memory scope answered
  double memory_share = 0;
  Weights weights;
  Identified identified;
  double reference_clock_hz = 0;
  std::size_t loads = 0;
};

/// Least windows of a fit: fewer cannot part even the states.
inline constexpr std::size_t least_windows = 3;

/// `model_error`: a floor under the relative error of the model that the scatter between loads shows.  `start`: weights to
/// keep instead of finding them (leave-one-out).  The priors must outlive the result.
Fit fit(Priors const& priors, std::span<Point const> points, double reference_clock_hz, std::size_t folders, double model_error,
        std::optional<Weights> weights = std::nullopt);

}  // namespace ondol::meter::fit
