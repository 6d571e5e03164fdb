#include "kernels/fake/rates.hpp"

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <utility>

namespace ondol::meter::fake {
namespace {

using enum Channel;
using Rates = std::initializer_list<std::pair<Channel, double>>;

constexpr double multiprocessors = 132, clock_hz = 1.98e9;
/// Per multiprocessor and cycle: 128 fp32 lanes, 64 integer, 16 special, 128 bytes of shared memory.      [nvidia2023h100]
constexpr double cycles = multiprocessors * clock_hz;
constexpr double fp32 = 0.97 * 256 * cycles, shared_bytes = 0.95 * 128 * cycles;
constexpr double hbm = 4.3e12, l2_bytes = 6.5e12, link = 55e9;
constexpr double bf16 = 900e12, fp8 = 1700e12;

/// Bound by the multiprocessors; launches of 1 ms.
Launch core(Rates rates) {
  Launch k{{}, 1e-3, 0};
  for (auto const& [c, r] : rates) k.work[c] = r * k.core_s;
  return k;
}
/// Bound by memory or link; the multiprocessors could issue `spare` times as much, so a ladder bends.
Launch memory(Rates rates, double spare = 1.6) {
  Launch k{{}, 1e-3 / spare, 1e-3};
  for (auto const& [c, r] : rates) k.work[c] = r * k.fixed_s;
  return k;
}
/// Work that passes through: every byte of HBM through L2 and L1.
Launch stream(double read, double write, double flop = 0) {
  return memory({{hbm_read, read}, {hbm_write, write}, {l2, read + write}, {l1, read + write}, {vector_fp32, flop}});
}

/// m x n x k with `size` bytes an element; tiles of 512 x 512 as seen by L2, 128 x 256 by shared memory (assumed).
Launch product(Channel unit, double rate, double size, double m, double n, double k) {
  Launch launch;
  double const volume = m * n * k, tile_m = std::min(m, 512.0), shared_m = std::min(m, 128.0);
  launch.work[unit] = 2 * volume;
  launch.work[l2] = volume * size * (1 / tile_m + 1 / 512.0);
  launch.work[shared] = volume * size * (1 / shared_m + 1 / 256.0);
  launch.work[hbm_read] = size * (m * k + n * k);
  launch.work[hbm_write] = 2 * m * n;
  launch.core_s = std::max(2 * volume / rate, launch.work[l2] / l2_bytes);
  launch.fixed_s = (launch.work[hbm_read] + launch.work[hbm_write]) / (0.93 * hbm);
  return launch;
}

Launch both(Launch a, Launch const& b) {
  a.work += b.work;
  a.core_s += b.core_s;
  a.fixed_s += b.fixed_s;
  return a;
}

Launch layer() {
  double const tokens = 2048, hidden = 4096;
  Launch all = product(tensor_bf16, 0.85 * bf16, 2, tokens, 1.5 * hidden, hidden);
  all = both(all, product(tensor_bf16, 0.85 * bf16, 2, tokens, hidden, hidden));
  all = both(all, product(tensor_bf16, 0.85 * bf16, 2, tokens, 7 * hidden, hidden));
  all = both(all, product(tensor_bf16, 0.85 * bf16, 2, tokens, hidden, 3.5 * hidden));
  Launch norms = stream(0.8 * hbm, 0.4 * hbm, 2e12);
  norms.work = 0.05 * norms.work;
  norms.core_s *= 0.05;
  norms.fixed_s *= 0.05;
  return both(all, norms);
}

std::map<std::string, Launch, std::less<>> make_table() {
  return {
      {"spin", core({})},
      {"fma_fp64", core({{vector_fp64, 0.5 * fp32}})},
      {"fma_fp32", core({{vector_fp32, fp32}})},
      {"fma_fp16x2", core({{vector_fp16, 2 * fp32}})},
      {"fma_bf16x2", core({{vector_bf16, 2 * fp32}})},
      {"integer_mad", core({{integer, 0.95 * 64 * cycles}})},
      {"integer_logic", core({{integer, 0.9 * 128 * cycles}})},
      {"special_ex2", core({{special, 0.95 * 16 * cycles}})},
      {"special_rcp", core({{special, 0.8 * 16 * cycles}, {vector_fp32, 0.05 * fp32}})},
      {"tensor_bf16", core({{tensor_bf16, bf16}, {shared, 0.25 * shared_bytes}})},
      {"tensor_fp16", core({{tensor_fp16, bf16}, {shared, 0.25 * shared_bytes}})},
      {"tensor_tf32", core({{tensor_tf32, 0.5 * bf16}, {shared, 0.25 * shared_bytes}})},
      {"tensor_fp8", core({{tensor_fp8, fp8}, {shared, 0.25 * shared_bytes}})},
      {"tensor_int8", core({{tensor_int8, fp8}, {shared, 0.25 * shared_bytes}})},
      {"tensor_fp64", core({{tensor_fp64, 62e12}})},
      {"shared_read", core({{shared, shared_bytes}})},
      {"l1_read", core({{l1, 0.9 * shared_bytes}})},
      {"l2_read", core({{l2, l2_bytes}, {l1, l2_bytes}})},
      {"l2_write", core({{l2, 0.6 * l2_bytes}})},
      {"hbm_read", stream(hbm, 0)},
      {"hbm_write", stream(0, 0.95 * hbm)},
      {"hbm_copy", stream(0.47 * hbm, 0.47 * hbm)},
      {"hbm_triad", stream(0.62 * hbm, 0.31 * hbm, 0.155 * hbm)},
      {"hbm_chase", memory({{hbm_read, 0.35e12}, {l2, 0.35e12}})},
      {"hbm_sector", memory({{hbm_read, 0.7 * hbm}, {l2, 0.7 * hbm}, {l1, 0.7 * hbm}})},
      {"host_to_device", memory({{pcie, link}, {hbm_write, link}, {l2, link}}, 1e6)},
      {"device_to_host", memory({{pcie, 0.97 * link}, {hbm_read, 0.97 * link}, {l2, 0.97 * link}}, 1e6)},
      {"gemm_square_bf16", product(tensor_bf16, 0.92 * bf16, 2, 8192, 8192, 8192)},
      {"gemm_up_bf16", product(tensor_bf16, 0.9 * bf16, 2, 4096, 28672, 8192)},
      {"gemm_down_bf16", product(tensor_bf16, 0.9 * bf16, 2, 4096, 8192, 28672)},
      {"gemm_skinny16_bf16", product(tensor_bf16, 0.9 * bf16, 2, 16, 28672, 8192)},
      {"gemm_skinny64_bf16", product(tensor_bf16, 0.9 * bf16, 2, 64, 28672, 8192)},
      {"gemm_square_fp8", product(tensor_fp8, 0.88 * fp8, 1, 8192, 8192, 8192)},
      {"attention_prefill",
       core({{tensor_bf16, 0.6 * bf16}, {shared, 0.3 * shared_bytes}, {l2, 1.5e12}, {special, 1.4e12}, {vector_fp32, 6e12}})},
      {"attention_decode", both(stream(0.85 * hbm, 0), core({{vector_fp32, 1e12}}))},
      {"gemv_batch1", stream(0.9 * hbm, 0, 0.9 * hbm)},
      {"gemv_batch8", both(stream(0.88 * hbm, 0), core({{vector_fp32, 7 * hbm}}))},
      {"kv_gather", stream(0.42 * hbm, 0.42 * hbm)},
      {"embedding_gather", stream(0.4 * hbm, 0.4 * hbm)},
      {"rmsnorm", stream(0.45 * hbm, 0.45 * hbm, 2e12)},
      {"softmax", both(stream(0.46 * hbm, 0.46 * hbm, 3e12), core({{special, 1e12}}))},
      {"swiglu", stream(0.6 * hbm, 0.3 * hbm, 3e12)},
      {"adamw", stream(0.5 * hbm, 0.42 * hbm, 3e12)},
      {"transformer_layer", layer()},
      {"gemm_and_copy", both(product(tensor_bf16, 0.8 * bf16, 2, 8192, 8192, 8192), stream(0.3 * hbm, 0.3 * hbm))},
  };
}

}  // namespace

std::optional<Launch> launch_of(std::string_view kernel) {
  static auto const table = make_table();
  auto const found = table.find(kernel);
  return found == table.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace ondol::meter::fake
