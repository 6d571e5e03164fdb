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

/// SM voltage over that at the reference clock, at a clock.
struct VoltagePoint {
  double clock_hz = 0, voltage = 0;
};

/// What a real board may do and the fitted model does not know.  Every default is the fitted model.
struct Unlike {
  double leakage_growth_k = 0;             ///< > 0: leakage grows by e in so many kelvin; its slope at T0 stays leakage_w_per_k
  double leakage_voltage_power = 0;        ///< leakage follows V to this power; for growing leakage only
  std::vector<VoltagePoint> voltage;       ///< straight between points, flat outside; empty: voltage_slope and voltage_floor
  double awake_shared = 0;                 ///< part of `awake` that the first multiprocessor wakes for all
  double interaction = 0;                  ///< of tensor with L2 and HBM power, over their geometric mean
  double toggle_saturation = 0;            ///< s in a (1 + s) / (1 + s a): data energy over toggle bends, its ends stay
  double counted_l2 = 1, counted_hbm = 1;  ///< counted over true traffic of library matrix products
};

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
  Unlike unlike;
};

/// "mig", "other_process 60 90", "lowered_limit 0 inf 500": name, from [s], to [s], value.  Several stand apart by `;`.
std::vector<Fault> read_faults(std::string_view text);
/// Every key must stand once, those of Unlike at most once (`voltage_points = HZ V; HZ V`, rising); lines of `#` are comments,
/// `fault = ...` may repeat.  Throws std::runtime_error "line N: what".
Truth read_truth(std::string_view text);

}  // namespace ondol::meter::fake
