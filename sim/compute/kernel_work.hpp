#pragma once
/// Time of one kernel at the reference clock and the work it does on each channel: matrix products, attention, experts.
///
/// Work by tile arithmetic: each L2 byte feeds a 256 x 256 block of a product (experts: 128 x 128), each HBM byte a 2048 x 2048
/// block, which one wave of tiles works on; operands are written to shared memory and read from there, one of them in strips
/// of 64 rows.  Narrow products round their bf16 activations first, in a kernel of its own.
/// Time from measured kernels where `times` has a grid (kernel_times.hpp), otherwise, and outside it, from a roofline with a
/// smooth knee [williams2009roofline]:
///   t = (t_c^4 + t_m^4)^(1/4) + t_0,    t_c = FLOP / (peak x matmul_efficiency),  t_m = HBM bytes / (bandwidth x efficiency)
/// Compute share (what stretches with 1/clock) = t_c^4 / (t_c^4 + t_m^4) of the time beyond t_0.
/// Valid for kernels of library quality.  Ignores: sparsity, data, two kernels side by side.
/// Page: docs/models/kernel-time.md

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "kernels/activity/channel.hpp"
#include "sim/compute/kernel_times.hpp"

namespace ondol::sim {

enum class Dtype { fp64, tf32, bf16, fp16, fp8, fp4, int8 };
inline constexpr std::size_t dtypes = 7;
inline constexpr std::array<std::string_view, dtypes> dtype_names{"fp64", "tf32", "bf16", "fp16", "fp8", "fp4", "int8"};
std::optional<Dtype> dtype_named(std::string_view text);
constexpr std::string_view name(Dtype d) {
  return dtype_names[static_cast<std::size_t>(d)];
}
/// The tensor channel that multiplies it.
meter::Channel tensor_channel(Dtype);
double bytes_of(Dtype);

/// What the device could do at the reference clock.
struct KernelRates {
  std::array<double, dtypes> flop_per_s{};  ///< dense peak by Dtype; 0: no such unit
  double matmul_efficiency = 0.75;          ///< best measured rate of a large product / peak
  double byte_per_s = 0;                    ///< peak memory bandwidth
  double memory_efficiency = 0.85;          ///< best streamed rate / peak
  /// Measured kernels of this board or of its nearest kin, scaled by the ratio of `matmul_efficiency` as far as the tensor
  /// units bind; none: roofline.
  std::shared_ptr<KernelTimes const> times;
};

struct KernelCost {
  double time_s = 0;            ///< at the reference clock, no limit
  double time_uncertainty = 0;  ///< relative, one standard deviation
  meter::Work work;             ///< of one call
  double compute_share = 1;     ///< of the time, stretches with 1/clock
  double awake = 1;             ///< share of multiprocessors that run warps, mean over the time
  bool in_range = true;         ///< false: beyond what the times were judged on
  std::string tier;             ///< of the time: literature (measured tables) or assumed
};

/// C[m,n] = A[m,k] B[k,n], operands of `dtype`, result of two bytes (fp64: eight, tf32: four).  Throws std::invalid_argument
/// when the device has no unit for the type.
KernelCost gemm(KernelRates const&, double m, double n, double k, Dtype dtype);

struct AttentionShape {
  enum class Phase { prefill, decode };
  Phase phase = Phase::prefill;
  double batch = 1, heads = 32, kv_heads = 8, head_dim = 128;
  double tokens = 1;  ///< new ones of each sequence
  double cache = 0;   ///< earlier ones of each sequence
};
/// Causal attention of the new tokens over themselves and the cache, fused, scores never in memory.  `dtype`: of the cache.
KernelCost attention(KernelRates const&, AttentionShape const&, Dtype dtype);

struct MoeShape {
  double tokens = 1, hidden = 4096;
  double inter = 1536;   ///< width of one expert on this device
  double experts = 128;  ///< of the layer
  double here = 128;     ///< on this device
  double top_k = 8;      ///< experts a token goes to
};
/// Gated feed-forward of routed tokens, balanced over the experts; every device writes and sums all routed rows, as served.
KernelCost moe(KernelRates const&, MoeShape const&, Dtype dtype);

}  // namespace ondol::sim
