#pragma once
/// The log of one load: marks of its submissions and samples of the clock, on the meter's clock.

#include <cuda_runtime_api.h>

#include <vector>

#include "kernels/activity/clock.hpp"
#include "kernels/bench/account.hpp"
#include "kernels/bench/clock_log.hpp"
#include "kernels/bench/device.hpp"

namespace ondol::meter {

/// Ties the device's timer to the meter's clock by one pair of readings, or by two, which give the rate too.
class Timebase {
 public:
  void add(double host_s, unsigned long long device_ns);
  double host_s(unsigned long long device_ns) const;

 private:
  struct Pair {
    double host_s;
    unsigned long long device_ns;
  };
  std::vector<Pair> pairs_;
};

class LoadLog {
 public:
  LoadLog();
  LoadLog(LoadLog const&) = delete;
  LoadLog& operator=(LoadLog const&) = delete;
  ~LoadLog();

  void reset();                    ///< while nothing runs
  void tie(Clock&, cudaStream_t);  ///< asks the device for its time; the stream must be idle
  void mark_begin(cudaStream_t) const;
  /// Notes the end; with `probe` then spins for about 20 us to measure the clock, for loads that do not.
  void mark_end(cudaStream_t, bool probe) const;
  ClockLog clock_log() const;
  bool begun() const;                            ///< the device has begun the first submission
  static constexpr unsigned capacity = 1 << 17;  ///< submissions of one load

  std::vector<Interval> intervals() const;  ///< of submissions, in order; the last may not have ended
  std::vector<Sample> samples() const;

 private:
  Marks marks() const;
  static constexpr unsigned sample_capacity = 1 << 18;

  void* pinned_ = nullptr;
  unsigned long long *begin_ = nullptr, *end_ = nullptr, *replies_ = nullptr;
  ClockSample* samples_ = nullptr;
  unsigned* question_ = nullptr;
  Buffer next_;  // of marks, of samples
  Timebase timebase_;
};

}  // namespace ondol::meter
