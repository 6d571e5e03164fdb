#include "workloads/training/step_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <stdexcept>

#include "scenarios/base/error.hpp"
#include "scenarios/schema/layout.hpp"
#include "workloads/collectives/collective.hpp"
#include "workloads/training/layer.hpp"
#include "workloads/training/schedule.hpp"

namespace ondol::workloads {

namespace {

using schema::ModelShapeSpec;
using schema::TrainingSpec;
using schema::TrainingStackSpec;

constexpr double optimizer_bytes = 30;  // Adam: 16 read, 14 written a parameter
constexpr double pass_calls = 40;       // the host's calls to begin a pass: data, masks, receives, in launches (assumed)
constexpr double host = 0.3;            // input and launch threads busy, most cores idle (assumed)
constexpr double listening = 0.2;       // share of multiprocessors that a library's collectives keep awake (assumed)

[[noreturn]] void refuse(TrainingSpec const& job, std::string const& why) {
  throw InputError(fmt::format("training \"{}\": {}", job.name, why));
}

void check(TrainingSpec const& job, ModelShapeSpec const& model, PoolSupply const& pool, int domain) {
  if (auto const faults = schema::layout_faults(job, &model); !faults.empty()) refuse(job, faults.front().what);
  if (job.accelerators > domain && !job.network_bandwidth && pool.links.scaleout.bytes_per_s <= 0)
    refuse(job, fmt::format("network_bandwidth is missing: {} accelerators reach beyond a scale-up domain of {}; "
                            "write network_bandwidth = \"400 Gbit/s\"?",
                            job.accelerators, domain));
  if (job.accelerators > domain && pool.links.scaleout.efficiency <= 0)
    refuse(job, fmt::format("the nodes of pool \"{}\" name no links between them; write scaleout = \"generic/roce-400g\" in "
                            "their node?",
                            pool.name));
  if (job.accelerators > 1 && domain > 1 && pool.links.scaleup.bytes_per_s <= 0)
    refuse(job, fmt::format("the accelerators of pool \"{}\" name no links in a scale-up domain; write scaleup_bandwidth in "
                            "their accelerator?",
                            pool.name));
  if (!pool.kernels) throw std::invalid_argument("pool \"" + pool.name + "\" has no kernel clock");
}

Interconnect links_of(TrainingSpec const& job, PoolSupply const& pool) {
  Interconnect links = pool.links;
  if (job.network_bandwidth) links.scaleout.bytes_per_s = job.network_bandwidth->v;
  return links;
}

/// Messages one after another.
struct Messages {
  double time_s = 0, fabric_s = 0, scaleup_bytes = 0, scaleout_bytes = 0;

  void add(CollectiveTime const& t, double times = 1) {
    time_s += times * t.time_s;
    fabric_s += times * t.scaleout_s;
    scaleup_bytes += times * t.scaleup_bytes;
    scaleout_bytes += times * t.scaleout_bytes;
  }
  Messages& operator+=(Messages const& o) {
    time_s += o.time_s;
    fabric_s += o.fabric_s;
    scaleup_bytes += o.scaleup_bytes;
    scaleout_bytes += o.scaleout_bytes;
    return *this;
  }
  double fabric_share() const { return time_s > 0 ? std::min(1.0, fabric_s / time_s) : 0; }
};
Messages operator+(Messages a, Messages const& b) {
  return a += b;
}
Messages operator*(double k, Messages m) {
  return {k * m.time_s, k * m.fabric_s, k * m.scaleup_bytes, k * m.scaleout_bytes};
}

/// So much time of them.
Messages part(Messages const& all, double time_s) {
  return all.time_s > 0 ? time_s / all.time_s * all : Messages{};
}

/// Ranks count tensor first, then context, then data, then pipeline.
class Groups {
 public:
  Groups(TrainingSpec const& job, int domain) : job_(job), domain_(domain) {}

