/// Streams over global memory, 16 bytes a lane and access: reads and writes of buffers that lie in the first-level cache, the
/// second-level cache or HBM, by their size alone; copies, triad, a chase of dependent loads.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

#include "kernels/bench/clock_log.cuh"
#include "kernels/bench/counts.hpp"
#include "kernels/bench/device.hpp"
#include "kernels/bench/fold.cuh"
#include "kernels/bench/grid.hpp"
#include "kernels/bench/operands.hpp"
#include "kernels/bench/operation.hpp"
#include "kernels/bench/walk.hpp"

namespace ondol::meter {
namespace {

constexpr int threads = 1024;
constexpr std::size_t vector = 16;           // bytes
constexpr std::size_t l1_window = 64 << 10;  // of each CTA: a quarter of the cache

template <Level level>
__device__ uint4 load(uint4 const* p) {
  uint4 v;
  if constexpr (level == Level::l1)
    asm volatile("ld.global.ca.v4.u32 {%0, %1, %2, %3}, [%4];" : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w) : "l"(p));
  else  // past the first-level cache
    asm volatile("ld.global.cg.v4.u32 {%0, %1, %2, %3}, [%4];" : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w) : "l"(p));
  return v;
}
__device__ void store(uint4* p, uint4 const& v) {
  asm volatile("st.global.v4.u32 [%0], {%1, %2, %3, %4};" ::"l"(p), "r"(v.x), "r"(v.y), "r"(v.z), "r"(v.w) : "memory");
}

template <Level level>
__global__ void __launch_bounds__(threads, 1)
    read(uint4 const* __restrict__ in, uint4* __restrict__ out, Walk w, ClockLog log) {
  ClockWatch const watch(log);
  in += w.window * blockIdx.x;
  uint4 x = {};
#pragma unroll 1
  for (int pass = 0; pass < w.passes; ++pass)
#pragma unroll 1
    for (std::size_t i = std::size_t{w.first} * blockIdx.x + threadIdx.x; i < w.n; i += unroll * w.step) {
      uint4 v[unroll];
#pragma unroll
      for (int u = 0; u < unroll; ++u) v[u] = load<level>(in + vector_at<level>(i + u * w.step));
#pragma unroll
      for (int u = 0; u < unroll; u += 2) fold(x, v[u], v[u + 1]);
    }
  out[blockIdx.x * threads + threadIdx.x] = x;
  watch.close();
}

/// Every thread stores four vectors of its own in turn.
__global__ void __launch_bounds__(threads, 1)
    write(uint4 const* __restrict__ in, uint4* __restrict__ out, Walk w, ClockLog log) {
  ClockWatch const watch(log);
  std::size_t const me = std::size_t{blockIdx.x} * threads + threadIdx.x;
  uint4 v[unroll];
#pragma unroll
  for (int u = 0; u < unroll; ++u) v[u] = in[me + u * w.step];
#pragma unroll 1
  for (int pass = 0; pass < w.passes; ++pass)
#pragma unroll 1
    for (std::size_t i = me; i < w.n; i += unroll * w.step)
#pragma unroll
      for (int u = 0; u < unroll; ++u) store(out + i + u * w.step, v[u]);
  watch.close();
}

template <bool triad>
__global__ void __launch_bounds__(threads, 1)
    copy(uint4 const* __restrict__ in, float4 const* __restrict__ other, uint4* __restrict__ out, Walk w, ClockLog log) {
  ClockWatch const watch(log);
#pragma unroll 1
  for (std::size_t i = std::size_t{blockIdx.x} * threads + threadIdx.x; i < w.n; i += unroll * w.step) {
    uint4 v[unroll];
    float4 c[unroll];
#pragma unroll
    for (int u = 0; u < unroll; ++u) {
      v[u] = load<Level::hbm>(in + i + u * w.step);
      if constexpr (triad) c[u] = __ldcg(other + i + u * w.step);
    }
#pragma unroll
    for (int u = 0; u < unroll; ++u) {
      if constexpr (triad) {
        constexpr float s = 0.75F;
        auto const add = [](unsigned& b, float c) { b = __float_as_uint(fmaf(s, c, __uint_as_float(b))); };
        add(v[u].x, c[u].x), add(v[u].y, c[u].y), add(v[u].z, c[u].z), add(v[u].w, c[u].w);
      }
      store(out + i + u * w.step, v[u]);
    }
  }
  watch.close();
}

