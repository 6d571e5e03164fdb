#pragma once
/// What storage at a site gives or takes so that the meter keeps a limit on its power, on how fast it moves, or on both.
/// L power at the meter without it, m the set point of the meter, p = L - m what it gives (< 0: takes), E stored, E* target.
///
///   steer     every `period`:  s = (E - E*) / recovery where ramps are limited; else -charge limit until E = E*
///   peak      d = L - s;  while it charges (s < 0) not above `recharge_below`;  never above G:
///             G = limit, or (limit W - e) / (W - t) for the mean over W, of which t with energy e have passed
///   ramp      dm/dt = +-r towards d;  m = d without a limit
///   bounds    -charge limit <= p <= discharge limit, p <= load of its bus; p >= 0 when full, p <= 0 at the reserve
///   inverter  tau dp'/dt = p - p', p' the power given
///
/// Closed form between the corners of these lines: exact while L holds still, so steps may be cut anywhere.  Ramps keep their
/// limit while power and energy last [martins2019ramp; li2013bess: state of charge fed back]; the set point
/// goes on moving at r where they do not, and the difference to what is given is the shortfall.
/// Ignores: measurement delay beyond tau, forecasts (it does not charge ahead of a peak), wear.
/// Page: docs/models/site-storage.md

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace ondol::sim {

struct StorageControlParams {
  double discharge_w = 0, charge_w = 0;  ///< limits at the terminals
  double discharge_efficiency = 1, charge_efficiency = 1;
  double floor_j = 0, ceiling_j = 0;  ///< E stays between
  double target_j = 0;                ///< E*
  double response_s = 0;              ///< tau
  double period_s = 1;
  std::optional<double> ramp_w_per_s;  ///< r
  double recovery_s = 900;
  std::optional<double> limit_w;
  double limit_over_s = 0;  ///< W; 0: each moment
  double recharge_below_w = std::numeric_limits<double>::infinity();
  double clock_s = 0;  ///< time of day, or of any whole W, at the start of the run
};

/// What it meets during a step.
struct StorageMeets {
  double load_w = 0;                                       ///< L
  double bus_w = std::numeric_limits<double>::infinity();  ///< most that its bus can take from it
  double gain = 1;                                         ///< fall at the meter for each watt at the terminals
};

class StorageControl {
 public:
  enum class Lack { none, power, empty, full, bus };
  /// A stretch in which it only gives or only takes.
  struct Part {
    double duration_s = 0, given_w = 0;  ///< mean at the terminals
  };
  struct Step {
    std::vector<Part> parts;
    double given_j = 0;                           ///< at the terminals
    double ramp_missed_s = 0, ramp_short_w = 0;   ///< at the meter: how long, and the most that it fell short
    double limit_missed_s = 0, over_limit_w = 0;  ///< for a mean over W: all of W, counted at its end
    Lack ramp_lack = Lack::none;
  };

  explicit StorageControl(StorageControlParams const& p);

  StorageControlParams const& params() const { return p_; }
  /// `start_s` after the start of the run; `stored_j` at that moment.
  void step(double start_s, double duration_s, StorageMeets const& meets, double stored_j, Step& out);
  /// No grid to follow: gives nothing and begins anew at the load it then finds.
  void rest() { begun_ = false, given_w_ = 0; }

  double set_point_w() const { return set_w_; }

 private:
  void tick(double now_s, StorageMeets const& meets);
  void open_interval(double now_s);
  double desired_w(double load_w) const;
  double give(double duration_s, double from_w, double slope, double gain, Step& out);

  StorageControlParams p_;
  bool begun_ = false;
  double stored_j_ = 0;
  double set_w_ = 0;                                         ///< m
  double given_w_ = 0;                                       ///< p' at the meter
  double steer_w_ = 0;                                       ///< s at the meter
  double most_w_ = std::numeric_limits<double>::infinity();  ///< G
  double next_tick_s_ = 0, ticked_j_ = 0;
  double interval_end_s_ = std::numeric_limits<double>::infinity();  ///< of W
  double interval_j_ = 0;                                            ///< e
};

}  // namespace ondol::sim
