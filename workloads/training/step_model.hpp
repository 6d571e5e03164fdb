#pragma once
/// Time, FLOP, memory and activity of one optimiser step of a transformer language model, in closed form.
///
///   FLOP of a token, forward:   2 W + 4 s h l + 2 V h                     W weights of the layers that a token meets
///   step:                       three times that (forward, two for backward); with full recomputation the layers once more
///   For W = 12 l h^2:           96 B s l h^2 (1 + s/6h + V/16lh) with, 72 B s l h^2 (1 + s/6h + V/12lh) without recomputation
///                                                                       [narayanan2021megatron, eq. 3; korthikanti2022, app.
///                                                                       A]
///   t_matmul  = FLOP / (N e_layer x sustained matmul rate), projections at the job's precision, attention and logits at bf16
///   t_stream  = bytes of the element-wise operations and of the optimiser / sustained memory bandwidth
///   t_tp      = 4 (6 with recomputation) all-reduces a layer and micro-batch: 2 (t-1)/t S / b(S),  b(S) = e_ring b S/(S +
///   S_1/2) bubble    = (p - 1)/(v m) of the work of a step [narayanan2021megatron, 2.2] t_dp      = (d-1)/d (gradients +
///   weights of a rank) / network, the share not hidden behind the backward pass t_ckpt    = 13.1 byte x parameters / storage
///   bandwidth, once an interval                    [mlperf_storage_v2] memory    = (6 + 12/d) byte a parameter of a rank +
///   activations 34 s b h / t a layer          [korthikanti2022, section 4]
///
/// Valid: dense and mixture-of-experts decoders, 1F1B with or without interleaving, tensor groups within a scale-up domain,
/// 10^9..10^12 parameters.  Ignores: expert all-to-all, context-parallel and pipeline messages, stragglers, load imbalance,
/// evaluation, failures.  Errors against published rows: docs/models/training-step.md

#include <string>

#include "scenarios/schema/spec.hpp"
#include "workloads/demand/job.hpp"
#include "workloads/demand/phase.hpp"
#include "workloads/demand/pool.hpp"

namespace ondol::workloads {

/// Constants of the step model that no scenario sets; sources in docs/models/training-step.md.
struct StepParams {
  double layer_efficiency = 0.67;    ///< GEMM of whole layers / best single GEMM; fitted
  double stream_bytes = 170;         ///< element-wise traffic a token, layer and hidden unit: 5 passes over 34 byte; assumed
  double optimizer_bytes = 30;       ///< Adam: 16 read, 14 written a parameter; derived
  double ring_efficiency = 0.80;     ///< large-message bus bandwidth / link rate; measured
  double half_message_bytes = 20e6;  ///< message that reaches half of it; measured
  double network_efficiency = 0.80;  ///< scale-out rate of collectives / link rate; literature
  double data_overlap = 0.8;         ///< share of data-parallel traffic hidden; assumed
  double checkpoint_bytes = 13.1;    ///< a parameter; literature
  double host = 0.3;                 ///< host activity while training; assumed
};

struct StepFlop {
  double layers = 0;     ///< projections and feed-forward of one step, model count
  double attention = 0;  ///< scores and weighted sums
  double logits = 0;
  double recompute_layers = 0, recompute_attention = 0;

  double model() const { return layers + attention + logits; }
  double hardware() const { return model() + recompute_layers + recompute_attention; }
};

struct StepMemory {
  double state_bytes = 0;       ///< weights, gradients, optimiser of one rank
  double activation_bytes = 0;  ///< first pipeline stage
  double lean_bytes = 0;        ///< all of it in a tuned framework: 2-byte gradients, cheap element-wise results computed again
  double total() const { return state_bytes + activation_bytes; }
};

struct StepResult {
  double step_s = 0;          ///< with all below
  double compute_s = 0;       ///< matmul and streaming
  double exposed_comm_s = 0;  ///< tensor and data parallel, as far as not hidden
  double bubble_s = 0;
  double checkpoint_s = 0;                   ///< mean stall a step
  double model_flop = 0, hardware_flop = 0;  ///< one step, all accelerators
  double mfu = 0;                            ///< model FLOP rate / vendor's peak of the precision
  double tokens_per_s = 0;
  StepMemory memory;  ///< one accelerator
  Activity activity;  ///< means over the step
  Iteration iteration;
  double clock_sensitivity = 0;
};

/// Weights of the layers that one token meets (active ones in a mixture of experts), without embedding and logits.
double layer_weights(schema::ModelShapeSpec const& model);
StepFlop step_flop(schema::ModelShapeSpec const& model, double sequences, double sequence, bool full_recompute);
StepMemory step_memory(schema::TrainingSpec const& job, schema::ModelShapeSpec const& model);

/// Throws InputError when the job cannot run: parallel sizes that do not divide, missing bandwidth, not even the lean memory
/// (the message names what would fit).
StepResult training_step(schema::TrainingSpec const& job, schema::ModelShapeSpec const& model, PoolSupply const& pool,
                         StepParams const& params = {});

/// The job of a [[training]] table.
Job training_job(schema::TrainingSpec const& job, schema::ModelShapeSpec const& model, PoolSupply const& pool,
                 std::uint32_t pool_index, StepParams const& params = {});

}  // namespace ondol::workloads