__global__ void lay_cycle(unsigned* memory, unsigned lines) {
  for (unsigned i = blockIdx.x * blockDim.x + threadIdx.x; i < lines; i += gridDim.x * blockDim.x)
    memory[std::size_t{i} * 32] = next_line(i, lines);
}
constexpr int chase_threads = 128;
__global__ void __launch_bounds__(chase_threads, 1)
    chase(unsigned const* memory, unsigned* out, unsigned lines, int trips, ClockLog log) {
  ClockWatch const watch(log);
  unsigned const me = blockIdx.x * chase_threads + threadIdx.x;
  unsigned at = me * 2654435769U & (lines - 1);
#pragma unroll 4
  for (int t = 0; t < trips; ++t) asm volatile("ld.global.cg.u32 %0, [%1];" : "=r"(at) : "l"(memory + std::size_t{at} * 32));
  out[me] = at;
  watch.close();
}

/// While it lives, L2 fetches single sectors of 32 bytes from HBM rather than two, a hint of this context alone.  A device that
/// takes no hint, for whatever reason, is left as it is: the load runs all the same.
class SingleSectors {
 public:
  SingleSectors() {
    taken_ = cudaDeviceGetLimit(&before_, cudaLimitMaxL2FetchGranularity) == cudaSuccess &&
             cudaDeviceSetLimit(cudaLimitMaxL2FetchGranularity, 32) == cudaSuccess;
    if (!taken_) cudaGetLastError();  // or the next launch would be blamed
  }
  SingleSectors(SingleSectors const&) = delete;
  SingleSectors& operator=(SingleSectors const&) = delete;
  ~SingleSectors() {
    if (taken_) cudaDeviceSetLimit(cudaLimitMaxL2FetchGranularity, before_);
  }

 private:
  std::size_t before_ = 0;
  bool taken_ = false;
};

/// Bytes of a buffer far larger than the caches, of which `buffers` fit well into the memory.
std::size_t large(Setting const& s, int buffers) {
  if (s.small) return 1 << 20;
  return static_cast<std::size_t>(std::min(4.0 * (1ULL << 30), s.shape.memory_bytes / 2) / buffers);
}
/// Bytes of a buffer that stays in L2, whatever its two halves cost.
std::size_t resident(Setting const& s) {
  return s.small ? 1 << 20 : static_cast<std::size_t>(std::min(0.4 * s.shape.l2_bytes, 24e6));
}
/// Passes over a buffer in L2 for a launch of about launch_s, at 48 bytes a cycle and multiprocessor: to size, not to count.
int passes_over(Setting const& s, std::size_t bytes) {
  return s.small ? 3 : trips_for(s.shape.clock_hz, static_cast<double>(bytes) / (48.0 * multiprocessors_used(s)));
}

Grid grid_of(Setting const& s, Level level) {
  return level == Level::l1 ? cached_grid(s) : exclusive_grid(s);
}

template <Level level>
class Read : public Operation {
 public:
  explicit Read(Setting const& s) : s_(s), grid_(grid_of(s, level)) {
    auto const blocks = static_cast<std::size_t>(grid_.blocks);
    std::size_t const step = level == Level::l1 ? threads : threads * blocks;
    std::size_t const bytes = level == Level::l1 ? l1_window : level == Level::l2 ? resident(s) : large(s, 1);
    std::size_t const vectors = bytes / vector / (level == Level::sector ? 4 : 1);
    bool const own = level == Level::l1;
    walk_ = {whole_steps(vectors, step), step, own ? l1_window / vector : 0, own ? 0U : static_cast<unsigned>(threads), 1};
    if (own) walk_.passes = s.small ? 3 : trips_for(s.shape.clock_hz, static_cast<double>(walk_.n) * vector / 128);
    if (level == Level::l2) walk_.passes = passes_over(s, walk_.n * vector);
    words_ = (own ? walk_.window * blocks : vector_at<level>(walk_.n - 1) + 1) * 4;
    in_ = filled(s.load.fill, Format::fp32, s.load.seed, words_);
    out_ = cleared(blocks * threads * vector);
    allow_shared(reinterpret_cast<void const*>(read<level>), grid_.shared_bytes);
    if (own)
      ONDOL_CUDA_CALL(
          cudaFuncSetAttribute(read<level>, cudaFuncAttributePreferredSharedMemoryCarveout, cudaSharedmemCarveoutMaxL1));
    if (level == Level::sector) sectors_.emplace();
  }
  Work work() const override {
    double const bytes = static_cast<double>(walk_.n) * vector * walk_.passes * (level == Level::l1 ? grid_.blocks : 1);
    Work w = read_work(bytes, level == Level::hbm || level == Level::sector, level != Level::l1);
    if (level == Level::l1) w[Channel::l2] = static_cast<double>(walk_.n) * vector * grid_.blocks;  // the first pass misses
    return w;
  }
  double awake() const override { return grid_.awake; }
  bool notes_clock() const override { return true; }
  void launch(cudaStream_t stream) override {
    read<level><<<grid_.blocks, threads, grid_.shared_bytes, stream>>>(in_.as<uint4>(), out_.as<uint4>(), walk_, s_.clock);
    ONDOL_CUDA_CALL(cudaGetLastError());
  }
  std::string difference() override {
    auto const raw = packed_operands(s_.load.fill, Format::fp32, s_.load.seed, words_);
    std::vector<std::uint32_t> const got32 = downloaded<std::uint32_t>(out_, out_.bytes() / 4);
    std::vector<double> got(got32.begin(), got32.end()), expected(got32.size());
    for (std::size_t block = 0; block < static_cast<std::size_t>(grid_.blocks); ++block)
      for (std::size_t thread = 0; thread < threads; ++thread) {
        std::uint32_t x[4] = {};
        for (int pass = 0; pass < walk_.passes; ++pass)
          for (std::size_t i = walk_.first * block + thread; i < walk_.n; i += walk_.step)
            for (std::size_t e = 0; e < 4; ++e) {
              std::uint32_t v;
              std::size_t const word = ((walk_.window * block + vector_at<level>(i)) * 4 + e) % fill_period;
              std::memcpy(&v, raw.data() + word * 4, 4);
              x[e] ^= v;
            }
        for (std::size_t e = 0; e < 4; ++e) expected[(block * threads + thread) * 4 + e] = x[e];
      }
    return compare(got, expected, {1}, 0);
  }

