#pragma once
/// The kernels of the suite.  A bench offers those that its device can run; their counts of work are the bench's own.

#include <array>
#include <optional>
#include <string_view>

#include "kernels/activity/load.hpp"

namespace ondol::meter {

inline constexpr std::array suite{
    // id, what, role, least capability, ladder, filled
    KernelInfo{"spin", "all multiprocessors awake, one warp each counting time", Role::state, 80, true, false},
    KernelInfo{"fma_fp64", "dependent fused multiply-adds, fp64 pipe", Role::fit, 80, true, true},
    KernelInfo{"fma_fp32", "dependent fused multiply-adds, fp32 pipe", Role::fit, 80, true, true},
    KernelInfo{"fma_fp16x2", "packed fused multiply-adds, two fp16 a lane", Role::fit, 80, false, true},
    KernelInfo{"fma_bf16x2", "packed fused multiply-adds, two bf16 a lane", Role::fit, 80, false, true},
    KernelInfo{"integer_mad", "integer multiply-adds", Role::fit, 80, false, true},
    KernelInfo{"integer_logic", "three-input logic and integer additions", Role::fit, 80, false, true},
    KernelInfo{"special_ex2", "base-2 exponentials on the special-function unit", Role::fit, 80, false, true},
    KernelInfo{"special_rcp", "reciprocals on the special-function unit", Role::fit, 80, false, true},
    KernelInfo{"tensor_bf16", "matrix multiply-accumulate, operands in registers or shared memory", Role::fit, 80, true, true},
    KernelInfo{"tensor_fp16", "the same in fp16", Role::fit, 80, false, true},
    KernelInfo{"tensor_tf32", "the same in tf32", Role::fit, 80, false, true},
    KernelInfo{"tensor_fp8", "the same in fp8 e4m3", Role::fit, 89, true, true},
    KernelInfo{"tensor_int8", "the same in int8", Role::fit, 80, false, true},
    KernelInfo{"tensor_fp64", "the same in fp64", Role::fit, 80, false, true},
    KernelInfo{"shared_read", "16-byte loads from shared memory", Role::fit, 80, true, true},
    KernelInfo{"l1_read", "16-byte global loads that hit the first-level cache", Role::fit, 80, false, true},
    KernelInfo{"l2_read", "16-byte loads from a buffer resident in the second-level cache", Role::fit, 80, true, true},
    KernelInfo{"l2_write", "16-byte stores to such a buffer", Role::fit, 80, false, true},
    KernelInfo{"hbm_read", "16-byte loads from a buffer far larger than the caches", Role::fit, 80, true, true},
    KernelInfo{"hbm_write", "16-byte stores to such a buffer", Role::fit, 80, false, true},
    KernelInfo{"hbm_copy", "device copy", Role::fit, 80, false, true},
    KernelInfo{"hbm_triad", "a = b + s c in fp32", Role::fit, 80, false, true},
    KernelInfo{"hbm_chase", "dependent loads at random: latency-bound memory", Role::fit, 80, false, false},
    KernelInfo{"hbm_sector", "one 32-byte sector of each 128-byte line", Role::fit, 80, false, true},
    KernelInfo{"host_to_device", "copies from pinned host memory", Role::fit, 80, false, true},
    KernelInfo{"device_to_host", "copies to pinned host memory", Role::fit, 80, false, true},
    KernelInfo{"gemm_square_bf16", "matrix product 8192 x 8192 x 8192, vendor library", Role::held_out, 80, false, true},
    KernelInfo{"gemm_up_bf16", "70B feed-forward up: 4096 x 28672 x 8192", Role::held_out, 80, false, true},
    KernelInfo{"gemm_down_bf16", "70B feed-forward down: 4096 x 8192 x 28672", Role::held_out, 80, false, true},
    KernelInfo{"gemm_skinny16_bf16", "16 tokens: 16 x 28672 x 8192", Role::held_out, 80, false, true},
    KernelInfo{"gemm_skinny64_bf16", "64 tokens: 64 x 28672 x 8192", Role::held_out, 80, false, true},
    KernelInfo{"gemm_square_fp8", "matrix product 8192 x 8192 x 8192 in fp8 e4m3", Role::held_out, 89, false, true},
    KernelInfo{"attention_prefill", "causal attention, 8 x 2048 tokens, 32 heads of 128", Role::held_out, 80, false, true},
    KernelInfo{"attention_decode", "one token a sequence over a 4096-token cache, batch 64, 32 heads, 8 cache heads of 128",
               Role::held_out, 80, false, true},
    KernelInfo{"gemv_batch1", "weights 28672 x 8192 times 1 token", Role::held_out, 80, false, true},
    KernelInfo{"gemv_batch8", "the same times 8 tokens", Role::held_out, 80, false, true},
    KernelInfo{"kv_gather", "pages of a key-value cache gathered at random", Role::held_out, 80, false, true},
    KernelInfo{"embedding_gather", "rows of an embedding table gathered at random", Role::held_out, 80, false, true},
    KernelInfo{"rmsnorm", "RMS norm of 8192 x 8192", Role::held_out, 80, false, true},
    KernelInfo{"softmax", "softmax of 65536 rows of 4096", Role::held_out, 80, false, true},
    KernelInfo{"swiglu", "SwiGLU of 8192 x 28672", Role::held_out, 80, false, true},
    KernelInfo{"adamw", "fused AdamW step, bf16 weights, fp32 states", Role::held_out, 80, false, true},
    KernelInfo{"transformer_layer", "one layer forward, 2048 tokens, hidden 4096, 32 heads, 8 cache heads", Role::held_out, 80,
               false, true},
    KernelInfo{"gemm_and_copy", "matrix product and device copy side by side", Role::held_out, 80, false, true},
    KernelInfo{"nccl_all_reduce", "all-reduce over every device here", Role::fit, 80, false, true},
    KernelInfo{"peer_copy", "copy to a neighbouring device", Role::fit, 80, false, true},
};

constexpr std::optional<KernelInfo> kernel_named(std::string_view id) {
  for (KernelInfo const& k : suite)
    if (k.id == id) return k;
  return std::nullopt;
}

/// What the chosen data of a kernel is stored as; toggle(fill, format) follows from it.  Plain byte movers and the 32-bit
/// integer and special-function kernels hold words of 32 bits, the loads of language models bf16 unless their name says fp8.
constexpr Format operand_format(std::string_view id) {
  auto const says = [&](std::string_view word) { return id.find(word) != std::string_view::npos; };
  if (says("fp64")) return Format::fp64;
  if (says("tf32")) return Format::tf32;
  if (says("fp16")) return Format::fp16;
  if (says("fp8")) return Format::fp8_e4m3;
  if (says("int8")) return Format::int8;
  auto const kernel = kernel_named(id);
  return says("bf16") || (kernel && kernel->role == Role::held_out) ? Format::bf16 : Format::fp32;
}

}  // namespace ondol::meter
