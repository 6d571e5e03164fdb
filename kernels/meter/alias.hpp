#pragma once
/// Does the energy counter add up all of the power, or only the 25 ms of every 100 ms that POWER_INSTANT looks at?
///
/// A load of constant amplitude is switched on and off with periods around that of the sensor.  A counter that adds up the
/// instant's window sees, at a period of 100 ms, always the same phase of the load: up to all of it or nothing.  One that
/// integrates sees the mean of the two steady levels, weighted by the time each lasted, at every period and phase.

#include <string>
#include <string_view>
#include <vector>

#include "kernels/activity/load.hpp"
#include "kernels/meter/energy_meter.hpp"

namespace ondol::meter {

enum class AliasVerdict { integral, boxcar, unclear };
constexpr std::string_view name(AliasVerdict v) {
  return v == AliasVerdict::integral ? "integral" : v == AliasVerdict::boxcar ? "boxcar" : "unclear";
}

struct AliasPoint {
  double period_s = 0, phase = 0;  ///< phase: start of the load after an update of the counter, over the period
  double counter_w = 0, expected_w = 0;
  double ratio() const { return counter_w / expected_w; }
};

struct AliasTest {
  std::string kernel;
  double high_w = 0, low_w = 0;
  std::vector<AliasPoint> points;
  AliasVerdict verdict = AliasVerdict::unclear;
};

/// `integral` where every ratio is within 8 % of 1, `boxcar` where one near 100 ms is off by more than 15 %.
AliasVerdict judge(std::vector<AliasPoint> const&);

/// About 17 s times `scale` with a kernel that stays below the power limit.
AliasTest test_aliasing(Bench&, EnergyMeter&, Sampler&, Clock&, LoadSpec load, double scale, std::function<bool()> const& stop);

}  // namespace ondol::meter
