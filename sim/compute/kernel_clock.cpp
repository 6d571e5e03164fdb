#include "sim/compute/kernel_clock.hpp"

namespace ondol::sim {
namespace {

workloads::KernelUse use(KernelCost const& c) {
  return {.time_s = c.time_s, .work = c.work, .awake = c.awake, .clock_share = c.compute_share};
}

}  // namespace

Dtype dtype_of(workloads::Precision precision) {
  switch (precision) {
    case workloads::Precision::fp64:
      return Dtype::fp64;
    case workloads::Precision::fp8:
      return Dtype::fp8;
    case workloads::Precision::fp4:
      return Dtype::fp4;
    case workloads::Precision::bf16:
      break;
  }
  return Dtype::bf16;
}

Dtype carried_by(KernelRates const& rates, Dtype wanted) {
  auto const has = [&](Dtype d) { return rates.flop_per_s[static_cast<std::size_t>(d)] > 0; };
  if (wanted == Dtype::fp4 && !has(wanted)) wanted = Dtype::fp8;
  if (wanted == Dtype::fp8 && !has(wanted)) wanted = Dtype::bf16;
  return wanted;
}

workloads::KernelUse RatedKernels::gemm(double m, double n, double k, workloads::Precision precision) const {
  return use(sim::gemm(rates_, m, n, k, carried_by(rates_, dtype_of(precision))));
}

workloads::KernelUse RatedKernels::attention(double batch, double heads, double kv_heads, double head_dim,
                                             double tokens) const {
  return use(sim::attention(
      rates_, {.batch = batch, .heads = heads, .kv_heads = kv_heads, .head_dim = head_dim, .tokens = tokens}, Dtype::bf16));
}

workloads::KernelUse RatedKernels::stream(double read_bytes, double written_bytes) const {
  workloads::KernelUse u;
  double const bytes = read_bytes + written_bytes;
  u.time_s = bytes / (rates_.byte_per_s * rates_.memory_efficiency);
  u.work[meter::Channel::hbm_read] = read_bytes;
  u.work[meter::Channel::hbm_write] = written_bytes;
  u.work[meter::Channel::l2] = u.work[meter::Channel::l1] = bytes;
  u.clock_share = 0;
  return u;
}

}  // namespace ondol::sim