 private:
  Setting s_;
  Grid grid_;
  Walk walk_{};
  std::size_t words_ = 0;
  Buffer in_, out_;
  std::optional<SingleSectors> sectors_;
};

template <Level level>
class Write : public Operation {
 public:
  explicit Write(Setting const& s) : s_(s), grid_(exclusive_grid(s)) {
    std::size_t const step = static_cast<std::size_t>(grid_.blocks) * threads;
    std::size_t const bytes = level == Level::l2 ? resident(s) : large(s, 1);
    walk_ = {whole_steps(bytes / vector, step), step, 0, threads, level == Level::l2 ? passes_over(s, bytes) : 1};
    in_ = filled(s.load.fill, Format::fp32, s.load.seed, step * unroll * 4);
    out_ = cleared(walk_.n * vector);
    allow_shared(reinterpret_cast<void const*>(write), grid_.shared_bytes);
  }
  Work work() const override { return write_work(static_cast<double>(walk_.n) * vector * walk_.passes, level == Level::hbm); }
  double awake() const override { return grid_.awake; }
  bool notes_clock() const override { return true; }
  void launch(cudaStream_t stream) override {
    write<<<grid_.blocks, threads, grid_.shared_bytes, stream>>>(in_.as<uint4>(), out_.as<uint4>(), walk_, s_.clock);
    ONDOL_CUDA_CALL(cudaGetLastError());
  }
  std::string difference() override {
    std::vector<std::uint32_t> const got32 = downloaded<std::uint32_t>(out_, out_.bytes() / 4);
    std::vector<double> got(got32.begin(), got32.end()), expected(got32.size());
    std::size_t const written = walk_.step * unroll * 4;
    for (std::size_t i = 0; i < expected.size(); ++i)
      expected[i] = static_cast<double>(operand_word(s_.load.fill, Format::fp32, s_.load.seed, i % written));
    return compare(got, expected, {1}, 0);
  }

 private:
  Setting s_;
  Grid grid_;
  Walk walk_{};
  Buffer in_, out_;
};

