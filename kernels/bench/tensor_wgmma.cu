/// Matrix multiply-accumulate from shared memory: wgmma of capability 9.0a, the path of every fast matrix product there.
/// Two warpgroups a multiprocessor, each 64 x 256 of fp32 or int32 in registers.  Both multiply a tile of their own with one
/// that they share, `k_steps` steps of 32 bytes, again and again; the accumulators begin anew after `rounds` of that.
/// Tiles lie without swizzle, as core matrices (fragments.hpp): eight rows of 16 bytes are 128 contiguous bytes, so reads touch
/// every bank once.
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

constexpr int groups = 2, threads = 128 * groups;
constexpr int rows = 64, columns = 256, registers = 128;
constexpr int step_bytes = 32, k_steps = 8, k_bytes = step_bytes * k_steps;
constexpr int rounds = 32;  ///< k_steps * rounds = 256 steps deep, K = 4096 in bf16
constexpr int tile_a_bytes = rows * k_bytes, tile_b_bytes = columns * k_bytes;
constexpr int shared_bytes = groups * tile_a_bytes + tile_b_bytes;

template <Format format>
using Accumulator = std::conditional_t<format == Format::int8, int, float>;

#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
#define ONDOL_8(x, i) x(c[i]), x(c[i + 1]), x(c[i + 2]), x(c[i + 3]), x(c[i + 4]), x(c[i + 5]), x(c[i + 6]), x(c[i + 7])
#define ONDOL_32(x, i) ONDOL_8(x, i), ONDOL_8(x, i + 8), ONDOL_8(x, i + 16), ONDOL_8(x, i + 24)
#define ONDOL_128(x) ONDOL_32(x, 0), ONDOL_32(x, 32), ONDOL_32(x, 64), ONDOL_32(x, 96)
#define ONDOL_REGISTERS                                                                                                  \
  "{%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27,%28,%29,%30,"  \
  "%31,%32,%33,%34,%35,%36,%37,%38,%39,%40,%41,%42,%43,%44,%45,%46,%47,%48,%49,%50,%51,%52,%53,%54,%55,%56,%57,%58,%59," \
  "%60,%61,%62,%63,%64,%65,%66,%67,%68,%69,%70,%71,%72,%73,%74,%75,%76,%77,%78,%79,%80,%81,%82,%83,%84,%85,%86,%87,%88," \
  "%89,%90,%91,%92,%93,%94,%95,%96,%97,%98,%99,%100,%101,%102,%103,%104,%105,%106,%107,%108,%109,%110,%111,%112,%113,"   \
  "%114,%115,%116,%117,%118,%119,%120,%121,%122,%123,%124,%125,%126,%127}"
/// Predicate p: false begins the accumulators anew.
#define ONDOL_WGMMA(types, flags, constraint)                                                                       \
  asm volatile("{\n.reg .pred p;\nsetp.ne.b32 p, %130, 0;\nwgmma.mma_async.sync.aligned." types " " ONDOL_REGISTERS \
               ", %128, %129, p" flags ";\n}\n"                                                                     \
               : ONDOL_128(constraint)                                                                              \
               : "l"(a), "l"(b), "r"(add))

template <Format format>
__device__ void accumulate(Accumulator<format> (&c)[registers], unsigned long long a, unsigned long long b, int add) {
  if constexpr (format == Format::bf16)
    ONDOL_WGMMA("m64n256k16.f32.bf16.bf16", ", 1, 1, 0, 0", "+f");
  else if constexpr (format == Format::fp16)
    ONDOL_WGMMA("m64n256k16.f32.f16.f16", ", 1, 1, 0, 0", "+f");
  else if constexpr (format == Format::tf32)
    ONDOL_WGMMA("m64n256k8.f32.tf32.tf32", ", 1, 1", "+f");
  else if constexpr (format == Format::fp8_e4m3)
    ONDOL_WGMMA("m64n256k32.f32.e4m3.e4m3", ", 1, 1", "+f");
  else
    ONDOL_WGMMA("m64n256k32.s32.s8.s8", "", "+r");
}
#endif

/// in: for each CTA the tiles of its warpgroups and the shared one, in the layout of core_offset().
template <Format format>
__global__ void __launch_bounds__(threads, 1)
    multiply(uint4 const* __restrict__ in, Accumulator<format>* __restrict__ out, int tiles, ClockLog log) {
#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
  extern __shared__ __align__(128) unsigned char memory[];
  ClockWatch const watch(log);
  constexpr int vectors = shared_bytes / 16;
  for (int i = static_cast<int>(threadIdx.x); i < vectors; i += threads)
    reinterpret_cast<uint4*>(memory)[i] = in[static_cast<std::size_t>(blockIdx.x) * vectors + i];
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");  // ordinary stores, read next by the tensor cores
  __syncthreads();

  auto const base = static_cast<unsigned>(__cvta_generic_to_shared(memory));
  unsigned const group = threadIdx.x / 128;
  unsigned long long const a = core_descriptor(base + group * tile_a_bytes, rows);
  unsigned long long const b = core_descriptor(base + groups * tile_a_bytes, columns);
  // a step of 32 bytes of K is two core matrices further: 2 * rows * 16 bytes, in units of 16
  constexpr unsigned step_a = 2 * rows, step_b = 2 * columns;
  Accumulator<format> c[registers] = {};
#pragma unroll 1
  for (int tile = 0; tile < tiles; ++tile) {
#pragma unroll 1
    for (int round = 0; round < rounds; ++round) {
      asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
#pragma unroll
      for (int step = 0; step < k_steps; ++step) accumulate<format>(c, a + step * step_a, b + step * step_b, round + step > 0);
      asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
      asm volatile("wgmma.wait_group.sync.aligned 0;" ::: "memory");
    }
  }
  Accumulator<format>* const mine = out + (static_cast<std::size_t>(blockIdx.x) * threads + threadIdx.x) * registers;
#pragma unroll
  for (int r = 0; r < registers; ++r) mine[r] = c[r];
  watch.close();
#else
  __trap();  // only code made for 9.0a has the instruction
#endif
}

