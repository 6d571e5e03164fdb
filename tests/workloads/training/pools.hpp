#pragma once
/// Pools of catalogue accelerators, with their kernels.

#include <map>
#include <memory>
#include <string>

#include "scenarios/schema/catalogue.hpp"
#include "scenarios/schema/read.hpp"
#include "sim/compute/kernel_clock.hpp"
#include "sim/engine/accelerators.hpp"
#include "workloads/demand/pool.hpp"

namespace ondol::workloads::published {

inline schema::Catalogue const& catalogue() {
  static schema::Catalogue const all = [] {
    schema::Provenance origin;
    return schema::read_catalogue(schema::catalogue_folder(), origin);
  }();
  return all;
}

inline PoolSupply pool_of(std::string const& accelerator, int per_node = 8, int domain = 0) {
  static std::map<std::string, std::shared_ptr<KernelClock const>> kernels;
  auto const& a = catalogue().accelerator.at(accelerator);
  auto& clock = kernels[accelerator];
  if (!clock) clock = std::make_shared<sim::RatedKernels const>(sim::kernel_rates(a, schema::catalogue_folder()));
  double const fp8 = a.fp8_peak.value_or(a.bf16_peak).v;
  return {.name = accelerator,
          .nodes = 4096,
          .accelerators_per_node = per_node,
          .scaleup_domain = domain,
          .bf16_peak_flop_per_s = a.bf16_peak.v,
          .fp8_peak_flop_per_s = fp8,
          .fp4_peak_flop_per_s = a.fp4_peak ? a.fp4_peak->v : fp8,
          .matmul_efficiency = a.matmul_efficiency,
          .memory_bytes = a.memory.v,
          .memory_bandwidth_bytes_per_s = a.memory_bandwidth.v,
          .memory_efficiency = a.memory_efficiency,
          .scaleup_bytes_per_s = a.scaleup_bandwidth.v,
          .kernels = clock};
}

}  // namespace ondol::workloads::published
