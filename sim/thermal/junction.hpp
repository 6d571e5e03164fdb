#pragma once
/// One accelerator as two heat capacities in a row: the die with its interface, and the sink or cold plate under it.
///
///   C_d dT_d/dt = P_ref + k (T_d - T_ref) - (T_d - T_s)/R_d            leakage k on the die
///   C_s dT_s/dt = (T_d - T_s)/R_d - (T_s - T_c)/R_s                    T_c = coolant + rate t
///
/// Two linear equations x' = A x + b(t), so with constant power and a coolant that moves linearly the solution is written
/// down, not integrated:
///   x(t)   = a + v t + E(t) (x_0 - a)       v what the coolant's rate brings in the end, a = A^-1 (v - b(0))
///   mean x = a + v t/2 + M(t) (x_0 - a)     E = e^(l1 t) P1 + e^(l2 t) P2,  M the same with (e^(l t) - 1)/(l t)
///   P1 = (A - l2)/(l1 - l2), P2 = (A - l1)/(l2 - l1)      the eigenvalues l1 < l2 < 0 are real: heat flows one way
/// and energy closes exactly: the heat to the coolant is the energy drawn less what both capacities took up.
///
/// Valid while cooling outpaces leakage, k (R_d + R_s) < 1; else there is no steady temperature and the constructor refuses.
/// Ignores: spreading of heat within the die, the spread of time constants inside the interface (2 to 500 ms on an A100).
/// Page: docs/models/junction.md

#include <optional>

namespace ondol::sim {

struct JunctionParams {
  double die_k_per_w = 0;   ///< die to sink
  double sink_k_per_w = 0;  ///< sink to coolant
  double die_j_per_k = 0, sink_j_per_k = 0;
  double leakage_w_per_k = 0, reference_k = 0;

  bool operator==(JunctionParams const&) const = default;
  double total_k_per_w() const { return die_k_per_w + sink_k_per_w; }
};

/// From two measured exponentials, T - T_c = P sum_i R_i (1 - e^(-t/tau_i)), to the two capacities in a row with the same
/// response: resistances and capacities of die and sink; leakage is left at 0.
JunctionParams junction_of_response(double fast_k_per_w, double fast_s, double slow_k_per_w, double slow_s);

struct JunctionState {
  double die_k = 0, sink_k = 0;
};

/// Coolant at the beginning of an interval and how it moves.
struct CoolantRamp {
  double start_k = 0, rate_k_per_s = 0;
};

/// Temperatures that hold for constant power at the reference temperature, and coolant.
JunctionState steady_junction(JunctionParams const& p, double coolant_k, double reference_w);

/// What equal accelerators share over an interval, but for their power and where they start.
class JunctionStep {
 public:
  struct Result {
    JunctionState end;
    double mean_die_k = 0;  ///< power is linear in it
  };

  Result advance(JunctionState const& start, double reference_w) const {
    return {{end_die_k(start.die_k, start.sink_k, reference_w), end_sink_k(start.die_k, start.sink_k, reference_w)},
            mean_die_k(start.die_k, start.sink_k, reference_w)};
  }

  // The same one by one, numbers alone and free of branches: a loop over arrays that calls them vectorises.
  double end_die_k(double die_k, double sink_k, double reference_w) const {
    double const die = die_of(reference_w);
    return die + die_moved_ + end_dd_ * (die_k - die) + end_ds_ * (sink_k - sink_of(reference_w));
  }
  double end_sink_k(double die_k, double sink_k, double reference_w) const {
    double const sink = sink_of(reference_w);
    return sink + sink_moved_ + end_sd_ * (die_k - die_of(reference_w)) + end_ss_ * (sink_k - sink);
  }
  double mean_die_k(double die_k, double sink_k, double reference_w) const {
    double const die = die_of(reference_w);
    return die + 0.5 * die_moved_ + mean_dd_ * (die_k - die) + mean_ds_ * (sink_k - sink_of(reference_w));
  }

 private:
  friend class JunctionCoefficients;
  double die_of(double reference_w) const { return die_0_ + die_per_w_ * reference_w; }
  double sink_of(double reference_w) const { return sink_0_ + sink_per_w_ * reference_w; }
  double die_0_, die_per_w_, sink_0_, sink_per_w_;  ///< a, linear in the power
  double die_moved_, sink_moved_;                   ///< v t
  double end_dd_, end_ds_, end_sd_, end_ss_;        ///< E
  double mean_dd_, mean_ds_;                        ///< first row of M
};

/// Where the states tend to: a = steady temperatures + lag x rate of the coolant, moving at v = drift x that rate.
struct JunctionAsymptote {
  explicit JunctionAsymptote(JunctionParams const& p);
  JunctionState start(JunctionParams const& p, CoolantRamp const& coolant, double reference_w) const;  ///< a

  double gain;                   ///< heat over power without leakage
  double die_drift, sink_drift;  ///< K/s for each K/s
  double die_lag, sink_lag;      ///< K for each K/s
};

class JunctionCoefficients {
 public:
  JunctionCoefficients(JunctionParams const& p, double dt_s);
  JunctionStep with(CoolantRamp const& coolant) const;
  double sink_k_per_w() const { return p_.sink_k_per_w; }

 private:
  JunctionParams p_;
  JunctionAsymptote to_;
  double dt_s_;
  double end_dd_, end_ds_, end_sd_, end_ss_, mean_dd_, mean_ds_;
};

/// Of the interval and the accelerator last asked for: nodes of one rack mostly have them in common.
class JunctionMemo {
 public:
  JunctionCoefficients const& at(JunctionParams const& p, double dt_s) {
    if (!last_ || dt_s != dt_s_ || !(p == params_)) last_.emplace(params_ = p, dt_s_ = dt_s);
    return *last_;
  }

 private:
  JunctionParams params_;
  double dt_s_ = 0;
  std::optional<JunctionCoefficients> last_;
};

/// A temperature that the two states give: w_die T_d + w_sink T_s + offset.
struct JunctionProbe {
  double die = 0, sink = 0, offset_k = 0;
  double at(JunctionState const& s) const { return die * s.die_k + sink * s.sink_k + offset_k; }
};

/// When the probe first reaches `level_k` from below (or, `falling`, from above) within `horizon_s`, to 1e-6 s and never
/// before it does; infinity if it does not, 0 if it stands there.
double crossing_s(JunctionParams const& p, JunctionState const& start, CoolantRamp const& coolant, double reference_w,
                  JunctionProbe const& probe, double level_k, bool falling, double horizon_s);

}  // namespace ondol::sim
