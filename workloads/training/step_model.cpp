#include "workloads/training/step_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "scenarios/base/error.hpp"

namespace ondol::workloads {

namespace {

using schema::ModelShapeSpec;
using schema::TrainingSpec;

double kv_width(ModelShapeSpec const& m) {
  return m.kv_heads > 0 ? static_cast<double>(m.hidden) * m.kv_heads / m.heads : m.hidden;
}

/// Weights of one layer's attention: queries and output h^2 each, keys and values narrower by grouping.
double attention_weights(ModelShapeSpec const& m) {
  double const h = m.hidden;
  return 2 * h * h + 2 * h * kv_width(m);
}

bool full(TrainingSpec const& job) {
  return job.recompute == schema::Recompute::full;
}

double ranks_of_data(TrainingSpec const& job) {
  return static_cast<double>(job.accelerators) / (job.tensor_parallel * job.pipeline_parallel * job.context_parallel);
}

double peak(PoolSupply const& pool, Precision precision) {
  switch (precision) {
    case Precision::fp8:
      return pool.fp8_peak_flop_per_s;
    case Precision::fp4:
      return pool.fp4_peak_flop_per_s;
    case Precision::bf16:
    case Precision::fp64:
      break;
  }
  return pool.bf16_peak_flop_per_s;
}

[[noreturn]] void refuse(TrainingSpec const& job, std::string const& why) {
  throw InputError(fmt::format("training \"{}\": {}", job.name, why));
}

void check(TrainingSpec const& job, PoolSupply const& pool) {
  int const model_parallel = job.tensor_parallel * job.pipeline_parallel * job.context_parallel;
  if (job.accelerators % model_parallel != 0)
    refuse(job, fmt::format(
                    "accelerators = {} is no multiple of tensor x pipeline x context parallel = {} x {} x {} = {}; write {}?",
                    job.accelerators, job.tensor_parallel, job.pipeline_parallel, job.context_parallel, model_parallel,
                    std::max(1, job.accelerators / model_parallel) * model_parallel));
  int const per_round = job.accelerators / model_parallel * job.micro_batch;
  if (job.batch_sequences % per_round != 0)
    refuse(job,
           fmt::format("batch_sequences = {} is no multiple of data-parallel ranks x micro_batch = {} x {} = {}; write {}?",
                       job.batch_sequences, job.accelerators / model_parallel, job.micro_batch, per_round,
                       std::max(1, job.batch_sequences / per_round) * per_round));
  int const domain = pool.scaleup_domain > 0 ? pool.scaleup_domain : pool.accelerators_per_node;
  if (job.accelerators > domain && job.network_bandwidth.v <= 0)
    refuse(job, fmt::format("network_bandwidth is missing: {} accelerators reach beyond a scale-up domain of {}; "
                            "write network_bandwidth = \"400 Gbit/s\"?",
                            job.accelerators, domain));
  if (job.checkpoint_interval.v > 0 && job.storage_bandwidth.v <= 0)
    refuse(job, "checkpoint_interval needs storage_bandwidth; write storage_bandwidth = \"100 GB/s\"?");
}

/// What would make the job fit: recomputation first, then the next wider pipeline or tensor groups.
std::string what_fits(TrainingSpec const& job, ModelShapeSpec const& model, double capacity, int domain) {
  auto const holds = [&](TrainingSpec const& trial) { return step_memory(trial, model).lean_bytes <= capacity; };
  TrainingSpec trial = job;
  trial.recompute = schema::Recompute::full;
  if (!full(job) && holds(trial)) return "recompute = \"full\" would fit";
  auto const data_ranks = job.accelerators / (job.tensor_parallel * job.pipeline_parallel * job.context_parallel);
  for (int factor = 2; factor <= data_ranks; ++factor) {
    if (data_ranks % factor != 0) continue;
    for (auto const recompute : {job.recompute, schema::Recompute::full}) {
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

/// Ring all-reduce of `bytes` over `ranks` [thakur2005collectives], with a rate that falls for short messages.
double all_reduce_s(double bytes, double ranks, double bytes_per_s, StepParams const& p) {
  if (ranks <= 1 || bytes <= 0) return 0;
  double const rate = p.ring_efficiency * bytes_per_s * bytes / (bytes + p.half_message_bytes);
  return 2 * (ranks - 1) / ranks * bytes / rate;
}

}  // namespace

double layer_weights(ModelShapeSpec const& m) {
  double const h = m.hidden, l = m.layers, embedding = static_cast<double>(m.vocabulary) * h;
  // A mixture of experts: what is left of the active parameters beside embedding and logits, which such models do not share.
  if (m.active_parameters > 0 && m.active_parameters < m.parameters) return std::max(0.0, m.active_parameters - 2 * embedding);
  double const ffn = m.ffn_hidden > 0 ? m.ffn_hidden : 4 * h;
  auto const weights = [&](double matrices) { return l * (attention_weights(m) + matrices * h * ffn); };
  if (m.parameters <= 0) return weights(2);
  // Two matrices in a plain feed-forward layer, three in a gated one, embedding shared with the logits or not: whichever comes
  // nearest to the stated number of parameters.
  double best = weights(2), error = std::numeric_limits<double>::infinity();
  for (double const matrices : {2.0, 3.0})
    for (double const tables : {1.0, 2.0})
      if (double const e = std::abs(weights(matrices) + tables * embedding - m.parameters); e < error) {
        error = e;
        best = weights(matrices);
      }
  return best;
}

StepFlop step_flop(ModelShapeSpec const& m, double sequences, double sequence, bool full_recompute) {
  double const tokens = sequences * sequence, h = m.hidden;
  double const layers = 2 * layer_weights(m) * tokens, attention = 4 * sequence * h * m.layers * tokens;
  StepFlop f{.layers = 3 * layers, .attention = 3 * attention, .logits = 6 * h * m.vocabulary * tokens};
  if (full_recompute) {
    f.recompute_layers = layers;
    f.recompute_attention = attention;
  }
  return f;
}

StepMemory step_memory(TrainingSpec const& job, ModelShapeSpec const& m) {
  double const t = job.tensor_parallel, p = job.pipeline_parallel, v = job.virtual_pipeline;
  double const parameters = m.parameters > 0 ? m.parameters : layer_weights(m) + static_cast<double>(m.vocabulary) * m.hidden;
  // Weights in 2 byte, gradients in 4 (lean: 2), optimiser 12 shared among the ranks that hold the same weights.
  double const shards = std::max(1.0, ranks_of_data(job) * job.context_parallel);
  double const of_rank = parameters / (t * p);
  double const sbh = static_cast<double>(job.sequence) / job.context_parallel * job.micro_batch * m.hidden;
  // The first stage holds p micro-batches of l/p layers, and (p - 1)/(p v) more of them when interleaved.
  double const layers = m.layers * (v > 1 ? 1 + (p - 1) / (p * v) : 1.0);
  auto const activations = [&](double bytes) {
    return full(job) ? 2 * sbh * layers + bytes * sbh / t : bytes * sbh / t * layers;
  };
  StepMemory memory;
  memory.state_bytes = of_rank * (6 + 12 / shards);
  memory.activation_bytes = activations(34);
  memory.lean_bytes = of_rank * (4 + 12 / shards) + activations(22);
  return memory;
}

StepResult training_step(TrainingSpec const& job, ModelShapeSpec const& model, PoolSupply const& pool, StepParams const& k) {
  check(job, pool);
  auto const precision = precision_from(job.precision);
  if (!precision || *precision == Precision::fp64)
    refuse(job, fmt::format("precision = \"{}\" is not one of bf16, fp8, fp4", job.precision));
  int const domain = pool.scaleup_domain > 0 ? pool.scaleup_domain : pool.accelerators_per_node;

  StepResult r;
  r.memory = step_memory(job, model);
  if (r.memory.lean_bytes > pool.memory_bytes)
    refuse(job,
           fmt::format(
               "needs at least {:.1f} GB an accelerator (usually {:.1f}: weights and optimiser {:.1f}, activations {:.1f}) "
               "of {:.1f} GB in pool \"{}\"; {}",
               r.memory.lean_bytes / 1e9, r.memory.total() / 1e9, r.memory.state_bytes / 1e9, r.memory.activation_bytes / 1e9,
               pool.memory_bytes / 1e9, pool.name, what_fits(job, model, pool.memory_bytes, domain)));

  double const n = job.accelerators, t = job.tensor_parallel, p = job.pipeline_parallel, c = job.context_parallel;
  double const d = ranks_of_data(job), m = job.batch_sequences / (d * job.micro_batch);
  double const tokens = static_cast<double>(job.batch_sequences) * job.sequence;
  double const passes = full(job) ? 4 : 3;  // over the layers, forward counting one

  // Matmuls: projections at the job's precision; attention and logits stay in bf16.
  auto const flop = step_flop(model, job.batch_sequences, job.sequence, full(job));
  double const narrow = pool.matmul_efficiency * peak(pool, *precision),
               wide = pool.matmul_efficiency * pool.bf16_peak_flop_per_s;
  double const ideal_s = (flop.layers + flop.recompute_layers) / (n * narrow) +
                         (flop.attention + flop.recompute_attention + flop.logits) / (n * wide);
  double const matmul_s = ideal_s / k.layer_efficiency;

  // Bytes of one accelerator: element-wise operations of its share, weights once a pass and micro-batch, optimiser once.
  double const parameters = model.parameters > 0 ? model.parameters : layer_weights(model);
  double const stream_rate = pool.memory_bandwidth_bytes_per_s * pool.memory_efficiency;
  double const elementwise = k.stream_bytes * model.hidden * model.layers * tokens / n * (passes / 3);
  double const optimizer = k.optimizer_bytes * parameters / (t * p * std::max(1.0, d * c));
  double const weights = 2 * layer_weights(model) / (t * p) * passes * m;  // read under the matmuls
  double const stream_s = elementwise / stream_rate, optimizer_s = optimizer / stream_rate;

  // Tensor groups: two all-reduces forward, two backward, two more to recompute.
  double const tensor_link = t <= domain ? pool.scaleup_bytes_per_s : job.network_bandwidth.v * k.network_efficiency;
  double const message = 2.0 * job.sequence / c * job.micro_batch * model.hidden;
  double const all_reduces = (full(job) ? 6 : 4) * (model.layers / p) * m;
  double const tensor_s = all_reduces * all_reduce_s(message, t, tensor_link, k);

  // Data-parallel ranks: reduce-scatter of 4-byte gradients, all-gather of 2-byte weights.
  double const group = d * c;
  double const data_link =
      n <= domain ? pool.scaleup_bytes_per_s * k.ring_efficiency : job.network_bandwidth.v * k.network_efficiency;
  double const data_s = group > 1 ? (group - 1) / group * 6 * parameters / (t * p) / data_link * (1 - k.data_overlap) : 0;

  double const work_s = matmul_s + stream_s + tensor_s;  // what a pipeline stage does for its micro-batches
  double const bubble = (p - 1) / (job.virtual_pipeline * m);
  r.compute_s = matmul_s + stream_s + optimizer_s;
  r.exposed_comm_s = tensor_s + data_s;
  r.bubble_s = bubble * work_s;
  double const training_s = r.compute_s + r.exposed_comm_s + r.bubble_s;
  if (job.checkpoint_interval.v > 0)
    r.checkpoint_s = training_s * k.checkpoint_bytes * parameters / job.storage_bandwidth.v / job.checkpoint_interval.v;
  r.step_s = training_s + r.checkpoint_s;

  r.model_flop = flop.model();
  r.hardware_flop = flop.hardware();
  r.mfu = r.model_flop / (n * r.step_s * peak(pool, *precision));
  r.tokens_per_s = tokens / r.step_s;
  r.activity.sm = std::min(1.0, r.compute_s / r.step_s);
  r.activity.compute = ideal_s / r.step_s;
  r.activity.memory = std::min(1.0, (elementwise + optimizer + weights) / stream_rate / r.step_s);
  r.activity.host = k.host;
  r.activity.precision = *precision;
  r.clock_sensitivity = matmul_s * (1 + bubble) / r.step_s;

  // The same as phases: forward takes one part of the passes over the layers, backward the others.
  auto& it = r.iteration;
  it.precision = *precision;
  meter::Work kernels;
  kernels[*precision == Precision::fp8   ? meter::Channel::tensor_fp8
          : *precision == Precision::fp4 ? meter::Channel::tensor_fp4
                                         : meter::Channel::tensor_bf16] = (flop.layers + flop.recompute_layers) / n;
  kernels[meter::Channel::tensor_bf16] += (flop.attention + flop.recompute_attention + flop.logits) / n;
  kernels[meter::Channel::hbm_read] = 0.8 * (elementwise + weights);
  kernels[meter::Channel::hbm_write] = 0.2 * (elementwise + weights);
  double const busy_s = matmul_s + stream_s, clocked = matmul_s / busy_s;
  auto const add = [&](PhaseKind kind, double duration_s, double clock_share, double fabric_share, double awake,
                       meter::Work const& work) {
    if (duration_s > 0)
      it.phases.push_back({.kind = kind,
                           .duration_s = duration_s,
                           .clock_share = clock_share,
                           .fabric_share = fabric_share,
                           .awake = awake,
                           .host = k.host,
                           .work = work});
  };
  add(PhaseKind::forward, busy_s / passes, clocked, 0, 1, (1 / passes) * kernels);
  add(PhaseKind::backward, busy_s * (1 - 1 / passes), clocked, 0, 1, (1 - 1 / passes) * kernels);
  add(PhaseKind::tensor, tensor_s, 0, 0, 0.2, {});
  add(PhaseKind::bubble, r.bubble_s, matmul_s / work_s, 0, 0, {});
  add(PhaseKind::data, data_s, 0, 1, 0.2, {});
  meter::Work update;
  update[meter::Channel::hbm_read] = update[meter::Channel::hbm_write] = optimizer / 2;
  add(PhaseKind::optimizer, optimizer_s, 0, 0, 1, update);
  add(PhaseKind::checkpoint, r.checkpoint_s, 0, 1, 0, {});
  if (n > domain && group > 1) {
    double const all_s = data_s / (1 - k.data_overlap);
    it.traffic.push_back({.pattern = Traffic::Pattern::ring,
                          .members = static_cast<int>(group),
                          .stride = job.tensor_parallel,
                          .bytes = (group - 1) / group * 6 * parameters / (t * p),
                          .time_s = all_s,
                          .hidden_s = all_s - data_s});
  }
  return r;
}

Job training_job(TrainingSpec const& job, ModelShapeSpec const& model, PoolSupply const& pool, std::uint32_t pool_index,
                 StepParams const& params) {
  auto const step = training_step(job, model, pool, params);
  Job j;
  j.name = job.name;
  j.kind = JobKind::training;
  j.pool = pool_index;
  j.accelerators = job.accelerators;
  j.submit_s = job.start.v;
  if (job.tokens > 0) j.work_s = j.estimate_s = job.tokens / step.tokens_per_s;
  j.activity = step.activity;
  j.clock_sensitivity = step.clock_sensitivity;
  j.model_flop_per_s = step.model_flop / step.step_s;
  j.tokens_per_s = step.tokens_per_s;
  j.reserved = true;
  j.iteration = std::make_shared<Iteration const>(step.iteration);
  return j;
}

}  // namespace ondol::workloads
