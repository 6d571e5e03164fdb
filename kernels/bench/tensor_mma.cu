/// Matrix multiply-accumulate from registers: mma.sync, for every capability that has no faster path here.
/// A warp holds two A tiles of 16 rows and four B tiles of 8 columns, a quarter of its K range each trip, and eight
/// accumulators, begun anew after `tile_steps` steps as a matrix product of that depth would.
#include <cstring>
#include <type_traits>

#include "kernels/activity/suite.hpp"
#include "kernels/bench/clock_log.cuh"
#include "kernels/bench/counts.hpp"
#include "kernels/bench/device.hpp"
#include "kernels/bench/fragments.hpp"
#include "kernels/bench/grid.hpp"
#include "kernels/bench/operands.hpp"
#include "kernels/bench/operation.hpp"
#include "kernels/bench/reference.hpp"

namespace ondol::meter {
namespace {

/// fp64 operands take twice the registers.
template <Format format>
constexpr int threads = format == Format::fp64 ? 256 : 512;

constexpr int a_tiles = 2, b_tiles = 4;
constexpr int tile_steps = 64;  ///< K steps from one zeroing of the accumulators to the next

/// One m16n8 product of 32 bytes of K.  Registers: A 4, B 2 words; accumulators 4.
template <Format format>
struct Mma {
  using Accumulator = std::conditional_t<format == Format::int8, int, float>;
  static constexpr int a_registers = 4, b_registers = 2, accumulators = 4;
  static constexpr int k = format == Format::tf32 ? 8 : format == Format::bf16 || format == Format::fp16 ? 16 : 32;
  using Word = unsigned;

#define ONDOL_MMA(shape_and_types, constraint)                                                              \
  asm volatile("mma.sync.aligned." shape_and_types " {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};" \
               : constraint(c[0]), constraint(c[1]), constraint(c[2]), constraint(c[3])                     \
               : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]))

  static __device__ void accumulate(Accumulator (&c)[4], unsigned const (&a)[4], unsigned const (&b)[2]) {
    if constexpr (format == Format::bf16)
      ONDOL_MMA("m16n8k16.row.col.f32.bf16.bf16.f32", "+f");
    else if constexpr (format == Format::fp16)
      ONDOL_MMA("m16n8k16.row.col.f32.f16.f16.f32", "+f");
    else if constexpr (format == Format::tf32)
      ONDOL_MMA("m16n8k8.row.col.f32.tf32.tf32.f32", "+f");
    else if constexpr (format == Format::int8)
      ONDOL_MMA("m16n8k32.row.col.s32.s8.s8.s32", "+r");
    else
#if __CUDA_ARCH__ >= 890
      ONDOL_MMA("m16n8k32.row.col.f32.e4m3.e4m3.f32", "+f");
#else
      __trap();  // refused before; code made for 8.0 must not pretend on 8.9
#endif
  }
#undef ONDOL_MMA
};

/// fp64: m16n8k16 since capability 9.0, where it alone reaches the full rate; its quarter m8n8k4 before.
template <>
struct Mma<Format::fp64> {
  using Accumulator = double;
  static constexpr int a_registers = 8, b_registers = 4, accumulators = 4, k = 16;
  using Word = double;
  static __device__ void accumulate(double (&c)[4], double const (&a)[8], double const (&b)[4]) {
#if __CUDA_ARCH__ >= 900
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f64.f64.f64.f64 {%0,%1,%2,%3}, {%4,%5,%6,%7,%8,%9,%10,%11}, {%12,%13,%14,%15}, "
        "{%0,%1,%2,%3};"
        : "+d"(c[0]), "+d"(c[1]), "+d"(c[2]), "+d"(c[3])
        : "d"(a[0]), "d"(a[1]), "d"(a[2]), "d"(a[3]), "d"(a[4]), "d"(a[5]), "d"(a[6]), "d"(a[7]), "d"(b[0]), "d"(b[1]),
          "d"(b[2]), "d"(b[3]));
#else
    // rows 0-7 and 8-15 apart, four K at a time: the same elements in the same registers
#pragma unroll
    for (int step = 0; step < 4; ++step)
#pragma unroll
      for (int half = 0; half < 2; ++half)
        asm volatile("mma.sync.aligned.m8n8k4.row.col.f64.f64.f64.f64 {%0,%1}, {%2}, {%3}, {%0,%1};"
                     : "+d"(c[2 * half]), "+d"(c[2 * half + 1])
                     : "d"(a[2 * step + half]), "d"(b[step]));
#endif
  }
};

