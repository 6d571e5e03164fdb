/// Attention of one new token a sequence over its key-value cache, four query heads to a cache head.  Half a warp reads the 256
/// bytes of a key, 16 a lane; each half-warp keeps softmax sums of its own, merged first in the CTA, then over the splits of
/// the sequence.
#include <algorithm>
#include <cmath>

#include "kernels/bench/bf16.cuh"
#include "kernels/bench/counts.hpp"
#include "kernels/bench/device.hpp"
#include "kernels/bench/online_softmax.hpp"
#include "kernels/bench/operands.hpp"
#include "kernels/bench/operation.hpp"
#include "kernels/bench/reference.hpp"

namespace ondol::meter {
namespace {

constexpr int group = 4, size = 128, threads = 128, parts = threads / 16, splits = 4;
constexpr int at_once = 4;  // keys of a half-warp in flight

/// q [batch, cache head, group, size]; k, v [batch, keys, cache head, size]; partial [batch, cache head, group, split, size].
__global__ void __launch_bounds__(threads)
    attend(uint4 const* __restrict__ q, uint4 const* __restrict__ k, uint4 const* __restrict__ v,
           SoftmaxPart* __restrict__ partial, int keys, int cache_heads, float scale_log2) {
  __shared__ float values[parts][group][size];
  __shared__ float largests[parts][group], sums[parts][group];
  constexpr int lanes = size / 8;
  int const lane = static_cast<int>(threadIdx.x) % lanes, part = static_cast<int>(threadIdx.x) / lanes;
  int const batch = static_cast<int>(blockIdx.x) / cache_heads, cache_head = static_cast<int>(blockIdx.x) % cache_heads;
  int const split_keys = keys / splits;
  std::size_t const stride = static_cast<std::size_t>(cache_heads) * lanes;  // vectors from one key to the next
  std::size_t const first = (static_cast<std::size_t>(batch) * static_cast<std::size_t>(keys) +
                             static_cast<std::size_t>(blockIdx.y) * static_cast<std::size_t>(split_keys)) *
                                stride +
                            static_cast<std::size_t>(cache_head * lanes + lane);

  Eight query[group], o[group] = {};
  float largest[group], sum[group];
#pragma unroll
  for (int h = 0; h < group; ++h) {
    query[h] = unpack(q[(static_cast<std::size_t>(blockIdx.x) * group + static_cast<std::size_t>(h)) * lanes +
                        static_cast<std::size_t>(lane)]);
    largest[h] = -INFINITY, sum[h] = 0;
#pragma unroll
    for (float& x : query[h].value) x *= scale_log2;
  }
#pragma unroll 1
  for (int key = part; key < split_keys; key += parts * at_once) {
    uint4 raw_k[at_once], raw_v[at_once];
#pragma unroll
    for (int u = 0; u < at_once; ++u) {
      std::size_t const at = first + static_cast<std::size_t>(key + u * parts) * stride;
      raw_k[u] = __ldcg(k + at), raw_v[u] = __ldcg(v + at);
    }
    float score[group][at_once];
#pragma unroll
    for (int u = 0; u < at_once; ++u) {
      Eight const one = unpack(raw_k[u]);
#pragma unroll
      for (int h = 0; h < group; ++h) {
        float dot = 0;
#pragma unroll
        for (int i = 0; i < 8; ++i) dot = fmaf(query[h].value[i], one.value[i], dot);
#pragma unroll
        for (int step = lanes / 2; step > 0; step /= 2) dot += __shfl_xor_sync(0xffffffffU, dot, step);
        score[h][u] = dot;
      }
    }
#pragma unroll
    for (int h = 0; h < group; ++h) {
      float top = largest[h];
#pragma unroll
      for (int u = 0; u < at_once; ++u) top = fmaxf(top, score[h][u]);
      float const shrink = exp2f(largest[h] - top);
      largest[h] = top, sum[h] *= shrink;
#pragma unroll
      for (int i = 0; i < 8; ++i) o[h].value[i] *= shrink;
#pragma unroll
      for (int u = 0; u < at_once; ++u) sum[h] += score[h][u] = exp2f(score[h][u] - top);
    }
#pragma unroll
    for (int u = 0; u < at_once; ++u) {
      Eight const one = unpack(raw_v[u]);
#pragma unroll
      for (int h = 0; h < group; ++h)
#pragma unroll
        for (int i = 0; i < 8; ++i) o[h].value[i] = fmaf(score[h][u], one.value[i], o[h].value[i]);
    }
  }
#pragma unroll
  for (int h = 0; h < group; ++h) {
#pragma unroll
    for (int i = 0; i < 8; ++i) values[part][h][lane * 8 + i] = o[h].value[i];
    if (lane == 0) largests[part][h] = largest[h], sums[part][h] = sum[h];
  }
  __syncthreads();
  int const d = static_cast<int>(threadIdx.x);  // threads == size
  for (int h = 0; h < group; ++h) {
    SoftmaxPart all{-INFINITY, 0, 0};
    for (int other = 0; other < parts; ++other) all = merged(all, {largests[other][h], sums[other][h], values[other][h][d]});
    partial[((static_cast<std::size_t>(blockIdx.x) * group + static_cast<std::size_t>(h)) * splits + blockIdx.y) * size +
            static_cast<std::size_t>(d)] = all;
  }
}

__global__ void __launch_bounds__(size) merge(SoftmaxPart const* __restrict__ partial, __nv_bfloat16* __restrict__ out) {
  SoftmaxPart all{-INFINITY, 0, 0};
  for (unsigned s = 0; s < splits; ++s) all = merged(all, partial[(std::size_t{blockIdx.x} * splits + s) * size + threadIdx.x]);
  out[std::size_t{blockIdx.x} * size + threadIdx.x] = __float2bfloat16_rn(all.value / all.sum);
}
static_assert(threads == size);

class DecodeAttention : public Operation {
 public:
  explicit DecodeAttention(Setting const& s)
      : s_(s),
        batch_(s.small ? 2 : 64),
        keys_(s.small ? 256 : 4096),
        cache_heads_(s.small ? 2 : 8),
        q_(filled(s.load.fill, Format::bf16, s.load.seed, rows() * size)),
        k_(filled(s.load.fill, Format::bf16, s.load.seed + 1, cached())),
        v_(filled(s.load.fill, Format::bf16, s.load.seed + 2, cached())),
        partial_(rows() * splits * size * sizeof(SoftmaxPart)),
        out_(rows() * size * 2) {
    double const rms = operand_rms(s.load.fill, Format::bf16, s.load.seed);
    scale_ = 1 / (std::sqrt(static_cast<double>(size)) * rms * rms);
  }
  Work work() const override { return decode_work(batch_, keys_, cache_heads_ * group, cache_heads_, splits); }
  void launch(cudaStream_t stream) override {
    dim3 const grid(static_cast<unsigned>(batch_ * cache_heads_), splits);
    attend<<<grid, threads, 0, stream>>>(q_.as<uint4>(), k_.as<uint4>(), v_.as<uint4>(), partial_.as<SoftmaxPart>(), keys_,
                                         cache_heads_,
                                         static_cast<float>(scale_ * 1.4426950408889634));  // log2(e)
    ONDOL_CUDA_CALL(cudaGetLastError());
    merge<<<static_cast<unsigned>(rows()), size, 0, stream>>>(partial_.as<SoftmaxPart>(), out_.as<__nv_bfloat16>());
    ONDOL_CUDA_CALL(cudaGetLastError());
  }
  std::string difference() override {
    auto const values = [&](std::uint64_t which, std::size_t n) {
      return operand_values(s_.load.fill, Format::bf16, s_.load.seed + which, n);
    };
    auto const v = values(2, cached());
    auto const expected = reference::attention(values(0, rows() * size), values(1, cached()), v,
                                               {batch_, 1, keys_, cache_heads_ * group, cache_heads_, size, scale_, false});
    std::vector<double> got;
    for (std::uint16_t w : downloaded<std::uint16_t>(out_, rows() * size)) got.push_back(value_of(w, Format::bf16));
    double largest = 0;
    for (double x : v) largest = std::max(largest, std::fabs(x));
    return compare(got, expected, {largest}, 0x1p-8);  // the result is rounded to bf16; everything before is fp32
  }

 private:
  std::size_t rows() const { return static_cast<std::size_t>(batch_ * cache_heads_ * group); }
  std::size_t cached() const {
    return static_cast<std::size_t>(batch_) * static_cast<std::size_t>(keys_) * static_cast<std::size_t>(cache_heads_ * size);
  }
  Setting s_;
  int batch_, keys_, cache_heads_;
  double scale_ = 1;
  Buffer q_, k_, v_, partial_, out_;
};

}  // namespace

std::unique_ptr<Operation> make_decode(Setting const& s) {
  return std::make_unique<DecodeAttention>(s);
}

}  // namespace ondol::meter
