/// Rows fetched from a large table by number: pages of a key-value cache (16 tokens x 8 heads x 128 in bf16: 32 KiB) or rows of
/// an embedding table (8192 in bf16: 16 KiB), to a contiguous buffer.
#include <algorithm>

#include "kernels/bench/counts.hpp"
#include "kernels/bench/device.hpp"
#include "kernels/bench/operands.hpp"
#include "kernels/bench/operation.hpp"

namespace ondol::meter {
namespace {

constexpr int threads = 256, unroll = 4;

/// One CTA a row; `vectors` is a multiple of threads * unroll.
__global__ void __launch_bounds__(threads)
    gather(uint4 const* __restrict__ table, unsigned const* __restrict__ rows, uint4* __restrict__ out, unsigned vectors) {
  uint4 const* const from = table + std::size_t{rows[blockIdx.x]} * vectors;
  uint4* const to = out + std::size_t{blockIdx.x} * vectors;
#pragma unroll 1
  for (unsigned i = threadIdx.x; i < vectors; i += threads * unroll) {
    uint4 v[unroll];
#pragma unroll
    for (unsigned u = 0; u < unroll; ++u) v[u] = __ldcg(from + i + u * threads);
#pragma unroll
    for (unsigned u = 0; u < unroll; ++u) to[i + u * threads] = v[u];
  }
}

class Gather : public Operation {
 public:
  explicit Gather(Setting const& s)
      : s_(s),
        vectors_(s.load.kernel == "kv_gather" ? 2048 : 1024),
        table_rows_(
            s.small ? 64 : static_cast<unsigned>(std::min(2.0 * (1ULL << 30), s.shape.memory_bytes / 4) / (16.0 * vectors_))),
        table_(filled(s.load.fill, Format::bf16, s.load.seed, std::uint64_t{table_rows_} * vectors_ * 8)),
        out_(std::size_t{count()} * vectors_ * 16) {
    for (unsigned i = 0; i < count(); ++i)  // fp64 random bits are a good hash
      rows_.push_back(static_cast<unsigned>(operand(Fill::random_bits, Format::fp64, s.load.seed + 1, i) % table_rows_));
    device_rows_ = uploaded(rows_);
  }
  Work work() const override { return gather_work(16.0 * vectors_ * count()); }
  void launch(cudaStream_t stream) override {
    gather<<<count(), threads, 0, stream>>>(table_.as<uint4>(), device_rows_.as<unsigned>(), out_.as<uint4>(), vectors_);
    ONDOL_CUDA_CALL(cudaGetLastError());
  }
  std::string difference() override {
    auto const made = downloaded<std::uint16_t>(out_, out_.bytes() / 2);
    std::vector<double> got(made.begin(), made.end()), expected;
    for (unsigned row : rows_)
      for (std::uint64_t i = 0; i < std::uint64_t{vectors_} * 8; ++i)
        expected.push_back(
            static_cast<double>(operand_word(s_.load.fill, Format::bf16, s_.load.seed, std::uint64_t{row} * vectors_ * 8 + i)));
    return compare(got, expected, {1}, 0);
  }

 private:
  unsigned count() const { return s_.small ? 16 : 32768; }
  Setting s_;
  unsigned vectors_, table_rows_;
  std::vector<unsigned> rows_;
  Buffer table_, out_, device_rows_;
};

}  // namespace

std::unique_ptr<Operation> make_gather(Setting const& s) {
  return std::make_unique<Gather>(s);
}

}  // namespace ondol::meter
