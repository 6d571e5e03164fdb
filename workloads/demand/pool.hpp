#pragma once
/// What demand needs to know of a scheduler pool: equal nodes of one accelerator type.

#include <memory>
#include <string>

#include "workloads/demand/interconnect.hpp"
#include "workloads/demand/kernel_clock.hpp"

namespace ondol::workloads {

struct PoolSupply {
  std::string name;
  int nodes = 0;
  int accelerators_per_node = 0;
  double bf16_peak_flop_per_s = 0;  ///< dense, vendor's figure, one accelerator; as the others below
  double fp8_peak_flop_per_s = 0;   ///< a part without the precision runs at the rate of the next wider one
  double fp4_peak_flop_per_s = 0;
  double matmul_efficiency = 0.75;  ///< sustained large-GEMM rate / peak
  double memory_bytes = 0;
  double memory_bandwidth_bytes_per_s = 0;
  double memory_efficiency = 0.85;                       ///< sustained stream / memory bandwidth
  std::shared_ptr<KernelClock const> kernels = nullptr;  ///< what its kernels take
  Interconnect links = {};

  int accelerators() const { return nodes * accelerators_per_node; }
  double peak_flop_per_s(Precision precision) const {
    return precision == Precision::fp8   ? fp8_peak_flop_per_s
           : precision == Precision::fp4 ? fp4_peak_flop_per_s
                                         : bf16_peak_flop_per_s;
  }
};

}  // namespace ondol::workloads
