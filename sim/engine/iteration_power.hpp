#pragma once
/// Power and pace of a job that repeats an iteration, on one accelerator:
///
///   P  =  sum_i t_i P_i / sum_i t_i        t_i duration of phase i with its own clock and the job's share of the fabric,
///                                          P_i its power at that clock (sim/power/accelerator_power.hpp)
///   speed  =  duration at the reference clock, alone on the fabric / sum_i t_i
///
/// Each phase meets the power limit alone: a limiter that averages over 0.1 s or less cannot lend the watts of a wait to the
/// kernels after it.  What overflows the cover of hidden traffic draws what the exchange of gradients draws, or where there
/// is none, what a waiting process draws.
/// Valid for phases of 0.1 s or more; shorter ones are limited as if they lasted.  Ignores: the limiter's dynamics.
/// Page: docs/models/phases.md

#include <memory>
#include <vector>

#include "sim/compute/kernel_work.hpp"
#include "sim/power/accelerator_power.hpp"
#include "sim/power/power_smoothing.hpp"
#include "workloads/demand/iteration_time.hpp"

namespace ondol::sim {

/// Terms of one phase at the reference clock, alone on the fabric.  Operands flip as normally distributed ones of the
/// iteration's precision do.
PowerTerms phase_terms(AcceleratorPowerParams const& board, KernelRates const& rates, workloads::Phase const& phase,
                       workloads::Precision precision);

/// An iteration on one type of accelerator.  Its phases in order, then those of its pauses.
struct IterationLoad {
  struct Phase {
    workloads::Phase what;
    PowerTerms terms;
    double each = 1;  ///< times an iteration; less than 1 in a pause
  };
  std::shared_ptr<workloads::Iteration const> iteration;
  std::vector<Phase> phases;
  PowerTerms waiting;      ///< of the overflow
  double reference_s = 0;  ///< of the whole iteration with its part of the pauses
};
IterationLoad iteration_load(AcceleratorPowerParams const& board, KernelRates const& rates,
                             std::shared_ptr<workloads::Iteration const> iteration);

struct PhaseDraw {
  double duration_s = 0;
  double at_reference_w = 0;  ///< at the reference temperature
  double clock = 1;
  bool limited = false;
  double free_w = 0;  ///< as at_reference_w, at the reference clock
};
struct IterationDraw {
  double duration_s = 0;      ///< with its part of the pauses, as all below
  double at_reference_w = 0;  ///< mean over the iteration, at the reference temperature
  double slope_w_per_k = 0;
  double clock = 1;  ///< mean over the iteration
  double speed = 1;
  double host = 0;      ///< host activity, mean
  double unheld_w = 0;  ///< mean draw where the limit does not hold it, though it may pass it in a phase; 0: held
};

/// One entry a phase of the load and one, last, of the overflow.
void phase_draws(AcceleratorPowerParams const& board, IterationLoad const& load, workloads::FabricShare fabric,
                 double power_limit_w, double temperature_k, std::vector<PhaseDraw>& draws);
/// With `smoothing`, power is that which reaches the supplies' input (sim/power/power_smoothing.hpp).
IterationDraw iteration_draw(AcceleratorPowerParams const& board, IterationLoad const& load, workloads::FabricShare fabric,
                             double power_limit_w, double temperature_k, PowerSmoothingParams const* smoothing = nullptr);

}  // namespace ondol::sim