  Group tensor() const { return group(job_.tensor_parallel, 1); }
  Group context() const { return group(job_.context_parallel, job_.tensor_parallel); }
  Group experts() const { return group(job_.expert_parallel, job_.tensor_parallel); }
  Group replicas() const { return group(replica_ranks(), job_.tensor_parallel); }
  Group expert_replicas() const {
    return group(replica_ranks() / job_.expert_parallel, job_.tensor_parallel * job_.expert_parallel);
  }
  /// Neighbours of a pipeline.
  Group stages() const { return group(std::min(2, job_.pipeline_parallel), job_.tensor_parallel * replica_ranks()); }
  int replica_ranks() const { return job_.accelerators / (job_.tensor_parallel * job_.pipeline_parallel); }
  bool leaves(Group const& g) const { return g.ranks > g.per_domain; }

 private:
  Group group(int ranks, int stride) const { return {.ranks = ranks, .per_domain = std::clamp(domain_ / stride, 1, ranks)}; }
  TrainingSpec const& job_;
  int domain_;
};

/// Messages of one micro-batch on one rank, and of a step.
struct StepMessages {
  Messages tensor_forward, tensor_backward;  ///< a layer
  Messages context_forward, context_backward;
  Messages expert_forward, expert_backward;  ///< a layer with experts
  Messages stage;                            ///< between two stages
  Messages gradients, weights;
};

/// Rows of a micro-batch to their experts, or back; `bytes` is one row of each token.
CollectiveTime rows_time(Interconnect const& links, Group const& g, Shape const& shape, TrainingStackSpec const& stack,
                         double bytes) {
  double const domains = std::ceil(1.0 * g.ranks / g.per_domain);
  if (stack.expert_dispatch == schema::ExpertDispatch::copies || domains <= 1)
    return collective_time(links, Op::all_to_all, bytes * shape.met, g);
  // Ranks of the same place in their domains exchange; each forwards what came to its own: at once, so the longer counts.
  auto out = collective_time(links, Op::all_to_all, bytes * met_domains(shape, domains), {.ranks = static_cast<int>(domains)});
  auto const in =
      collective_time(links, Op::all_to_all, bytes * shape.met, {.ranks = g.per_domain, .per_domain = g.per_domain});
  out.time_s = std::max(out.time_s, in.time_s);
  out.scaleup_bytes = in.scaleup_bytes;
  return out;
}

StepMessages messages(TrainingSpec const& job, Shape const& shape, RankParameters const& ours, TrainingStackSpec const& stack,
                      Interconnect const& links, Groups const& groups) {
  StepMessages m;
  double const t = job.tensor_parallel, c = job.context_parallel;
  double const n = static_cast<double>(job.micro_batch) * job.sequence / c;
  auto const time = [&](Op op, double bytes, Group const& g) { return collective_time(links, op, bytes, g); };

  double const activations = 2 * n * shape.hidden;
  Messages block;  // what follows attention or the feed-forward part, and comes before it
  if (job.sequence_parallel) {
    block.add(time(Op::all_gather, activations, groups.tensor()));
    block.add(time(Op::reduce_scatter, activations, groups.tensor()));
  } else {
    block.add(time(Op::all_reduce, activations, groups.tensor()));
  }
  m.tensor_forward = 2 * block;
  bool const again = job.recompute == schema::Recompute::full;  // the forward pass once more, with its messages
  m.tensor_backward = 2 * block;
  if (again) m.tensor_backward += m.tensor_forward;

  double const keys = 2 * n * c * (shape.key_width() + shape.kv_width()) / t;
  m.context_forward.add(time(Op::all_gather, keys, groups.context()));
  m.context_backward.add(time(Op::all_gather, keys, groups.context()), again ? 2 : 1);
  m.context_backward.add(time(Op::reduce_scatter, keys, groups.context()));

  // Rows to experts and back, backward the gradients.
  Messages rows;
  for (double const each : {stack.dispatch_bytes, 2.0})
    rows.add(rows_time(links, groups.experts(), shape, stack, each * n * shape.hidden / t));
  m.expert_forward = rows;
  m.expert_backward = (again ? 2.0 : 1.0) * rows;

  // Tensor ranks send a share each; where all of them need the whole, they gather it on their own links.
  m.stage.add(time(Op::send_recv, activations / t, groups.stages()));
  if (!job.sequence_parallel) m.stage.add(time(Op::all_gather, activations, groups.tensor()));

  double const bytes = stack.gradient_bytes;
  if (stack.sharded_optimizer) {
    m.gradients.add(time(Op::reduce_scatter, bytes * ours.resident, groups.replicas()));
    m.gradients.add(time(Op::reduce_scatter, bytes * ours.routed, groups.expert_replicas()));
    m.weights.add(time(Op::all_gather, 2 * ours.resident, groups.replicas()));
    m.weights.add(time(Op::all_gather, 2 * ours.routed, groups.expert_replicas()));
  } else {
    m.gradients.add(time(Op::all_reduce, bytes * ours.resident, groups.replicas()));
    m.gradients.add(time(Op::all_reduce, bytes * ours.routed, groups.expert_replicas()));
  }
  return m;
}

/// One pass over a micro-batch on one stage: what it takes, and what of it is which.
struct StagePass {
  KernelSum kernels;
  double kernels_s = 0, tensor_s = 0, context_s = 0, expert_s = 0;
  double total_s() const { return kernels_s + tensor_s + context_s + expert_s; }
};

}  // namespace

double StepResult::seconds(PhaseKind kind) const {
  double sum = 0;
  for (auto const& phase : iteration.phases)
    if (phase.kind == kind) sum += phase.duration_s;
  return sum;
}

StepResult training_step(TrainingSpec const& job, ModelShapeSpec const& model, PoolSupply const& pool,
                         TrainingStackSpec const& stack) {
  int const domain = pool.links.domain;
  check(job, model, pool, domain);
  auto const precision = precision_from(job.precision);
  if (!precision || *precision == Precision::fp64)
    refuse(job, fmt::format("precision = \"{}\" is not one of bf16, fp8, fp4", job.precision));

  StepResult r;
  r.memory = step_memory(job, model, stack);
  if (r.memory.lean_bytes > pool.memory_bytes)
    refuse(job,
           fmt::format(
               "needs at least {:.1f} GB an accelerator (usually {:.1f}: weights and optimiser {:.1f}, activations {:.1f}) "
               "of {:.1f} GB in pool \"{}\"; {}",
               r.memory.lean_bytes / 1e9, r.memory.total() / 1e9, r.memory.state_bytes / 1e9, r.memory.activation_bytes / 1e9,
               pool.memory_bytes / 1e9, pool.name, what_fits(job, model, stack, pool.memory_bytes, domain)));

  Shape const shape = shape_of(model);
  Groups const groups(job, domain);
  Interconnect const links = links_of(job, pool);
  auto const ours = rank_parameters(job, model, shape);
  auto const kernels = rank_kernels(job, shape, stack, *precision, *pool.kernels);
  auto const sent = messages(job, shape, ours, stack, links, groups);

  double const n = job.accelerators, p = job.pipeline_parallel, v = job.virtual_pipeline;
  double const replicas = n / (job.tensor_parallel * p * job.context_parallel);
  double const m = job.batch_sequences / (replicas * job.micro_batch);

  double const split = job.sequence_parallel ? stack.tensor_overlap * (1 - 1.0 / job.tensor_parallel) : 0;
  // One pass over the layers of a stage.
  auto const pass = [&](KernelSum const& sum, double layers, double moe_layers, Messages const& tensor, Messages const& context,
                        Messages const& expert, double attention_s) {
    StagePass s;
    s.kernels = sum;
    // The host runs ahead of large kernels and falls behind small ones: neither hides the other wholly.
    double const launches_s = (sum.launches + pass_calls) * stack.launch.v;
    s.kernels_s = std::pow(std::pow(sum.time_s / stack.kernel_efficiency, 4) + std::pow(launches_s, 4), 0.25);
    double const attention = attention_s / stack.kernel_efficiency;
    auto const rest = [&](double time_s, double share, double behind_s) {
      return std::max((1 - share) * time_s, time_s - behind_s);
    };
    s.tensor_s = rest(layers * tensor.time_s, split, s.kernels_s);
    s.context_s = rest(layers * context.time_s, stack.context_overlap, attention);
    // Beside messages of experts kernels have the other multiprocessors only, and last longer.
    double const taken = stack.expert_sm_share, experts_s = moe_layers * expert.time_s;
    s.expert_s = rest(experts_s, stack.expert_overlap, s.kernels_s / (1 - taken));
    s.kernels_s += taken * (experts_s - s.expert_s);
    return s;
  };
  double const moe_share = shape.layers > 0 ? shape.moe_layers / shape.layers : 0;
  auto const on_stage = [&](double layers, double first, double last) {
    double const moe = layers * moe_share;
    Passes sum = (layers - moe) * kernels.dense_layer;
    sum += moe * kernels.moe_layer;
    double const attention = sum.attention_s;
    sum += first * kernels.embedding;
    sum += last * kernels.logits;
    return std::pair{
        pass(sum.forward, layers, moe, sent.tensor_forward, sent.context_forward, sent.expert_forward, attention),
        pass(sum.backward, layers, moe, sent.tensor_backward, sent.context_backward, sent.expert_backward, 3 * attention)};
  };

  std::vector<double> stages;
  auto const layers = stage_layers(model.layers, job.pipeline_parallel);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    auto const [forward, backward] = on_stage(layers[i], i == 0 ? 1 : 0, i + 1 == layers.size() ? 1 : 0);
    stages.push_back(forward.total_s() + backward.total_s());
  }
  auto const pipe = pipeline_time(stages, m, v);
  auto [forward, backward] = on_stage(shape.layers / p, 1 / p, 1 / p);  // of the mean rank

