#pragma once
/// A device that can be kept busy with one load at a time: a real GPU (kernels/bench) or the simulated one (kernels/fake).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/activity/channel.hpp"
#include "kernels/activity/fill.hpp"

namespace ondol::meter {

/// What a window is for.  Only fit, ladder, temperature and state windows are fitted; held_out ones judge.
enum class Role { state, fit, ladder, temperature, held_out };

/// What the suite needs to know of a device to size its loads.
struct DeviceShape {
  std::string product;
  std::string pci_bus_id;  ///< "00000000:1B:00.0", as NVML writes it, to find the same device there
  int capability = 90;     ///< 80, 90, 100
  int multiprocessors = 132;
  double l2_bytes = 50e6, memory_bytes = 80e9;
  double clock_hz = 1.98e9;  ///< highest SM clock
};

struct KernelInfo {
  std::string_view id;    ///< "tensor_bf16", "hbm_read", "gemm_square_bf16" ...: kernels/activity/suite.hpp
  std::string_view what;  ///< one line
  Role role = Role::fit;
  int minimum_capability = 80;
  bool ladder = false;  ///< may run on a share of the multiprocessors
  bool filled = false;  ///< its data can be chosen (Fill)
};

struct LoadSpec {
  std::string kernel;
  Fill fill = Fill::random_bits;
  double sm_share = 1;  ///< of the multiprocessors, for kernels with `ladder`
  std::uint64_t seed = 1;
  double period_s = 0;  ///< > 0: a square wave, busy for the first half of each period, nothing running in the second
};

/// What was done between two moments of the meter's clock.
struct Done {
  double launches = 0;  ///< fractional: launches that straddle an end count by their share of time
  Work work;
  double awake = 0;        ///< time mean of the share of multiprocessors that ran warps
  double sm_clock_hz = 0;  ///< from counters inside the kernel; 0 where it has none
};

struct ClockPoint {
  double t_s = 0, sm_clock_hz = 0;
};

class Bench {
 public:
  virtual ~Bench() = default;
  virtual DeviceShape shape() const = 0;
  virtual std::vector<KernelInfo> kernels() const = 0;
  /// Empty where the load can run here, else one line why not.
  virtual std::string refusal(LoadSpec const&) const = 0;
  /// Makes a context on the device without work; `drop` gives it back as far as the driver lets.
  virtual void hold() = 0;
  virtual void drop() = 0;
  /// Returns with the device busy; it stays so until stop() or `at_most_s`, whichever is first.
  virtual void start(LoadSpec const&, double at_most_s) = 0;
  virtual void stop() = 0;
  /// Of the running or the last load, times on the meter's clock; after stop() all of it is known.
  virtual Done between(double t0_s, double t1_s) const = 0;
  virtual std::vector<ClockPoint> clock_trace() const = 0;
  /// Runs the kernel once against its CPU reference: empty when it agrees, else what differs by how much.
  virtual std::string check(LoadSpec const&) = 0;
};

}  // namespace ondol::meter
