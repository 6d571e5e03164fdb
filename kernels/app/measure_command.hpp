#pragma once
/// `ondol-meter measure` and `ondol-meter probe`.

#include <span>
#include <string>

namespace ondol::meter {

int measure_command(std::span<std::string const> arguments);
/// The same with the plan `probe`.
int probe_command(std::span<std::string const> arguments);

}  // namespace ondol::meter
