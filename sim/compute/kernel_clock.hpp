#pragma once
/// What demand asks about kernels (workloads/demand/kernel_clock.hpp), answered from the kernels of kernel_work.hpp.

#include "sim/compute/kernel_work.hpp"
#include "workloads/demand/kernel_clock.hpp"

namespace ondol::sim {

class RatedKernels : public workloads::KernelClock {
 public:
  explicit RatedKernels(KernelRates rates) : rates_(std::move(rates)) {}

  workloads::KernelUse gemm(double m, double n, double k, workloads::Precision precision) const override;
  workloads::KernelUse attention(double batch, double heads, double kv_heads, double head_dim, double tokens) const override;
  workloads::KernelUse stream(double read_bytes, double written_bytes) const override;

 private:
  KernelRates rates_;
};

Dtype dtype_of(workloads::Precision precision);
/// The precision that does the work where the device has no unit for `wanted`: fp4 as fp8, fp8 as bf16.
Dtype carried_by(KernelRates const& rates, Dtype wanted);

}  // namespace ondol::sim
