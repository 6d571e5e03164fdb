/// RMS norm and softmax: one CTA a row, the row in registers between its two uses; SwiGLU: element by element.
#include <cmath>

#include "kernels/bench/bf16.cuh"
#include "kernels/bench/counts.hpp"
#include "kernels/bench/device.hpp"
#include "kernels/bench/launches.hpp"
#include "kernels/bench/operands.hpp"
#include "kernels/bench/operation.hpp"
#include "kernels/bench/reference.hpp"

namespace ondol::meter {
namespace {

constexpr int threads = 256, held = 4;  // vectors of 8 a thread: rows of up to 8192

/// Sum or maximum over the CTA, the same in every thread.
template <bool maximum>
__device__ float over_block(float x) {
  __shared__ float parts[threads / 32];
  auto const join = [](float a, float b) { return maximum ? fmaxf(a, b) : a + b; };
#pragma unroll
  for (int step = 16; step > 0; step /= 2) x = join(x, __shfl_xor_sync(0xffffffffU, x, step));
  __syncthreads();  // an earlier result has been read
  if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = x;
  __syncthreads();
  x = parts[0];
#pragma unroll
  for (int i = 1; i < threads / 32; ++i) x = join(x, parts[i]);
  return x;
}

__global__ void __launch_bounds__(threads)
    normalise(uint4 const* __restrict__ x, uint4 const* __restrict__ gain, uint4* __restrict__ y, int vectors, float columns) {
  std::size_t const row = std::size_t{blockIdx.x} * static_cast<std::size_t>(vectors);
  Eight v[held] = {};
  float sum = 0;
#pragma unroll
  for (int u = 0; u < held; ++u) {
    int const i = static_cast<int>(threadIdx.x) + u * threads;
    if (i < vectors) v[u] = unpack(__ldcg(x + row + i));
#pragma unroll
    for (float e : v[u].value) sum = fmaf(e, e, sum);
  }
  float const scale = rsqrtf(over_block<false>(sum) / columns + static_cast<float>(norm_epsilon));
#pragma unroll
  for (int u = 0; u < held; ++u) {
    int const i = static_cast<int>(threadIdx.x) + u * threads;
    if (i >= vectors) continue;
    Eight const g = unpack(gain[i]);
#pragma unroll
    for (int e = 0; e < 8; ++e) v[u].value[e] *= scale * g.value[e];
    y[row + i] = pack(v[u]);
  }
}

__global__ void __launch_bounds__(threads)
    exponentiate(uint4 const* __restrict__ x, uint4* __restrict__ y, int vectors, float scale_log2) {
  std::size_t const row = std::size_t{blockIdx.x} * static_cast<std::size_t>(vectors);
  Eight v[held];
  float largest = -INFINITY, sum = 0;
#pragma unroll
  for (int u = 0; u < held; ++u) {
    int const i = static_cast<int>(threadIdx.x) + u * threads;
    if (i < vectors) v[u] = unpack(__ldcg(x + row + i));
#pragma unroll
    for (float& e : v[u].value) {
      e = i < vectors ? e * scale_log2 : -INFINITY;
      largest = fmaxf(largest, e);
    }
  }
  largest = over_block<true>(largest);
#pragma unroll
  for (int u = 0; u < held; ++u)
#pragma unroll
    for (float& e : v[u].value) sum += e = exp2f(e - largest);
  float const inverse = 1 / over_block<false>(sum);
#pragma unroll
  for (int u = 0; u < held; ++u) {
    int const i = static_cast<int>(threadIdx.x) + u * threads;
#pragma unroll
    for (float& e : v[u].value) e *= inverse;
    if (i < vectors) y[row + i] = pack(v[u]);
  }
}

__global__ void __launch_bounds__(threads) gate_up(uint4 const* __restrict__ gate, uint4 const* __restrict__ up,
                                                   uint4* __restrict__ y, int vectors, std::size_t stride) {
  int const i = static_cast<int>(blockIdx.x) * threads + static_cast<int>(threadIdx.x);
  if (i >= vectors) return;
  Eight g = unpack(__ldcg(gate + std::size_t{blockIdx.y} * stride + i)),
        u = unpack(__ldcg(up + std::size_t{blockIdx.y} * stride + i));
#pragma unroll
  for (int e = 0; e < 8; ++e) g.value[e] = __fdividef(g.value[e], 1 + __expf(-g.value[e])) * u.value[e];
  y[std::size_t{blockIdx.y} * static_cast<std::size_t>(vectors) + i] = pack(g);
}

std::size_t area(int rows, int columns) {
  return static_cast<std::size_t>(rows) * static_cast<std::size_t>(columns);
}

/// Two inputs of bf16, one output of the same: what the three have in common.
class Rows : public Operation {
 public:
  Rows(Setting const& s, int rows, int columns, std::size_t second)
      : s_(s),
        rows_(rows),
        columns_(columns),
        x_(filled(s.load.fill, Format::bf16, s.load.seed, area(rows, columns))),
        second_(filled(s.load.fill, Format::bf16, s.load.seed + 1, second)),
        y_(area(rows, columns) * 2) {}
  std::string difference() override {
    auto const x = operand_values(s_.load.fill, Format::bf16, s_.load.seed, area(rows_, columns_));
    auto const second = operand_values(s_.load.fill, Format::bf16, s_.load.seed + 1, second_.bytes() / 2);
    auto const wanted = expected(x, second);
    std::vector<double> got, scale;
    for (std::uint16_t v : downloaded<std::uint16_t>(y_, area(rows_, columns_))) got.push_back(value_of(v, Format::bf16));
    for (double e : wanted) scale.push_back(std::fabs(e) + 1e-30);
    return compare(got, wanted, scale, 0x1p-7);  // half a step of bf16 is 2^-9; approximate exponentials cost a little more
  }

