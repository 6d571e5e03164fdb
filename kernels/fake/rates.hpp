#pragma once
/// What one launch of each kernel of the suite does on the simulated accelerator, and how long it takes at the reference clock.
/// Rates are plausible for an H200: dense peaks and bandwidth of [nvidia2023h100] times usual efficiencies (assumed).

#include <optional>
#include <string_view>

#include "kernels/activity/channel.hpp"

namespace ondol::meter::fake {

struct Launch {
  Work work;
  double core_s = 0;   ///< stretches with the clock and the share of multiprocessors
  double fixed_s = 0;  ///< bound of memory or link
};

/// Nothing for a kernel that needs a second device or is not of the suite.
std::optional<Launch> launch_of(std::string_view kernel);

}  // namespace ondol::meter::fake
