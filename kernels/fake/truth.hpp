#pragma once
/// What is true of the simulated accelerator, and which faults befall it: read from `key = value` lines.

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/activity/channel.hpp"

namespace ondol::meter::fake {

enum class FaultKind {
  mig,                    ///< partitioned
  other_process,          ///< somebody else's process; value: its power [W]
  lowered_limit,          ///< value: enforced limit [W]
  locked_clocks,          ///< value: clock [Hz]
  thermal,                ///< slowdown for heat; value: clock [Hz]
  power_brake,            ///< value: clock [Hz]
  no_counter,             ///< the energy counter does not answer
  no_instant,             ///< field POWER_INSTANT does not answer
  no_average,             ///< field POWER_AVERAGE does not answer
  no_memory_power,        ///< memory scope does not answer
  no_memory_temperature,  ///< field 82 does not answer
  no_gpm,
  stale_counter,  ///< the counter stands still
  stale_fields,   ///< values and timestamps of fields stand still
  lost,           ///< every call says that the device is lost
};

struct Fault {
  FaultKind kind{};
  double from_s = 0, to_s = std::numeric_limits<double>::infinity();
  std::optional<double> value;
};

enum class Counter { integral, boxcar };

struct Truth {
  std::string product;
  int capability = 0, multiprocessors = 0;
  double l2_bytes = 0, memory_bytes = 0;
  double idle_w = 0, context_w = 0, awake_w = 0, leakage_w_per_k = 0, reference_temperature_c = 0;
  double reference_clock_hz = 0, minimum_clock_hz = 0, voltage_slope = 0, voltage_floor = 0;
  double limit_w = 0, default_limit_w = 0, least_limit_w = 0, limit_held = 0, limiter_lag_s = 0;
  double idle_clock_hz = 0, context_clock_hz = 0, memory_clock_hz = 0, after_work_w = 0, after_work_s = 0;
  Work control_pj, data_pj;
  double memory_idle_w = 0;
  double inlet_c = 0, fast_resistance_k_per_w = 0, fast_time_s = 0, slow_resistance_k_per_w = 0, slow_time_s = 0;
  double memory_resistance_k_per_w = 0, memory_time_s = 0;
  double gain = 1;
  Counter counter = Counter::integral;
  double instant_window_s = 0, instant_period_s = 0, instant_noise_w = 0;
  double counter_period_s = 0, counter_jitter_s = 0, counter_noise_j = 0;
  double energy_read_s = 0, field_read_s = 0, other_read_s = 0;
  std::vector<Fault> faults;
};

/// "mig", "other_process 60 90", "lowered_limit 0 inf 500": name, from [s], to [s], value.  Several stand apart by `;`.
std::vector<Fault> read_faults(std::string_view text);
/// Every key must stand once; lines of `#` are comments, `fault = ...` may repeat.  Throws std::runtime_error "line N: what".
Truth read_truth(std::string_view text);

}  // namespace ondol::meter::fake
