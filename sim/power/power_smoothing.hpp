#pragma once
/// Power of an accelerator whose firmware smooths it and whose supplies hold storage.  p is what its work draws.
///
///   floor     F = floor x limit is burnt up to while there is work, and for `hold` after it: target f* = max(p, F), then p
///   ramps     df/dt <= up while f < f*, >= -down while f > f*; what the way up withholds is drawn afterwards, before f falls
///             [nvidia2026nvml: floor, both rates, hysteresis; choukse2025: floor 20-90 % of the limit]
///   storage   of E joules takes the top W watts of the limit L:  w = clamp(f - (L - W), 0, W),  tau dg/dt = w - g,
///             tau = E / W, so that it neither empties nor gives more than W;  drawn f - w + g + (1 - sqrt(eta)) |w - g|
///             [nvidia2025steady: capacitors in the supplies, peaks 30 % lower; the lag is assumed, its control is not
///             published]
///
/// Valid for a limit and work that hold still within a step.  Ignores: work that a slow ramp delays takes its watts with it but
/// not its time; the floor of the host; the firmware's own step (milliseconds).
/// Page: docs/models/power-smoothing.md

#include <limits>

namespace ondol::sim {

struct PowerSmoothingParams {
  double floor = 0;  ///< of the limit
  double up_w_per_s = std::numeric_limits<double>::infinity();
  double down_w_per_s = std::numeric_limits<double>::infinity();
  double hold_s = 0;
  double storage_j = 0, storage_w = 0;  ///< of one accelerator; 0: none
  double storage_efficiency = 1;        ///< round trip
};

class PowerSmoother {
 public:
  PowerSmoother(PowerSmoothingParams const& p, double limit_w);

  double floor_w() const { return floor_w_; }
  /// What an accelerator would draw.  Means over ranks that take turns have each rank's floor in `held_w`.
  struct Demand {
    double work_w = 0;
    double held_w = 0;   ///< not below the floor
    bool works = false;  ///< some of it reaches the floor
  };
  Demand demand(double work_w) const { return {work_w, work_w < floor_w_ ? floor_w_ : work_w, work_w >= floor_w_}; }

  /// At rest under this demand.
  void rest(Demand const& d);
  struct Drawn {
    double energy_j = 0, storage_loss_j = 0;
  };
  Drawn step(Demand const& d, double duration_s);
  double owed_j() const { return owed_j_; }
  /// Time for which `step` would draw what it draws now; 0: it is on its way.
  double steady_s(Demand const& d) const;

 private:
  double target_w(Demand const& d) const { return d.works || idle_s_ < p_.hold_s ? d.held_w : d.work_w; }
  double stored_part_w(double w) const;
  void store(double from_w, double to_w, double duration_s, Drawn& drawn);

  PowerSmoothingParams p_;
  double limit_w_, floor_w_;
  double level_w_ = 0;   ///< f
  double idle_s_ = 0;    ///< since there was work
  double owed_j_ = 0;    ///< withheld by the ramp
  double lagged_w_ = 0;  ///< g
};

}  // namespace ondol::sim
