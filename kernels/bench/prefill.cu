/// Causal attention in one pass over the keys (online softmax, [dao2022flashattention]): 64 queries a CTA, 16 a warp; tiles of
/// 64 keys come into shared memory two deep; mma.sync m16n8k16 in bf16 with fp32 sums, so it runs on every capability here.
#include <algorithm>
#include <cmath>

#include "kernels/bench/bf16.cuh"
#include "kernels/bench/counts.hpp"
#include "kernels/bench/device.hpp"
#include "kernels/bench/fragments.hpp"
#include "kernels/bench/grid.hpp"
#include "kernels/bench/launches.hpp"
#include "kernels/bench/operands.hpp"
#include "kernels/bench/operation.hpp"
#include "kernels/bench/reference.hpp"

namespace ondol::meter {
namespace {

constexpr int warps = 4, threads = 32 * warps, queries = 16 * warps, keys = 64, size = 128;
constexpr int row = size + 8;  // padded by 16 bytes: the eight rows of an 8 x 8 matrix then lie in different banks
constexpr int tile = keys * row;
constexpr int shared_bytes = 4 * tile * 2;  // K and V, two deep
constexpr int key_tiles = keys / 8, size_tiles = size / 8;

using Element = unsigned short;  // bf16 as bits

struct Kernel {
  Element const *q, *k, *v;
  Element* out;
  int tokens, group;
  std::size_t q_stride, kv_stride, out_stride;
  float scale_log2;
};

__device__ void multiply(float (&c)[4], unsigned const (&a)[4], unsigned b0, unsigned b1) {
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
               : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}
template <bool transposed>
__device__ void load_matrices(unsigned (&r)[4], unsigned address) {
  if constexpr (transposed)
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(address)
                 : "memory");
  else
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(address)
                 : "memory");
}
/// 64 rows of 256 bytes, 16 bytes a thread and copy.
__device__ void fetch(unsigned to, Element const* from, std::size_t stride) {
#pragma unroll
  for (int i = 0; i < keys * size / 8 / threads; ++i) {
    int const chunk = i * threads + static_cast<int>(threadIdx.x), r = chunk / (size / 8), c = chunk % (size / 8) * 8;
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(to + static_cast<unsigned>(r * row + c) * 2),
                 "l"(from + static_cast<std::size_t>(r) * stride + c)
                 : "memory");
  }
}
__device__ float over_four_lanes(float x, bool maximum) {
#pragma unroll
  for (int step = 1; step < 4; step *= 2) {
    float const other = __shfl_xor_sync(0xffffffffU, x, step);
    x = maximum ? fmaxf(x, other) : x + other;
  }
  return x;
}

