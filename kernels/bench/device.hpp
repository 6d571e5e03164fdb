#pragma once
/// CUDA from the host's side: errors that say where, events and memory that give themselves back.

#include <cuda_runtime_api.h>

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "kernels/activity/fill.hpp"

namespace ondol::meter {

/// Throws std::runtime_error: call, place, CUDA's text.
void require(cudaError_t error, char const* call, char const* file, int line);
#define ONDOL_CUDA_CALL(call) ::ondol::meter::require((call), #call, __FILE__, __LINE__)

class Event {
 public:
  explicit Event(unsigned flags) { ONDOL_CUDA_CALL(cudaEventCreateWithFlags(&event_, flags)); }
  Event(Event const&) = delete;
  Event& operator=(Event const&) = delete;
  ~Event() { cudaEventDestroy(event_); }
  operator cudaEvent_t() const { return event_; }

 private:
  cudaEvent_t event_ = nullptr;
};

class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t bytes);
  Buffer(Buffer&& o) noexcept : data_(std::exchange(o.data_, nullptr)), bytes_(std::exchange(o.bytes_, 0)) {}
  Buffer& operator=(Buffer&& o) noexcept {
    std::swap(data_, o.data_);
    std::swap(bytes_, o.bytes_);
    return *this;
  }
  ~Buffer();
  template <class T = void>
  T* as() const {
    return static_cast<T*>(data_);
  }
  std::size_t bytes() const { return bytes_; }

 private:
  void* data_ = nullptr;
  std::size_t bytes_ = 0;
};

/// `count` operands of operands.hpp in device memory; there when the call returns, whatever stream uses them.
Buffer filled(Fill fill, Format format, std::uint64_t seed, std::uint64_t count);
Buffer cleared(std::size_t bytes);

template <class T>
Buffer uploaded(std::vector<T> const& host) {
  Buffer b(host.size() * sizeof(T));
  ONDOL_CUDA_CALL(cudaMemcpy(b.as(), host.data(), b.bytes(), cudaMemcpyHostToDevice));
  ONDOL_CUDA_CALL(cudaDeviceSynchronize());
  return b;
}
template <class T>
std::vector<T> downloaded(Buffer const& b, std::size_t count) {
  std::vector<T> host(count);
  ONDOL_CUDA_CALL(cudaMemcpy(host.data(), b.as(), count * sizeof(T), cudaMemcpyDeviceToHost));
  return host;
}

}  // namespace ondol::meter
