#pragma once
/// One kernel on one calibrated board: what it takes under the board's limit, with errors.
///
/// The kernel's rates at the reference clock are work / time of its cost; the limit slows them (accelerator_power.hpp). Errors:
/// the calibration's, propagated linearly, and that of the time, independent of them.  Where the limit holds, power is known
/// and time carries the error; a kernel that just meets the limit lies on the kink between the two and its errors are rough.
/// Page: docs/models/gpu-energy.md

#include <string>

#include "sim/compute/kernel_work.hpp"
#include "sim/power/calibration.hpp"

namespace ondol::sim {

struct Estimate {
  double value = 0, uncertainty = 0;  ///< relative, one standard deviation
};

struct KernelAnswer {
  Estimate time_s, energy_j, power_w, clock;  ///< clock over the reference
  Estimate demand_w;                          ///< what it would draw at the reference clock without a limit
  bool limited = false;
  std::string bound_by;  ///< compute, memory, limit or latency
};

/// `limit_w` is what the limiter holds.
KernelAnswer ask_kernel(Calibration const& board, KernelRates const& rates, KernelCost const& cost, double toggle,
                        double limit_w, double temperature_k);

}  // namespace ondol::sim
