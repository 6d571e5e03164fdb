#pragma once
/// `ondol-meter measure`, `ondol-meter probe` and `ondol-meter check`.

#include <span>
#include <string>

namespace ondol::meter {

int measure_command(std::span<std::string const> arguments);
/// The same with the plan `probe`.
int probe_command(std::span<std::string const> arguments);
/// Runs every kernel once against its CPU reference.
int check_command(std::span<std::string const> arguments);

}  // namespace ondol::meter
