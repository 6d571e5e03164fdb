#pragma once
/// What interrupts the iterations of a training job.
///
///   evaluation   after every ceil(interval / B) iterations: a forward pass over E sequences in r = ceil(E / (d b)) rounds;
///                a step has m = B / (d b).  Kernels: r/m of the step's forward phase.  Waits: r/m of the forward part of its
///                messages, and all of what hides only in training: all-gathers of tensor groups, which the layers overlap
///                only with gradients [transformerengine2024], and messages between stages, which overlap only where
///                forward and backward alternate [megatron2024overlap].  For each batch of m rounds (p - 1)/v more rounds
///                while the stages fill and drain, and the forward part of what a step waits for its slowest stage and
///                rank.  Forward part of the messages of tensor groups, experts and stages: one half, of
///                context groups one third; with full recomputation of tensor groups and experts one third, context one
///                fourth.
///   checkpoint   S = 13.1 byte a parameter unless given [mlperf_storage_v2], in every whole number of iterations next to the
///                interval.  Blocking: S / storage bandwidth.  Async: S / (N x 25 GB/s), the copy to the hosts' memory
///                (assumed: half of what a PCIe 5 link of 16 lanes gives); the write runs behind training.
///   restore      S / storage bandwidth, before a job goes on from a checkpoint
///
/// The write meets other traffic only on a fabric with storage_nodes.  Ignores: reading of evaluation data, start-up of the
/// framework. Page: docs/models/training-pauses.md

#include <vector>

#include "scenarios/schema/spec.hpp"
#include "workloads/demand/phase.hpp"

namespace ondol::workloads {

struct Checkpoint {
  double bytes = 0;
  double write_s = 0, restore_s = 0;  ///< 0: no storage bandwidth given
  double stall_s = 0;                 ///< training waits
};
Checkpoint checkpoint_of(schema::TrainingSpec const& job, double parameters);

/// Pauses of a job whose iteration has these phases.  `shown`: messages of the forward passes of a step that hide in training
/// and not in an evaluation.
std::vector<Pause> pauses(schema::TrainingSpec const& job, double parameters, Iteration const& iteration,
                          std::vector<Phase> const& shown = {});

}  // namespace ondol::workloads
