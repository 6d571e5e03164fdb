#pragma once
/// The kernels that the transformer layer is made of, on bf16 buffers in device memory, row-major.

#include <cuda_runtime_api.h>

#include <cstddef>

namespace ondol::meter {

struct Prefill {
  void const *q, *k, *v;
  void* out;
  int batch, tokens, heads, cache_heads;        ///< heads of 128; tokens a multiple of 64
  std::size_t q_stride, kv_stride, out_stride;  ///< elements from one token to the next
  float scale;                                  ///< of the scores before the softmax
};
void prefill(Prefill const&, cudaStream_t);  ///< causal attention

/// columns: a multiple of 8, at most 8192.
void rmsnorm(void const* x, void const* gain, void* y, int rows, int columns, cudaStream_t);
/// y[rows x columns] = silu(gate) up; gate and up have rows `stride` elements apart.  columns: a multiple of 8.
void swiglu(void const* gate, void const* up, void* y, int rows, int columns, std::size_t stride, cudaStream_t);
inline constexpr double norm_epsilon = 1e-5;

}  // namespace ondol::meter