/// Fragments lie in memory as [register][warp][lane], so that a warp's loads are contiguous.
template <Format format>
__global__ void __launch_bounds__(threads<format>, 1)
    multiply(typename Mma<format>::Word const* __restrict__ in, typename Mma<format>::Accumulator* __restrict__ out, int tiles,
             ClockLog log) {
  using M = Mma<format>;
  ClockWatch const watch(log);
  unsigned const all = gridDim.x * threads<format>, me = blockIdx.x * threads<format> + threadIdx.x;
  typename M::Word a[a_tiles][M::a_registers], b[b_tiles][M::b_registers];
  typename M::Accumulator c[a_tiles][b_tiles][M::accumulators];
  unsigned position = me;
#pragma unroll
  for (int i = 0; i < a_tiles; ++i)
#pragma unroll
    for (int r = 0; r < M::a_registers; ++r, position += all) a[i][r] = in[position];
#pragma unroll
  for (int j = 0; j < b_tiles; ++j)
#pragma unroll
    for (int r = 0; r < M::b_registers; ++r, position += all) b[j][r] = in[position];
  typename M::Accumulator kept[M::accumulators] = {};
#pragma unroll 1
  for (int tile = 0; tile < tiles; ++tile) {
#pragma unroll
    for (int i = 0; i < a_tiles; ++i)
#pragma unroll
      for (int j = 0; j < b_tiles; ++j)
#pragma unroll
        for (int r = 0; r < M::accumulators; ++r) c[i][j][r] = 0;
#pragma unroll 2
    for (int step = 0; step < tile_steps; ++step)
#pragma unroll
      for (int i = 0; i < a_tiles; ++i)
#pragma unroll
        for (int j = 0; j < b_tiles; ++j) M::accumulate(c[i][j], a[i], b[j]);
          // the tile is used, or the compiler could drop all but the last
#pragma unroll
    for (int i = 0; i < a_tiles; ++i)
#pragma unroll
      for (int j = 0; j < b_tiles; ++j)
#pragma unroll
        for (int r = 0; r < M::accumulators; ++r) kept[r] += c[i][j][r];
  }
#pragma unroll
  for (int r = 0; r < M::accumulators; ++r) out[static_cast<unsigned>(r) * all + me] = kept[r];
  watch.close();
}

/// Where register r of a tile lies in the matrix, for all formats alike.
template <Format format>
Place place(bool of_a, int lane, int r, int i) {
  if constexpr (format == Format::fp64)
    return of_a ? fragment_a_fp64(lane, r) : fragment_b_fp64(lane, r);
  else
    return of_a ? fragment_a(lane, r, i, Mma<format>::k / 8) : fragment_b(lane, r, i, Mma<format>::k / 8);
}

template <Format format>
class Multiply : public Operation {
  using M = Mma<format>;
  using Word = typename M::Word;
  using Accumulator = typename M::Accumulator;
  static constexpr int warps = threads<format> / 32;
  static constexpr int registers = a_tiles * M::a_registers + b_tiles * M::b_registers;
  static constexpr double flop_per_step = 2.0 * 16 * 8 * M::k * a_tiles * b_tiles;  // of a warp

 public:
  explicit Multiply(Setting const& s)
      : s_(s),
        grid_(exclusive_grid(s)),
        tiles_(s.small ? 2 : trips_for(s.shape.clock_hz, warps * tile_steps * flop_per_step / flop_per_cycle())),
        in_(filled(s.load.fill, format, s.load.seed, lanes() * registers * per_word())),
        out_(cleared(lanes() * M::accumulators * sizeof(Accumulator))) {
    allow_shared(reinterpret_cast<void const*>(multiply<format>), grid_.shared_bytes);
  }
  Work work() const override {
    Work w;
    w[tensor_channel(format)] = flop_per_step * tile_steps * tiles_ * warps * grid_.blocks;
    return w;
  }
  double awake() const override { return grid_.awake; }
  bool notes_clock() const override { return true; }
  void launch(cudaStream_t stream) override {
    multiply<format><<<grid_.blocks, threads<format>, grid_.shared_bytes, stream>>>(in_.as<Word>(), out_.as<Accumulator>(),
                                                                                    tiles_, s_.clock);
    ONDOL_CUDA_CALL(cudaGetLastError());
  }

