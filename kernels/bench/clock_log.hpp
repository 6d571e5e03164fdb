#pragma once
/// What a device writes for the host to read while it runs: when submissions began and ended, and the clock in between.
/// All of it lies in pinned host memory that the device maps, so that reading costs the device nothing.

#include <cstdint>

namespace ondol::meter {

struct ClockSample {
  unsigned long long end_ns, duration_ns, cycles;  // %globaltimer and clock64 of one multiprocessor
};

/// Passed by value to kernels.  One writer at a time: launches of a load follow one another in a stream.
struct ClockLog {
  ClockSample* samples = nullptr;  // null: keep no log
  unsigned* next = nullptr;        // in device memory
  unsigned capacity = 0;
};

/// Beginning and end of each submission, in submission order.
struct Marks {
  unsigned long long* begin_ns = nullptr;
  unsigned long long* end_ns = nullptr;
  unsigned* next = nullptr;  // in device memory
  unsigned capacity = 0;
};

}  // namespace ondol::meter
