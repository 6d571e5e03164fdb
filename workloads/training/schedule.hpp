#pragma once
/// Time of one forward-one-backward pipeline whose stages are not all alike.
///
///   t_pipe = m max_i t_i + (sum_i t_i - max_i t_i) / v        t_i: forward and backward of a micro-batch on stage i
/// For equal stages this is m t + (p - 1) t / v, a bubble of (p - 1)/(v m) [narayanan2021megatron, section 2.2].  The logits
/// make the last stage slower than the others, and each micro-batch waits for it.
/// Where layers do not divide by stages, the last stage gets one layer less, then the first, and so on alternating
/// (they also hold logits and embedding).

#include <vector>

namespace ondol::workloads {

std::vector<double> stage_layers(int layers, int stages);

struct PipelineTime {
  double total_s = 0;  ///< first micro-batch in, last one out
  double mean_s = 0;   ///< what a stage works, mean over stages
  double wait_s() const { return total_s - mean_s; }
};
/// `stages`: time of one micro-batch on each.
PipelineTime pipeline_time(std::vector<double> const& stages, double micro_batches, double interleave);

/// Passes of a chunk forward before the first one backward, on the first stage: (p - 1), interleaved 2 (p - 1) + (v - 1) p,
/// never more than there are; as many backward at the end.  Their messages have nothing beside them to hide behind.
double warm_up(double stages, double interleave, double micro_batches);

/// Mean of the largest of `n` independent normal numbers, in standard deviations: the classic expansion, 7 % high at n = 8 and
/// 2 % from 100 on [cramer1946].
double expected_maximum(double n);

}  // namespace ondol::workloads