 protected:
  virtual reference::Values expected(reference::Values const& x, reference::Values const& second) const = 0;
  Setting s_;
  int rows_, columns_;
  Buffer x_, second_, y_;
};

class RmsNorm : public Rows {
 public:
  explicit RmsNorm(Setting const& s) : Rows(s, s.small ? 8 : 8192, s.small ? 512 : 8192, s.small ? 512 : 8192) {}
  Work work() const override { return rmsnorm_work(rows_, columns_); }
  void launch(cudaStream_t stream) override { rmsnorm(x_.as(), second_.as(), y_.as(), rows_, columns_, stream); }

 protected:
  reference::Values expected(reference::Values const& x, reference::Values const& gain) const override {
    return reference::rmsnorm(x, gain, static_cast<std::size_t>(columns_), norm_epsilon);
  }
};

class Softmax : public Rows {
 public:
  explicit Softmax(Setting const& s)
      : Rows(s, s.small ? 8 : 65536, s.small ? 512 : 4096, 0),
        scale_(1 / operand_rms(s.load.fill, Format::bf16, s.load.seed)) {}
  Work work() const override { return softmax_work(rows_, columns_); }
  void launch(cudaStream_t stream) override {
    exponentiate<<<static_cast<unsigned>(rows_), threads, 0, stream>>>(
        x_.as<uint4>(), y_.as<uint4>(), columns_ / 8,
        static_cast<float>(scale_ * 1.4426950408889634));  // log2(e)
    ONDOL_CUDA_CALL(cudaGetLastError());
  }

 protected:
  reference::Values expected(reference::Values const& x, reference::Values const&) const override {
    auto scaled = x;
    for (double& v : scaled) v *= scale_;
    return reference::softmax(scaled, static_cast<std::size_t>(columns_));
  }

 private:
  double scale_;
};

class SwiGlu : public Rows {
 public:
  explicit SwiGlu(Setting const& s)
      : Rows(s, s.small ? 8 : 8192, s.small ? 512 : 28672, s.small ? area(8, 512) : area(8192, 28672)) {}
  Work work() const override { return swiglu_work(static_cast<double>(area(rows_, columns_))); }
  void launch(cudaStream_t stream) override {
    swiglu(x_.as(), second_.as(), y_.as(), rows_, columns_, static_cast<std::size_t>(columns_), stream);
  }

 protected:
  reference::Values expected(reference::Values const& x, reference::Values const& up) const override {
    return reference::swiglu(x, up);
  }
};

}  // namespace

void rmsnorm(void const* x, void const* gain, void* y, int rows, int columns, cudaStream_t stream) {
  normalise<<<static_cast<unsigned>(rows), threads, 0, stream>>>(static_cast<uint4 const*>(x), static_cast<uint4 const*>(gain),
                                                                 static_cast<uint4*>(y), columns / 8,
                                                                 static_cast<float>(columns));
  ONDOL_CUDA_CALL(cudaGetLastError());
}

void swiglu(void const* gate, void const* up, void* y, int rows, int columns, std::size_t stride, cudaStream_t stream) {
  int const vectors = columns / 8;
  dim3 const grid(static_cast<unsigned>((vectors + threads - 1) / threads), static_cast<unsigned>(rows));
  gate_up<<<grid, threads, 0, stream>>>(static_cast<uint4 const*>(gate), static_cast<uint4 const*>(up), static_cast<uint4*>(y),
                                        vectors, stride / 8);
  ONDOL_CUDA_CALL(cudaGetLastError());
}

std::unique_ptr<Operation> make_rmsnorm(Setting const& s) {
  return std::make_unique<RmsNorm>(s);
}
std::unique_ptr<Operation> make_softmax(Setting const& s) {
  return std::make_unique<Softmax>(s);
}
std::unique_ptr<Operation> make_swiglu(Setting const& s) {
  return std::make_unique<SwiGlu>(s);
}

}  // namespace ondol::meter
