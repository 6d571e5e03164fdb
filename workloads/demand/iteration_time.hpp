#pragma once
/// How long an iteration takes when clocks and the fabric give less than it was planned for [s].
///
///   phase     d [ c / phi + b / s + (1 - c - b) ]      phi clock, s share of its scale-out rate that the job gets,
///                                                      c, b shares of the duration that follow them
///   overflow  what was hidden and no longer is: traffic that takes T alone, H of it hidden, b of it on the fabric, takes
///             T' = T (b / s + 1 - b), and H' likewise; its exposed part is in the phases.  Where some was exposed the cover
///             was full: H' - H k.  Where none was, the cover is all of forward and backward: H' - their time.  k: how much the
///             kernels in front stretch; never below 0.
///
/// Valid for s in (0, 1], phi in (0, 1].  Ignores: that a stretched phase may hide more of another kind of traffic.
/// Page: docs/models/phases.md

#include <span>

#include "workloads/demand/phase.hpp"

namespace ondol::workloads {

double phase_duration_s(Phase const& phase, double clock, double fabric_share);

/// Exposed beside the phases at these durations of theirs; 0 when the job has the fabric to itself.  `phase_s` may go on
/// with the phases of the pauses.
double overflow_s(Iteration const& iteration, std::span<double const> phase_s, double fabric_share);

/// `clock` by phase, or empty: the reference clock.  Overflow included, pauses not.
double iteration_duration_s(Iteration const& iteration, std::span<double const> clock, double fabric_share);

/// At the reference clock, with overflow and the iteration's part of the pauses.
double mean_duration_s(Iteration const& iteration, FabricShare share);

/// The one share of the network at which the iteration takes as long as with a share for each of its traffics: what is exposed
/// of each stretches with its own share, what is hidden overflows by it.  1 where no share below 1 is felt.  Checkpoints do not
/// count.
double common_share(Iteration const& iteration, std::span<double const> share_of_traffic);

}  // namespace ondol::workloads
