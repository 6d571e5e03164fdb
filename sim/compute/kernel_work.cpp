#include "sim/compute/kernel_work.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace ondol::sim {
namespace {

using meter::Channel;

constexpr double launch_s = 4e-6;          // a launch and the tail of its last wave (assumed; 3-5 us is common knowledge)
constexpr double attention_to_gemm = 0.7;  // tensor rate of fused attention over that of a product (assumed)

double peak(KernelRates const& r, Dtype dtype) {
  double const rate = r.flop_per_s[static_cast<std::size_t>(dtype)];
  if (rate <= 0) throw std::invalid_argument("the device has no unit for " + std::string(name(dtype)));
  return rate * r.matmul_efficiency;
}

double blocks(double length, double block) {
  return std::ceil(length / block);
}

KernelCost on_the_roofline(double compute_s, double memory_s, meter::Work const& work) {
  double const c = std::pow(compute_s, 4), m = std::pow(memory_s, 4);
  double const busy_s = std::pow(c + m, 0.25);
  KernelCost cost;
  cost.time_s = busy_s + launch_s;
  cost.work = work;
  cost.compute_share = c / (c + m) * busy_s / cost.time_s;
  cost.awake = busy_s / cost.time_s;
  cost.in_range = busy_s > launch_s;
  cost.time_uncertainty = cost.in_range ? 0.1 : 0.5;
  cost.tier = "literature";
  return cost;
}

}  // namespace

std::optional<Dtype> dtype_named(std::string_view text) {
  for (std::size_t i = 0; i < dtypes; ++i)
    if (dtype_names[i] == text) return static_cast<Dtype>(i);
  return std::nullopt;
}

meter::Channel tensor_channel(Dtype dtype) {
  switch (dtype) {
    case Dtype::fp64:
      return Channel::tensor_fp64;
    case Dtype::tf32:
      return Channel::tensor_tf32;
    case Dtype::bf16:
      return Channel::tensor_bf16;
    case Dtype::fp16:
      return Channel::tensor_fp16;
    case Dtype::fp8:
      return Channel::tensor_fp8;
    case Dtype::fp4:
      return Channel::tensor_fp4;
    case Dtype::int8:
      return Channel::tensor_int8;
  }
  return Channel::tensor_bf16;
}

double bytes_of(Dtype dtype) {
  switch (dtype) {
    case Dtype::fp64:
      return 8;
    case Dtype::tf32:
      return 4;
    case Dtype::bf16:
    case Dtype::fp16:
      return 2;
    case Dtype::fp8:
    case Dtype::int8:
      return 1;
    case Dtype::fp4:
      return 0.5625;  // four bits and an eight-bit scale for each 16
  }
  return 2;
}

KernelCost gemm(KernelRates const& rates, double m, double n, double k, Dtype dtype) {
  double const b = bytes_of(dtype), out = std::max(2.0, dtype == Dtype::fp4 ? 2.0 : b);
  double const a_bytes = b * m * k, b_bytes = b * n * k, c_bytes = out * m * n;
  meter::Work w;
  w[tensor_channel(dtype)] = 2 * m * n * k;
  w[Channel::hbm_read] = a_bytes * blocks(n, 2048) + b_bytes * blocks(m, 2048);
  w[Channel::hbm_write] = c_bytes;
  w[Channel::l2] = a_bytes * blocks(n, 256) + b_bytes * blocks(m, 256) + c_bytes;
  w[Channel::shared] = 2 * a_bytes * blocks(n, 256) + b_bytes * (blocks(m, 128) + blocks(m, 64));
  double const padded = 2 * 64 * blocks(m, 64) * 64 * blocks(n, 64) * k;
  return on_the_roofline(padded / peak(rates, dtype),
                         (w[Channel::hbm_read] + w[Channel::hbm_write]) / (rates.byte_per_s * rates.memory_efficiency), w);
}

KernelCost attention(KernelRates const& rates, AttentionShape const& s, Dtype dtype) {
  double const b = bytes_of(dtype);
  // Query i sees the cache and the tokens up to itself.
  double const scores = s.batch * s.heads * s.tokens * (s.cache + (s.tokens + 1) / 2);
  double const kv_bytes = 2 * b * s.batch * s.kv_heads * s.head_dim * (s.cache + s.tokens);
  double const qo_bytes = b * s.batch * s.heads * s.head_dim * s.tokens;
  // Keys and values pass once for every 128 queries of a sequence; heads that share them are queries of one block in decoding.
  double const passes = s.phase == AttentionShape::Phase::decode ? blocks(s.tokens * s.heads / s.kv_heads, 128)
                                                                 : s.heads / s.kv_heads * blocks(s.tokens, 128) *
                                                                       (s.cache + (s.tokens + 1) / 2) / (s.cache + s.tokens);
  meter::Work w;
  w[tensor_channel(dtype)] = 4 * scores * s.head_dim;
  w[Channel::special] = scores;
  w[Channel::vector_fp32] = 8 * scores;  // scale, mask, maximum, sum, conversion (counted from the algorithm)
  w[Channel::hbm_read] = kv_bytes + qo_bytes;
  w[Channel::hbm_write] = qo_bytes;
  w[Channel::l2] = kv_bytes * std::max(1.0, passes) + 2 * qo_bytes;
  w[Channel::shared] = 2 * kv_bytes * std::max(1.0, passes);
  double const tensor_s = w[tensor_channel(dtype)] / (peak(rates, dtype) * attention_to_gemm);
  auto cost = on_the_roofline(tensor_s, (kv_bytes + 2 * qo_bytes) / (rates.byte_per_s * rates.memory_efficiency), w);
  cost.time_uncertainty = cost.in_range ? 0.2 : 0.5;
  return cost;
}

}  // namespace ondol::sim