template <Format format>
class Multiply : public Operation {
  static constexpr int k = k_bytes * 8 /
                           (format == Format::tf32                             ? 32
                            : format == Format::bf16 || format == Format::fp16 ? 16
                                                                               : 8);
  static constexpr double flop_per_round = 2.0 * rows * columns * k;  // of a warpgroup
  static constexpr double bytes_per_round = (rows + columns) * k_bytes;

 public:
  explicit Multiply(Setting const& s)
      : s_(s),
        grid_(exclusive_grid(s, shared_bytes)),
        // 32 bytes of K of 64 x 256 take 128 cycles in every format, and the warpgroups take turns
        tiles_(s.small ? 2 : trips_for(s.shape.clock_hz, 128.0 * k_steps * rounds * groups)),
        in_(filled(s.load.fill, format, s.load.seed, operands())),
        out_(cleared(static_cast<std::size_t>(grid_.blocks) * threads * registers * sizeof(Accumulator<format>))) {
    allow_shared(reinterpret_cast<void const*>(multiply<format>), grid_.shared_bytes);
  }
  Work work() const override {
    double const all = static_cast<double>(tiles_) * rounds * groups * grid_.blocks;
    Work w;
    w[tensor_channel(format)] = flop_per_round * all;
    w[Channel::shared] = bytes_per_round * all;
    return w;
  }
  double awake() const override { return grid_.awake; }
  bool notes_clock() const override { return true; }
  void launch(cudaStream_t stream) override {
    multiply<format><<<grid_.blocks, threads, grid_.shared_bytes, stream>>>(in_.as<uint4>(), out_.as<Accumulator<format>>(),
                                                                            tiles_, s_.clock);
    ONDOL_CUDA_CALL(cudaGetLastError());
  }

  std::string difference() override {
    auto const raw = packed_operands(s_.load.fill, format, s_.load.seed, operands());
    auto const made = downloaded<Accumulator<format>>(out_, static_cast<std::size_t>(grid_.blocks) * threads * registers);
    std::vector<double> got, expected, scale;
    for (std::size_t block = 0; block < static_cast<std::size_t>(grid_.blocks); ++block) {
      std::byte const* const tiles = raw.data() + block * shared_bytes;
      auto const b = tile(tiles + groups * tile_a_bytes, columns);
      for (std::size_t group = 0; group < groups; ++group) {
        auto const a = tile(tiles + group * tile_a_bytes, rows);
        auto const c = reference::gemm(a, b, rows, columns, k, rounds),
                   size = reference::gemm(absolute(a), absolute(b), rows, columns, k, rounds);
        for (std::size_t thread = 0; thread < 128; ++thread)
          for (std::size_t r = 0; r < registers; ++r) {
            Cell const at = fragment_wgmma(static_cast<int>(thread), static_cast<int>(r));
            auto const e = static_cast<std::size_t>(at.row * columns + at.column);
            got.push_back(static_cast<double>(made[((block * groups + group) * 128 + thread) * registers + r]));
            expected.push_back(c[e]), scale.push_back(size[e]);
          }
      }
    }
    return compare(got, expected, scale, tolerance());
  }

 private:
  std::uint64_t operands() const {
    return static_cast<std::uint64_t>(grid_.blocks) * shared_bytes / static_cast<std::size_t>(container_bytes(format));
  }
  /// Of the sum of |a b|: each of 256 steps may cut what lies below the last bit of the sum, 2^-23 of it or, in fp8, which
  /// keeps as few as 13 bits, 2^-13; the steps repeat, so the cuts all go one way.  A misplaced element is off by about 2^-4.
  static double tolerance() { return format == Format::int8 ? 0 : format == Format::fp8_e4m3 ? 0x1p-5 : 0x1p-12; }

  static reference::Values absolute(reference::Values v) {
    for (double& x : v) x = x < 0 ? -x : x;
    return v;
  }
  static reference::Values tile(std::byte const* from, int height) {
    int const width = container_bytes(format);
    reference::Values out(static_cast<std::size_t>(height) * k);
    for (int row = 0; row < height; ++row)
      for (int i = 0; i < k; ++i) {
        std::uint64_t word = 0;
        std::memcpy(&word, from + core_offset(height, row, i * width), static_cast<std::size_t>(width));
        out[static_cast<std::size_t>(row) * k + i] = value_of(word, format);
      }
    return out;
  }

  Setting s_;
  Grid grid_;
  int tiles_;
  Buffer in_, out_;
};

}  // namespace

std::unique_ptr<Operation> make_wgmma(Setting const& s) {
  switch (operand_format(s.load.kernel)) {
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

}  // namespace ondol::meter
