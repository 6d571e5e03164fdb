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
  int scaleup_domain = 0;           ///< accelerators joined by the scale-up fabric; 0: those of one node
  double bf16_peak_flop_per_s = 0;  ///< dense, vendor's figure, one accelerator; as the others below
  double fp8_peak_flop_per_s = 0;   ///< a part without the precision runs at the rate of the next wider one
  double fp4_peak_flop_per_s = 0;
  double matmul_efficiency = 0.75;  ///< sustained large-GEMM rate / peak
  double memory_bytes = 0;
  double memory_bandwidth_bytes_per_s = 0;
  double memory_efficiency = 0.85;                       ///< sustained stream / memory bandwidth
  double scaleup_bytes_per_s = 0;                        ///< per direction
  std::shared_ptr<KernelClock const> kernels = nullptr;  ///< what its kernels take
  Interconnect links = {};

  int accelerators() const { return nodes * accelerators_per_node; }
};

}  // namespace ondol::workloads
