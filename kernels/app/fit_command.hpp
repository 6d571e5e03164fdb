#pragma once
/// fit DIR... -o FILE: windows of one or more campaigns to a calibration.

#include <span>
#include <string>

namespace ondol::meter {

/// Prints coefficients with their errors, residuals by kernel and held-out errors; returns the exit status: 0 written, 1 the
/// windows or files cannot be used, 2 wrong arguments.
int fit_command(std::span<std::string const> arguments);

}  // namespace ondol::meter
