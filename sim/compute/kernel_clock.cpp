#include "sim/compute/kernel_clock.hpp"

#include <algorithm>
#include <cmath>

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

RatedKernels::RatedKernels(KernelRates rates) : rates_(std::move(rates)) {
  constexpr double short_of = 0.8;
  constexpr std::array<double, 3> large{4096, 8192, 16384};
  shrink_.fill(1);
  for (auto const dtype : {Dtype::bf16, Dtype::fp8}) {  // four bits: no best rate of their own has been measured
    double const peak = rates_.flop_per_s[static_cast<std::size_t>(dtype)];
    if (peak <= 0) continue;
    double best = 0;
    for (double const m : large)
      for (double const n : large)
        for (double const k : large) best = std::max(best, 2 * m * n * k / sim::gemm(rates_, m, n, k, dtype).time_s);
    double const ratio = best / (peak * rates_.matmul_efficiency);
    if (ratio < short_of) shrink_[static_cast<std::size_t>(dtype)] = ratio;
  }
}

workloads::KernelUse RatedKernels::gemm(double m, double n, double k, workloads::Precision precision) const {
  auto const dtype = carried_by(rates_, dtype_of(precision));
  auto u = use(sim::gemm(rates_, m, n, k, dtype));
  u.time_s *= std::pow(shrink_[static_cast<std::size_t>(dtype)], u.clock_share);
  return u;
}

workloads::KernelUse RatedKernels::attention(double batch, double heads, double kv_heads, double head_dim,
                                             double tokens) const {
  return use(sim::attention(
      rates_, {.batch = batch, .heads = heads, .kv_heads = kv_heads, .head_dim = head_dim, .tokens = tokens}, Dtype::bf16));
}

workloads::KernelUse RatedKernels::attention_backward(double batch, double heads, double kv_heads, double head_dim,
                                                      double tokens) const {
  constexpr double products = 2.5, rate = 0.8;
  auto u = attention(batch, heads, kv_heads, head_dim, tokens);
  u.work = products * u.work;
  u.time_s *= products / rate;
  return u;
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
