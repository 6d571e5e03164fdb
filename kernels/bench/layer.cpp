/// Compositions: one transformer layer, and a matrix product beside a copy.
#include <algorithm>
#include <cmath>

#include "kernels/bench/gemm.hpp"
#include "kernels/bench/launches.hpp"
#include "kernels/bench/operands.hpp"
#include "kernels/bench/reference.hpp"

namespace ondol::meter {
namespace {

struct Sizes {
  int tokens, heads, cache_heads, inner;
  int hidden() const { return heads * 128; }
  int cached() const { return cache_heads * 128; }
  int projected() const { return hidden() + 2 * cached(); }  // q, k and v side by side
};

std::size_t area(int a, int b) {
  return static_cast<std::size_t>(a) * static_cast<std::size_t>(b);
}

/// y = x + O attention(QKV norm(x)),  out = y + Down swiglu(GateUp norm(y)): one sequence, no rotary embedding.  Products are
/// scaled so that activations stay near the size of the operands whatever the fill.
class TransformerLayer : public Operation {
 public:
  explicit TransformerLayer(Setting const& s)
      : s_(s),
        z_(s.small ? Sizes{64, 2, 1, 512} : Sizes{2048, 32, 8, 14336}),
        rms_(operand_rms(s.load.fill, Format::bf16, s.load.seed)),
        project_(z_.tokens, z_.projected(), z_.hidden(), Format::bf16),
        merge_(z_.tokens, z_.hidden(), z_.hidden(), Format::bf16),
        widen_(z_.tokens, 2 * z_.inner, z_.hidden(), Format::bf16),
        narrow_(z_.tokens, z_.hidden(), z_.inner, Format::bf16),
        x_(operands(0, area(z_.tokens, z_.hidden()))),
        w_qkv_(operands(1, area(z_.projected(), z_.hidden()))),
        w_o_(operands(2, area(z_.hidden(), z_.hidden()))),
        w_gate_up_(operands(3, area(2 * z_.inner, z_.hidden()))),
        w_down_(operands(4, area(z_.hidden(), z_.inner))),
        gain_(operands(5, static_cast<std::size_t>(z_.hidden()))),
        normed_(bytes(z_.hidden())),
        qkv_(bytes(z_.projected())),
        attended_(bytes(z_.hidden())),
        y_(bytes(z_.hidden())),
        gate_up_(bytes(2 * z_.inner)),
        inner_(bytes(z_.inner)),
        out_(bytes(z_.hidden())) {}

  Work work() const override {
    double const t = z_.tokens, h = z_.hidden(), f = z_.inner, m = s_.shape.multiprocessors;
    Work w = gemm_work({t, static_cast<double>(z_.projected()), h, Format::bf16, m});
    w += gemm_work({t, h, h, Format::bf16, m});
    w += gemm_work({t, 2 * f, h, Format::bf16, m});
    w += gemm_work({t, h, f, Format::bf16, m});
    w += 2 * rmsnorm_work(t, h);
    w += prefill_work(1, t, z_.heads, z_.cache_heads);
    w += swiglu_work(t * f);
    return w;
  }
  void launch(cudaStream_t stream) override {
    auto const f = [](double v) { return static_cast<float>(v); };
    rmsnorm(x_.as(), gain_.as(), normed_.as(), z_.tokens, z_.hidden(), stream);
    project_.run(normed_.as(), w_qkv_.as(), qkv_.as(), qkv_.as(), f(into_unit()), 0, stream);
    auto const* const q = qkv_.as<std::uint16_t>();
    auto const stride = static_cast<std::size_t>(z_.projected());
    prefill({q, q + z_.hidden(), q + z_.hidden() + z_.cached(), attended_.as(), 1, z_.tokens, z_.heads, z_.cache_heads, stride,
             stride, static_cast<std::size_t>(z_.hidden()), f(1 / std::sqrt(128.0))},
            stream);
    merge_.run(attended_.as(), w_o_.as(), x_.as(), y_.as(), f(back(z_.hidden())), 1, stream);
    rmsnorm(y_.as(), gain_.as(), normed_.as(), z_.tokens, z_.hidden(), stream);
    widen_.run(normed_.as(), w_gate_up_.as(), gate_up_.as(), gate_up_.as(), f(into_unit()), 0, stream);
    auto const* const gate = gate_up_.as<std::uint16_t>();
    swiglu(gate, gate + z_.inner, inner_.as(), z_.tokens, z_.inner, static_cast<std::size_t>(2 * z_.inner), stream);
    narrow_.run(inner_.as(), w_down_.as(), y_.as(), out_.as(), f(back(z_.inner)), 1, stream);
  }