  // Between stages: forward and backward, all of the ramps, and what is not hidden of the rest.
  double const ramp = warm_up(p, v, m);
  Messages const hops = (p > 1 ? 2 * v * m : 0.0) * sent.stage;
  double const hops_s = (ramp + (v * m - ramp) * (1 - stack.pipeline_overlap)) / (v * m) * hops.time_s;

  // Between replicas: behind the last pass, or while the other chunks end (header, R).
  double const rounds = v > 1 ? std::min(m, p) * (v - 1) / v : 1;
  auto const beside = [&](double time_s, double kernels_s) {
    return time_s - std::min(stack.data_overlap * time_s, rounds * kernels_s);
  };
  double const gradients_s = beside(sent.gradients.time_s, backward.total_s());
  double const weights_s = beside(sent.weights.time_s, forward.total_s());

  KernelSum update;
  double const shards = stack.sharded_optimizer ? groups.replica_ranks() : 1;
  double const updated =
      ours.resident / shards + ours.routed / (stack.sharded_optimizer ? std::max(1.0, shards / job.expert_parallel) : 1.0);
  update.add(pool.kernels->stream(optimizer_bytes * 16 / 30 * updated, optimizer_bytes * 14 / 30 * updated));

  double const kernels_s = m * (forward.kernels_s + backward.kernels_s);
  r.straggler_s = job.speed_spread * expected_maximum(n) * kernels_s;
  r.bubble_s = pipe.wait_s();
  r.compute_s = kernels_s + update.time_s;

