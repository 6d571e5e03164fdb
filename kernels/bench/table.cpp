#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/bench/operation.hpp"

namespace ondol::meter {
namespace {

struct Entry {
  std::string_view id;
  MakeOperation make;
};

constexpr std::array table{
    Entry{"spin", make_spin},
    Entry{"fma_fp64", make_vector},
    Entry{"fma_fp32", make_vector},
    Entry{"fma_fp16x2", make_vector},
    Entry{"fma_bf16x2", make_vector},
    Entry{"integer_mad", make_vector},
    Entry{"integer_logic", make_vector},
    Entry{"special_ex2", make_vector},
    Entry{"special_rcp", make_vector},
    Entry{"tensor_bf16", make_tensor},
    Entry{"tensor_fp16", make_tensor},
    Entry{"tensor_tf32", make_tensor},
    Entry{"tensor_fp8", make_tensor},
    Entry{"tensor_int8", make_tensor},
    Entry{"tensor_fp64", make_tensor},
    Entry{"shared_read", make_shared},
    Entry{"l1_read", make_read},
    Entry{"l2_read", make_read},
    Entry{"l2_write", make_write},
    Entry{"hbm_read", make_read},
    Entry{"hbm_write", make_write},
    Entry{"hbm_copy", make_copy},
    Entry{"hbm_triad", make_copy},
    Entry{"hbm_chase", make_chase},
    Entry{"hbm_sector", make_read},
    Entry{"host_to_device", make_host_copy},
    Entry{"device_to_host", make_host_copy},
    Entry{"gemm_square_bf16", make_gemm},
    Entry{"gemm_up_bf16", make_gemm},
    Entry{"gemm_down_bf16", make_gemm},
    Entry{"gemm_skinny16_bf16", make_gemm},
    Entry{"gemm_skinny64_bf16", make_gemm},
    Entry{"gemm_square_fp8", make_gemm},
    Entry{"attention_prefill", make_prefill},
    Entry{"attention_decode", make_decode},
    Entry{"gemv_batch1", make_gemv},
    Entry{"gemv_batch8", make_gemv},
    Entry{"kv_gather", make_gather},
    Entry{"embedding_gather", make_gather},
    Entry{"rmsnorm", make_rmsnorm},
    Entry{"softmax", make_softmax},
    Entry{"swiglu", make_swiglu},
    Entry{"adamw", make_adamw},
    Entry{"transformer_layer", make_transformer_layer},
    Entry{"gemm_and_copy", make_gemm_and_copy},
    Entry{"nccl_all_reduce", make_all_reduce},
    Entry{"peer_copy", make_peer_copy},
};

}  // namespace

int multiprocessors_used(Setting const& s) {
  int const all = s.shape.multiprocessors;
  if (s.small) return std::min(2, all);
  return std::clamp(static_cast<int>(std::lround(s.load.sm_share * all)), 1, all);
}

MakeOperation operation_named(std::string_view id) {
  for (Entry const& e : table)
    if (e.id == id) return e.make;
  return nullptr;
}

}  // namespace ondol::meter
