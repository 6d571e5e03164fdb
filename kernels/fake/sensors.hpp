#pragma once
/// What the board publishes of the true power, and when. [yang2024parttime]
///   POWER_INSTANT: mean over the last `instant_window_s` of every `instant_period_s`
///   POWER_AVERAGE: mean of what POWER_INSTANT saw over the last second
///   counter: at its own updates, the true integral, or the sum of what POWER_INSTANT saw times the period

#include <array>
#include <cstdint>

#include "kernels/fake/truth.hpp"

namespace ondol::meter::fake {

struct Reading {
  double at_s = 0, instant_w = 0, average_w = 0, memory_w = 0;
};

class Sensors {
 public:
  Sensors(Truth const&, std::uint64_t seed);
  /// The next moment at which something is opened or published; steps of the device end there.
  double next_s() const;
  /// To be called at each of those moments with the true integrals up to it.
  void update(double t_s, double energy_j, double memory_j, bool fields_stale, bool counter_stale);
  Reading const& reading() const { return reading_; }
  double counter_j() const { return counter_j_; }

 private:
  double noise(std::uint64_t stream, std::uint64_t number) const;
  void publish(double t_s, double energy_j, double memory_j, bool stale);
  double counter_tick_s(std::uint64_t number) const;

  Truth const& truth_;
  std::uint64_t seed_;
  double phase_s_, counter_phase_s_;
  std::uint64_t published_ = 0, ticks_ = 0;
  bool opened_ = false;
  double opened_j_ = 0, opened_memory_j_ = 0;
  std::array<double, 10> last_{};
  double boxcar_j_ = 0, counter_j_;
  Reading reading_;
};

}  // namespace ondol::meter::fake
