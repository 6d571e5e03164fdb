#pragma once
/// Readings of power, heat and clock 50 times a second, repeats of one sensor reading dropped by its timestamp.

#include <functional>
#include <optional>
#include <vector>

#include "kernels/activity/clock.hpp"
#include "kernels/meter/nvml.hpp"

namespace ondol::meter {

struct Sample {
  double t_s = 0;
  std::optional<double> power_instant_w, power_average_w, memory_power_w, temperature_c, memory_temperature_c;
  std::optional<double> sm_clock_hz, memory_clock_hz;
  std::uint64_t reasons = 0;  ///< of all readings since the sample before
  std::optional<double> energy_j;
};

using SampleValue = std::optional<double> Sample::*;

class Sampler {
 public:
  Sampler(nvml::Device const&, Clock&, std::function<void(Sample const&)> sink);
  /// Reads when the next reading is due.
  void poll();
  /// Polls until then; returns early when `stop` says so.
  void watch_until(double t_s, std::function<bool()> const& stop);
  /// The counter was read anyway: goes into the next sample.
  void note_energy(double energy_j) { energy_j_ = energy_j; }
  bool lost() const { return lost_; }
  std::vector<Sample> const& samples() const { return samples_; }

  static constexpr double period_s = 0.02;

 private:
  Sample read();
  nvml::Device const& device_;
  Clock& clock_;
  std::function<void(Sample const&)> sink_;
  std::vector<Sample> samples_;
  double due_s_ = 0;
  std::int64_t instant_us_ = 0, average_us_ = 0;
  bool lost_ = false, repeated_ = false;
  std::uint64_t reasons_ = 0;
  std::optional<double> energy_j_;
};

/// Mean of a value over the samples of [t0, t1]; where none lies there, of the nearest before.
std::optional<double> mean(std::vector<Sample> const&, SampleValue, double t0_s, double t1_s);

struct Integral {
  double energy_j = 0;
  double power_deviation_w = 0;  ///< standard deviation of the readings
  int readings = 0;
};
/// Trapezoids between readings, each standing for the moment it was seen; constant beyond the first and the last.
std::optional<Integral> integral(std::vector<Sample> const&, SampleValue power, double t0_s, double t1_s);

std::uint64_t reasons(std::vector<Sample> const&, double t0_s, double t1_s);

}  // namespace ondol::meter
