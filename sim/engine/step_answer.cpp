#include "sim/engine/step_answer.hpp"

#include <algorithm>
#include <memory>

#include "sim/engine/iteration_power.hpp"
#include "sim/engine/rack_class.hpp"
#include "workloads/training/search.hpp"
#include "workloads/training/stack.hpp"

namespace ondol::sim {
namespace {

constexpr double inlet_k = 298.15;

}  // namespace

StepAnswer ask_step(schema::Scenario const& hardware, schema::StepSpec const& asked) {
  auto const& job = asked.job;
  auto const& rack = hardware.catalogue.rack.at(asked.rack);
  auto const& device = hardware.catalogue.accelerator.at(hardware.catalogue.node.at(rack.node).accelerator);
  auto const held = hardware.catalogue.calibration.at(device.calibration).limit_held;
  auto const c = rack_class(hardware, asked.rack, asked.power_limit);
  auto pool = pool_supply(hardware, asked.rack, schema::fabric_of(hardware, asked.job.pool));
  pool.name = asked.rack;

  StepAnswer a;
  a.step =
      workloads::training_step(job, hardware.catalogue.model.at(job.model), pool, workloads::stack_of(job, hardware.catalogue));
  a.accelerator = device.name;
  a.limit_w = c.power_limit_w / held;
  a.memory_bytes = pool.memory_bytes;
  auto const& iteration = a.step.iteration;
  a.peak_flop_per_s = pool.peak_flop_per_s(iteration.precision);

  // What interrupts the iterations (evaluations, checkpoints that stall) counts with its part of one.
  auto const load = iteration_load(c.accelerator, c.rates, std::make_shared<workloads::Iteration const>(iteration));
  std::vector<PhaseDraw> draws;
  phase_draws(c.accelerator, load, 1.0, c.power_limit_w, c.accelerator.leakage_reference_k, draws);
  double energy_j = 0, host = 0;
  for (std::size_t i = 0; i < load.phases.size(); ++i) {
    auto const& phase = load.phases[i];
    double const duration_s = draws[i].duration_s * phase.each;
    if (duration_s <= 0) continue;
    a.step_s += duration_s;
    energy_j += duration_s * draws[i].at_reference_w;
    host += duration_s * phase.what.host;
    a.phases.push_back({phase.what.kind, duration_s, draws[i].at_reference_w, draws[i].clock, draws[i].limited});
  }
  a.tokens_per_s = static_cast<double>(job.batch_sequences) * job.sequence / a.step_s;
  double const available = job.accelerators * a.step_s * a.peak_flop_per_s;
  a.mfu = a.step.model_flop / available;
  a.hfu = a.step.hardware_flop / available;

  a.accelerator_w = energy_j / a.step_s;
  if (a.accelerator_w > c.power_limit_w * unheld_above) a.unheld_w = a.accelerator_w;
  auto const node = node_draw(c.node, c.accelerators * a.accelerator_w, host / a.step_s, inlet_k);
  double const boards = c.accelerators, in_rack = boards * c.nodes_per_rack;
  double const load_w = node.input_w * c.nodes_per_rack + c.switch_w;
  a.host_w = node.host_w / boards;
  a.fans_w = node.fans_w / boards;
  a.network_w = c.switch_w / in_rack;
  a.supply_loss_w = node.psu_loss_w / boards + c.shelves.loss_w(load_w) / in_rack;
  a.joule_per_token = a.total_w() * job.accelerators / a.tokens_per_s;
  a.accelerator_joule_per_token = a.accelerator_w * job.accelerators / a.tokens_per_s;
  return a;
}

SearchAnswer search_step(schema::Scenario const& hardware, schema::StepSpec const& asked) {
  constexpr std::size_t compared = 40, kept = 10;
  auto pool = pool_supply(hardware, asked.rack, schema::fabric_of(hardware, asked.job.pool));
  pool.name = asked.rack;
  auto const found = workloads::search_layouts(asked.job, hardware.catalogue.model.at(asked.job.model), pool,
                                               workloads::stack_of(asked.job, hardware.catalogue), compared);
  SearchAnswer a{.best = {}, .tried = found.tried, .fitting = found.fitting};
  for (auto const& layout : found.best) {
    auto step = asked;
    step.job = layout.job;
    a.best.push_back({step, ask_step(hardware, step)});
  }
  std::stable_sort(a.best.begin(), a.best.end(),
                   [](auto const& x, auto const& y) { return x.answer.step_s < y.answer.step_s; });
  if (a.best.size() > kept) a.best.resize(kept);
  return a;
}

}  // namespace ondol::sim
