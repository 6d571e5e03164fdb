/// Chains on the vector pipes: every thread keeps eight accumulators, each the addend or factor of its next operation, and
/// eight operands a and b that rotate.  32 warps a multiprocessor with eight chains each hide the latency of every pipe.
/// The second half of a trip subtracts what the first half added, so that floating-point sums stay finite for ever.
#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "kernels/activity/suite.hpp"
#include "kernels/bench/clock_log.cuh"
#include "kernels/bench/counts.hpp"
#include "kernels/bench/device.hpp"
#include "kernels/bench/grid.hpp"
#include "kernels/bench/operands.hpp"
#include "kernels/bench/operation.hpp"
#include "kernels/bench/reference.hpp"

namespace ondol::meter {
namespace {

/// fp64 operands take twice the registers.
template <class Op>
constexpr int threads = sizeof(typename Op::Word) == 8 ? 512 : 1024;

template <class T>
struct Fused {
  using Word = T;
  static __device__ T forth(T a, T b, T x) { return fma(a, b, x); }
  static __device__ T back(T a, T b, T x) { return fma(-a, b, x); }
};
template <class T>
struct FusedPair {
  using Word = T;
  static __device__ T forth(T a, T b, T x) { return __hfma2(a, b, x); }
  static __device__ T back(T a, T b, T x) { return __hfma2(__hneg2(a), b, x); }
};
struct Mad {
  using Word = std::uint32_t;
  static __device__ Word forth(Word a, Word b, Word x) { return x * a + b; }
  static __device__ Word back(Word a, Word b, Word x) { return x * a + b; }
};
struct Logic {
  using Word = std::uint32_t;
  static __device__ Word forth(Word a, Word b, Word x) { return ((x & a) ^ b) + a; }
  static __device__ Word back(Word a, Word b, Word x) { return ((x & a) ^ b) + a; }
};
/// y = f(x); the next x takes its sign, exponent and upper mantissa from the operand and mixes the lower bits of y in, so that
/// the unit's input follows the fill and still depends on its last result.  One three-input logic operation each.
template <bool exponential>
struct Special {
  using Word = float;
  static __device__ float unit(float x) {
    float y;
    if constexpr (exponential)
      asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    else
      asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
  }
  static __device__ float forth(float a, float, float x) {
    return __uint_as_float((__float_as_uint(unit(x)) & 0xfffffU) ^ __float_as_uint(a));
  }
  static __device__ float back(float a, float b, float x) { return forth(b, a, x); }
};

template <class Op>
__global__ void __launch_bounds__(threads<Op>, 1)
    chains(typename Op::Word const* __restrict__ in, typename Op::Word* __restrict__ out, int trips, ClockLog log) {
  using Word = typename Op::Word;
  ClockWatch const watch(log);
  unsigned const all = gridDim.x * threads<Op>, me = blockIdx.x * threads<Op> + threadIdx.x;
  Word a[8], b[8], x[8];
#pragma unroll
  for (unsigned i = 0; i < 8; ++i) a[i] = in[i * all + me], b[i] = in[(8 + i) * all + me], x[i] = in[(16 + i) * all + me];
#pragma unroll 1
  for (int t = 0; t < trips; ++t) {
#pragma unroll
    for (int j = 0; j < 8; ++j)
#pragma unroll
      for (int i = 0; i < 8; ++i) x[i] = Op::forth(a[j], b[(i + j) & 7], x[i]);
#pragma unroll
    for (int j = 0; j < 8; ++j)
#pragma unroll
      for (int i = 0; i < 8; ++i) x[i] = Op::back(a[j], b[(i + j) & 7], x[i]);
  }
#pragma unroll
  for (unsigned i = 0; i < 8; ++i) out[i * all + me] = x[i];
  watch.close();
}

/// The last input and what the unit makes of it, to check the unit itself: the chain amplifies its last bits.
template <bool exponential>
__global__ void last_step(float const* x, float* y, unsigned n) {
  unsigned const i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = Special<exponential>::unit(x[i]);
}

__global__ void __launch_bounds__(32, 1) count_time(long long cycles, ClockLog log) {
  ClockWatch const watch(log);
  long long const begin = clock64();
  while (clock64() - begin < cycles) {
  }
  watch.close();
}

class Spin : public Operation {
 public:
  explicit Spin(Setting const& s) : s_(s), grid_(exclusive_grid(s)) {
    allow_shared(reinterpret_cast<void const*>(count_time), grid_.shared_bytes);
  }
  Work work() const override { return {}; }
  double awake() const override { return grid_.awake; }
  bool notes_clock() const override { return true; }
  void launch(cudaStream_t stream) override {
    count_time<<<grid_.blocks, 32, grid_.shared_bytes, stream>>>(cycles(), s_.clock);
    ONDOL_CUDA_CALL(cudaGetLastError());
  }
  std::string difference() override { return {}; }  // it computes nothing; that it ends is all there is to check

