#pragma once
/// Heat of the core as two nodes in series with the coolant [K]:
///
///   T = inlet + x_f + x_s,   dx/dt = (R P - x)/tau   for the fast and for the slow node
///
/// Fitted to the temperature samples of the whole campaign, driven by the power samples: warm-ups and cool-downs speak.
/// Valid for a constant inlet; sensor steps of 1 K enter as noise.                                 Page:
/// docs/models/gpu-energy-fit.md

#include <optional>
#include <vector>

#include "kernels/fit/table.hpp"

namespace ondol::meter::fit {

struct Thermal {
  double fast_resistance = 0, fast_time = 0, slow_resistance = 0, slow_time = 0;  ///< K/W, s
  double inlet_c = 0;
  /// Relative standard errors, widened for the autocorrelation of the residuals.
  double fast_resistance_sd = 0, fast_time_sd = 0, slow_resistance_sd = 0, slow_time_sd = 0;
  double rms_k = 0;
};

/// Nothing where the samples do not swing by 5 K or more, or last less than half a minute.
std::optional<Thermal> fit_thermal(Table const& samples);

}  // namespace ondol::meter::fit
