#pragma once
/// The calibration file (kernels/README.md): what a fit hands to the house.

#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "kernels/fit/quality.hpp"
#include "kernels/fit/thermal.hpp"

namespace ondol::meter::fit {

inline constexpr int calibration_format = 1;

/// A number with what is known of it.  Empty tier and source: those of the entry.
struct Value {
  double value = 0;                   ///< SI; degC for temperatures
  std::optional<double> uncertainty;  ///< relative, one standard error
  std::string tier, source, why;
};

struct CalibrationQuality {
  int windows_fit = 0, windows_held_out = 0;
  double condition_number = 0, r2 = 0, fit_mape = 0;
  std::optional<double> leave_one_kernel_out_mape, held_out_mape, held_out_worst, held_out_bias;
};

struct Calibration {
  std::string id, name, source, tier, date, driver, board, note;
  Value reference_clock, minimum_clock;
  std::optional<double> lowest_clock, lowest_temperature, highest_temperature, highest_power;
  double reference_temperature = 45;
  std::array<Value, scalars> scalar;
  Value limit_held;
  std::vector<std::string> parameters;
  std::vector<double> covariance;  ///< relative, row by row
  std::array<std::optional<Value>, channels> control, data;
  /// fast_resistance, fast_time, slow_resistance, slow_time
  std::optional<std::array<Value, 4>> thermal;
  CalibrationQuality quality;
};
inline constexpr std::array<std::string_view, 4> thermal_names{"fast_resistance", "fast_time", "slow_resistance", "slow_time"};
inline constexpr std::array<std::string_view, 4> thermal_units{"K/W", "s", "K/W", "s"};

struct Labels {
  std::string id, name, source, tier;
};
/// Coefficients that the windows determine get the entry's tier and source; those that lean on their prior by 90 % or more, or
/// that no window excites, keep the prior's.
Calibration calibrate(Fit const& fit, Priors const& priors, Points const& points, Quality const& quality,
                      Limiter const& limiter, std::optional<Thermal> const& thermal, std::span<Campaign const> campaigns,
                      Labels const& labels);

void write_calibration(std::ostream& out, Calibration const& c);
/// Whole or not at all: through a file beside it that is renamed.
void write_calibration(std::filesystem::path const& path, Calibration const& c);

/// Strict: unknown keys, missing ones, wrong units and a covariance of the wrong size are faults with file:line:column.
/// Entries written by hand have no `format`: they may lack coefficients (then 0), limit_held (1), covariance and quality.
std::vector<Calibration> read_calibrations(std::filesystem::path const& path);

/// The coefficients of a calibration as a fit without errors, to judge windows by.
Fit as_fit(Calibration const& c);

}  // namespace ondol::meter::fit
