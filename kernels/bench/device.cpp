#include "kernels/bench/device.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "kernels/bench/operands.hpp"

namespace ondol::meter {

void require(cudaError_t error, char const* call, char const* file, int line) {
  if (error == cudaSuccess) return;
  throw std::runtime_error(std::string(file) + ":" + std::to_string(line) + ": " + call + ": " + cudaGetErrorString(error));
}

Buffer::Buffer(std::size_t bytes) : bytes_(bytes) {
  if (bytes > 0) ONDOL_CUDA_CALL(cudaMalloc(&data_, bytes));
}
Buffer::~Buffer() {
  if (data_) cudaFree(data_);  // a destructor may not throw; a lost device has been reported by an earlier call
}

Buffer filled(Fill fill, Format format, std::uint64_t seed, std::uint64_t count) {
  auto const width = static_cast<std::size_t>(container_bytes(format));
  Buffer b(count * width);
  auto const head = packed_operands(fill, format, seed, count);
  ONDOL_CUDA_CALL(cudaMemcpy(b.as(), head.data(), head.size(), cudaMemcpyHostToDevice));
  auto* const bytes = b.as<std::byte>();
  for (std::size_t done = head.size(); done < b.bytes();) {  // doubling keeps the period: `done` is a multiple of it
    std::size_t const more = std::min(done, b.bytes() - done);
    ONDOL_CUDA_CALL(cudaMemcpyAsync(bytes + done, bytes, more, cudaMemcpyDeviceToDevice));
    done += more;
  }
  ONDOL_CUDA_CALL(cudaDeviceSynchronize());
  return b;
}

Buffer cleared(std::size_t bytes) {
  Buffer b(bytes);
  if (bytes > 0) ONDOL_CUDA_CALL(cudaMemset(b.as(), 0, bytes));
  ONDOL_CUDA_CALL(cudaDeviceSynchronize());  // loads run in streams that do not wait for the default one
  return b;
}

}  // namespace ondol::meter