 private:
  long long cycles() const { return static_cast<long long>(s_.shape.clock_hz * launch_s); }
  Setting s_;
  Grid grid_;
};

/// How fast one multiprocessor issues a chain's operations [per cycle and lane], to size a launch; never used as a count.
double lanes_per_cycle(std::string_view id) {
  if (id == "fma_fp64" || id.starts_with("integer")) return 64;
  return id.starts_with("special") ? 16 : 128;
}

template <class Op>
class Chains : public Operation {
  using Word = typename Op::Word;

 public:
  explicit Chains(Setting const& s)
      : s_(s),
        grid_(exclusive_grid(s)),
        trips_(s.small ? 3
                       : trips_for(s.shape.clock_hz, threads<Op> * reference::chain_steps / lanes_per_cycle(s.load.kernel))),
        format_(operand_format(s.load.kernel)),
        in_(filled(s.load.fill, format_, s.load.seed, operands() * 24)),
        out_(cleared(static_cast<std::size_t>(lanes()) * 8 * sizeof(Word))) {
    allow_shared(reinterpret_cast<void const*>(chains<Op>), grid_.shared_bytes);
  }
  Work work() const override { return chain_work(s_.load.kernel, static_cast<double>(lanes()) * trips_); }
  double awake() const override { return grid_.awake; }
  bool notes_clock() const override { return true; }
  void launch(cudaStream_t stream) override {
    chains<Op><<<grid_.blocks, threads<Op>, grid_.shared_bytes, stream>>>(in_.as<Word>(), out_.as<Word>(), trips_, s_.clock);
    ONDOL_CUDA_CALL(cudaGetLastError());
  }
  std::string difference() override {
    if constexpr (std::is_same_v<Op, Special<true>> || std::is_same_v<Op, Special<false>>)
      return special_difference();
    else
      return chain_difference();
  }

 private:
  unsigned lanes() const { return static_cast<unsigned>(grid_.blocks) * threads<Op>; }
  std::uint64_t per_word() const { return sizeof(Word) / static_cast<std::size_t>(container_bytes(format_)); }
  std::uint64_t operands() const { return lanes() * per_word(); }

