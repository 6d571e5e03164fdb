#pragma once
/// Overcurrent protection with a memory.  I current in units of the rating, q heat in units of rated current squared.
///
///   thermal   dq/dt = (I^2 - q) / tau, always: a bimetal, or the thermal image of an electronic unit
///   i2t       dq/dt = I^2 / tau above the pickup, -q / tau below it: an electronic unit whose curve is t = k/I^2
///   long time     trips at q = q_trip; from cold the thermal element at constant I takes tau ln(I^2 / (I^2 - q_trip))
///   short time    trips after a fixed delay above its pickup; instantaneous: after the clearing time
///
/// q_trip = 1.2^2 holds 1.05 and trips at 1.30 [iec2016std60947], holds 1.00 and trips at 1.35 [ul2016std489], and with one
/// point of a maker's table gives the others (docs/models/breaker.md).  Cooling has the time constant of heating if not said.
/// Valid below the breaking capacity.  Ignores: ambient temperature, harmonics, ground faults, unlike phases, the spread
/// between pieces (a standard's band is up to an order of magnitude wide). Page: docs/models/breaker.md

#include <limits>
#include <optional>

namespace ondol::sim {

struct BreakerParams {
  enum class Element { thermal, i2t };
  double rated_a = 0;  ///< In, or the setting Ir
  Element element = Element::thermal;
  double tau_s = 0;
  double trip_heat = 1.44;
  double pickup = 1.125;     ///< of the i2t element; standards ask for 1.05 to 1.30, makers for 1.05 to 1.20
  double cooling_tau_s = 0;  ///< 0: tau_s
  double short_time = std::numeric_limits<double>::infinity(), short_time_s = 0;
  double instantaneous = std::numeric_limits<double>::infinity(), clearing_s = 0.02;
  double relatch_heat = 1;  ///< below it a tripped breaker can be closed again
};

/// Throws std::invalid_argument and names the first parameter outside its range.
void check(BreakerParams const& p);

/// tau with which a cold element trips after `seconds` at `current` times the rating.
double tau_through(BreakerParams::Element element, double trip_heat, double current, double seconds);

/// Longest time [s] that a moulded-case breaker of this rating may take at 200 % of it [ul2016std489, calibration test], and
/// at 300 % [nema2017ab4, table of maintenance].
double ul489_longest_at_200_s(double rated_a);
double ab4_longest_at_300_s(double rated_a);

/// Moulded-case: in the middle of what UL 489 allows at 200 %.  Miniature, up to 125 A: in the middle of the band
/// at 2.55 times the rating [iec2015std60898].  Electronic: long-time delay set by its time at six times the setting.
/// Instantaneous pickup as a multiple of the rating.
BreakerParams moulded_case_breaker(double rated_a, double instantaneous);
BreakerParams miniature_breaker(double rated_a, double instantaneous);
BreakerParams electronic_breaker(double setting_a, double at_6_s, double instantaneous);

/// Largest continuous load [A] behind a breaker: 80 % of it, or all if it is listed for 100 %.      [nfpa2023nec, 210.20(A)]
inline double continuous_limit_a(double rated_a, bool fully_rated) {
  return fully_rated ? rated_a : 0.8 * rated_a;
}

class Breaker {
 public:
  explicit Breaker(BreakerParams const& p);

  BreakerParams const& params() const { return p_; }
  bool is_closed() const { return closed_; }
  /// 0 cold, 1 trips.
  double heat_fraction() const { return heat_ / p_.trip_heat; }

  /// From now on at this current; 0 when it is open, infinite when it carries it for ever.
  double time_to_trip_s(double current_a) const;
  /// Largest current that it carries for this long from now on (it trips at the end of it); infinite time: for ever.
  double carries_a(double duration_s) const;

  /// Time after which it tripped within the step, if it did; the rest of the step it cools.
  std::optional<double> advance(double duration_s, double current_a);
  void open() { closed_ = false; }

  double time_to_relatch_s() const;
  bool close();  ///< false, and stays open, while it is too hot

 private:
  void heat(double duration_s, double i);
  double cooling_tau_s() const { return p_.cooling_tau_s > 0 ? p_.cooling_tau_s : p_.tau_s; }
  double heating_time_s(double i) const;

  BreakerParams p_;
  bool closed_ = true;
  double heat_ = 0;
  double above_short_s_ = 0, above_instantaneous_s_ = 0;
};

}  // namespace ondol::sim
