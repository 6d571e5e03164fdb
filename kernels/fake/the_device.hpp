#pragma once
/// The one device of this library, and how a call of its NVML symbols enters it.  NVML is one per process, so this is too.

#include <memory>

#include "kernels/fake/device.hpp"

namespace ondol::meter::fake {

/// Empty until ondol_fake_load().
std::unique_ptr<Device>& the_device();

/// Return codes of NVML.                                                                                  [nvidia2025nvml]
enum Code {
  success = 0,
  uninitialized = 1,
  invalid = 2,
  not_supported = 3,
  not_found = 6,
  too_small = 7,
  no_driver = 9,
  lost = 15
};

/// Spends the time of a call; answers lost where the device is, not_supported while the fault `missing` holds.
Code enter(double read_s, FaultKind missing = FaultKind::lost);
/// The same for calls that cost `other_read_s`.
Code enter(FaultKind missing = FaultKind::lost);

}  // namespace ondol::meter::fake
