#pragma once
/// How good a fit is: residuals, windows and kernels that it never saw, and what it leaves unexplained.

#include <optional>
#include <string>
#include <vector>

#include "kernels/fit/fit.hpp"
#include "kernels/fit/limiter.hpp"

namespace ondol::meter::fit {

struct Residual {
  Point const* point = nullptr;
  double predicted_w = 0;
  double phi = 1;
  double hbm_share = 0;  ///< of the power above idle and context
  /// Predicted over measured, less 1; for one-sided rows 0 where the limiter explains what was read.
  double relative = 0;
};

struct Errors {
  std::size_t windows = 0;
  double mape = 0, worst = 0, bias = 0;  ///< relative; worst keeps its sign
};

struct KernelError {
  std::string kernel;
  Errors errors;
};

/// Residual against a covariate: relative residual per unit, and one standard error.
struct Slope {
  double value = 0, sd = 0;
};

struct Quality {
  std::vector<Residual> fit, held_out;
  /// Of the fit without one-sided rows: that the limiter can explain them is no merit.
  Errors all_fit, all_held_out, matmul, llm, wave;
  std::vector<KernelError> by_kernel, held_out_by_kernel, left_out_kernels;
  Errors leave_one_kernel_out;
  double r2 = 0;
  std::optional<Slope> per_kelvin, per_clock, per_hbm_share;
  Errors closure_clock;  ///< clock that the limit asks for against the clock measured, limited windows
  std::size_t one_sided = 0, one_sided_wrong = 0;
};

/// Matrix products, square waves, and every other (language-model) kernel are judged apart.
Quality judge(Fit const& fit, Points const& points, Limiter const& limiter);
Errors errors_of(std::vector<Residual> const& residuals);

/// Fits anew without each kernel and predicts it; only kernels whose channels others excite too.
void leave_one_kernel_out(Quality& quality, Priors const& priors, Fit const& fit, Points const& points, std::size_t folders);

}  // namespace ondol::meter::fit
