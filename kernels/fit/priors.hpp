#pragma once
/// What is believed of a family of boards before any window: a value, how far it may be off, and where it is from.
/// They pull weakly where the windows speak, and fill in where these are silent; the share of each is reported.

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernels/activity/channel.hpp"

namespace ondol::meter::fit {

/// The coefficients beside those of the channels; order and names of the calibration file.
enum class Scalar : std::size_t { idle, context, awake, leakage_slope, voltage_slope, voltage_floor };
inline constexpr std::size_t scalars = 6;
inline constexpr std::array<std::string_view, scalars> scalar_names{"idle",          "context",       "awake",
                                                                    "leakage_slope", "voltage_slope", "voltage_floor"};
/// W, W/K or none.
std::string_view unit(Scalar);

struct Prior {
  double value = 0;        ///< SI: W, W/K, J per FLOP, operation or byte
  double relative_sd = 0;  ///< one standard deviation over the value
  std::string source, tier, why;
};

struct Priors {
  std::string name;  ///< of the file
  std::array<std::optional<Prior>, scalars> scalar;
  std::array<std::optional<Prior>, channels> control, data;
};

std::vector<std::pair<std::string, std::string>> const& embedded_priors();
/// `which`: a family that the program carries (hopper, blackwell, ampere, cdna) or a file.
Priors load_priors(std::string const& which);
Priors read_priors(std::string_view text, std::string const& file);
/// The family of a product name ("NVIDIA H200" is hopper); empty where it is not known.
std::string family_of(std::string_view product);

}  // namespace ondol::meter::fit
