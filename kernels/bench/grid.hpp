#pragma once
/// How a persistent kernel is laid over the device: one CTA a multiprocessor, so that a share of the multiprocessors is a
/// share of the grid.

#include "kernels/bench/operation.hpp"

namespace ondol::meter {

inline constexpr double launch_s = 1e-3;  ///< aim for the length of a launch: long enough to time, short enough to trace

struct Grid {
  int blocks = 0;
  std::size_t shared_bytes = 0;  ///< dynamic
  double awake = 0;              ///< share of the device's multiprocessors
};

/// One CTA for each multiprocessor used.  The CTA asks for at least half of the multiprocessor's shared memory and a little
/// more, or for `shared_bytes`: no two fit side by side, so the share cannot crowd onto fewer.
Grid exclusive_grid(Setting const&, std::size_t shared_bytes = 0);
/// One CTA for each multiprocessor, leaving the cache all it can get.
Grid cached_grid(Setting const&);

void allow_shared(void const* kernel, std::size_t bytes);

/// Trips of a loop that takes `cycles` a trip for a launch of about launch_s.
int trips_for(double clock_hz, double cycles);

}  // namespace ondol::meter
