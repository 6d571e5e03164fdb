#include "sim/engine/kernel_answer.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace ondol::sim {
namespace {

struct Numbers {
  double time_s, energy_j, power_w, clock, demand_w;
  bool limited;
  std::vector<double> list() const { return {time_s, energy_j, power_w, clock, demand_w}; }
};

Numbers evaluate(AcceleratorPowerParams const& board, KernelCost const& cost, double time_s, double toggle, double limit_w,
                 double temperature_k) {
  auto const terms = power_terms(
      board, {.rate = (1 / time_s) * cost.work, .awake = cost.awake, .toggle = toggle, .compute_share = cost.compute_share},
      true);
  auto const draw = accelerator_draw(board, terms, limit_w, 1.0, temperature_k);
  auto const free = accelerator_draw(board, terms, HUGE_VAL, 1.0, temperature_k);
  double const time = time_s / draw.speed;
  return {time, time * draw.power_w, draw.power_w, draw.clock, free.power_w, draw.limited};
}

/// Time that the tensor units, and the memory, need for the work.
std::pair<double, double> needed_s(KernelRates const& r, meter::Work const& work) {
  double tensor_s = 0;
  for (std::size_t i = 0; i < dtypes; ++i)
    if (r.flop_per_s[i] > 0) tensor_s += work[tensor_channel(static_cast<Dtype>(i))] / (r.flop_per_s[i] * r.matmul_efficiency);
  double const bytes = work[meter::Channel::hbm_read] + work[meter::Channel::hbm_write];
  return {tensor_s, bytes / (r.byte_per_s * r.memory_efficiency)};
}

}  // namespace

KernelAnswer ask_kernel(Calibration const& board, KernelRates const& rates, KernelCost const& cost, double toggle,
                        double limit_w, double temperature_k) {
  auto const of = [&](AcceleratorPowerParams const& p, double time_s) {
    return evaluate(p, cost, time_s, toggle, limit_w, temperature_k);
  };
  auto const best = of(board.estimate, cost.time_s);
  auto sd = propagate(board, [&](AcceleratorPowerParams const& p) { return of(p, cost.time_s).list(); });
  if (cost.time_uncertainty > 0) {
    double const step = 0.1 * cost.time_uncertainty;
    auto const longer = of(board.estimate, cost.time_s * (1 + step)).list();
    auto const shorter = of(board.estimate, cost.time_s * (1 - step)).list();
    for (std::size_t i = 0; i < sd.size(); ++i)
      sd[i] = std::hypot(sd[i], (longer[i] - shorter[i]) / (2 * step) * cost.time_uncertainty);
  }
  auto const values = best.list();
  auto const estimate = [&](std::size_t i) { return Estimate{values[i], sd[i] / values[i]}; };

  KernelAnswer a;
  a.time_s = estimate(0);
  a.energy_j = estimate(1);
  a.power_w = estimate(2);
  a.clock = estimate(3);
  a.demand_w = estimate(4);
  a.limited = best.limited;
  auto const [tensor_s, memory_s] = needed_s(rates, cost.work);
  a.bound_by = best.limited                                       ? "limit"
               : std::max(tensor_s, memory_s) < 0.4 * cost.time_s ? "latency"
               : cost.compute_share > 0.5                         ? "compute"
                                                                  : "memory";
  return a;
}

}  // namespace ondol::sim
