#include "kernels/bench/gemm.hpp"

#include <array>
#include <cmath>
#include <stdexcept>
#include <string>

#include "kernels/activity/suite.hpp"
#include "kernels/bench/operands.hpp"
#include "kernels/bench/reference.hpp"

namespace ondol::meter {
namespace {

void require_lt(cublasStatus_t status, char const* call, int line) {
  if (status != CUBLAS_STATUS_SUCCESS)
    throw std::runtime_error(std::string(__FILE__) + ":" + std::to_string(line) + ": " + call + ": " +
                             cublasLtGetStatusString(status));
}
#define ONDOL_LT_CALL(call) require_lt((call), #call, __LINE__)

constexpr std::size_t workspace_bytes = 64 << 20;

struct Named {
  std::string_view id;
  int m, n, k;
};
constexpr std::array shapes{
    Named{"gemm_square_bf16", 8192, 8192, 8192},  Named{"gemm_up_bf16", 4096, 28672, 8192},
    Named{"gemm_down_bf16", 4096, 8192, 28672},   Named{"gemm_skinny16_bf16", 16, 28672, 8192},
    Named{"gemm_skinny64_bf16", 64, 28672, 8192}, Named{"gemm_square_fp8", 8192, 8192, 8192},
};

Named shape_of(Setting const& s) {
  if (s.small) return {s.load.kernel, s.load.kernel.find("skinny16") != std::string::npos ? 16 : 64, 128, 256};
  for (Named const& n : shapes)
    if (n.id == s.load.kernel) return n;
  throw std::runtime_error("no matrix product is called " + s.load.kernel);
}

std::size_t area(int a, int b) {
  return static_cast<std::size_t>(a) * static_cast<std::size_t>(b);
}

class Product : public Operation {
 public:
  Product(Setting const& s, int multiprocessors)
      : s_(s),
        shape_(shape_of(s)),
        format_(operand_format(s.load.kernel)),
        multiprocessors_(multiprocessors > 0 ? multiprocessors : s.shape.multiprocessors),
        gemm_(shape_.m, shape_.n, shape_.k, format_, multiprocessors),
        x_(filled(s.load.fill, format_, s.load.seed, area(shape_.m, shape_.k))),
        w_(filled(s.load.fill, format_, s.load.seed + 1, area(shape_.n, shape_.k))),
        d_(area(shape_.m, shape_.n) * 2) {}
  Work work() const override {
    return gemm_work({static_cast<double>(shape_.m), static_cast<double>(shape_.n), static_cast<double>(shape_.k), format_,
                      static_cast<double>(multiprocessors_)});
  }
  void launch(cudaStream_t stream) override { gemm_.run(x_.as(), w_.as(), d_.as(), d_.as(), 1, 0, stream); }
  std::string difference() override {
    auto const m = static_cast<std::size_t>(shape_.m), n = static_cast<std::size_t>(shape_.n),
               k = static_cast<std::size_t>(shape_.k);
    auto const x = operand_values(s_.load.fill, format_, s_.load.seed, m * k);
    auto const w = operand_values(s_.load.fill, format_, s_.load.seed + 1, n * k);
    std::vector<double> got, scale;
    for (std::uint16_t v : downloaded<std::uint16_t>(d_, m * n)) got.push_back(value_of(v, Format::bf16));
    auto const absolute = [](std::vector<double> v) {
      for (double& a : v) a = std::fabs(a);
      return v;
    };
    auto const expected = reference::gemm(x, w, m, n, k), sizes = reference::gemm(absolute(x), absolute(w), m, n, k);
    // half a step of bf16 in the result, and what the sum loses
    double const lost = format_ == Format::fp8_e4m3 ? 0x1p-9 : 0x1p-16;
    for (std::size_t i = 0; i < expected.size(); ++i) scale.push_back(0x1p-8 * std::fabs(expected[i]) + lost * sizes[i]);
    return compare(got, expected, scale, 1);
  }