  auto& it = r.iteration;
  it.precision = *precision;
  it.stages = job.pipeline_parallel;
  it.micro_batches = static_cast<int>(m);
  it.rank_bytes_per_s = links.scaleout.bytes_per_s;
  auto const add = [&](PhaseKind kind, double duration_s, double clock_share, double fabric_share, double awake,
                       meter::Work const& work) {
    if (duration_s > 0)
      it.phases.push_back({.kind = kind,
                           .duration_s = duration_s,
                           .clock_share = std::min(1.0, clock_share),
                           .fabric_share = fabric_share,
                           .awake = std::min(1.0, awake),
                           .host = host,
                           .work = work});
  };
  auto const scaleup = [](double bytes) {
    meter::Work w;
    w[meter::Channel::scaleup] = bytes;
    return w;
  };
  auto const compute = [&](PhaseKind kind, StagePass const& s, meter::Work const& hidden) {
    meter::Work work = m * s.kernels.work;
    work += hidden;
    add(kind, m * s.kernels_s, s.kernels.clock_s / stack.kernel_efficiency / s.kernels_s, 0,
        s.kernels.awake_s / stack.kernel_efficiency / s.kernels_s, work);
  };
  // All messages of the step by group and direction, and what of them takes time of its own.
  double const each = shape.layers / p * m;
  Messages const tensor_forward = each * sent.tensor_forward, tensor_backward = each * sent.tensor_backward;
  Messages const context_forward = each * sent.context_forward, context_backward = each * sent.context_backward;
  Messages const expert_forward = each * moe_share * sent.expert_forward,
                 expert_backward = each * moe_share * sent.expert_backward;
  Messages const tensor = part(tensor_forward, m * forward.tensor_s) + part(tensor_backward, m * backward.tensor_s);
  Messages const context = part(context_forward, m * forward.context_s) + part(context_backward, m * backward.context_s);
  Messages const expert = part(expert_forward, m * forward.expert_s) + part(expert_backward, m * backward.expert_s);
  Messages const pipeline = part(hops, hops_s);
  Messages const data = part(sent.gradients, gradients_s) + part(sent.weights, weights_s);

