#pragma once
/// An iteration in time: stretches during which the mix of what the ranks of a job do is constant.
///
/// The phases of an Iteration are means over the ranks.  What all ranks do together keeps its place; what they take in turns
/// is mixed:
///
///   fill    the pipeline's first micro-batches arrive stage by stage: of p stages 1, 2, ... p - 1 work, p - 1 equal steps
///           (at most eight), forward.  Length: the forward part of the bubble B
///   body    every rank is somewhere in its micro-batches, no two stages in the same: forward, backward, exposed traffic of
///           tensor, context, expert and pipeline groups, and B/2 of waiting, mixed.  Without a pipeline all ranks are in step
///           and forward and backward take turns, once a micro-batch (at most 32 times)
///   drain   the last micro-batches leave stage by stage, backward
///   then    in their order: waiting for stragglers, the exchange of gradients and weights, what overflows its cover
///           (iteration_time.hpp), optimizer, a checkpoint's part
///
/// Every phase keeps its duration: sum over the beats of duration x share = the mean over the ranks.  The other half of the
/// bubble is the wait between a stage's warm-up and its first backward; it lies within the body, as its ramps do in fill and
/// drain [narayanan2021megatron, figure 4].
/// Ignores: the order of micro-batches within the body, ramps of interleaved schedules beyond their length, exposed traffic
/// layer by layer (milliseconds).
/// Page: docs/models/phases.md

#include <span>
#include <vector>

#include "workloads/demand/phase.hpp"

namespace ondol::workloads {

struct Beat {
  double duration_s = 0;
  std::vector<double> share;  ///< of the ranks by phase; last, of the overflow.  Sums to 1
};

/// `phase_s`: durations of the phases as they are, and last of the overflow.
std::vector<Beat> beats(Iteration const& iteration, std::span<double const> phase_s);

}  // namespace ondol::workloads
