#include "workloads/training/pauses.hpp"

#include <algorithm>
#include <cmath>

namespace ondol::workloads {
namespace {

constexpr double host_copy_bytes_per_s = 25e9;  ///< of one accelerator

/// Of a phase of the step, the part that its forward pass takes.
double forward_part(PhaseKind kind, bool full_recompute) {
  switch (kind) {
    case PhaseKind::forward:
      return 1;
    case PhaseKind::tensor:
      return full_recompute ? 1.0 / 3 : 0.5;
    case PhaseKind::expert:
      return full_recompute ? 1.0 / 3 : 0.5;
    case PhaseKind::pipeline:
      return 0.5;
    case PhaseKind::context:  // keys and values once forward, once backward, and their gradients
      return full_recompute ? 1.0 / 4 : 1.0 / 3;
    default:
      return 0;
  }
}

/// What the mean rank waits in the forward passes of a step for the slowest stage, without ramps, and for the slowest rank.
double forward_wait_s(schema::TrainingSpec const& job, Iteration const& iteration, double ramp) {
  double turn_s = 0, forward_turn_s = 0, kernels_s = 0, forward_s = 0, bubble_s = 0, straggler_s = 0;
  for (auto const& phase : iteration.phases) {
    if (phase.kind == PhaseKind::bubble) bubble_s += phase.duration_s;
    if (phase.kind == PhaseKind::straggler) straggler_s += phase.duration_s;
    if (phase.kind == PhaseKind::forward) forward_s += phase.duration_s;
    if (phase.kind == PhaseKind::forward || phase.kind == PhaseKind::backward) kernels_s += phase.duration_s;
    double const part = forward_part(phase.kind, job.recompute == schema::Recompute::full);
    if (phase.kind != PhaseKind::backward && (part <= 0 || phase.kind == PhaseKind::pipeline)) continue;
    turn_s += phase.duration_s;
    forward_turn_s += part * phase.duration_s;
  }
  double const uneven_s = turn_s > 0 ? std::max(0.0, bubble_s - ramp * turn_s) * forward_turn_s / turn_s : 0.0;
  return uneven_s + (kernels_s > 0 ? straggler_s * forward_s / kernels_s : 0.0);
}

Pause evaluation(schema::TrainingSpec const& job, Iteration const& iteration, std::vector<Phase> const& shown) {
  Pause pause;
  pause.iterations = (job.evaluation_interval - 1) / job.batch_sequences + 1;
  double const stages = job.pipeline_parallel;
  double const replicas = job.accelerators / (stages * job.tensor_parallel * job.context_parallel);
  double const rounds = std::ceil(job.evaluation_sequences / (replicas * job.micro_batch));
  double const of_step = rounds * replicas * job.micro_batch / job.batch_sequences;
  double const ramp = (stages - 1) / job.virtual_pipeline * of_step / rounds;  // of a batch, in its own length
  double busy_s = 0, clocked_s = 0, host = 0;
  auto const add = [&](Phase phase, double part) {
    if (part <= 0) return;
    phase.kind = PhaseKind::evaluation;
    phase.duration_s *= part;
    phase.work = part * phase.work;
    busy_s += phase.duration_s;
    clocked_s += phase.clock_share * phase.duration_s;
    host = std::max(host, phase.host);
    pause.phases.push_back(phase);
  };
  for (auto const& phase : iteration.phases)
    add(phase, forward_part(phase.kind, job.recompute == schema::Recompute::full) * of_step);
  for (auto const& phase : shown) add(phase, of_step);
  double const wait_s = std::ceil(of_step) / of_step * ramp * busy_s + of_step * forward_wait_s(job, iteration, ramp);
  if (wait_s > 0)
    pause.phases.push_back(
        {.kind = PhaseKind::evaluation, .duration_s = wait_s, .clock_share = clocked_s / busy_s, .host = host, .work = {}});
  return pause;
}

}  // namespace

Checkpoint checkpoint_of(schema::TrainingSpec const& job, double parameters) {
  Checkpoint c;
  c.bytes = job.checkpoint_size ? job.checkpoint_size->v : schema::checkpoint_bytes_a_parameter * parameters;
  if (job.storage_bandwidth.v > 0) c.write_s = c.restore_s = c.bytes / job.storage_bandwidth.v;
  c.stall_s =
      job.checkpoint == schema::CheckpointMode::async ? c.bytes / (job.accelerators * host_copy_bytes_per_s) : c.write_s;
  return c;
}

std::vector<Pause> pauses(schema::TrainingSpec const& job, double parameters, Iteration const& iteration,
                          std::vector<Phase> const& shown) {
  std::vector<Pause> all;
  if (job.evaluation_interval > 0 && job.evaluation_sequences > 0) all.push_back(evaluation(job, iteration, shown));
  if (job.checkpoint_interval.v > 0) {
    bool const async = job.checkpoint == schema::CheckpointMode::async;
    double const iterations = std::round(job.checkpoint_interval.v / iteration.duration_s());
    all.push_back({.iterations = static_cast<int>(std::clamp(iterations, 1.0, 2e9)),
                   .phases = {{.kind = PhaseKind::checkpoint,
                               .duration_s = checkpoint_of(job, parameters).stall_s,
                               .fabric_share = async ? 0.0 : 1.0,
                               .work = {}}}});
  }
  return all;
}

}  // namespace ondol::workloads