__global__ void __launch_bounds__(threads) attend(Kernel const p) {
  extern __shared__ __align__(16) unsigned char memory[];
  auto const base = static_cast<unsigned>(__cvta_generic_to_shared(memory));
  int const lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
  int const last = static_cast<int>(gridDim.x - 1 - blockIdx.x);  // longest rows first
  int const head = static_cast<int>(blockIdx.y), first_query = last * queries + warp * 16;
  std::size_t const sequence = static_cast<std::size_t>(blockIdx.z) * static_cast<std::size_t>(p.tokens);
  Element const* const q = p.q + (sequence + static_cast<std::size_t>(first_query)) * p.q_stride + head * size;
  Element const* const k = p.k + sequence * p.kv_stride + head / p.group * size;
  Element const* const v = p.v + sequence * p.kv_stride + head / p.group * size;
  auto const k_tile = [&](int buffer) { return base + static_cast<unsigned>(buffer * 2 * tile) * 2; };
  auto const v_tile = [&](int buffer) { return base + static_cast<unsigned>((buffer * 2 + 1) * tile) * 2; };
  auto const fetch_keys = [&](int j) {
    std::size_t const offset = static_cast<std::size_t>(j) * keys * p.kv_stride;
    fetch(k_tile(j % 2), k + offset, p.kv_stride);
    fetch(v_tile(j % 2), v + offset, p.kv_stride);
  };

  unsigned a[size / 16][4];
#pragma unroll
  for (int s = 0; s < size / 16; ++s)
#pragma unroll
    for (int r = 0; r < 4; ++r) {
      Place const at = fragment_a(lane, r, 0, 2);
      a[s][r] = *reinterpret_cast<unsigned const*>(q + static_cast<std::size_t>(at.row) * p.q_stride + s * 16 + at.k);
    }
  float o[size_tiles][4] = {}, largest[2] = {-INFINITY, -INFINITY}, sum[2] = {0, 0};

  fetch_keys(0);
  asm volatile("cp.async.commit_group;" ::: "memory");
#pragma unroll 1
  for (int j = 0; j <= last; ++j) {
    if (j < last) fetch_keys(j + 1);
    asm volatile("cp.async.commit_group;" ::: "memory");
    asm volatile("cp.async.wait_group 1;" ::: "memory");
    __syncthreads();

    float score[key_tiles][4] = {};
    Place const from_k = ldmatrix_columns(lane), from_v = ldmatrix_rows(lane);
#pragma unroll
    for (int s = 0; s < size / 16; ++s)
#pragma unroll
      for (int pair = 0; pair < key_tiles / 2; ++pair) {
        unsigned b[4];
        load_matrices<false>(b, k_tile(j % 2) + static_cast<unsigned>((pair * 16 + from_k.row) * row + s * 16 + from_k.k) * 2);
        multiply(score[2 * pair], a[s], b[0], b[1]);
        multiply(score[2 * pair + 1], a[s], b[2], b[3]);
      }
    if (j == last)
#pragma unroll
      for (int t = 0; t < key_tiles; ++t)
#pragma unroll
        for (int r = 0; r < 4; ++r) {
          Cell const at = fragment_c(lane, r);
          if (j * keys + t * 8 + at.column > first_query + at.row) score[t][r] = -INFINITY;
        }
        // registers 0, 1 belong to row lane / 4, registers 2, 3 to the row 8 below
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      float top = largest[half];
#pragma unroll
      for (int t = 0; t < key_tiles; ++t) top = fmaxf(top, fmaxf(score[t][2 * half], score[t][2 * half + 1]));
      top = over_four_lanes(top, true);
      float const shrink = exp2f((largest[half] - top) * p.scale_log2), offset = top * p.scale_log2;
      largest[half] = top;
      float part = 0;
#pragma unroll
      for (int t = 0; t < key_tiles; ++t)
#pragma unroll
        for (int r = 2 * half; r < 2 * half + 2; ++r) part += score[t][r] = exp2f(fmaf(score[t][r], p.scale_log2, -offset));
      sum[half] = sum[half] * shrink + part;
#pragma unroll
      for (int t = 0; t < size_tiles; ++t) o[t][2 * half] *= shrink, o[t][2 * half + 1] *= shrink;
    }
    // two tiles of 8 scores, packed, are the A operand of 16 keys: their registers lie as mma wants them
#pragma unroll
    for (int s = 0; s < keys / 16; ++s) {
      unsigned const weight[4] = {packed_pair(score[2 * s][0], score[2 * s][1]), packed_pair(score[2 * s][2], score[2 * s][3]),
                                  packed_pair(score[2 * s + 1][0], score[2 * s + 1][1]),
                                  packed_pair(score[2 * s + 1][2], score[2 * s + 1][3])};
#pragma unroll
      for (int pair = 0; pair < size_tiles / 2; ++pair) {
        unsigned b[4];
        load_matrices<true>(b, v_tile(j % 2) + static_cast<unsigned>((s * 16 + from_v.k) * row + pair * 16 + from_v.row) * 2);
        multiply(o[2 * pair], weight, b[0], b[1]);
        multiply(o[2 * pair + 1], weight, b[2], b[3]);
      }
    }
    __syncthreads();  // the next turn fetches into the tile just read
  }

