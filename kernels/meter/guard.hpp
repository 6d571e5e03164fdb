#pragma once
/// What contaminates a measurement: looked at before a campaign and around every window.  Nothing is ever set right here.

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "kernels/activity/window.hpp"
#include "kernels/meter/nvml.hpp"

namespace ondol::meter {

class Guard {
 public:
  /// `before`: processes that held a card before we touched any.  They are somebody else's for good.
  Guard(nvml::Device const&, std::set<unsigned> before);
  /// Our own context exists now: what came with it is ours.  In a container NVML may name our process by another number.
  void own_context();
  /// The card as it stands: mig, limit_below_default, other_process, clocks_locked, lost_device.
  Flags look() const;
  /// What the clock-event bits of a window say: thermal, power_brake, clocks_locked.  Hardware slowdown without the brake bit
  /// counts as heat.  Application clocks that are the highest there are, or that the driver has retired,
  /// lock nothing.
  Flags from(ClockEvents) const;
  /// A light load ran with this mean clock: below 95 % of the highest with no reason given, somebody has locked it.
  void judge_clock(double sm_clock_hz, ClockEvents);
  /// One line for each flag, for people.
  std::vector<std::string> explain(Flags) const;
  std::optional<double> limit_w() const;

 private:
  bool strangers() const;
  nvml::Device const& device_;
  std::set<unsigned> before_, ours_;
  bool locked_ = false, unbound_ = false;
};

}  // namespace ondol::meter
