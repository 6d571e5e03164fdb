#pragma once
/// report FILE [DIR...]: what a calibration says and how good it is; with campaigns, judged on their windows anew.

#include <span>
#include <string>

namespace ondol::meter {

/// Returns the exit status: 0 done, 1 a file cannot be used, 2 wrong arguments.
int report_command(std::span<std::string const> arguments);

}  // namespace ondol::meter
