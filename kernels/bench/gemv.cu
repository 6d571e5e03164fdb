/// Weights [outputs x inputs] in bf16 times one or eight tokens: a warp makes four outputs, so that the tokens, which stay in
/// the first-level cache, are read once for four rows of weights.
#include <cmath>

#include "kernels/bench/bf16.cuh"
#include "kernels/bench/counts.hpp"
#include "kernels/bench/device.hpp"
#include "kernels/bench/operands.hpp"
#include "kernels/bench/operation.hpp"
#include "kernels/bench/reference.hpp"

namespace ondol::meter {
namespace {

constexpr int warps = 8, rows = 4;

template <int tokens>
__global__ void __launch_bounds__(32 * warps)
    gemv(uint4 const* __restrict__ weights, uint4 const* __restrict__ x, float* __restrict__ y, int outputs, int vectors) {
  int const lane = static_cast<int>(threadIdx.x) % 32;
  int const first = (static_cast<int>(blockIdx.x) * warps + static_cast<int>(threadIdx.x) / 32) * rows;
  float sum[rows][tokens] = {};
#pragma unroll 2
  for (int i = lane; i < vectors; i += 32) {
    uint4 raw[rows];
#pragma unroll
    for (int r = 0; r < rows; ++r)
      raw[r] = __ldcg(weights + static_cast<std::size_t>(first + r) * static_cast<std::size_t>(vectors) + i);
#pragma unroll
    for (int t = 0; t < tokens; ++t) {
      Eight const token = unpack(x[t * vectors + i]);
#pragma unroll
      for (int r = 0; r < rows; ++r) {
        Eight const w = unpack(raw[r]);
#pragma unroll
        for (int e = 0; e < 8; ++e) sum[r][t] = fmaf(w.value[e], token.value[e], sum[r][t]);
      }
    }
  }
#pragma unroll
  for (int r = 0; r < rows; ++r)
#pragma unroll
    for (int t = 0; t < tokens; ++t) {
      for (int step = 16; step > 0; step /= 2) sum[r][t] += __shfl_xor_sync(0xffffffffU, sum[r][t], step);
      if (lane == 0) y[t * outputs + first + r] = sum[r][t];
    }
}

class Gemv : public Operation {
 public:
  explicit Gemv(Setting const& s)
      : s_(s),
        tokens_(s.load.kernel == "gemv_batch8" ? 8 : 1),
        outputs_(s.small ? 64 : 28672),
        inputs_(s.small ? 512 : 8192),
        weights_(filled(s.load.fill, Format::bf16, s.load.seed, count(outputs_))),
        x_(filled(s.load.fill, Format::bf16, s.load.seed + 1, count(tokens_))),
        y_(static_cast<std::size_t>(outputs_ * tokens_) * sizeof(float)) {}
  Work work() const override { return gemv_work(outputs_, inputs_, tokens_); }
  void launch(cudaStream_t stream) override {
    int const blocks = outputs_ / (warps * rows);
    if (tokens_ == 8)
      gemv<8><<<blocks, 32 * warps, 0, stream>>>(weights_.as<uint4>(), x_.as<uint4>(), y_.as<float>(), outputs_, inputs_ / 8);
    else
      gemv<1><<<blocks, 32 * warps, 0, stream>>>(weights_.as<uint4>(), x_.as<uint4>(), y_.as<float>(), outputs_, inputs_ / 8);
    ONDOL_CUDA_CALL(cudaGetLastError());
  }
  std::string difference() override {
    auto const w = operand_values(s_.load.fill, Format::bf16, s_.load.seed, count(outputs_));
    auto const x = operand_values(s_.load.fill, Format::bf16, s_.load.seed + 1, count(tokens_));
    auto const absolute = [](std::vector<double> v) {
      for (double& a : v) a = std::fabs(a);
      return v;
    };
    auto const product = [&](std::vector<double> const& a, std::vector<double> const& b) {
      return reference::gemm(a, b, static_cast<std::size_t>(tokens_), static_cast<std::size_t>(outputs_),
                             static_cast<std::size_t>(inputs_));
    };
    std::vector<double> got;
    for (float v : downloaded<float>(y_, y_.bytes() / sizeof(float))) got.push_back(v);
    return compare(got, product(x, w), product(absolute(x), absolute(w)), 0x1p-19);  // fp32 sums of exact products
  }

 private:
  std::size_t count(int rows_of) const { return static_cast<std::size_t>(rows_of) * static_cast<std::size_t>(inputs_); }
  Setting s_;
  int tokens_, outputs_, inputs_;
  Buffer weights_, x_, y_;
};

}  // namespace

std::unique_ptr<Operation> make_gemv(Setting const& s) {
  return std::make_unique<Gemv>(s);
}

}  // namespace ondol::meter
