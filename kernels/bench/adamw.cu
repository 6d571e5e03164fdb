/// One fused AdamW step: weights and gradients in bf16, both moments in fp32; eight parameters a thread.
#include <cmath>

#include "kernels/bench/bf16.cuh"
#include "kernels/bench/counts.hpp"
#include "kernels/bench/device.hpp"
#include "kernels/bench/operands.hpp"
#include "kernels/bench/operation.hpp"
#include "kernels/bench/reference.hpp"

namespace ondol::meter {
namespace {

constexpr int threads = 256;

struct Step {
  float rate, beta1, beta2, epsilon, decay, inverse1, inverse2;  // inverse: of the bias corrections
};

__device__ void update(float& w, float& m, float& v, float g, Step const& p) {
  m = fmaf(p.beta1, m, (1 - p.beta1) * g);
  v = fmaf(p.beta2, v, (1 - p.beta2) * g * g);
  float const step = __fdividef(m * p.inverse1, sqrtf(v * p.inverse2) + p.epsilon);
  w = fmaf(-p.rate, fmaf(p.decay, w, step), w);
}

__global__ void __launch_bounds__(threads) adamw(uint4* __restrict__ w, float4* __restrict__ m, float4* __restrict__ v,
                                                 uint4 const* __restrict__ g, unsigned vectors, Step p) {
  unsigned const i = blockIdx.x * threads + threadIdx.x;
  if (i >= vectors) return;
  Eight weight = unpack(__ldcg(w + i));
  Eight const gradient = unpack(__ldcg(g + i));
  float4 m4[2] = {__ldcg(m + 2 * i), __ldcg(m + 2 * i + 1)}, v4[2] = {__ldcg(v + 2 * i), __ldcg(v + 2 * i + 1)};
#pragma unroll
  for (int h = 0; h < 2; ++h) {
    float* const x = weight.value + 4 * h;
    float const* const d = gradient.value + 4 * h;
    update(x[0], m4[h].x, v4[h].x, d[0], p), update(x[1], m4[h].y, v4[h].y, d[1], p);
    update(x[2], m4[h].z, v4[h].z, d[2], p), update(x[3], m4[h].w, v4[h].w, d[3], p);
    m[2 * i + static_cast<unsigned>(h)] = m4[h], v[2 * i + static_cast<unsigned>(h)] = v4[h];
  }
  w[i] = pack(weight);
}

/// The second moment is a mean of squares.
__global__ void drop_signs(unsigned* words, unsigned n) {
  for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < n; i += gridDim.x * blockDim.x) words[i] &= 0x7fffffffU;
}

class AdamWStep : public Operation {
 public:
  explicit AdamWStep(Setting const& s)
      : s_(s),
        n_(s.small ? 8192 : 1U << 27),
        w_(filled(s.load.fill, Format::bf16, s.load.seed, n_)),
        g_(filled(s.load.fill, Format::bf16, s.load.seed + 1, n_)),
        m_(filled(s.load.fill, Format::fp32, s.load.seed + 2, n_)),
        v_(filled(s.load.fill, Format::fp32, s.load.seed + 3, n_)) {
    drop_signs<<<1024, 256>>>(v_.as<unsigned>(), n_);
    ONDOL_CUDA_CALL(cudaGetLastError());
    ONDOL_CUDA_CALL(cudaDeviceSynchronize());
  }
  Work work() const override { return adamw_work(n_); }
  void launch(cudaStream_t stream) override {
    auto const f = [](double x) { return static_cast<float>(x); };
    Step const step{f(p_.rate),  f(p_.beta1),           f(p_.beta2),          f(p_.epsilon),
                    f(p_.decay), f(1 / p_.correction1), f(1 / p_.correction2)};
    adamw<<<(n_ / 8 + threads - 1) / threads, threads, 0, stream>>>(w_.as<uint4>(), m_.as<float4>(), v_.as<float4>(),
                                                                    g_.as<uint4>(), n_ / 8, step);
    ONDOL_CUDA_CALL(cudaGetLastError());
  }
  std::string difference() override {
    auto const values = [&](Format f, std::uint64_t which) {
      return operand_values(s_.load.fill, f, s_.load.seed + which, n_);
    };
    auto w = values(Format::bf16, 0), m = values(Format::fp32, 2), v = values(Format::fp32, 3);
    for (double& x : v) x = std::fabs(x);
    auto const before = w, g = values(Format::bf16, 1), m0 = m;
    reference::adamw(w, m, v, g, p_);
    std::vector<double> got, expected, scale;
    auto const add = [&](double a, double b, double s) { got.push_back(a), expected.push_back(b), scale.push_back(s); };
    auto const gw = downloaded<std::uint16_t>(w_, n_);
    auto const gm = downloaded<float>(m_, n_), gv = downloaded<float>(v_, n_);
    for (std::size_t i = 0; i < n_; ++i) {
      // steps: bf16 2^-9 of the weight and 2^-20 of its change; fp32 of the terms that were added
      double const change = std::fabs(w[i] - before[i]);
      add(value_of(gw[i], Format::bf16), w[i], std::fabs(w[i]) * 0x1p-8 + change * 0x1p-18 + 1e-30);
      add(gm[i], m[i], (std::fabs(m0[i]) + std::fabs(g[i])) * 0x1p-21 + 1e-30);
      add(gv[i], v[i], std::fabs(v[i]) * 0x1p-20 + 1e-30);
    }
    return compare(got, expected, scale, 1);
  }

 private:
  Setting s_;
  unsigned n_;
  reference::AdamW p_;
  Buffer w_, g_, m_, v_;
};

}  // namespace

std::unique_ptr<Operation> make_adamw(Setting const& s) {
  return std::make_unique<AdamWStep>(s);
}

}  // namespace ondol::meter