#pragma unroll
  for (int half = 0; half < 2; ++half) {
    float const inverse = 1 / over_four_lanes(sum[half], false);
    Element* const out =
        p.out + (sequence + static_cast<std::size_t>(first_query + lane / 4 + 8 * half)) * p.out_stride + head * size;
#pragma unroll
    for (int t = 0; t < size_tiles; ++t)
      *reinterpret_cast<unsigned*>(out + t * 8 + lane % 4 * 2) =
          packed_pair(o[t][2 * half] * inverse, o[t][2 * half + 1] * inverse);
  }
}

class PrefillAttention : public Operation {
 public:
  explicit PrefillAttention(Setting const& s)
      : s_(s),
        batch_(s.small ? 2 : 8),
        tokens_(s.small ? 192 : 2048),
        heads_(s.small ? 2 : 32),
        q_(tensor(0)),
        k_(tensor(1)),
        v_(tensor(2)),
        out_(elements() * 2) {
    double const rms = operand_rms(s.load.fill, Format::bf16, s.load.seed);
    scale_ = 1 / (std::sqrt(static_cast<double>(size)) * rms * rms);
  }
  Work work() const override { return prefill_work(batch_, tokens_, heads_, heads_); }
  void launch(cudaStream_t stream) override {
    auto const stride = static_cast<std::size_t>(heads_ * size);
    prefill({q_.as(), k_.as(), v_.as(), out_.as(), batch_, tokens_, heads_, heads_, stride, stride, stride,
             static_cast<float>(scale_)},
            stream);
  }
  std::string difference() override {
    auto const values = [&](std::uint64_t which) {
      return operand_values(s_.load.fill, Format::bf16, s_.load.seed + which, elements());
    };
    auto const v = values(2);
    auto const expected =
        reference::attention(values(0), values(1), v, {batch_, tokens_, tokens_, heads_, heads_, size, scale_, true});
    std::vector<double> got;
    for (std::uint16_t w : downloaded<std::uint16_t>(out_, elements())) got.push_back(value_of(w, Format::bf16));
    double largest = 0;
    for (double x : v) largest = std::max(largest, std::fabs(x));
    // weights are rounded to bf16, 2^-9 each at most; so is the result
    return compare(got, expected, {largest}, 0x1p-7);
  }

 private:
  std::size_t elements() const {
    return static_cast<std::size_t>(batch_) * static_cast<std::size_t>(tokens_) * static_cast<std::size_t>(heads_ * size);
  }
  Buffer tensor(std::uint64_t which) const { return filled(s_.load.fill, Format::bf16, s_.load.seed + which, elements()); }

  Setting s_;
  int batch_, tokens_, heads_;
  double scale_ = 1;
  Buffer q_, k_, v_, out_;
};

}  // namespace

void prefill(Prefill const& p, cudaStream_t stream) {
  allow_shared(reinterpret_cast<void const*>(attend), shared_bytes);
  Kernel const arguments{static_cast<Element const*>(p.q),
                         static_cast<Element const*>(p.k),
                         static_cast<Element const*>(p.v),
                         static_cast<Element*>(p.out),
                         p.tokens,
                         p.heads / p.cache_heads,
                         p.q_stride,
                         p.kv_stride,
                         p.out_stride,
                         p.scale * 1.4426950408889634F};  // log2(e)
  dim3 const grid(static_cast<unsigned>(p.tokens / queries), static_cast<unsigned>(p.heads), static_cast<unsigned>(p.batch));
  attend<<<grid, threads, shared_bytes, stream>>>(arguments);
  ONDOL_CUDA_CALL(cudaGetLastError());
}

std::unique_ptr<Operation> make_prefill(Setting const& s) {
  return std::make_unique<PrefillAttention>(s);
}

}  // namespace ondol::meter
