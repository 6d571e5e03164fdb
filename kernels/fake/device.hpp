#pragma once
/// The simulated accelerator: the model of kernels/README.md with known coefficients, heat in two nodes, and a limiter that
/// closes the limit through the clock.
///
///   P = S + l (T - T0) + phi g A p + g sum_core e_i r_i + sum_memory e_j r_j
///
/// Explicit steps of at most 1 ms; the limiter, the fastest part, has a lag of 20 ms.  One more term than the fitted model has:
/// `after_work_w` while the clock is still up after work, as boards show.

#include <optional>
#include <vector>

#include "kernels/activity/channel.hpp"
#include "kernels/fake/control.hpp"
#include "kernels/fake/sensors.hpp"
#include "kernels/fake/truth.hpp"

namespace ondol::meter::fake {

/// Where a load stood at a moment: integrals over time since it began.
struct Progress {
  double t_s = 0, launches = 0, awake_s = 0, busy_s = 0, cycles = 0;
};

/// What GPM counts: integrals over time.
struct Activity {
  double t_s = 0, awake_s = 0, tensor_s = 0, dram_s = 0, fp32_s = 0, fp64_s = 0;
};

class Device {
 public:
  Device(Truth truth, std::uint64_t seed);
  Device(Device const&) = delete;  // its sensors look at its truth
  Device& operator=(Device const&) = delete;

  double now_s() const { return t_s_; }
  void advance(double to_s);
  void hold(bool held) { held_ = held; }
  bool held() const { return held_; }
  void start(OndolFakeLoad const&);
  void stop();
  OndolFakeDone between(double t0_s, double t1_s) const;
  std::vector<Progress> const& progress() const { return progress_; }

  Truth const& truth() const { return truth_; }
  Sensors const& sensors() const { return sensors_; }
  Activity const& activity() const { return activity_; }
  /// The fault of this kind that holds now.
  Fault const* fault(FaultKind) const;

  double power_w() const { return power().board_w; }
  double energy_j() const { return energy_j_; }
  double temperature_c() const { return truth_.inlet_c + fast_k_ + slow_k_; }
  double memory_temperature_c() const { return truth_.inlet_c + memory_k_; }
  double clock_hz() const { return clock_hz_; }
  double limit_w() const;
  std::uint64_t clock_events() const;

 private:
  struct Power {
    double board_w = 0, memory_w = 0, launches_per_s = 0;
  };
  bool busy() const;
  Power power() const;
  double ceiling_hz() const;
  double step_end(double to_s) const;
  void step(double dt_s);
  void move_clock(double dt_s, double board_w);

  Truth truth_;
  Sensors sensors_;
  double t_s_ = 0, energy_j_ = 0, memory_j_ = 0;
  double fast_k_, slow_k_, memory_k_;
  double clock_hz_;
  bool held_ = false;
  std::optional<OndolFakeLoad> load_;
  double load_began_s_ = 0, work_ended_s_ = -1e9;
  double core_j_ = 0, link_j_ = 0, hbm_j_ = 0;  ///< of a launch at the reference voltage
  std::vector<Progress> progress_;
  Activity activity_;
};

}  // namespace ondol::meter::fake
