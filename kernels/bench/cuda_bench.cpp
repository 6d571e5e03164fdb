#include "kernels/bench/cuda_bench.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <exception>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

#include "kernels/activity/suite.hpp"
#include "kernels/bench/account.hpp"
#include "kernels/bench/device.hpp"
#include "kernels/bench/marks.hpp"
#include "kernels/bench/operation.hpp"
#include "kernels/bench/refusal.hpp"

namespace ondol::meter {
namespace {

constexpr double submission_s = 0.02;
constexpr int in_flight = 3, most_launches = 2000;
/// A device that rested this long may have let its clocks sink to a fifth; it gets `waking_s` of work before a launch is timed.
constexpr double resting_s = 1, waking_s = 0.2;
#ifdef ONDOL_NCCL
constexpr bool nccl = true;
#else
constexpr bool nccl = false;
#endif

class Stream {
 public:
  Stream() { ONDOL_CUDA_CALL(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking)); }
  Stream(Stream const&) = delete;
  Stream& operator=(Stream const&) = delete;
  ~Stream() { cudaStreamDestroy(stream_); }
  operator cudaStream_t() const { return stream_; }

 private:
  cudaStream_t stream_ = nullptr;
};

/// The launches of one submission between their two marks.
class Submission {
 public:
  Submission(Operation& operation, LoadLog const& log, int launches, cudaStream_t stream)
      : operation_(operation), log_(log), launches_(launches) {
    if (!operation.capturable()) return;
    cudaGraph_t graph = nullptr;
    ONDOL_CUDA_CALL(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
    try {
      issue(stream);
    } catch (...) {
      cudaStreamEndCapture(stream, &graph);
      if (graph) cudaGraphDestroy(graph);
      throw;
    }
    ONDOL_CUDA_CALL(cudaStreamEndCapture(stream, &graph));
    // without the flag every node takes the priority of the stream that it is launched into
    cudaError_t const error = cudaGraphInstantiate(&graph_, graph, cudaGraphInstantiateFlagUseNodePriority);
    cudaGraphDestroy(graph);
    ONDOL_CUDA_CALL(error);
    ONDOL_CUDA_CALL(cudaGraphUpload(graph_, stream));
    ONDOL_CUDA_CALL(cudaStreamSynchronize(stream));
  }
  Submission(Submission const&) = delete;
  Submission& operator=(Submission const&) = delete;
  ~Submission() {
    if (graph_) cudaGraphExecDestroy(graph_);
  }
  int launches() const { return launches_; }
  void submit(cudaStream_t stream) {
    if (graph_)
      ONDOL_CUDA_CALL(cudaGraphLaunch(graph_, stream));
    else
      issue(stream);
  }

 private:
  void issue(cudaStream_t stream) {
    log_.mark_begin(stream);
    for (int i = 0; i < launches_; ++i) operation_.launch(stream);
    log_.mark_end(stream, !operation_.notes_clock());
  }
  Operation& operation_;
  LoadLog const& log_;
  int launches_;
  cudaGraphExec_t graph_ = nullptr;
};

/// Mean time of a launch, from the last of enough of them to fill `warm_s`, at least 5 ms.
double launch_seconds(Operation& operation, cudaStream_t stream, double warm_s) {
  Event const begin(cudaEventDefault), end(cudaEventDefault);
  auto const time = [&](int n) {
    ONDOL_CUDA_CALL(cudaEventRecord(begin, stream));
    for (int i = 0; i < n; ++i) operation.launch(stream);
    ONDOL_CUDA_CALL(cudaEventRecord(end, stream));
    ONDOL_CUDA_CALL(cudaEventSynchronize(end));
    float ms = 0;
    ONDOL_CUDA_CALL(cudaEventElapsedTime(&ms, begin, end));
    return std::max(1e-6, ms * 1e-3 / n);
  };
  time(1);  // loads the code
  double last = time(1), spent = last;
  do {
    int const n = static_cast<int>(std::clamp(std::ceil(5e-3 / last), 1.0, 200.0));
    last = time(n), spent += n * last;
  } while (spent < warm_s);
  return last;
}

DeviceShape shape_of(int device) {
  int count = 0;
  cudaError_t const error = cudaGetDeviceCount(&count);
  if (error != cudaSuccess) throw std::runtime_error(std::string("no CUDA device can be used: ") + cudaGetErrorString(error));
  if (device < 0 || device >= count)
    throw std::runtime_error("there is no CUDA device " + std::to_string(device) + "; CUDA sees " + std::to_string(count));
  cudaDeviceProp p{};
  ONDOL_CUDA_CALL(cudaGetDeviceProperties(&p, device));
  int clock_khz = 0;
  ONDOL_CUDA_CALL(cudaDeviceGetAttribute(&clock_khz, cudaDevAttrClockRate, device));
  std::array<char, 32> bus{};
  std::snprintf(bus.data(), bus.size(), "%08X:%02X:%02X.0", static_cast<unsigned>(p.pciDomainID),
                static_cast<unsigned>(p.pciBusID), static_cast<unsigned>(p.pciDeviceID));
  return {p.name,
          bus.data(),
          10 * p.major + p.minor,
          p.multiProcessorCount,
          static_cast<double>(p.l2CacheSize),
          static_cast<double>(p.totalGlobalMem),
          clock_khz * 1e3};
}

class CudaBench : public Bench {
 public:
  CudaBench(int device, Clock& clock) : device_(device), clock_(clock), shape_(shape_of(device)) {
    ONDOL_CUDA_CALL(cudaGetDeviceCount(&here_.devices));
    here_.nccl = nccl;
  }
  CudaBench(CudaBench const&) = delete;
  CudaBench& operator=(CudaBench const&) = delete;
  ~CudaBench() override {
    try {
      end_load();
    } catch (std::exception const&) {  // reported by stop() where anybody asked
    }
  }