template <bool triad>
class Copy : public Operation {
 public:
  explicit Copy(Setting const& s) : s_(s), grid_(exclusive_grid(s)) {
    std::size_t const step = static_cast<std::size_t>(grid_.blocks) * threads;
    walk_ = {whole_steps(large(s, triad ? 3 : 2) / vector, step), step, 0, threads, 1};
    in_ = filled(s.load.fill, Format::fp32, s.load.seed, walk_.n * 4);
    if (triad) other_ = filled(s.load.fill, Format::fp32, s.load.seed + 1, walk_.n * 4);
    out_ = cleared(walk_.n * vector);
    allow_shared(reinterpret_cast<void const*>(copy<triad>), grid_.shared_bytes);
  }
  Work work() const override {
    double const bytes = static_cast<double>(walk_.n) * vector;
    Work w = copy_work(bytes);
    if (triad) {
      w[Channel::hbm_read] += bytes, w[Channel::l2] += bytes, w[Channel::l1] += bytes;
      w[Channel::vector_fp32] = bytes / 4 * 2;
    }
    return w;
  }
  double awake() const override { return grid_.awake; }
  bool notes_clock() const override { return true; }
  void launch(cudaStream_t stream) override {
    copy<triad><<<grid_.blocks, threads, grid_.shared_bytes, stream>>>(in_.as<uint4>(), other_.as<float4>(), out_.as<uint4>(),
                                                                       walk_, s_.clock);
    ONDOL_CUDA_CALL(cudaGetLastError());
  }
  std::string difference() override {
    std::vector<double> got, expected;
    for (float v : downloaded<float>(out_, walk_.n * 4)) got.push_back(v);
    expected = operand_values(s_.load.fill, Format::fp32, s_.load.seed, walk_.n * 4);
    if (triad) {
      auto const other = operand_values(s_.load.fill, Format::fp32, s_.load.seed + 1, walk_.n * 4);
      for (std::size_t i = 0; i < expected.size(); ++i)
        expected[i] = std::fma(0.75F, static_cast<float>(other[i]), static_cast<float>(expected[i]));
    }
    return compare(got, expected, {1}, 0);
  }

 private:
  Setting s_;
  Grid grid_;
  Walk walk_{};
  Buffer in_, other_, out_;
};

class Chase : public Operation {
 public:
  explicit Chase(Setting const& s)
      : s_(s),
        grid_(exclusive_grid(s)),
        lines_(s.small ? 4096 : 1U << 25),                          // 4 GiB
        trips_(s.small ? 100 : trips_for(s.shape.clock_hz, 1200)),  // cycles of a load from HBM, roughly
        memory_(cleared(std::size_t{lines_} * 128)),
        out_(cleared(static_cast<std::size_t>(grid_.blocks) * chase_threads * sizeof(unsigned))) {
    lay_cycle<<<s.shape.multiprocessors, 256>>>(memory_.as<unsigned>(), lines_);
    ONDOL_CUDA_CALL(cudaGetLastError());
    ONDOL_CUDA_CALL(cudaDeviceSynchronize());
    allow_shared(reinterpret_cast<void const*>(chase), grid_.shared_bytes);
  }
  Work work() const override {  // a sector of 32 bytes a load, of which 4 go on
    double const bytes = 32.0 * trips_ * chase_threads * grid_.blocks;
    Work w;
    w[Channel::hbm_read] = w[Channel::l2] = w[Channel::l1] = bytes;
    return w;
  }
  double awake() const override { return grid_.awake; }
  bool notes_clock() const override { return true; }
  void launch(cudaStream_t stream) override {
    chase<<<grid_.blocks, chase_threads, grid_.shared_bytes, stream>>>(memory_.as<unsigned>(), out_.as<unsigned>(), lines_,
                                                                       trips_, s_.clock);
    ONDOL_CUDA_CALL(cudaGetLastError());
  }
  std::string difference() override {
    auto const made = downloaded<unsigned>(out_, out_.bytes() / sizeof(unsigned));
    std::vector<double> got(made.begin(), made.end()), expected;
    for (unsigned me = 0; me < made.size(); ++me) {
      unsigned at = me * 2654435769U & (lines_ - 1);
      for (int t = 0; t < trips_; ++t) at = next_line(at, lines_);
      expected.push_back(at);
    }
    return compare(got, expected, {1}, 0);
  }

 private:
  Setting s_;
  Grid grid_;
  unsigned lines_;
  int trips_;
  Buffer memory_, out_;
  SingleSectors sectors_;
};

}  // namespace

std::unique_ptr<Operation> make_read(Setting const& s) {
  std::string_view const id = s.load.kernel;
  if (id == "l1_read") return std::make_unique<Read<Level::l1>>(s);
  if (id == "l2_read") return std::make_unique<Read<Level::l2>>(s);
  if (id == "hbm_sector") return std::make_unique<Read<Level::sector>>(s);
  return std::make_unique<Read<Level::hbm>>(s);
}
std::unique_ptr<Operation> make_write(Setting const& s) {
  if (s.load.kernel == "l2_write") return std::make_unique<Write<Level::l2>>(s);
  return std::make_unique<Write<Level::hbm>>(s);
}
std::unique_ptr<Operation> make_copy(Setting const& s) {
  if (s.load.kernel == "hbm_triad") return std::make_unique<Copy<true>>(s);
  return std::make_unique<Copy<false>>(s);
}
std::unique_ptr<Operation> make_chase(Setting const& s) {
  return std::make_unique<Chase>(s);
}

}  // namespace ondol::meter
