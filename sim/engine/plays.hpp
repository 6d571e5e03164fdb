#pragma once
/// Stretches of an iteration, and of a pause, in which what the ranks do on the mean holds still: workloads/demand/beats.hpp
/// with the phases of a load.  Page: docs/models/phases.md

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "sim/control/power_limiter.hpp"
#include "sim/engine/iteration_power.hpp"

namespace ondol::sim {

struct Play {
  double duration_s = 0;
  std::vector<std::pair<std::size_t, double>> mix;  ///< phase of the load, share of the ranks
};
/// `phase_s`: by phase of the load and, last, of the overflow, as `phase_draws` gives.
std::vector<Play> iteration_plays(IterationLoad const& load, std::span<double const> phase_s);
/// The ranks take the phases of a pause in turns, as in the body of an iteration.  No duration: nothing to play.
Play pause_play(IterationLoad const& load, std::size_t pause, std::span<double const> phase_s);

/// Power of one accelerator in a play, mean over the ranks.
double play_power_w(Play const& play, std::span<PhaseDraw const> draws);
/// The same as a power limit takes it.
PowerLimiter::Demand play_limited(Play const& play, std::span<PhaseDraw const> draws);
/// The same as a smoother takes it: what ranks take in turns within milliseconds by its mean, stages that wait apart.
PowerSmoother::Demand play_demand(IterationLoad const& load, Play const& play, std::span<PhaseDraw const> draws,
                                  PowerSmoother const& smoother);
/// Mean of the smoothed power of one accelerator over an iteration with its part of the pauses.
double smoothed_mean_w(IterationLoad const& load, std::span<PhaseDraw const> draws, PowerSmoothingParams const& smoothing,
                       double limit_w);

}  // namespace ondol::sim
