#pragma once
/// What in a fit's own residuals speaks against its model or its counts.  A gain common to all windows is never among them: it
/// scales every coefficient alike and leaves no residual.  Page: docs/models/gpu-energy-fit.md

#include <string>
#include <vector>

#include "kernels/fit/quality.hpp"

namespace ondol::meter::fit {

/// One sentence each; empty where the residuals are what the stated errors allow.
std::vector<std::string> doubts(Fit const& fit, Quality const& quality);

/// Root mean square of held-out residuals over their stated errors: window, thermometer, model error and coefficients.
double held_out_pull(Fit const& fit, Quality const& quality);

}  // namespace ondol::meter::fit