  DeviceShape shape() const override { return shape_; }
  std::vector<KernelInfo> kernels() const override {
    std::vector<KernelInfo> offered;
    for (KernelInfo const& k : suite)
      if (refusal({.kernel = std::string(k.id)}).empty()) offered.push_back(k);
    return offered;
  }
  std::string refusal(LoadSpec const& load) const override { return why_not(load, shape_, here_); }

  void hold() override {
    ONDOL_CUDA_CALL(cudaSetDevice(device_));
    ONDOL_CUDA_CALL(cudaFree(nullptr));
    if (log_) return;
    stream_.emplace();
    log_.emplace();
  }
  void drop() override {
    stop();
    log_.reset();
    stream_.reset();
    ONDOL_CUDA_CALL(cudaSetDevice(device_));
    ONDOL_CUDA_CALL(cudaDeviceReset());  // this process's own context
  }

  void start(LoadSpec const& load, double at_most_s) override {
    stop();
    refuse(load);
    hold();
    log_->reset();
    account_ = {};
    operation_ = operation_named(load.kernel)({shape_, load, log_->clock_log(), false});
    bool const clocks_are_up = clock_.now_s() - busy_until_s_ < resting_s;
    double const launch_s = launch_seconds(*operation_, *stream_, clocks_are_up ? 5e-3 : waking_s);
    log_->mark_begin(*stream_);  // once before they are recorded: a first launch loads the code
    log_->mark_end(*stream_, true);
    ONDOL_CUDA_CALL(cudaStreamSynchronize(*stream_));
    double const busy_s = load.period_s > 0 ? load.period_s / 2 : submission_s;
    int const launches = std::clamp(static_cast<int>(std::lround(busy_s / launch_s)), 1, most_launches);
    submission_.emplace(*operation_, *log_, launches, *stream_);
    log_->reset();
    log_->tie(clock_, *stream_);
    account_.launches = launches, account_.awake = operation_->awake(), account_.work = operation_->work();
    stopping_ = false, fed_ = false;
    feeder_ = std::jthread([this, period = load.period_s, until = clock_.now_s() + at_most_s] { feed(period, until); });
    double const patience = clock_.now_s() + 10;
    while (!log_->begun() && !fed_) {
      if (clock_.now_s() > patience) {
        stop();
        throw std::runtime_error(load.kernel + ": the device did not begin within 10 s");
      }
      std::this_thread::yield();
    }
    if (fed_ && failure_) stop();
  }