 private:
  Setting s_;
  Named shape_;
  Format format_;
  int multiprocessors_;
  Gemm gemm_;
  Buffer x_, w_, d_;
};

}  // namespace

Gemm::Gemm(int m, int n, int k, Format format, int multiprocessors) : workspace_(workspace_bytes) {
  try {
    bool const fp8 = format == Format::fp8_e4m3;
    cudaDataType_t const in = fp8 ? CUDA_R_8F_E4M3 : CUDA_R_16BF;
    auto const set = [&](cublasLtMatmulDescAttributes_t what, auto value) {
      ONDOL_LT_CALL(cublasLtMatmulDescSetAttribute(product_, what, &value, sizeof value));
    };
    auto const rows = [](int v) { return static_cast<std::uint64_t>(v); };
    ONDOL_LT_CALL(cublasLtCreate(&library_));
    ONDOL_LT_CALL(cublasLtMatmulDescCreate(&product_, CUBLAS_COMPUTE_32F, CUDA_R_32F));
    set(CUBLASLT_MATMUL_DESC_TRANSA, CUBLAS_OP_T);
    set(CUBLASLT_MATMUL_DESC_TRANSB, CUBLAS_OP_N);
    if (fp8) set(CUBLASLT_MATMUL_DESC_FAST_ACCUM, std::int8_t{1});
    if (multiprocessors > 0) set(CUBLASLT_MATMUL_DESC_SM_COUNT_TARGET, std::int32_t{multiprocessors});
    ONDOL_LT_CALL(cublasLtMatrixLayoutCreate(&w_, in, rows(k), rows(n), k));
    ONDOL_LT_CALL(cublasLtMatrixLayoutCreate(&x_, in, rows(k), rows(m), k));
    ONDOL_LT_CALL(cublasLtMatrixLayoutCreate(&d_, CUDA_R_16BF, rows(n), rows(m), n));

    cublasLtMatmulPreference_t wish = nullptr;
    ONDOL_LT_CALL(cublasLtMatmulPreferenceCreate(&wish));
    cublasLtMatmulHeuristicResult_t best{};
    int found = 0;
    cublasStatus_t status = cublasLtMatmulPreferenceSetAttribute(wish, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                                                                 &workspace_bytes, sizeof workspace_bytes);
    if (status == CUBLAS_STATUS_SUCCESS)
      status = cublasLtMatmulAlgoGetHeuristic(library_, product_, w_, x_, d_, d_, wish, 1, &best, &found);
    cublasLtMatmulPreferenceDestroy(wish);
    require_lt(status, "cublasLtMatmulAlgoGetHeuristic", __LINE__);
    if (found == 0) throw std::runtime_error("cuBLASLt knows no algorithm for this matrix product");
    algorithm_ = best.algo;
  } catch (...) {
    release();
    throw;
  }
}

Gemm::~Gemm() {
  release();
}

void Gemm::release() noexcept {
  for (cublasLtMatrixLayout_t layout : {d_, x_, w_})
    if (layout) cublasLtMatrixLayoutDestroy(layout);
  if (product_) cublasLtMatmulDescDestroy(product_);
  if (library_) cublasLtDestroy(library_);
}

void Gemm::run(void const* x, void const* w, void const* c, void* d, float alpha, float beta, cudaStream_t stream) const {
  ONDOL_LT_CALL(cublasLtMatmul(library_, product_, &alpha, w, w_, x, x_, &beta, c, d_, d, d_, &algorithm_, workspace_.as(),
                               workspace_.bytes(), stream));
}

std::unique_ptr<Operation> make_gemm(Setting const& s) {
  return make_gemm_on(s, 0);
}
std::unique_ptr<Operation> make_gemm_on(Setting const& s, int multiprocessors) {
  return std::make_unique<Product>(s, multiprocessors);
}

}  // namespace ondol::meter
