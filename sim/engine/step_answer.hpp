#pragma once
/// One training step on one kind of rack: time, memory, power of each phase, energy of a token.
///
/// Time and work of the phases come from workloads/training, their power and clock under the limit from iteration_power.hpp,
/// as the engine takes them, at the board's reference temperature.  An accelerator's share of node and rack: host, fans and
/// supplies of a node at 25 degC inlet, the rack's switches and shelf losses.  Ignores: what the site adds (cooling, conversion
/// above the rack), dies that warm up.
/// Page: docs/models/ask-step.md

#include <cstddef>
#include <string>
#include <vector>

#include "scenarios/schema/spec.hpp"
#include "workloads/training/step_model.hpp"

namespace ondol::sim {

struct PhaseAnswer {
  workloads::PhaseKind kind = workloads::PhaseKind::forward;
  double duration_s = 0;
  double power_w = 0;  ///< of one accelerator
  double clock = 1;    ///< over the reference
  bool limited = false;
};

struct StepAnswer {
  workloads::StepResult step;       ///< at the reference clock
  std::vector<PhaseAnswer> phases;  ///< in the order they are played
  std::string accelerator;          ///< its name
  double limit_w = 0;
  double memory_bytes = 0;     ///< capacity of one accelerator
  double peak_flop_per_s = 0;  ///< vendor's figure at the job's precision
  double step_s = 0, tokens_per_s = 0;
  double mfu = 0, hfu = 0;   ///< model FLOP, and all that was computed, over the peak
  double accelerator_w = 0;  ///< mean over the step, of one
  /// Mean of the rest, its share for one accelerator.
  double host_w = 0, fans_w = 0, supply_loss_w = 0, network_w = 0;
  double total_w() const { return accelerator_w + host_w + fans_w + supply_loss_w + network_w; }
  double joule_per_token = 0;              ///< at the rack's input
  double accelerator_joule_per_token = 0;  ///< of that, on the accelerators
  double unheld_w = 0;                     ///< the mean where the limit does not hold it; 0: it holds
};

/// Throws InputError when the job cannot run there.
StepAnswer ask_step(schema::Scenario const& hardware, schema::StepSpec const& step);

/// One layout of a step, and what it takes.
struct LayoutAnswer {
  schema::StepSpec step;
  StepAnswer answer;
};

struct SearchAnswer {
  std::vector<LayoutAnswer> best;      ///< fastest first; empty: nothing fits
  std::size_t tried = 0, fitting = 0;  ///< layouts, and those in memory
};

/// The ten fastest layouts of the step's job, whatever layout it names (workloads/training/search.hpp).  The forty fastest at
/// the reference clock are compared under the power limit.
SearchAnswer search_step(schema::Scenario const& hardware, schema::StepSpec const& step);

}  // namespace ondol::sim
