#pragma once
/// Matrix products by the vendor library, cuBLASLt.

#include <cublasLt.h>

#include "kernels/bench/counts.hpp"
#include "kernels/bench/device.hpp"
#include "kernels/bench/operation.hpp"

namespace ondol::meter {

/// D[m x n] = alpha X[m x k] W[n x k]^T + beta C[m x n], row-major; X and W in bf16 or fp8 e4m3, C and D in bf16, sums in fp32.
/// To cuBLASLt, which is column-major, that is D^T = (W^T)^T X^T: first operand transposed, second not, the one layout that its
/// fp8 path takes.
class Gemm {
 public:
  /// `multiprocessors` > 0 asks the library to leave the others free.
  Gemm(int m, int n, int k, Format format, int multiprocessors = 0);
  Gemm(Gemm const&) = delete;
  Gemm& operator=(Gemm const&) = delete;
  ~Gemm();
  void run(void const* x, void const* w, void const* c, void* d, float alpha, float beta, cudaStream_t stream) const;

 private:
  void release() noexcept;

  cublasLtHandle_t library_ = nullptr;
  cublasLtMatmulDesc_t product_ = nullptr;
  cublasLtMatrixLayout_t w_ = nullptr, x_ = nullptr, d_ = nullptr;
  cublasLtMatmulAlgo_t algorithm_{};
  Buffer workspace_;
};

/// The product of the suite that the setting names, on so many multiprocessors; 0: all.
std::unique_ptr<Operation> make_gemm_on(Setting const&, int multiprocessors);

}  // namespace ondol::meter
