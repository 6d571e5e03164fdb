#pragma once
/// report FILE [DIR...]: what a calibration says and how good it is; with campaigns, judged on their windows anew.

#include <span>
#include <string>

namespace ondol::meter {

/// Returns an ExitCode.
int report_command(std::span<std::string const> arguments);

}  // namespace ondol::meter
