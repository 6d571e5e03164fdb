#pragma once
/// One iteration of a job as phases, and what it sends.  Power and duration follow from the same phases, whether the engine
/// plays them one by one or takes their mean.

#include <vector>

#include "kernels/activity/channel.hpp"
#include "workloads/demand/precision.hpp"

namespace ondol::workloads {

enum class PhaseKind {
  forward,    ///< kernels of the forward pass, with what is hidden behind them
  backward,   ///< kernels of the backward pass and of recomputation, with what is hidden behind them
  tensor,     ///< the rest: exposed communication of tensor groups, ...
  context,    ///< ... of context groups,
  expert,     ///< ... of expert groups,
  pipeline,   ///< ... between stages,
  data,       ///< ... of gradients and weights between replicas
  bubble,     ///< waiting for other stages
  straggler,  ///< waiting for the slowest rank
  optimizer,
  checkpoint,  ///< stalled while state is written
  evaluation,
};
char const* to_string(PhaseKind kind);

/// What a job gets of the rates that its times count with: to other ranks, and of its checkpoints to storage.
struct FabricShare {
  double network = 1, storage = 1;

  FabricShare(double of_network = 1, double of_storage = 1) : network(of_network), storage(of_storage) {}
  double of(PhaseKind kind) const { return kind == PhaseKind::checkpoint ? storage : network; }
  double least() const { return network < storage ? network : storage; }
  bool operator==(FabricShare const&) const = default;
};

/// Mean over the ranks of the job; `work` is of one accelerator over the whole phase.
struct Phase {
  PhaseKind kind = PhaseKind::forward;
  double duration_s = 0;    ///< at the reference clock, alone on the fabric
  double clock_share = 0;   ///< of the duration, stretches with 1/clock
  double fabric_share = 0;  ///< of the duration, stretches with 1/(share of its scale-out rate that the job gets)
  double awake = 0;         ///< share of multiprocessors that run warps
  double host = 0;          ///< host activity
  meter::Work work;

  bool operator==(Phase const& o) const {
    return kind == o.kind && duration_s == o.duration_s && clock_share == o.clock_share && fabric_share == o.fabric_share &&
           awake == o.awake && host == o.host && work.amount == o.work.amount;
  }
};

/// What every rank of a job sends to the scale-out fabric in one iteration, by pattern; checkpoints as their mean.  Rank r's
/// group is {r0, r0 + stride, ... } with `members` ranks; ranks follow the job's accelerators in order of placement.
struct Traffic {
  enum class Pattern { ring, neighbour, all_to_all, to_storage };
  Pattern pattern = Pattern::ring;
  int members = 1, stride = 1;
  double bytes = 0;         ///< one rank sends, an iteration
  double time_s = 0;        ///< it takes alone on the fabric
  double hidden_s = 0;      ///< of that, hidden behind kernels when alone
  double fabric_share = 1;  ///< of the time, stretches with 1/(share of its scale-out rate that the job gets)

  bool operator==(Traffic const&) const = default;
};

/// What interrupts the iterations of a job, for all its ranks together: an evaluation, a checkpoint that stalls.
struct Pause {
  int iterations = 1;         ///< after every so many
  std::vector<Phase> phases;  ///< of one pause; exchanges count as phases, never as overflow

  double duration_s() const {
    double sum = 0;
    for (auto const& p : phases) sum += p.duration_s;
    return sum;
  }
  bool operator==(Pause const&) const = default;
};

struct Iteration {
  std::vector<Phase> phases;
  std::vector<Pause> pauses;
  std::vector<Traffic> traffic;
  Precision precision = Precision::bf16;  ///< of the matmuls: how often operand bits flip
  double rank_bytes_per_s = 0;            ///< of one accelerator to the scale-out fabric: what the times count with
  int stages = 1;                         ///< of the pipeline: they fill at the start and drain at the end
  int micro_batches = 1;                  ///< of one rank: forward and backward take turns so often

  double duration_s() const {
    double sum = 0;
    for (auto const& p : phases) sum += p.duration_s;
    return sum;
  }
  /// With its part of the pauses.
  double mean_duration_s() const {
    double sum = duration_s();
    for (auto const& p : pauses) sum += p.duration_s() / p.iterations;
    return sum;
  }
  bool operator==(Iteration const&) const = default;
};

}  // namespace ondol::workloads
