#pragma once
/// What `fit` and `report` print: tables for people, one JSON object for programs.

#include <iosfwd>
#include <optional>

#include "kernels/fit/calibration.hpp"

namespace ondol::meter {

/// Coefficients, weights, identifiability; `fit` alone knows these.
void print_fit(std::ostream& out, fit::Fit const& fit, fit::Points const& points, fit::Limiter const& limiter,
               std::optional<fit::Thermal> const& thermal);
void print_calibration(std::ostream& out, fit::Calibration const& c);
void print_quality(std::ostream& out, fit::Quality const& quality);

/// `fit`, `limiter`: where the windows were fitted, else null.
void print_json(std::ostream& out, fit::Calibration const& c, fit::Quality const* quality, fit::Fit const* fit,
                fit::Points const* points, fit::Limiter const* limiter);

}  // namespace ondol::meter
