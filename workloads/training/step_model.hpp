#pragma once
/// Time, memory and phases of one optimiser step of a transformer language model, from its kernels and messages.
///
///   kernels      of the layers, logits and embedding (layer.hpp), each timed on the accelerator and divided by the framework's
///                kernel_efficiency; a pass lasts at least its launches times `launch`
///   tensor       2 all-reduces (or reduce-scatter and all-gather) of 2 n h byte a layer forward, 2 backward.  Where the
///                framework splits them along with their products, into t pieces, one piece has nothing beside it: (t - 1)/t
///                hide at most [wang2023overlap]; all-reduces are not split
///   context      keys and values of the others, forward and backward, and their gradients
///   expert       2 all-to-all of the routed rows forward, 2 backward: k rows a token, or over the fabric one to each domain
///   that
///                it meets (shape.hpp) and k within, both at once.  Hidden ones take multiprocessors from kernels
///                [deepseek2024v3, section 3.2.2]
///                full recomputation sends the forward messages of these three once more
///   pipeline     2 v messages of 2 n h / t byte a micro-batch; those of the ramps are never hidden
///   data         reduce-scatter of gradients, all-gather of weights; exposed T - min(share T, R x pass), the pass over a
///                micro-batch backward, forward.  R = 1: the last, the first one; interleaved min(m, p) (v - 1)/v: a chunk
///                is done with its micro-batches while v - 1 others go on
///   bubble       schedule.hpp; straggler: kernels x speed_spread x E[max of N]
///   pauses       evaluations and checkpoints: pauses.hpp; a step has its part of them
/// Messages by workloads/collectives; what a framework hides, and its one fitted number, by its entry in the catalogue.
///
/// Valid: decoders of 10^8..10^13 parameters, 1F1B with or without interleaving.  Ignores: load imbalance of experts, failures.
/// Page: docs/models/training-step.md

#include <string>

#include "scenarios/schema/spec.hpp"
#include "workloads/demand/job.hpp"
#include "workloads/demand/phase.hpp"
#include "workloads/demand/pool.hpp"
#include "workloads/training/memory.hpp"
#include "workloads/training/pauses.hpp"
#include "workloads/training/shape.hpp"

namespace ondol::workloads {

struct StepResult {
  double step_s = 0;          ///< with all below
  double compute_s = 0;       ///< kernels and optimiser, mean over the ranks
  double exposed_comm_s = 0;  ///< messages, as far as not hidden
  double bubble_s = 0;        ///< waiting for other stages, and for a slower last stage
  double straggler_s = 0;
  double checkpoint_s = 0;                   ///< mean stall a step
  double evaluation_s = 0;                   ///< mean a step
  double model_flop = 0, hardware_flop = 0;  ///< one step, all accelerators
  double mfu = 0;                            ///< model FLOP rate / vendor's peak of the precision
  double hfu = 0;                            ///< the same of hardware FLOP
  double tokens_per_s = 0;
  StepMemory memory;  ///< one accelerator
  Activity activity;  ///< means over the step
  Checkpoint checkpoint;
  Iteration iteration;  ///< step_s is its mean duration
  double clock_sensitivity = 0;

  double seconds(PhaseKind kind) const;  ///< of the phases of a kind
};

/// Throws InputError when the job cannot run: parallel sizes that do not divide, missing bandwidth, not even the lean memory
/// (the message names what would fit); std::invalid_argument when the pool has no kernel clock.
StepResult training_step(schema::TrainingSpec const& job, schema::ModelShapeSpec const& model, PoolSupply const& pool,
                         schema::TrainingStackSpec const& stack = {});

/// The job of a [[training]] table.
Job training_job(schema::TrainingSpec const& job, schema::ModelShapeSpec const& model, PoolSupply const& pool,
                 std::uint32_t pool_index, schema::TrainingStackSpec const& stack = {});

}  // namespace ondol::workloads
