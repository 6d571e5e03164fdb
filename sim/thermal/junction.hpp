#pragma once
/// One lumped accelerator (die, lid, sink or cold plate) whose leakage rises with its temperature:
///
///   C dT/dt = P_ref + k (T - T_ref) - (T - T_coolant)/R
///
/// linear, so with constant inputs over dt the solution is written down, not integrated:
///   a = 1/R - k,  T_inf = (P_ref - k T_ref + T_coolant/R)/a,  T(dt) = T_inf + (T0 - T_inf) exp(-a dt/C)
///   mean T        = T_inf + (T0 - T_inf) (1 - exp(-x))/x,  x = a dt/C
/// and energy closes exactly: C (T1 - T0) = [P_ref + k (mean - T_ref) - (mean - T_coolant)/R] dt.
///
/// Valid for a > 0 (cooling outpaces leakage); else there is no steady temperature and the constructor refuses.
/// Ignores: the faster time constants between die and sink, uneven dies on one board.   Page: docs/models/junction.md

#include <cmath>
#include <stdexcept>

namespace ondol::sim {

struct JunctionStep {
  double end_k;   ///< temperature at the end of the interval
  double mean_k;  ///< time mean over the interval: power and heat are linear in it
};

/// What a class of equal accelerators and one interval share.
class JunctionCoefficients {
 public:
  JunctionCoefficients(double heat_capacity_j_per_k, double resistance_k_per_w, double leakage_w_per_k, double reference_k,
                       double dt_s)
      : conductance_(1.0 / resistance_k_per_w), leakage_(leakage_w_per_k), reference_k_(reference_k) {
    double const a = conductance_ - leakage_;
    if (!(a > 0.0) || !(heat_capacity_j_per_k > 0.0) || !(dt_s >= 0.0))
      throw std::invalid_argument("junction: need 1/R > leakage slope, heat capacity > 0 and dt >= 0");
    inverse_ = 1.0 / a;
    double const x = a * dt_s / heat_capacity_j_per_k;
    decay_ = std::exp(-x);
    mean_weight_ = x > 1e-12 ? -std::expm1(-x) / x : 1.0;
    offset_ = -leakage_ * reference_k_;
  }

  /// Free of branches, so that a loop over arrays vectorises.
  JunctionStep advance(double start_k, double coolant_k, double reference_w) const {
    double const limit = (reference_w + offset_ + coolant_k * conductance_) * inverse_;
    double const away = start_k - limit;
    return {limit + away * decay_, limit + away * mean_weight_};
  }
  /// Mean electrical power [W] and mean heat to the coolant [W] of the interval with mean temperature `mean_k`.
  double power_w(double mean_k, double reference_w) const { return reference_w + leakage_ * (mean_k - reference_k_); }
  double heat_w(double mean_k, double coolant_k) const { return (mean_k - coolant_k) * conductance_; }

 private:
  double conductance_, leakage_, reference_k_;
  double inverse_ = 0, decay_ = 0, mean_weight_ = 0, offset_ = 0;
};

/// Temperature that holds for constant inputs.
inline double steady_junction_k(double reference_w, double leakage_w_per_k, double reference_k, double resistance_k_per_w,
                                double coolant_k) {
  double const g = 1.0 / resistance_k_per_w;
  if (!(g > leakage_w_per_k)) throw std::invalid_argument("junction: leakage outpaces cooling, no steady temperature");
  return (reference_w - leakage_w_per_k * reference_k + coolant_k * g) / (g - leakage_w_per_k);
}

}  // namespace ondol::sim
