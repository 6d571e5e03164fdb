/// Copies over PCIe and between devices: the copy engines work, no multiprocessor does.
#include <algorithm>

#ifdef ONDOL_NCCL
#include <nccl.h>
#endif

#include <stdexcept>

#include "kernels/bench/counts.hpp"
#include "kernels/bench/device.hpp"
#include "kernels/bench/operands.hpp"
#include "kernels/bench/operation.hpp"

namespace ondol::meter {
namespace {

std::size_t copied_bytes(Setting const& s) {
  return s.small ? 1 << 20 : 256 << 20;
}
std::uint64_t words(Setting const& s) {
  return copied_bytes(s) / 4;
}

std::string words_differ(Setting const& s, std::uint32_t const* got32) {
  std::vector<double> const got(got32, got32 + words(s));
  std::vector<double> expected;
  for (std::uint64_t i = 0; i < words(s); ++i)
    expected.push_back(static_cast<double>(operand_word(s.load.fill, Format::fp32, s.load.seed, i)));
  return compare(got, expected, {1}, 0);
}

class Pinned {
 public:
  explicit Pinned(std::size_t bytes) { ONDOL_CUDA_CALL(cudaMallocHost(&data_, bytes)); }
  Pinned(Pinned const&) = delete;
  Pinned& operator=(Pinned const&) = delete;
  ~Pinned() { cudaFreeHost(data_); }
  std::uint32_t* words() const { return static_cast<std::uint32_t*>(data_); }

 private:
  void* data_ = nullptr;
};

class HostCopy : public Operation {
 public:
  explicit HostCopy(Setting const& s)
      : s_(s),
        to_device_(s.load.kernel == "host_to_device"),
        host_(copied_bytes(s)),
        device_(filled(s.load.fill, Format::fp32, s.load.seed, words(s))) {
    // the side that is read holds the operands, the other zeros
    ONDOL_CUDA_CALL(cudaMemcpy(host_.words(), device_.as(), device_.bytes(), cudaMemcpyDeviceToHost));
    if (to_device_)
      device_ = cleared(copied_bytes(s));
    else
      std::fill_n(host_.words(), words(s), 0U);
  }
  Work work() const override {
    auto const bytes = static_cast<double>(device_.bytes());
    Work w;
    w[Channel::pcie] = w[Channel::l2] = bytes;
    w[to_device_ ? Channel::hbm_write : Channel::hbm_read] = bytes;
    return w;
  }
  double awake() const override { return 0; }
  void launch(cudaStream_t stream) override {
    if (to_device_)
      ONDOL_CUDA_CALL(cudaMemcpyAsync(device_.as(), host_.words(), device_.bytes(), cudaMemcpyHostToDevice, stream));
    else
      ONDOL_CUDA_CALL(cudaMemcpyAsync(host_.words(), device_.as(), device_.bytes(), cudaMemcpyDeviceToHost, stream));
  }
  std::string difference() override {
    if (to_device_) return words_differ(s_, downloaded<std::uint32_t>(device_, words(s_)).data());
    return words_differ(s_, host_.words());
  }

 private:
  Setting s_;
  bool to_device_;
  Pinned host_;
  Buffer device_;
};

int device_count() {
  int n = 0;
  ONDOL_CUDA_CALL(cudaGetDeviceCount(&n));
  return n;
}

/// Runs with another device current, then makes the former current again.
class OnDevice {
 public:
  explicit OnDevice(int device) {
    ONDOL_CUDA_CALL(cudaGetDevice(&before_));
    ONDOL_CUDA_CALL(cudaSetDevice(device));
  }
  OnDevice(OnDevice const&) = delete;
  OnDevice& operator=(OnDevice const&) = delete;
  ~OnDevice() { cudaSetDevice(before_); }

 private:
  int before_ = 0;
};

class PeerCopy : public Operation {
 public:
  explicit PeerCopy(Setting const& s) : s_(s), from_(filled(s.load.fill, Format::fp32, s.load.seed, words(s))) {
    ONDOL_CUDA_CALL(cudaGetDevice(&me_));
    peer_ = (me_ + 1) % device_count();
    int reachable = 0;
    ONDOL_CUDA_CALL(cudaDeviceCanAccessPeer(&reachable, me_, peer_));
    if (!reachable)
      throw std::runtime_error("peer_copy: device " + std::to_string(me_) + " cannot reach device " + std::to_string(peer_));
    cudaError_t const error = cudaDeviceEnablePeerAccess(peer_, 0);
    if (error == cudaErrorPeerAccessAlreadyEnabled)
      cudaGetLastError();  // an earlier load did it; forget the error
    else
      ONDOL_CUDA_CALL(error);
    OnDevice const there(peer_);
    to_ = cleared(from_.bytes());
  }
  Work work() const override {
    auto const bytes = static_cast<double>(from_.bytes());
    Work w;
    w[Channel::scaleup] = w[Channel::hbm_read] = w[Channel::l2] = bytes;
    return w;
  }
  double awake() const override { return 0; }
  void launch(cudaStream_t stream) override {
    ONDOL_CUDA_CALL(cudaMemcpyPeerAsync(to_.as(), peer_, from_.as(), me_, from_.bytes(), stream));
  }
  std::string difference() override {
    OnDevice const there(peer_);
    return words_differ(s_, downloaded<std::uint32_t>(to_, words(s_)).data());
  }

