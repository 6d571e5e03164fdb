#include "kernels/bench/grid.hpp"

#include <algorithm>

#include "kernels/bench/device.hpp"

namespace ondol::meter {
namespace {

std::size_t attribute(cudaDeviceAttr what) {
  int device = 0, value = 0;
  ONDOL_CUDA_CALL(cudaGetDevice(&device));
  ONDOL_CUDA_CALL(cudaDeviceGetAttribute(&value, what, device));
  return static_cast<std::size_t>(value);
}

Grid over(Setting const& s, std::size_t shared_bytes) {
  int const blocks = multiprocessors_used(s);
  return {blocks, shared_bytes, static_cast<double>(blocks) / s.shape.multiprocessors};
}

}  // namespace

Grid exclusive_grid(Setting const& s, std::size_t shared_bytes) {
  std::size_t const more_than_half = attribute(cudaDevAttrMaxSharedMemoryPerMultiprocessor) / 2 + 1024;
  std::size_t const most = attribute(cudaDevAttrMaxSharedMemoryPerBlockOptin);
  return over(s, std::max(shared_bytes, std::min(more_than_half, most)));
}

Grid cached_grid(Setting const& s) {
  return over(s, 0);
}

void allow_shared(void const* kernel, std::size_t bytes) {
  ONDOL_CUDA_CALL(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(bytes)));
}

int trips_for(double clock_hz, double cycles) {
  return std::max(1, static_cast<int>(launch_s * clock_hz / cycles));
}

}  // namespace ondol::meter
