#pragma once
/// From the catalogue's accelerators and calibrations to what the models of power and time take.

#include <array>
#include <filesystem>
#include <optional>
#include <string>

#include "scenarios/schema/spec.hpp"
#include "sim/compute/kernel_work.hpp"
#include "sim/power/calibration.hpp"
#include "workloads/demand/job.hpp"

namespace ondol::sim {

/// The board with its errors: the covariance that the entry gives, and the `uncertainty` of every value outside it.
/// A tensor channel without an energy takes that of its nearest precision by the ratios of docs/models/gpu-energy.md; any other
/// channel without one costs nothing.
Calibration calibration(schema::CalibrationSpec const& spec, schema::Provenance const& origin);

/// The n-th board drawn for the calibration `id`; the estimate for 0.  Boards of one calibration are one draw: what is unknown
/// is the calibration, not the spread between boards.
AcceleratorPowerParams drawn(Calibration const& calibration, std::string const& id, std::uint64_t seed, int n);

/// `catalogue`: its folder, to read the measured kernels that the entry names; empty leaves them out.  Throws
/// std::runtime_error where the file is missing or wrong.
KernelRates kernel_rates(schema::AcceleratorSpec const& spec, std::filesystem::path const& catalogue = {});

/// A job's work on one accelerator.  What a job declares is what it reaches on a board of its own at the board's limit and
/// reference temperature: where that limit holds the clock back, the rates at the reference clock are higher than declared.
/// What the limit does not allow at any voltage it does not reach: the job then runs at less than its declared rates.
struct MacroLoad {
  PowerTerms terms;           ///< at the reference clock
  double declared_speed = 1;  ///< s(phi) at which the declared rates are reached
};

/// Watts of a job's declared shares at 1, summed once for a class of racks (sim/compute/macro_work.hpp).
struct MacroPower {
  struct Watts {
    double core_w = 0, memory_w = 0;
  };
  static constexpr std::size_t precisions = 4;  ///< workloads::Precision
  std::array<Watts, precisions> compute, memory;
  AcceleratorPowerParams board;
  double limit_w = 0;  ///< what the board's own limit holds on the mean

  /// A job at a level of its daily profile.
  MacroLoad of(workloads::Activity const& activity, double level, double clock_sensitivity) const;
  PowerTerms bare_idle() const { return {.fixed_w = board.idle_w}; }
};
MacroPower macro_power(AcceleratorPowerParams const& board, KernelRates const& rates, double limit_w);

}  // namespace ondol::sim
