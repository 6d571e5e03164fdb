#pragma once
/// Memory of one accelerator of a training job: state and activations of the fullest pipeline stage, the first.
///
///   state        6 byte a parameter of the rank (weights 2, gradients 4) and 12 of the optimiser, these shared among the ranks
///                that hold the same weights when the framework shards it
///   activations  a token and layer: (4 (q + kv) + 2 (g + 1) f) / t + 10 h / t', byte; for plain dense layers 34 s b h / t
///                  q, kv widths of heads; g 2 where gated, else 1; t' = t with sequence parallelism, else 1: norms' and
///                  products' inputs and dropout masks
///                a layer with experts: f = (k + shared) times an expert's width, + 4 k h / t': rows to k experts and back
///                + 5 a s^2 b / t where scores are kept (attention not fused, nothing computed again)
///                recompute "full": 2 s b h / t' a layer and one layer's worth
///                times p micro-batches of l/p layers; interleaved p v + p - 1 chunks of l/(p v); never more than the step has
///                                                                                    [korthikanti2022, sections 4 and 5]
/// Context parallelism shares all of them.
/// "Lean": 2-byte gradients; outputs of norms and of the activation (4 h + 2 f) computed again from their inputs: 22 of 34
/// (assumed: cheap, and published runs need it to fit); refusals go by it.
/// Ignores logits, buffers of messages, fragmentation, probabilities of the router, unequal load of experts.

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
