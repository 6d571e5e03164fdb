#include "sim/compute/kernel_work.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace ondol::sim {
namespace {

using meter::Channel;

constexpr double launch_s = 2e-6;             // gap between kernels of a captured graph; tiny ones of the tables take 2 us
constexpr double multiprocessors = 132;       // Hopper; Blackwell has 148 (assumed for all: only small kernels feel it)
constexpr double attention_to_gemm = 0.7;     // tensor rate of fused attention over that of a product, without a grid (assumed)
constexpr double roofline_uncertainty = 0.5;  // a factor of 1.5: judged shapes outside the grids (docs/models/kernel-time.md)
constexpr double large_uncertainty = 0.15;    // of a large kernel without a grid, whose best rate somebody measured (assumed)
constexpr double large_s = 10 * launch_s;     // from here on the gap before a kernel is a tenth of it (assumed)
constexpr double kin_uncertainty = 0.2;       // rates of one board from another's grid (assumed)
// Counts from the algorithms, in operations (assumed; kernels/recorded/aiconfigurator/counts.py).
constexpr double epilogue = 8;      // a result: read from the accumulator, scale, convert, pack, store
constexpr double quantising = 96;   // an activation rounded to a narrow type, its group's largest sought first
constexpr double transposing = 16;  // a value of a narrow cache, on its way to the tensor units
constexpr double softmax = 8;       // a score: scale, mask, maximum, sum, conversion

double peak(KernelRates const& r, Dtype dtype) {
  double const rate = r.flop_per_s[static_cast<std::size_t>(dtype)];
  if (rate <= 0) throw std::invalid_argument("the device has no unit for " + std::string(name(dtype)));
  return rate;
}

double blocks(double length, double block) {
  return std::ceil(length / block);
}

bool narrow(Dtype dtype) {
  return bytes_of(dtype) < 2;
}

/// `copies` of the weights share the rows.
void product(meter::Work& w, double m, double n, double k, Dtype dtype, double copies = 1, double block = 256, double pad = 1) {
  double const b = bytes_of(dtype), rows = m / copies;
  double const a_bytes = b * m * k, b_bytes = b * n * k * copies, c_bytes = std::max(2.0, b) * m * n;
  w[tensor_channel(dtype)] += 2 * (pad > 1 ? pad * blocks(rows, pad) * copies : m) * n * k;
  w[Channel::hbm_read] += a_bytes * blocks(n, 2048) + b_bytes * blocks(rows, 2048);
  w[Channel::hbm_write] += c_bytes;
  w[Channel::l2] += a_bytes * blocks(n, block) + b_bytes * blocks(rows, block) + c_bytes;
  w[Channel::shared] +=
      2 * a_bytes * blocks(n, block) + b_bytes * (blocks(rows, std::min(block, 128.0)) + blocks(rows, 64)) + 2 * c_bytes;
  w[Channel::vector_fp32] += epilogue * m * n;
}

void quantise(meter::Work& w, double m, double k, Dtype dtype) {
  if (!narrow(dtype)) return;
  double const values = m * k;
  w[Channel::hbm_read] += 2 * values;
  w[Channel::hbm_write] += bytes_of(dtype) * values;
  w[Channel::l2] += (2 + bytes_of(dtype)) * values;
  w[Channel::vector_fp32] += quantising * values;
}

meter::Work gemm_work(double m, double n, double k, Dtype dtype) {
  meter::Work w;
  quantise(w, m, k, dtype);
  product(w, m, n, k, dtype);
  return w;
}

meter::Work attention_work(AttentionShape const& s, Dtype dtype) {
  // Query i sees the cache and the tokens up to itself.
  double const scores = s.batch * s.heads * s.tokens * (s.cache + (s.tokens + 1) / 2);
  double const cached = 2 * s.batch * s.kv_heads * s.head_dim * (s.cache + s.tokens);
  double const kv_bytes = bytes_of(dtype) * cached, qo_bytes = 2 * s.batch * s.heads * s.head_dim * s.tokens;
  // Keys and values pass once for every 128 queries of a sequence; heads that share them are queries of one block in decoding.
  bool const decode = s.phase == AttentionShape::Phase::decode;
  double const passes =
      decode
          ? blocks(s.tokens * s.heads / s.kv_heads, 128)
          : std::max(1.0, s.heads / s.kv_heads * blocks(s.tokens, 128) * (s.cache + (s.tokens + 1) / 2) / (s.cache + s.tokens));
  meter::Work w;
  w[tensor_channel(dtype)] = 4 * scores * s.head_dim;
  w[Channel::special] = scores;
  w[Channel::vector_fp32] = softmax * scores + (narrow(dtype) ? transposing * cached / 2 * passes : 0);
  w[Channel::hbm_read] = kv_bytes + qo_bytes;
  w[Channel::hbm_write] = qo_bytes;
  w[Channel::l2] = kv_bytes * passes + 2 * qo_bytes;
  w[Channel::shared] = ((decode ? 2 : 3) + (narrow(dtype) ? 1 : 0)) * kv_bytes * passes;
  return w;
}

meter::Work moe_work(MoeShape const& s, Dtype dtype) {
  double const rows = s.tokens * s.top_k, local = rows * s.here / s.experts;
  double const active = std::max(1.0, std::min(s.here, local));
  meter::Work w;
  quantise(w, s.tokens, s.hidden, dtype);
  product(w, local, 2 * s.inter, s.hidden, dtype, active, 128, 64);
  quantise(w, local, s.inter, dtype);
  product(w, local, s.hidden, s.inter, dtype, active, 128, 64);
  double const read = 2 * rows * (2 * s.inter + s.hidden);
  double const written = 2 * (rows - local) * (2 * s.inter + s.hidden) + 2 * rows * s.inter + 2 * s.tokens * s.hidden;
  w[Channel::hbm_read] += read;
  w[Channel::hbm_write] += written;
  w[Channel::l2] += read + written;
  w[Channel::special] += rows * s.inter;
  w[Channel::vector_fp32] += rows * (8 * s.inter + 2 * s.hidden);
  return w;
}

/// Times at the roofs themselves.
struct Roofs {
  double compute_s = 0, memory_s = 0;
  double roof_s() const { return std::max(compute_s, memory_s); }
};
Roofs roofs(KernelRates const& r, meter::Work const& w, Dtype dtype) {
  return {w[tensor_channel(dtype)] / peak(r, dtype), (w[Channel::hbm_read] + w[Channel::hbm_write]) / r.byte_per_s};
}

/// The type whose measured grid stands for `dtype`.
Dtype kin(Dtype dtype) {
  switch (dtype) {
    case Dtype::fp8:
    case Dtype::int8:
      return Dtype::fp8;
    case Dtype::fp4:
      return Dtype::fp4;
    default:
      return Dtype::bf16;
  }
}

/// `tiles`: independent pieces of work, to say how many multiprocessors are awake.  `work_at`: of other sizes of the same kind.
template <class WorkAt>
KernelCost cost_of(KernelRates const& r, Dtype dtype, double tensor_share, double tiles, EfficiencyGrid const* grid,
                   Sizes const& sizes, WorkAt work_at) {
  KernelCost cost;
  cost.work = work_at(sizes);
  Roofs const top = roofs(r, cost.work, dtype);
  double const c = std::pow(top.compute_s / (r.matmul_efficiency * tensor_share), 4);
  double const m = std::pow(top.memory_s / r.memory_efficiency, 4);
  double const share = c + m > 0 ? c / (c + m) : 1;
  if (grid) {
    auto const roof = [&](Sizes const& at) { return roofs(r, work_at(at), dtype).roof_s(); };
    auto const t = grid->at(sizes, roof);
    double const ratio = std::pow(r.times->matmul_efficiency / r.matmul_efficiency, share);
    cost.time_s = t.time_s * ratio * std::max(1.0, top.roof_s() / roof(grid->edge(sizes)));
    cost.time_uncertainty = t.sd;
    cost.in_range = t.in_range;
    if (ratio != 1) cost.time_uncertainty = std::hypot(cost.time_uncertainty, kin_uncertainty);
    if (!t.in_range) cost.time_uncertainty = std::max(cost.time_uncertainty, roofline_uncertainty);
    cost.tier = "literature";
  } else {
    cost.time_s = std::pow(c + m, 0.25) + launch_s;
    cost.in_range = false;
    cost.time_uncertainty = cost.time_s > large_s ? large_uncertainty / tensor_share : roofline_uncertainty;
    cost.tier = "assumed";
  }
  double const running = std::max(0.0, 1 - launch_s / std::max(cost.time_s, 2 * launch_s));
  cost.compute_share = share * running;
  cost.awake = running * std::min(1.0, tiles / multiprocessors);
  return cost;
}

EfficiencyGrid const* grid(KernelRates const& r, std::string_view kernel, Dtype dtype) {
  if (!r.times) return nullptr;
  if (auto const* own = r.times->find(std::string(kernel) + "/" + std::string(name(kin(dtype))))) return own;
  return r.times->find(std::string(kernel) + "/bf16");
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
  peak(rates, dtype);
  double const tiles = blocks(m, 128) * blocks(n, 128) * blocks(k, 1024);  // long sums are split over multiprocessors
  return cost_of(rates, dtype, 1, tiles, grid(rates, "gemm", dtype), {m, n, k},
                 [&](Sizes const& s) { return gemm_work(s[0], s[1], s[2], dtype); });
}

KernelCost attention(KernelRates const& rates, AttentionShape const& shape, Dtype dtype) {
  peak(rates, dtype);
  bool const decode = shape.phase == AttentionShape::Phase::decode;
  double const group = shape.heads / shape.kv_heads;
  // Prompts over a cache and several new tokens a sequence are placed by the length that holds as many scores.
  double const length = decode ? shape.cache + shape.tokens : std::sqrt(shape.tokens * (2 * shape.cache + shape.tokens));
  auto const at = [&](Sizes const& s) {
    AttentionShape a = shape;
    a.kv_heads = s[1] / shape.batch;
    a.heads = a.kv_heads * s[2];
    if (s[0] != length) {
      a.tokens = decode ? shape.tokens : s[0];
      a.cache = decode ? std::max(0.0, s[0] - shape.tokens) : 0;
    }
    return attention_work(a, dtype);
  };
  double const tiles = shape.batch * shape.kv_heads *
                       (decode ? blocks(length, 256) : group * blocks(shape.tokens, 128));  // decoding splits the cache
  auto const* measured =
      rates.times ? rates.times->attention(decode ? "decode" : "prefill", name(kin(dtype)), shape.head_dim) : nullptr;
  return cost_of(rates, dtype, attention_to_gemm, tiles, measured, {length, shape.batch * shape.kv_heads, group}, at);
}

KernelCost moe(KernelRates const& rates, MoeShape const& shape, Dtype dtype) {
  peak(rates, dtype);
  double const rows = shape.tokens * shape.top_k / shape.experts;  // of one expert
  auto const at = [&](Sizes const& s) {
    MoeShape a = shape;
    a.tokens = s[0] * shape.experts / shape.top_k;
    a.here = s[1];
    a.inter = s[2];
    if (a.here > a.experts) {  // a knot beyond the layer: the same share of more experts
      a.experts = a.here;
      a.tokens = s[0] * a.experts / a.top_k;
    }
    return moe_work(a, dtype);
  };
  double const tiles = std::min(shape.here, rows * shape.here) * blocks(rows, 64) * blocks(2 * shape.inter, 128);
  return cost_of(rates, dtype, 1, tiles, grid(rates, "moe", dtype), {rows, shape.here, shape.inter}, at);
}

}  // namespace ondol::sim
