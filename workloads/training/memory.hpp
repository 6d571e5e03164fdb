#pragma once
/// Memory of one accelerator of a training job: state and activations of the fullest pipeline stage, the first.
///
///   state        6 byte a parameter of the rank (weights 2, gradients 4) and 12 of the optimiser, these shared among the ranks
///                that hold the same weights when the framework shards it
///   activations  34 s b h / t a layer; + 5 a s^2 b / t where scores are kept (attention not fused, nothing computed again);
///                recompute "full": 2 s b h a layer and one layer's worth
///                times p micro-batches of l/p layers, (p - 1)/(p v) more of them when interleaved
///                                                                                    [korthikanti2022, sections 4 and 5]
/// Without sequence parallelism norms and residuals keep 10 of the 34 whole.  Context parallelism shares all of them.
/// "Lean": 2-byte gradients, 22 of the 34 (assumed: cheap element-wise results computed again); refusals go by it.
/// Ignores logits, buffers of messages, fragmentation.

#include "workloads/training/shape.hpp"

namespace ondol::workloads {

struct StepMemory {
  double state_bytes = 0;       ///< weights, gradients, optimiser of one rank
  double activation_bytes = 0;  ///< first pipeline stage
  double lean_bytes = 0;        ///< all of it in a tuned framework
  double total() const { return state_bytes + activation_bytes; }
};

/// Parameters on one rank, with its share of embedding and logits: resident ones, and those of experts.
struct RankParameters {
  double resident = 0, routed = 0;
  double sum() const { return resident + routed; }
};
RankParameters rank_parameters(schema::TrainingSpec const& job, schema::ModelShapeSpec const& model, Shape const& shape);

StepMemory step_memory(schema::TrainingSpec const& job, schema::ModelShapeSpec const& model,
                       schema::TrainingStackSpec const& stack = {});

/// What would make a job fit into `capacity`: recomputation first, then the next wider tensor or pipeline groups.
std::string what_fits(schema::TrainingSpec const& job, schema::ModelShapeSpec const& model,
                      schema::TrainingStackSpec const& stack, double capacity, int domain);

}  // namespace ondol::workloads
