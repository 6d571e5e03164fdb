#pragma once
/// Equal pumps in parallel on a closed loop with two-way valves, relative to design flow and design head.
///
///   pump     h = 1.25 n^2 - 0.25 (q/r)^2           n speed, r pumps that turn over pumps needed
///   loop     h = H0 (q/V)^2 + (1 - H0) q^2         V opening of the valves, H0 head at the valves that control holds
///   control  q = V, h = H0 + (1 - H0) V^2          as long as n <= 1, else n = 1 and q from both curves; never above design
///   power    P = P_design q h                      affinity: n^3 where H0 = 0 [ashrae2020pumps]
///
/// Fewer pumps run out on their curve: two of three give more than two thirds.  Check valves: what stands still lets nothing
/// back.  A pump that loses its drive coasts: J dw/dt = -(w^2 + f), so w = sqrt(f) tan(atan(1/sqrt(f)) - sqrt(f) t/tau), and
/// stops, and the flow of a loop whose pumps all coast falls like w; tau = 2 s (assumed: J w^2/P of 50 to 250 kW motors is 0.5
/// to 1 s, the water in the pipes adds as much), f = 0.02 (assumed: bearings and seals).  Drives start in 10 s, evenly
/// (assumed).  The shape 1.25/0.25 is assumed: head at shut-off of centrifugal pumps is 1.1 to 1.3 of design.  Ignores: change
/// of efficiency, cavitation at run-out. Page: docs/models/cooling-system.md

namespace ondol::sim {

/// What of a group of machines turns at one instant.
struct Turning {
  double share = 1.0;  ///< of the machines needed
  double speed = 1.0;  ///< of what control asks
};

class PumpGroup {
 public:
  PumpGroup() = default;
  explicit PumpGroup(double control_head) : control_head_(control_head) {}

  struct Point {
    double flow = 0;   ///< of design
    double power = 0;  ///< of design
    double head = 0;   ///< at the valves, of the design head of the pumps
  };
  /// Pumps and valves set so that `flow`, at most `most_flow`, passes.
  Point carrying(double flow, double share) const;
  Point at_speed(double speed, double opening, Turning pumps) const;
  /// Speed that holds H0 at the valves.
  double speed(double flow, double share) const;
  double most_flow(double opening, Turning pumps) const;
  double control_head() const { return control_head_; }

 private:
  double pump_head(double speed, double flow, double share) const;
  double control_head_ = 0;
};

/// A group while some of it, or all, loses its drive or comes back.
class TurningGroup {
 public:
  explicit TurningGroup(double share = 1.0) : now_{share, share > 0.0 ? 1.0 : 0.0}, to_(share) {}
  /// Share with drive from now on.
  void aim(double share);
  void advance(double dt_s);
  void settle();
  Turning at(double offset_s) const;
  /// Of what turns, the part that is driven.
  double driven(double offset_s) const;
  bool steady() const { return steady_; }

 private:
  Turning now_;  ///< when the change began
  double to_, since_s_ = 0;
  bool steady_ = true;
};

}  // namespace ondol::sim