  // Bytes over scale-up links follow their time: hidden ones lie in the kernels' phases.
  auto const hidden = [](Messages const& all, double exposed_s) { return part(all, all.time_s - exposed_s).scaleup_bytes; };
  double const hidden_hops = hidden(hops, hops_s) / 2;
  compute(PhaseKind::forward, forward,
          scaleup(hidden(tensor_forward, m * forward.tensor_s) + hidden(context_forward, m * forward.context_s) +
                  hidden(expert_forward, m * forward.expert_s) + hidden_hops + hidden(sent.weights, weights_s)));
  compute(PhaseKind::backward, backward,
          scaleup(hidden(tensor_backward, m * backward.tensor_s) + hidden(context_backward, m * backward.context_s) +
                  hidden(expert_backward, m * backward.expert_s) + hidden_hops + hidden(sent.gradients, gradients_s)));
  auto const message = [&](PhaseKind kind, Messages const& of) {
    add(kind, of.time_s, 0, of.fabric_share(), listening, scaleup(of.scaleup_bytes));
    r.exposed_comm_s += of.time_s;
  };
  message(PhaseKind::tensor, tensor);
  message(PhaseKind::context, context);
  message(PhaseKind::expert, expert);
  message(PhaseKind::pipeline, pipeline);
  double const clocked =
      (forward.kernels.clock_s + backward.kernels.clock_s) / stack.kernel_efficiency / (forward.total_s() + backward.total_s());
  add(PhaseKind::bubble, r.bubble_s, clocked, 0, 0, {});
  add(PhaseKind::straggler, r.straggler_s, clocked, 0, 0, {});
  message(PhaseKind::data, data);
  add(PhaseKind::optimizer, update.time_s, 0, 0, 1, update.work);

  double const parameters = model.parameters > 0 ? model.parameters : ours.sum() * job.tensor_parallel * job.pipeline_parallel;
  // What only gradients and a backward pass beside it let hide (pauses.hpp).  A ring gathers as long as it scatters.
  std::vector<Phase> shown;
  auto const show = [&](double hidden_s, Messages const& of) {
    if (hidden_s > 0)
      shown.push_back(
          {.duration_s = hidden_s, .fabric_share = of.fabric_share(), .awake = listening, .host = host, .work = {}});
  };
  if (job.sequence_parallel) show((tensor_forward.time_s - m * forward.tensor_s) / 2, tensor_forward);
  show((hops.time_s - hops_s) / 2, hops);
  it.pauses = pauses(job, parameters, it, shown);
  r.checkpoint = checkpoint_of(job, parameters);
  for (auto const& pause : it.pauses)
    (pause.phases.front().kind == PhaseKind::checkpoint ? r.checkpoint_s : r.evaluation_s) +=
        pause.duration_s() / pause.iterations;
  r.step_s = it.mean_duration_s();

