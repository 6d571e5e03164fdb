#pragma once
/// Time and work of single kernels on one accelerator at its reference clock.  Demand asks; the machine room answers
/// (sim/compute/kernel_clock.hpp), so that a step of training takes what its kernels take.

#include "kernels/activity/channel.hpp"
#include "workloads/demand/precision.hpp"

namespace ondol::workloads {

struct KernelUse {
  double time_s = 0;
  meter::Work work;        ///< of the call, by channel
  double awake = 1;        ///< share of multiprocessors that run warps, mean over the time
  double clock_share = 1;  ///< of the time, stretches with 1/clock
};

class KernelClock {
 public:
  virtual ~KernelClock() = default;
  /// C[m,n] = A[m,k] B[k,n]; a precision the device lacks is carried by the next wider one.
  virtual KernelUse gemm(double m, double n, double k, Precision precision) const = 0;
  /// Causal self-attention of `batch` sequences of `tokens`, forward, fused: scores never in memory.
  virtual KernelUse attention(double batch, double heads, double kv_heads, double head_dim, double tokens) const = 0;
  /// Its backward pass, scores computed again.
  virtual KernelUse attention_backward(double batch, double heads, double kv_heads, double head_dim, double tokens) const = 0;
  /// Element-wise kernels that read and write so many bytes.
  virtual KernelUse stream(double read_bytes, double written_bytes) const = 0;
};

}  // namespace ondol::workloads
