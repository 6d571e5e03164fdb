#pragma once
/// Windows of energy.  With the counter a window runs from one of its own updates to another, so that its 100-ms step costs
/// nothing: 1.8 s are then good to about 0.05 %, against 2 % from any moment to any. [yang2024parttime]
///
///   u^2 = P^2 [(g0^2 + g1^2) + (r0^2 + r1^2)] / 12 + 2 q^2 / 12
///
/// g: time between the two readings that an update lies between; r: time of a reading; q: resolution of the counter.  The gain
/// of the sensor (about 5 % from board to board) is common to all windows of a board and not in u.

#include <functional>
#include <optional>
#include <vector>

#include "kernels/activity/window.hpp"
#include "kernels/meter/guard.hpp"
#include "kernels/meter/sampler.hpp"

namespace ondol::meter {

/// What energies rest on: the first of them that answers.
enum class Basis { counter, instant, average };

struct Counter {
  double period_s = 0.1, deviation_s = 0, resolution_j = 1e-3, read_s = 0;
};

struct Edge {
  double t_s = 0;
  std::optional<std::uint64_t> energy_mj;  ///< of the counter
  double gap_s = 0, read_s = 0;
  bool stale = false;  ///< it did not step in time
};

/// From one edge to the other; nothing where one lacks the counter.
std::optional<double> energy_j(Edge const&, Edge const&);

struct Request {
  double settle_s = 1.2;  ///< the 1-s average is unbiased then
  int windows = 2;
  double window_s = 1.8;
};

class EnergyMeter {
 public:
  /// Throws nvml::Missing where nothing answers that energy could come from.
  EnergyMeter(nvml::Device const&, Clock&, Sampler&, Guard const&, std::function<bool()> stop);
  Basis basis() const { return basis_; }
  Counter const& counter() const { return counter_; }
  /// Period, resolution and cost of the counter, from `steps` of its updates.
  void learn_counter(int steps);
  /// Shortest window that this basis makes good; shorter ones are flagged `short`.
  double shortest_s() const;
  /// `window_s`, or as long as the basis asks for.
  double fitting_s(double window_s) const;
  /// The next update of the counter; without a counter, now.
  Edge edge();
  /// Windows, one after another, of what runs now.  Fewer when stopped or when the device is lost; work is not in them.
  std::vector<Window> watch(Request const&);
  /// Of two edges and the samples between.  Without any energy it is flagged `stale_counter`.
  Window window(Edge const&, Edge const&, Flags) const;

 private:
  struct Read {
    double before_s = 0, after_s = 0;
    std::optional<std::uint64_t> energy_mj;
    double middle_s() const { return 0.5 * (before_s + after_s); }
  };
  Read read();
  std::optional<double> uncertainty(Window const&, Edge const&, Edge const&) const;
  nvml::Device const& device_;
  Clock& clock_;
  Sampler& sampler_;
  Guard const& guard_;
  std::function<bool()> stop_;
  Basis basis_;
  Counter counter_;
};

}  // namespace ondol::meter