  auto const flop =
      step_flop(model, job.batch_sequences, job.sequence, job.recompute, stack.fused_attention, stack.light_recompute);
  r.model_flop = flop.model();
  r.hardware_flop = flop.hardware();
  r.mfu = r.model_flop / (n * r.step_s * pool.peak_flop_per_s(*precision));
  r.hfu = r.hardware_flop / (n * r.step_s * pool.peak_flop_per_s(*precision));
  r.tokens_per_s = static_cast<double>(job.batch_sequences) * job.sequence / r.step_s;

  // Means over the step, for those who take the job as one steady activity.
  meter::Work all;
  double awake_s = 0, clock_s = 0;
  for (auto const& phase : it.phases) {
    all += phase.work;
    awake_s += phase.awake * phase.duration_s;
    clock_s += phase.clock_share * phase.duration_s;
  }
  double tensor_s = 0;
  for (auto const& [channel, rate] : {std::pair{meter::Channel::tensor_bf16, pool.bf16_peak_flop_per_s},
                                      std::pair{meter::Channel::tensor_fp8, pool.fp8_peak_flop_per_s},
                                      std::pair{meter::Channel::tensor_fp4, pool.fp4_peak_flop_per_s}})
    tensor_s += all[channel] / (pool.matmul_efficiency * rate);
  double const memory_s = (all[meter::Channel::hbm_read] + all[meter::Channel::hbm_write]) /
                          (pool.memory_bandwidth_bytes_per_s * pool.memory_efficiency);
  r.activity = {.sm = std::min(1.0, awake_s / r.step_s),
                .compute = std::min(1.0, tensor_s / r.step_s),
                .memory = std::min(1.0, memory_s / r.step_s),
                .host = host,
                .precision = *precision};
  r.clock_sensitivity = clock_s / r.step_s;

  auto const traffic = [&](Traffic::Pattern pattern, Group const& group, int stride, Messages const& sums,
                           Messages const& exposed) {
    if (!groups.leaves(group) || sums.scaleout_bytes <= 0) return;
    it.traffic.push_back(
        {.pattern = pattern,
         .members = pattern == Traffic::Pattern::neighbour ? job.pipeline_parallel : group.ranks,  // pairs were timed
         .stride = stride,
         .bytes = sums.scaleout_bytes,
         .time_s = sums.time_s,
         .hidden_s = std::max(0.0, sums.time_s - exposed.time_s),
         .fabric_share = sums.fabric_share()});
  };
  int const t = job.tensor_parallel;
  traffic(Traffic::Pattern::ring, groups.tensor(), 1, tensor_forward + tensor_backward, tensor);
  traffic(Traffic::Pattern::ring, groups.context(), t, context_forward + context_backward, context);
  traffic(Traffic::Pattern::all_to_all, groups.experts(), t, expert_forward + expert_backward, expert);
  traffic(Traffic::Pattern::neighbour, groups.stages(), t * groups.replica_ranks(), hops, pipeline);
  traffic(Traffic::Pattern::ring, groups.replicas(), t, sent.gradients + sent.weights, data);
  if (job.checkpoint_interval.v > 0) {
    bool const behind = job.checkpoint == schema::CheckpointMode::async;
    double const iterations = it.pauses.back().iterations;
    it.traffic.push_back({.pattern = Traffic::Pattern::to_storage,
                          .members = job.accelerators,
                          .bytes = r.checkpoint.bytes / (n * iterations),
                          .time_s = r.checkpoint.write_s / iterations,
                          .hidden_s = behind ? r.checkpoint.write_s / iterations : 0});
  }
  return r;
}

Job training_job(TrainingSpec const& job, ModelShapeSpec const& model, PoolSupply const& pool, std::uint32_t pool_index,
                 TrainingStackSpec const& stack) {
  auto const step = training_step(job, model, pool, stack);
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
  if (job.checkpoint_interval.v > 0) {
    j.checkpoint_s = step.iteration.pauses.back().iterations * step.step_s;
    if (job.checkpoint == schema::CheckpointMode::async) j.checkpoint_lag_s = step.checkpoint.write_s;
  }
  j.restart_s = job.restart_time.v + step.checkpoint.restore_s;
  return j;
}

}  // namespace ondol::workloads
