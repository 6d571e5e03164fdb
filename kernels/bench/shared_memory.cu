/// 16-byte loads from shared memory: a warp reads 512 contiguous bytes at a time, which touches every bank evenly.
#include <cstring>

#include "kernels/bench/clock_log.cuh"
#include "kernels/bench/counts.hpp"
#include "kernels/bench/device.hpp"
#include "kernels/bench/fold.cuh"
#include "kernels/bench/grid.hpp"
#include "kernels/bench/operands.hpp"
#include "kernels/bench/operation.hpp"

namespace ondol::meter {
namespace {

constexpr int threads = 1024, loads = 8;
constexpr int window = threads * 16,
              stride = 4096;  // bytes of one load of the CTA, and from one of its eight loads to the next
constexpr int tile_bytes = window + (loads - 1) * stride;

/// Trip t reads, for u = 0..7, the vector at (16 thread + 16 t) mod `window` + `stride` u: each trip has other addresses, so no
/// load can move out of the loop.
__global__ void __launch_bounds__(threads, 1)
    read_shared(uint4 const* __restrict__ in, uint4* __restrict__ out, int trips, ClockLog log) {
  extern __shared__ uint4 memory[];
  ClockWatch const watch(log);
  for (unsigned i = threadIdx.x; i < tile_bytes / 16; i += threads) memory[i] = in[i];
  __syncthreads();
  auto const base = static_cast<unsigned>(__cvta_generic_to_shared(memory));
  uint4 x = {};
#pragma unroll 1
  for (int t = 0; t < trips; ++t) {
    unsigned const from = base + (threadIdx.x + static_cast<unsigned>(t)) % threads * 16;
    uint4 v[loads];
#pragma unroll
    for (int u = 0; u < loads; ++u)
      asm volatile("ld.shared.v4.u32 {%0, %1, %2, %3}, [%4];"
                   : "=r"(v[u].x), "=r"(v[u].y), "=r"(v[u].z), "=r"(v[u].w)
                   : "r"(from + u * stride));
#pragma unroll
    for (int u = 0; u < loads; u += 2) fold(x, v[u], v[u + 1]);
  }
  out[blockIdx.x * threads + threadIdx.x] = x;
  watch.close();
}

class ReadShared : public Operation {
 public:
  explicit ReadShared(Setting const& s)
      : s_(s),
        grid_(exclusive_grid(s, tile_bytes)),
        trips_(s.small ? 3 : trips_for(s.shape.clock_hz, threads * loads * 16 / 128.0)),  // 128 bytes a cycle
        in_(filled(s.load.fill, Format::fp32, s.load.seed, tile_bytes / 4)),
        out_(cleared(static_cast<std::size_t>(grid_.blocks) * threads * 16)) {
    allow_shared(reinterpret_cast<void const*>(read_shared), grid_.shared_bytes);
  }
  Work work() const override {
    double const bytes = 16.0 * loads * threads * trips_ * grid_.blocks;
    Work w;
    w[Channel::shared] = bytes;
    w[Channel::integer] = folds_per_byte * bytes;
    return w;
  }
  double awake() const override { return grid_.awake; }
  bool notes_clock() const override { return true; }
  void launch(cudaStream_t stream) override {
    read_shared<<<grid_.blocks, threads, grid_.shared_bytes, stream>>>(in_.as<uint4>(), out_.as<uint4>(), trips_, s_.clock);
    ONDOL_CUDA_CALL(cudaGetLastError());
  }
  std::string difference() override {
    auto const raw = packed_operands(s_.load.fill, Format::fp32, s_.load.seed, tile_bytes / 4);
    std::vector<std::uint32_t> const got32 = downloaded<std::uint32_t>(out_, out_.bytes() / 4);
    std::vector<double> got(got32.begin(), got32.end()), expected;
    for (int block = 0; block < grid_.blocks; ++block)
      for (int thread = 0; thread < threads; ++thread) {
        std::uint32_t x[4] = {};
        for (int t = 0; t < trips_; ++t)
          for (int u = 0; u < loads; ++u) {
            std::uint32_t v[4];
            std::memcpy(v, raw.data() + (thread + t) % threads * 16 + u * stride, 16);
            for (int i = 0; i < 4; ++i) x[i] ^= v[i];
          }
        expected.insert(expected.end(), x, x + 4);
      }
    return compare(got, expected, {1}, 0);
  }

 private:
  Setting s_;
  Grid grid_;
  int trips_;
  Buffer in_, out_;
};

}  // namespace

std::unique_ptr<Operation> make_shared(Setting const& s) {
  return std::make_unique<ReadShared>(s);
}

}  // namespace ondol::meter
