#pragma once
/// What temperature does to the clock of a node [sim/control/thermal_limit.hpp].

#include <cstdint>

namespace ondol::sim {

enum class ThermalStage : std::uint8_t { free, held, slowed, off };

}  // namespace ondol::sim