 private:
  Setting s_;
  int me_ = 0, peer_ = 0;
  Buffer from_, to_;
};

#ifdef ONDOL_NCCL
void require_nccl(ncclResult_t result, char const* call, int line) {
  if (result != ncclSuccess)
    throw std::runtime_error(std::string(__FILE__) + ":" + std::to_string(line) + ": " + call + ": " +
                             ncclGetErrorString(result));
}
#define ONDOL_NCCL_CALL(call) require_nccl((call), #call, __LINE__)

class AllReduce : public Operation {
 public:
  explicit AllReduce(Setting const& s) : s_(s), ranks_(static_cast<std::size_t>(device_count())), communicators_(ranks_) {
    ONDOL_CUDA_CALL(cudaGetDevice(&me_));
    ONDOL_NCCL_CALL(ncclCommInitAll(communicators_.data(), static_cast<int>(ranks_), nullptr));
    for (std::size_t r = 0; r < ranks_; ++r) {
      OnDevice const there(static_cast<int>(r));
      from_.push_back(filled(s.load.fill, Format::fp32, s.load.seed, words(s)));
      to_.push_back(cleared(copied_bytes(s)));
      ONDOL_CUDA_CALL(cudaStreamCreateWithFlags(&streams_.emplace_back(), cudaStreamNonBlocking));
    }
  }
  ~AllReduce() override {
    for (std::size_t r = 0; r < streams_.size(); ++r) {
      cudaStreamSynchronize(streams_[r]);
      ncclCommDestroy(communicators_[r]);
      cudaStreamDestroy(streams_[r]);
    }
  }
  /// A ring: each device sends and receives 2 (n - 1) / n of the buffer; sent bytes count.
  Work work() const override {
    auto const n = static_cast<double>(ranks_), bytes = static_cast<double>(copied_bytes(s_));
    Work w;
    w[Channel::scaleup] = 2 * (n - 1) / n * bytes;
    w[Channel::hbm_read] = 2 * bytes, w[Channel::hbm_write] = bytes;
    w[Channel::l2] = w[Channel::l1] = 3 * bytes;
    w[Channel::vector_fp32] = (n - 1) / n * bytes / 4;
    return w;
  }
  bool capturable() const override { return false; }
  void launch(cudaStream_t stream) override {
    ONDOL_NCCL_CALL(ncclGroupStart());
    for (std::size_t r = 0; r < ranks_; ++r)
      ONDOL_NCCL_CALL(ncclAllReduce(from_[r].as(), to_[r].as(), words(s_), ncclFloat, ncclSum, communicators_[r],
                                    static_cast<int>(r) == me_ ? stream : streams_[r]));
    ONDOL_NCCL_CALL(ncclGroupEnd());
  }
  std::string difference() override {
    std::vector<double> got, expected, scale;
    for (float v : downloaded<float>(to_[static_cast<std::size_t>(me_)], words(s_))) got.push_back(v);
    for (double v : operand_values(s_.load.fill, Format::fp32, s_.load.seed, words(s_))) {
      expected.push_back(v * static_cast<double>(ranks_));
      scale.push_back(v < 0 ? -v : v);
    }
    return compare(got, expected, scale, 0x1p-20);
  }

 private:
  Setting s_;
  std::size_t ranks_;
  int me_ = 0;
  std::vector<ncclComm_t> communicators_;
  std::vector<Buffer> from_, to_;
  std::vector<cudaStream_t> streams_;
};
#endif

}  // namespace

std::unique_ptr<Operation> make_host_copy(Setting const& s) {
  return std::make_unique<HostCopy>(s);
}
std::unique_ptr<Operation> make_peer_copy(Setting const& s) {
  return std::make_unique<PeerCopy>(s);
}
std::unique_ptr<Operation> make_all_reduce([[maybe_unused]] Setting const& s) {
#ifdef ONDOL_NCCL
  return std::make_unique<AllReduce>(s);
#else
  throw std::runtime_error("nccl_all_reduce: NCCL was not found when this was built");
#endif
}

}  // namespace ondol::meter
