#pragma once
/// fit DIR... -o FILE: windows of one or more campaigns to a calibration.

#include <span>
#include <string>

namespace ondol::meter {

/// Prints coefficients with their errors, residuals by kernel and held-out errors.  Returns an ExitCode: `bad_input` where
/// arguments, files or windows cannot be used; nothing is written then.
int fit_command(std::span<std::string const> arguments);

}  // namespace ondol::meter
