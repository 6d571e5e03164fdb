#include "sim/engine/iteration_power.hpp"

#include <limits>
#include <utility>

#include "sim/compute/kernel_clock.hpp"
#include "sim/compute/macro_work.hpp"
#include "sim/engine/plays.hpp"

namespace ondol::sim {

using workloads::PhaseKind;

namespace {
bool waits_for_kernels(PhaseKind kind) {
  return kind == PhaseKind::bubble || kind == PhaseKind::straggler;
}
}  // namespace

PowerTerms phase_terms(AcceleratorPowerParams const& board, KernelRates const& rates, workloads::Phase const& phase,
                       workloads::Precision precision) {
  double const per_s = phase.duration_s > 0 ? 1.0 / phase.duration_s : 0.0;
  return power_terms(board,
                     {.rate = per_s * phase.work,
                      .awake = phase.awake,
                      .toggle = normal_toggle(carried_by(rates, dtype_of(precision))),
                      .compute_share = phase.clock_share},
                     true);
}

IterationLoad iteration_load(AcceleratorPowerParams const& board, KernelRates const& rates,
                             std::shared_ptr<workloads::Iteration const> iteration) {
  IterationLoad load;
  load.waiting = {.fixed_w = board.idle_w + board.context_w};
  auto const add = [&](workloads::Phase const& p, double each) {
    load.phases.push_back({p, phase_terms(board, rates, p, iteration->precision), each});
  };
  for (auto const& p : iteration->phases) {
    add(p, 1.0);
    if (p.kind == PhaseKind::data) load.waiting = load.phases.back().terms;
  }
  for (auto const& pause : iteration->pauses)
    for (auto const& p : pause.phases) add(p, 1.0 / pause.iterations);
  load.waiting.compute_share = 0;
  load.reference_s = iteration->mean_duration_s();
  load.iteration = std::move(iteration);
  return load;
}

void phase_draws(AcceleratorPowerParams const& board, IterationLoad const& load, workloads::FabricShare fabric, double limit_w,
                 double temperature_k, std::vector<PhaseDraw>& draws) {
  auto const& phases = load.phases;
  draws.resize(phases.size() + 1);
  thread_local std::vector<double> duration;
  duration.resize(phases.size());
  auto const draw = [&](PowerTerms const& terms) { return accelerator_draw(board, terms, limit_w, 1.0, temperature_k); };
  auto const free_w = [&](PowerTerms const& terms, AcceleratorDraw const& drawn) {
    return drawn.limited
               ? accelerator_draw(board, terms, std::numeric_limits<double>::infinity(), 1.0, temperature_k).at_reference_w
               : drawn.at_reference_w;
  };
  double kernels_s = 0, clocked_s = 0;
  for (std::size_t i = 0; i < phases.size(); ++i) {
    // A phase that waits for the fabric does its work over a longer time, of which the clock stretches a smaller share.
    auto const& what = phases[i].what;
    PowerTerms terms = phases[i].terms;
    double base_s = what.duration_s;
    if (double const share = fabric.of(what.kind); share < 1 && what.fabric_share > 0) {
      double const slower = 1 + what.fabric_share * (1 / share - 1);
      terms.core_w /= slower;
      terms.memory_w /= slower;
      terms.compute_share /= slower;
      base_s *= slower;
    }
    auto const d = draw(terms);
    duration[i] = base_s / d.speed;
    draws[i] = {duration[i], d.at_reference_w, d.clock, d.limited, free_w(terms, d)};
    if (what.kind == PhaseKind::forward || what.kind == PhaseKind::backward) {
      kernels_s += duration[i];
      clocked_s += duration[i] * d.clock;
    }
  }
  // Who waits for another rank's kernels waits at that rank's clock.
  if (kernels_s > clocked_s)
    for (std::size_t i = 0; i < phases.size(); ++i)
      if (waits_for_kernels(phases[i].what.kind))
        draws[i].duration_s = duration[i] =
            workloads::phase_duration_s(phases[i].what, clocked_s / kernels_s, fabric.of(phases[i].what.kind));
  double const over_s = fabric.network < 1 ? workloads::overflow_s(*load.iteration, duration, fabric.network) : 0.0;
  auto& last = draws.back();
  last = {};
  if (over_s > 0) {
    auto const d = draw(load.waiting);
    last = {over_s, d.at_reference_w, d.clock, d.limited, free_w(load.waiting, d)};
  }
}

IterationDraw iteration_draw(AcceleratorPowerParams const& board, IterationLoad const& load, workloads::FabricShare fabric,
                             double limit_w, double temperature_k, PowerSmoothingParams const* smoothing) {
  thread_local std::vector<PhaseDraw> draws;
  phase_draws(board, load, fabric, limit_w, temperature_k, draws);
  IterationDraw sum;
  sum.clock = 0;
  for (std::size_t i = 0; i < draws.size(); ++i) {
    auto const& d = draws[i];
    bool const overflow = i == load.phases.size();
    double const t = d.duration_s * (overflow ? 1.0 : load.phases[i].each);
    sum.duration_s += t;
    sum.at_reference_w += t * d.at_reference_w;
    sum.clock += t * d.clock;
    if (!overflow) sum.host += t * load.phases[i].what.host;
  }
  sum.at_reference_w /= sum.duration_s;
  sum.clock /= sum.duration_s;
  sum.host /= sum.duration_s;
  sum.speed = load.reference_s / sum.duration_s;
  double const mean_w = sum.at_reference_w + board.leakage_w_per_k * (temperature_k - board.leakage_reference_k);
  if (mean_w > limit_w * unheld_above) sum.unheld_w = mean_w;
  if (smoothing) sum.at_reference_w = smoothed_mean_w(load, draws, *smoothing, limit_w);
  sum.slope_w_per_k = board.leakage_w_per_k;
  return sum;
}

}  // namespace ondol::sim
