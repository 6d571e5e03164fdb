#include "kernels/bench/counts.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "kernels/bench/operands.hpp"
#include "kernels/bench/reference.hpp"

namespace ondol::meter {
namespace {

constexpr double bf16_bytes = 2, fp32_bytes = 4;

/// From HBM to registers, and back.
void load(Work& w, double bytes) {
  w[Channel::hbm_read] += bytes, w[Channel::l2] += bytes, w[Channel::l1] += bytes;
}
void store(Work& w, double bytes) {
  w[Channel::hbm_write] += bytes, w[Channel::l2] += bytes, w[Channel::l1] += bytes;
}

}  // namespace

Channel tensor_channel(Format format) {
  switch (format) {
    case Format::fp64:
      return Channel::tensor_fp64;
    case Format::tf32:
      return Channel::tensor_tf32;
    case Format::bf16:
      return Channel::tensor_bf16;
    case Format::fp16:
      return Channel::tensor_fp16;
    case Format::fp8_e4m3:
      return Channel::tensor_fp8;
    case Format::int8:
      return Channel::tensor_int8;
    case Format::fp32:
      break;
  }
  throw std::invalid_argument("tensor cores have no fp32 products");
}

Work chain_work(std::string_view kernel, double lane_trips) {
  double const steps = lane_trips * reference::chain_steps;
  Work w;
  if (kernel == "fma_fp64") w[Channel::vector_fp64] = 2 * steps;
  if (kernel == "fma_fp32") w[Channel::vector_fp32] = 2 * steps;
  if (kernel == "fma_fp16x2") w[Channel::vector_fp16] = 4 * steps;
  if (kernel == "fma_bf16x2") w[Channel::vector_bf16] = 4 * steps;
  if (kernel == "integer_mad") w[Channel::integer] = steps;
  if (kernel == "integer_logic") w[Channel::integer] = 2 * steps;                        // three-input logic, addition
  if (kernel.starts_with("special")) w[Channel::special] = w[Channel::integer] = steps;  // and the logic that feeds it
  return w;
}

Work read_work(double bytes, bool from_hbm, bool from_l2) {
  Work w;
  w[Channel::l1] = bytes;
  if (from_l2) w[Channel::l2] = bytes;
  if (from_hbm) w[Channel::hbm_read] = bytes;
  w[Channel::integer] = bytes / 8;  // fold.cuh
  return w;
}

Work write_work(double bytes, bool to_hbm) {
  Work w;
  w[Channel::l1] = w[Channel::l2] = bytes;
  if (to_hbm) w[Channel::hbm_write] = bytes;
  return w;
}

Work copy_work(double bytes) {
  Work w;
  load(w, bytes);
  store(w, bytes);
  return w;
}

Work gemm_work(GemmShape const& s) {
  double const e = container_bytes(s.format), tile_n = 128, tile_m = std::min(256.0, std::ceil(s.m / 8) * 8);
  double const tiles = std::ceil(s.m / tile_m) * std::ceil(s.n / tile_n);
  double const operands = tiles * (tile_m + tile_n) * s.k * e, result = s.m * s.n * bf16_bytes;
  // the region that one wave of tiles covers
  double const region = s.multiprocessors * tile_m * tile_n;
  double const rows = std::min(s.m, std::sqrt(region)), columns = std::min(s.n, region / rows);
  double const waves = (s.m / rows) * (s.n / columns);
  Work w;
  w[tensor_channel(s.format)] = 2 * s.m * s.n * s.k;
  w[Channel::shared] = operands + tiles * (tile_n / 64) * (64 + tile_m) * s.k * e;
  w[Channel::l2] = operands + result;
  w[Channel::l1] = result;
  w[Channel::hbm_read] = std::max((s.m + s.n) * s.k * e, waves * (rows + columns) * s.k * e);
  w[Channel::hbm_write] = result;
  return w;
}

Work prefill_work(double batch, double tokens, double heads, double cache_heads) {
  double const tile = 64, row_bytes = head_size * bf16_bytes;
  double const tiles = tokens / tile, pairs = batch * heads * tiles * (tiles + 1) / 2, warps = 4;
  Work w;
  w[Channel::tensor_bf16] = pairs * 2 * (2 * tile * tile * head_size);
  w[Channel::special] = pairs * (tile * tile + tile * 4);                  // weights; four lanes rescale each row
  w[Channel::vector_fp32] = pairs * (4 * tile * tile + tile * head_size);  // scale, shift, maximum, sum; rescaled output
  w[Channel::shared] = pairs * 2 * tile * row_bytes * (1 + warps);         // written once, read by every warp
  double const own = batch * heads * tokens * row_bytes;                   // q, and as much output
  w[Channel::l1] = 2 * own;
  w[Channel::l2] = pairs * 2 * tile * row_bytes + 2 * own;
  w[Channel::hbm_read] = own + 2 * batch * cache_heads * tokens * row_bytes;  // heads of a sequence share L2
  w[Channel::hbm_write] = own;
  return w;
}

Work decode_work(double batch, double keys, double heads, double cache_heads, double splits) {
  double const row_bytes = head_size * bf16_bytes, part_bytes = 12;  // SoftmaxPart
  double const pairs = batch * heads * keys;
  Work w;
  load(w, 2 * batch * keys * cache_heads * row_bytes + batch * heads * row_bytes);
  store(w, batch * heads * row_bytes);
  double const partial = 2 * batch * heads * splits * head_size * part_bytes;  // written, read again: stays in L2
  w[Channel::l1] += partial, w[Channel::l2] += partial;
  w[Channel::vector_fp32] = pairs * (4 * head_size + head_size / 4 + 16 * 4);  // products; rescaling; sums over 16 lanes
  w[Channel::special] = pairs * (16 + 16.0 / 4);                               // every lane of a half-warp makes the weight
  w[Channel::integer] = batch * keys * cache_heads * 2 * head_size;            // bf16 to fp32
  return w;
}

Work gemv_work(double outputs, double inputs, double tokens) {
  Work w;
  load(w, outputs * inputs * bf16_bytes);
  double const token_elements = outputs / 4 * inputs * tokens;  // every four outputs read the tokens, from L1
  w[Channel::l1] += token_elements * bf16_bytes;
  w[Channel::vector_fp32] = 2 * outputs * inputs * tokens;
  w[Channel::integer] = outputs * inputs + token_elements;  // bf16 to fp32
  store(w, outputs * tokens * fp32_bytes);
  return w;
}

Work gather_work(double bytes) {
  return copy_work(bytes);
}

Work rmsnorm_work(double rows, double columns) {
  double const n = rows * columns;
  Work w;
  load(w, n * bf16_bytes);
  store(w, n * bf16_bytes);
  w[Channel::l1] += n * bf16_bytes;  // the gain
  w[Channel::vector_fp32] = 4 * n;   // square and add; scale times gain, times x
  w[Channel::integer] = 2 * n;
  w[Channel::special] = rows * 256;  // every thread takes the root
  return w;
}

Work softmax_work(double rows, double columns) {
  double const n = rows * columns;
  Work w;
  load(w, n * bf16_bytes);
  store(w, n * bf16_bytes);
  w[Channel::vector_fp32] = 5 * n;  // scale, maximum, shift, sum, normalise
  w[Channel::special] = n;
  w[Channel::integer] = n;
  return w;
}

Work swiglu_work(double elements) {
  Work w;
  load(w, 2 * elements * bf16_bytes);
  store(w, elements * bf16_bytes);
  w[Channel::vector_fp32] = 4 * elements;
  w[Channel::special] = 2 * elements;  // exponential, reciprocal
  w[Channel::integer] = 2 * elements;
  return w;
}

Work adamw_work(double elements) {
  Work w;
  load(w, elements * (2 * bf16_bytes + 2 * fp32_bytes));
  store(w, elements * (bf16_bytes + 2 * fp32_bytes));
  w[Channel::vector_fp32] = 15 * elements;  // moments 3 and 4, step 4, weight 4
  w[Channel::special] = 2 * elements;       // root, reciprocal
  w[Channel::integer] = 2 * elements;
  return w;
}

}  // namespace ondol::meter
