#pragma once
/// "75 W", "0.3 pJ/FLOP", "45 degC": numbers with the one unit that their place takes.

#include <optional>
#include <string>
#include <string_view>

#include "kernels/activity/channel.hpp"

namespace ondol::meter::fit {

/// The number before `unit`; nothing where the text is no number, not finite or has another unit.  An empty unit takes a bare
/// number.
std::optional<double> number_of(std::string_view text, std::string_view unit);
/// The shortest text with at most `digits` significant ones.
std::string text_of(double value, int digits = 6);

/// "pJ/FLOP", "pJ/op" or "pJ/B".
std::string_view energy_unit(Channel);
inline constexpr double joules_per_picojoule = 1e-12;

}  // namespace ondol::meter::fit
