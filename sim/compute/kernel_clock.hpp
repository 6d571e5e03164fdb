#pragma once
/// What demand asks about kernels (workloads/demand/kernel_clock.hpp), answered from the kernels of kernel_work.hpp.
///
/// Products: where a table's large ones stay more than a fifth (assumed) below the best rate that anybody measured
/// (matmul_efficiency of the accelerator), its kernels are not those that a training library would take.  With r the table's
/// best over that rate and c the share of a product that the tensor units bind, its time becomes t r^c.
///
/// Attention's backward pass: five products of the forward's size instead of two, so 2.5 times its work
/// [dao2022flashattention], at 0.8 of its rate (assumed: more registers and a sum that several blocks share; published kernels
/// of two generations lie between 0.7 and 0.85).

#include "sim/compute/kernel_work.hpp"
#include "workloads/demand/kernel_clock.hpp"

namespace ondol::sim {

class RatedKernels : public workloads::KernelClock {
 public:
  explicit RatedKernels(KernelRates rates);

  workloads::KernelUse gemm(double m, double n, double k, workloads::Precision precision) const override;
  workloads::KernelUse attention(double batch, double heads, double kv_heads, double head_dim, double tokens) const override;
  workloads::KernelUse attention_backward(double batch, double heads, double kv_heads, double head_dim,
                                          double tokens) const override;
  workloads::KernelUse stream(double read_bytes, double written_bytes) const override;

 private:
  KernelRates rates_;
  std::array<double, dtypes> shrink_;  ///< r by number format, at most 1; 1: the table's own times
};

Dtype dtype_of(workloads::Precision precision);
/// The precision that does the work where the device has no unit for `wanted`: fp4 as fp8, fp8 as bf16.
Dtype carried_by(KernelRates const& rates, Dtype wanted);

}  // namespace ondol::sim
