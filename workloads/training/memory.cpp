#include "workloads/training/memory.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ondol::workloads {

using schema::ModelShapeSpec;
using schema::Recompute;
using schema::TrainingSpec;
using schema::TrainingStackSpec;

RankParameters rank_parameters(TrainingSpec const& job, ModelShapeSpec const& model, Shape const& shape) {
  double const split = 1.0 * job.tensor_parallel * job.pipeline_parallel;
  double const routed = shape.routed_weights();
  double const all =
      model.parameters > 0 ? model.parameters : shape.resident_weights() + routed + shape.vocabulary * shape.hidden;
  return {std::max(0.0, all - routed) / split, routed / (split * job.expert_parallel)};
}

StepMemory step_memory(TrainingSpec const& job, ModelShapeSpec const& model, TrainingStackSpec const& stack) {
  Shape const shape = shape_of(model);
  double const t = job.tensor_parallel, p = job.pipeline_parallel, v = job.virtual_pipeline, c = job.context_parallel;
  double const replicas = job.accelerators / (t * p);  // that hold the same resident weights
  auto const ours = rank_parameters(job, model, shape);
  double const shards = stack.sharded_optimizer ? std::max(1.0, replicas) : 1.0;
  double const expert_shards = stack.sharded_optimizer ? std::max(1.0, replicas / job.expert_parallel) : 1.0;
  auto const state = [&](double bytes) {
    return ours.resident * (bytes + 12 / shards) + ours.routed * (bytes + 12 / expert_shards);
  };

  double const sb = static_cast<double>(job.sequence) / c * job.micro_batch;
  double const scores = stack.fused_attention ? 0 : 5 * shape.heads * sb * job.sequence / t;
  // Of a token in one layer: what tensor groups split, and what only sequence parallelism splits.
  auto const layer = [&](bool experts, bool lean) {
    double const met = experts ? shape.met : 0;
    double const width = experts ? (shape.met + shape.shared) * shape.expert_ffn : shape.ffn;
    bool const light = lean || stack.light_recompute;  // cheap outputs are computed again
    double const kept = stack.kept_bytes, again = light ? 0 : 1;
    // Queries, keys, values (from latents: cheap) and their sums.
    double const heads = (shape.kv_latent > 0 ? again : 1) * 2 * (shape.score_width() + shape.key_width() + shape.kv_width()) +
                         2 * shape.query_width();
    double const split = heads + kept * (shape.branches + again) * width;
    double const whole =
        2 * (shape.kv_latent > 0 ? shape.latents() : 0) + (6 + 2 * kept * again + (kept + 2 * again) * met) * shape.hidden;
    return sb * (split / t + whole / (job.sequence_parallel ? t : 1));
  };
  double const moe_share = shape.moe_layers / shape.layers;
  // Passes of a chunk of layers forward before the first one backward ends, on the first stage, and their layers.
  double const micro_batches = std::max(1.0, job.batch_sequences * t * p * c / (1.0 * job.accelerators * job.micro_batch));
  double const chunks = std::min(micro_batches * v, v > 1 ? p * v + p - 1 : p);
  double const layers = chunks * shape.layers / (p * v);
  auto const activations = [&](bool lean) {
    double const dense = layer(false, lean), moe = layer(true, lean);
    switch (job.recompute) {
      case Recompute::full:
        return 2 * sb * shape.hidden / (job.sequence_parallel ? t : 1) * layers + scores +
               std::max(moe_share < 1 ? dense : 0, moe_share > 0 ? moe : 0);
      case Recompute::selective:
        return ((1 - moe_share) * dense + moe_share * moe) * layers;
      case Recompute::none:
        break;
    }
    return ((1 - moe_share) * dense + moe_share * moe + scores) * layers;
  };
  StepMemory memory;
  memory.state_bytes = state(6);
  memory.activation_bytes = activations(false);
  memory.lean_bytes = state(4) + activations(true);
  return memory;
}

std::string what_fits(TrainingSpec const& job, ModelShapeSpec const& model, TrainingStackSpec const& stack, double capacity,
                      int domain) {
  auto const holds = [&](TrainingSpec const& trial) { return step_memory(trial, model, stack).lean_bytes <= capacity; };
  TrainingSpec trial = job;
  if (job.recompute == Recompute::none && !stack.fused_attention) {
    trial.recompute = Recompute::selective;
    if (holds(trial)) return "recompute = \"selective\" would fit";
  }
  trial.recompute = Recompute::full;
  if (job.recompute != Recompute::full && holds(trial)) return "recompute = \"full\" would fit";
  auto const data_ranks = job.accelerators / (job.tensor_parallel * job.pipeline_parallel * job.context_parallel);
  for (int factor = 2; factor <= data_ranks; ++factor) {
    if (data_ranks % factor != 0) continue;
    for (auto const recompute : {job.recompute, Recompute::full}) {
      trial = job;
      trial.recompute = recompute;
      std::string const also = recompute != job.recompute ? " with recompute = \"full\"" : "";
      trial.tensor_parallel = job.tensor_parallel * factor;
      if (trial.tensor_parallel <= domain && model.heads % trial.tensor_parallel == 0 && holds(trial))
        return fmt::format("tensor_parallel = {}{} would fit", trial.tensor_parallel, also);
      trial.tensor_parallel = job.tensor_parallel;
      trial.pipeline_parallel = job.pipeline_parallel * factor;
      if (trial.pipeline_parallel <= model.layers && holds(trial))
        return fmt::format("pipeline_parallel = {}{} would fit", trial.pipeline_parallel, also);
    }
  }
  return "no split of these accelerators fits; take more accelerators or a smaller model";
}

}  // namespace ondol::workloads