  std::string difference() override {
    using reference::Values;
    auto const values = [&](std::uint64_t which, std::size_t n) {
      return operand_values(s_.load.fill, Format::bf16, s_.load.seed + which, n);
    };
    auto const stored = [](Values v) {  // every intermediate result is kept in bf16
      for (double& e : v) e = round_to(e, Format::bf16);
      return v;
    };
    auto const t = static_cast<std::size_t>(z_.tokens), h = static_cast<std::size_t>(z_.hidden()),
               f = static_cast<std::size_t>(z_.inner);
    auto const p = static_cast<std::size_t>(z_.projected()), c = static_cast<std::size_t>(z_.cached());
    auto const columns = [&](Values const& from, std::size_t width, std::size_t first, std::size_t count) {
      Values part;
      for (std::size_t row = 0; row < t; ++row)
        part.insert(part.end(), &from[row * width + first], &from[row * width + first] + count);
      return part;
    };
    auto const x = values(0, t * h), gain = values(5, h);
    auto const normed = stored(reference::rmsnorm(x, gain, h, norm_epsilon));
    auto const qkv = stored(reference::gemm(normed, values(1, p * h), t, p, h, into_unit()));
    auto const attended =
        stored(reference::attention(columns(qkv, p, 0, h), columns(qkv, p, h, c), columns(qkv, p, h + c, c),
                                    {1, z_.tokens, z_.tokens, z_.heads, z_.cache_heads, 128, 1 / std::sqrt(128.0), true}));
    auto const y = stored(reference::gemm(attended, values(2, h * h), t, h, h, back(z_.hidden()), x));
    auto const normed_y = stored(reference::rmsnorm(y, gain, h, norm_epsilon));
    auto const gate_up = stored(reference::gemm(normed_y, values(3, 2 * f * h), t, 2 * f, h, into_unit()));
    auto const inner = stored(reference::swiglu(columns(gate_up, 2 * f, 0, f), columns(gate_up, 2 * f, f, f)));
    auto const expected = reference::gemm(inner, values(4, h * f), t, h, f, back(z_.inner), y);
    std::vector<double> got;
    for (std::uint16_t v : downloaded<std::uint16_t>(out_, t * h)) got.push_back(value_of(v, Format::bf16));
    // six roundings to bf16 on the way, each 2^-9 of its value
    return compare(got, expected, {4 * rms_}, 0x1p-6);
  }

 private:
  Buffer operands(std::uint64_t which, std::size_t n) const {
    return filled(s_.load.fill, Format::bf16, s_.load.seed + which, n);
  }
  std::size_t bytes(int columns) const { return area(z_.tokens, columns) * 2; }
  /// Of a normed row (its size is that of the gain) by weights: near one.
  double into_unit() const { return 1 / (std::sqrt(static_cast<double>(z_.hidden())) * rms_ * rms_); }
  /// Of values near one by weights, to the size of x.
  static double back(int inputs) { return 1 / std::sqrt(static_cast<double>(inputs)); }

  Setting s_;
  Sizes z_;
  double rms_;
  Gemm project_, merge_, widen_, narrow_;
  Buffer x_, w_qkv_, w_o_, w_gate_up_, w_down_, gain_, normed_, qkv_, attended_, y_, gate_up_, inner_, out_;
};

/// The copy keeps one multiprocessor in eight, the product the others; on H100 both take about as long.
class GemmAndCopy : public Operation {
 public:
  explicit GemmAndCopy(Setting const& s) {
    Setting copy = s, gemm = s;
    copy.load.kernel = "hbm_copy", copy.load.sm_share = 1.0 / 8;
    gemm.load.kernel = "gemm_square_bf16";
    copy_ = make_copy(copy);
    gemm_ = make_gemm_on(gemm, s.shape.multiprocessors - multiprocessors_used(copy));
    int least = 0, greatest = 0;
    ONDOL_CUDA_CALL(cudaDeviceGetStreamPriorityRange(&least, &greatest));
    // the copy first, or a product of many small waves would leave it no multiprocessor until its end
    ONDOL_CUDA_CALL(cudaStreamCreateWithPriority(&beside_, cudaStreamNonBlocking, greatest));
  }
  ~GemmAndCopy() override {
    cudaStreamSynchronize(beside_);
    cudaStreamDestroy(beside_);
  }
  Work work() const override {
    Work w = gemm_->work();
    w += copy_->work();
    return w;
  }
  bool notes_clock() const override { return true; }  // the copy does
  void launch(cudaStream_t stream) override {
    ONDOL_CUDA_CALL(cudaEventRecord(fork_, stream));
    ONDOL_CUDA_CALL(cudaStreamWaitEvent(beside_, fork_));
    copy_->launch(beside_);
    gemm_->launch(stream);
    ONDOL_CUDA_CALL(cudaEventRecord(join_, beside_));
    ONDOL_CUDA_CALL(cudaStreamWaitEvent(stream, join_));
  }
  std::string difference() override {
    std::string const copied = copy_->difference(), multiplied = gemm_->difference();
    return copied.empty() ? multiplied : "copy: " + copied;
  }

 private:
  std::unique_ptr<Operation> copy_, gemm_;
  cudaStream_t beside_ = nullptr;
  Event fork_{cudaEventDisableTiming}, join_{cudaEventDisableTiming};
};

}  // namespace

std::unique_ptr<Operation> make_transformer_layer(Setting const& s) {
  return std::make_unique<TransformerLayer>(s);
}
std::unique_ptr<Operation> make_gemm_and_copy(Setting const& s) {
  return std::make_unique<GemmAndCopy>(s);
}

}  // namespace ondol::meter
