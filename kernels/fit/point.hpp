#pragma once
/// What a window says to the fit: mean power, its error, and the rates that explain it.

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernels/fit/campaign.hpp"

namespace ondol::meter::fit {

struct Point {
  std::size_t folder = 0;
  int window = 0;
  std::string kernel;
  std::string load;       ///< kernel, fill, share, period: its windows share the error of the model, on every board
  std::size_t start = 0;  ///< repeats within one start of a load share what the thermometer's step hides
  Role role = Role::fit;
  double power_w = 0, sd_w = 0;
  bool context = true;
  double toggle = 0, sm_share = 1, awake = 0, period_s = 0;
  Work rate;
  std::optional<double> temperature_c, clock_hz, memory_power_w, limit_w;
  bool limited = false;  ///< the power limit set the clock

  /// At the limit with an unknown clock, any sum above the limit is right: the row speaks to one side only.
  bool one_sided() const { return limited && !clock_hz; }
};

struct LeftOut {
  std::size_t folder = 0;
  int window = 0;
  std::string kernel, why;
};

struct Points {
  std::vector<Point> fit, held_out;
  std::vector<LeftOut> left_out;
  double reference_clock_hz = 0;  ///< 0 where no clock is known at all
};

/// `reference_clock_hz`: 0 takes `highest_clock_hz` of the first meta.json that has it, else the highest clock of the windows.
/// Flagged windows, those without energy and `idle_after_work` (its clocks have not come to rest) are left out.
/// Without uncertainty_j: 2 % of the power (assumed; tables seldom say).
Points make_points(std::span<Campaign const> campaigns, double reference_clock_hz);

}  // namespace ondol::meter::fit
