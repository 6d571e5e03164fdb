#pragma once
/// The device's side of clock_log.hpp.

#include "kernels/bench/clock_log.hpp"

namespace ondol::meter {

__device__ inline unsigned long long globaltimer_ns() {
  unsigned long long t;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(t));
  return t;
}

/// The moment the timer steps next: its steps may be as coarse as 1 us (or 32 ns), waiting for one removes that error.
__device__ inline unsigned long long globaltimer_edge_ns() {
  unsigned long long const before = globaltimer_ns();
  unsigned long long now = before;
  while (now == before) now = globaltimer_ns();
  return now;
}

/// Notes the mean clock of one thread's life in a kernel: made at the start, closed at the end.  Only thread 0 of CTA 0 works.
struct ClockWatch {
  ClockLog log;
  unsigned long long begin_ns = 0, begin_cycles = 0;

  __device__ explicit ClockWatch(ClockLog const& where) : log(where) {
    if (!keeps()) return;
    begin_ns = globaltimer_edge_ns();
    begin_cycles = clock64();
  }
  __device__ bool keeps() const { return log.samples != nullptr && blockIdx.x == 0 && threadIdx.x == 0; }
  __device__ void close() const {
    if (!keeps()) return;
    unsigned long long const end_ns = globaltimer_edge_ns();
    unsigned long long const cycles = clock64() - begin_cycles;
    unsigned const slot = *log.next;
    *log.next = slot + 1;
    log.samples[slot % log.capacity] = {end_ns, end_ns - begin_ns, cycles};
  }
};

}  // namespace ondol::meter