  std::string chain_difference() {
    std::size_t const n = lanes();
    std::vector<double> got, expected, scale;
    auto const raw = downloaded<std::byte>(out_, out_.bytes());
    std::size_t const parts = per_word(), width = sizeof(Word) / parts;
    auto const word = [&](std::byte const* from, std::size_t i, std::size_t part) {
      std::uint64_t w = 0;
      std::memcpy(&w, from + i * sizeof(Word) + part * width, width);
      return w;
    };
    auto const in = packed_operands(s_.load.fill, format_, s_.load.seed, operands() * 24);
    for (std::size_t lane = 0; lane < n; ++lane)
      for (std::size_t part = 0; part < parts; ++part) {
        std::array<std::uint64_t, 24> w{};
        for (std::size_t i = 0; i < 24; ++i) w[i] = word(in.data(), i * n + lane, part);
        auto const result = [&](auto const& x) {
          for (std::size_t i = 0; i < 8; ++i) expected.push_back(x[i]);
        };
        if constexpr (std::is_same_v<Op, Mad> || std::is_same_v<Op, Logic>) {
          std::array<std::uint32_t, 8> a, b, x;
          for (std::size_t i = 0; i < 8; ++i)
            a[i] = static_cast<std::uint32_t>(w[i]), b[i] = static_cast<std::uint32_t>(w[8 + i]),
            x[i] = static_cast<std::uint32_t>(w[16 + i]);
          result(std::is_same_v<Op, Mad> ? reference::mad_chain(a, b, x, trips_) : reference::logic_chain(a, b, x, trips_));
          for (std::size_t i = 0; i < 8; ++i) got.push_back(static_cast<double>(word(raw.data(), i * n + lane, 0)));
          scale.insert(scale.end(), 8, 1);
        } else {
          std::array<double, 8> a, b, x;
          double size = 0;
          for (std::size_t i = 0; i < 8; ++i) {
            a[i] = value_of(w[i], format_), b[i] = value_of(w[8 + i], format_), x[i] = value_of(w[16 + i], format_);
            size = std::max({size, std::fabs(x[i]), std::fabs(a[i]), std::fabs(b[i])});
          }
          result(reference::fma_chain(a, b, x, trips_, format_));
          for (std::size_t i = 0; i < 8; ++i) got.push_back(value_of(word(raw.data(), i * n + lane, part), format_));
          scale.insert(scale.end(), 8, size * size + size);
        }
      }
    // fp64, fp32 and integers are exact; a packed half may differ by one step where the CPU rounds the exact sum twice
    double const step = format_ == Format::fp16 ? 0x1p-7 : format_ == Format::bf16 ? 0x1p-4 : 0;
    return compare(got, expected, scale, step);
  }

  std::string special_difference() {
    constexpr bool exponential = std::is_same_v<Op, Special<true>>;
    unsigned const n = lanes() * 8;
    Buffer const y(n * sizeof(float));
    last_step<exponential><<<(n + 255) / 256, 256>>>(out_.as<float>(), y.as<float>(), n);
    ONDOL_CUDA_CALL(cudaGetLastError());
    auto const x = downloaded<float>(out_, n), made = downloaded<float>(y, n);
    std::vector<double> got, expected, scale;
    for (unsigned i = 0; i < n; ++i) {
      double const e = exponential ? std::exp2(static_cast<double>(x[i])) : 1 / static_cast<double>(x[i]);
      if (std::fabs(e) < 0x1p-126 || std::fabs(e) > 0x1p127 || std::fabs(x[i]) < 0x1p-126F)
        continue;  // flushed or beyond range
      got.push_back(made[i]), expected.push_back(e), scale.push_back(std::fabs(e));
    }
    return compare(got, expected, scale, 0x1p-21);
  }

  Setting s_;
  Grid grid_;
  int trips_;
  Format format_;
  Buffer in_, out_;
};

}  // namespace

std::unique_ptr<Operation> make_spin(Setting const& s) {
  return std::make_unique<Spin>(s);
}

std::unique_ptr<Operation> make_vector(Setting const& s) {
  std::string_view const id = s.load.kernel;
  if (id == "fma_fp64") return std::make_unique<Chains<Fused<double>>>(s);
  if (id == "fma_fp32") return std::make_unique<Chains<Fused<float>>>(s);
  if (id == "fma_fp16x2") return std::make_unique<Chains<FusedPair<__half2>>>(s);
  if (id == "fma_bf16x2") return std::make_unique<Chains<FusedPair<__nv_bfloat162>>>(s);
  if (id == "integer_mad") return std::make_unique<Chains<Mad>>(s);
  if (id == "integer_logic") return std::make_unique<Chains<Logic>>(s);
  if (id == "special_ex2") return std::make_unique<Chains<Special<true>>>(s);
  return std::make_unique<Chains<Special<false>>>(s);
}

}  // namespace ondol::meter