  /// Throws what went wrong while the load ran.
  void stop() override {
    end_load();
    if (std::exception_ptr const error = std::exchange(failure_, nullptr)) std::rethrow_exception(error);
  }

  Done between(double t0_s, double t1_s) const override { return account().between(t0_s, t1_s); }
  std::vector<ClockPoint> clock_trace() const override { return account().clock_trace(); }

  std::string check(LoadSpec const& load) override {
    stop();
    refuse(load);
    hold();
    auto operation = operation_named(load.kernel)({shape_, load, {}, true});
    operation->launch(*stream_);
    cudaError_t state = cudaErrorNotReady;
    double const patience = clock_.now_s() + 20;
    while ((state = cudaStreamQuery(*stream_)) == cudaErrorNotReady && clock_.now_s() < patience) clock_.sleep_for(1e-3);
    if (state == cudaErrorNotReady) {
      operation.release();  // to free its memory is to wait for it, for ever
      throw std::runtime_error("the kernel did not end within 20 s");
    }
    ONDOL_CUDA_CALL(state);
    return operation->difference();
  }

 private:
  void refuse(LoadSpec const& load) const {
    if (std::string const why = refusal(load); !why.empty()) throw std::invalid_argument(why);
  }

  Account account() const {
    if (!operation_) return account_;
    Account now = account_;
    now.intervals = log_->intervals(), now.samples = log_->samples();
    return now;
  }

  /// Runs in a thread of its own.  Ends by itself at `until_s`; what is in flight then lasts less than 0.1 s for most loads.
  void feed(double period_s, double until_s) {
    try {
      ONDOL_CUDA_CALL(cudaSetDevice(device_));
      constexpr unsigned flags = cudaEventBlockingSync | cudaEventDisableTiming;
      std::array<Event, in_flight> const done{Event(flags), Event(flags), Event(flags)};
      double const begin = clock_.now_s();
      for (unsigned i = 0; i < LoadLog::capacity && !stopping_ && clock_.now_s() < until_s; ++i) {
        cudaEvent_t const event = done[i % in_flight];
        if (period_s > 0) {
          // the next beginning of a period that is not past: a late wave stays in phase
          double const next = begin + period_s * std::ceil((clock_.now_s() - begin) / period_s - (i == 0 ? 1 : 0));
          while (!stopping_ && clock_.now_s() < std::min(next, until_s))
            clock_.sleep_until(std::min({next, until_s, clock_.now_s() + 0.01}));
          if (stopping_ || clock_.now_s() >= until_s) break;
        } else if (i >= in_flight) {
          ONDOL_CUDA_CALL(cudaEventSynchronize(event));
        }
        submission_->submit(*stream_);
        ONDOL_CUDA_CALL(cudaEventRecord(event, *stream_));
        if (period_s > 0) ONDOL_CUDA_CALL(cudaEventSynchronize(event));
      }
      ONDOL_CUDA_CALL(cudaStreamSynchronize(*stream_));
    } catch (...) {
      failure_ = std::current_exception();
    }
    fed_ = true;  // the failure is read only after this
  }

  void end_load() {
    if (!operation_) return;
    stopping_ = true;
    if (feeder_.joinable()) feeder_.join();
    try {
      ONDOL_CUDA_CALL(cudaSetDevice(device_));
      if (!failure_) log_->tie(clock_, *stream_);
      account_.intervals = log_->intervals(), account_.samples = log_->samples();
    } catch (...) {
      if (!failure_) failure_ = std::current_exception();
    }
    submission_.reset();
    operation_.reset();
    busy_until_s_ = clock_.now_s();
  }

  int device_;
  Clock& clock_;
  DeviceShape shape_;
  Surroundings here_;
  // in the order in which they are made: each uses those above
  std::optional<Stream> stream_;
  std::optional<LoadLog> log_;
  std::unique_ptr<Operation> operation_;
  std::optional<Submission> submission_;
  Account account_;
  std::atomic<bool> stopping_ = false, fed_ = false;
  std::exception_ptr failure_;
  double busy_until_s_ = -1e9;
  std::jthread feeder_;
};

}  // namespace

std::unique_ptr<Bench> make_cuda_bench(int device, Clock& clock) {
  return std::make_unique<CudaBench>(device, clock);
}

}  // namespace ondol::meter