  std::string difference() override {
    std::size_t const n = lanes();
    auto const raw = packed_operands(s_.load.fill, format, s_.load.seed, n * registers * per_word());
    auto const made = downloaded<Accumulator>(out_, n * M::accumulators);
    std::vector<double> got, expected, scale;
    for (std::size_t warp = 0; warp < n / 32; ++warp) {
      reference::Values sum(16 * 8), size(16 * 8);
      for (int i = 0; i < a_tiles; ++i)
        for (int j = 0; j < b_tiles; ++j) {
          auto const a = tile(raw, warp, true, i), b = tile(raw, warp, false, j);
          auto const magnitude = [](reference::Values v) {
            for (double& x : v) x = x < 0 ? -x : x;
            return v;
          };
          auto const c = reference::gemm(a, b, 16, 8, M::k), c_size = reference::gemm(magnitude(a), magnitude(b), 16, 8, M::k);
          for (std::size_t e = 0; e < c.size(); ++e)
            sum[e] += tile_steps * tiles_ * c[e], size[e] += tile_steps * tiles_ * c_size[e];
        }
      for (int lane = 0; lane < 32; ++lane)
        for (int r = 0; r < M::accumulators; ++r) {
          Cell const at = fragment_c(lane, r);
          auto const e = static_cast<std::size_t>(at.row * 8 + at.column);
          got.push_back(static_cast<double>(made[static_cast<std::size_t>(r) * n + warp * 32 + lane]));
          expected.push_back(sum[e]), scale.push_back(size[e]);
        }
    }
    return compare(got, expected, scale, tolerance());
  }

 private:
  std::size_t lanes() const { return static_cast<std::size_t>(grid_.blocks) * threads<format>; }
  static std::uint64_t per_word() { return sizeof(Word) / static_cast<std::size_t>(container_bytes(format)); }
  /// Of the sum of |a b|: each of 64 steps may cut what lies below the last bit of the sum, 2^-23 of it or, in fp8 paths that
  /// keep as few as 13 bits, 2^-13; an fp64 step rounds up to 16 times.  The steps repeat, so the errors all go one way: 64 x
  /// 16 of 2^-53 are 2^-43.  A misplaced element is off by about 2^-4.
  static double tolerance() {
    return format == Format::int8 ? 0 : format == Format::fp64 ? 0x1p-42 : format == Format::fp8_e4m3 ? 0x1p-6 : 0x1p-14;
  }
  /// Dense rate of a multiprocessor to size a launch: that of capability 8.0 and, for fp8, 9.0.
  static double flop_per_cycle() {
    return format == Format::fp64 ? 128 : format == Format::tf32 ? 1024 : M::k == 16 ? 2048 : 4096;
  }

  reference::Values tile(std::vector<std::byte> const& raw, std::size_t warp, bool of_a, int index) const {
    int const rows = of_a ? 16 : 8, count = of_a ? M::a_registers : M::b_registers, pack = static_cast<int>(per_word());
    int const first = of_a ? index * M::a_registers : a_tiles * M::a_registers + index * M::b_registers;
    auto const width = static_cast<std::size_t>(container_bytes(format));
    reference::Values out(static_cast<std::size_t>(rows * M::k));
    for (int lane = 0; lane < 32; ++lane)
      for (int r = 0; r < count; ++r)
        for (int i = 0; i < pack; ++i) {
          std::uint64_t word = 0;
          std::size_t const at = (static_cast<std::size_t>(first + r) * lanes() + warp * 32 + lane) * sizeof(Word) + i * width;
          std::memcpy(&word, raw.data() + at, width);
          Place const p = place<format>(of_a, lane, r, i);
          out[static_cast<std::size_t>(p.row * M::k + p.k)] = value_of(word, format);
        }
    return out;
  }

  Setting s_;
  Grid grid_;
  int tiles_;
  Buffer in_, out_;
};

}  // namespace

std::unique_ptr<Operation> make_mma(Setting const& s) {
  switch (operand_format(s.load.kernel)) {
    case Format::fp64:
      return std::make_unique<Multiply<Format::fp64>>(s);
    case Format::tf32:
      return std::make_unique<Multiply<Format::tf32>>(s);
    case Format::fp16:
      return std::make_unique<Multiply<Format::fp16>>(s);
    case Format::fp8_e4m3:
      return std::make_unique<Multiply<Format::fp8_e4m3>>(s);
    case Format::int8:
      return std::make_unique<Multiply<Format::int8>>(s);
    default:
      return std::make_unique<Multiply<Format::bf16>>(s);
  }
}

/// wgmma has no fp64.
std::unique_ptr<Operation> make_tensor(Setting const& s) {
  bool const wgmma = s.shape.capability == 90 && operand_format(s.load.kernel) != Format::fp64;
  return wgmma ? make_wgmma(s) : make_mma(s);
}

}  // namespace ondol::meter
