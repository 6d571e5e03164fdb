#pragma once
/// Integrator for ideal control: the second-order Rosenbrock-W method ROS2                        [verwer1999, eqs. 2.1-2.4]
///
///   M = I - g h A,  g = 1 - 1/sqrt(2);   M k1 = f(t, y);   M k2 = f(t + h, y + h k1) - 2 k1;   y' = y + h (3/2 k1 + 1/2 k2)
///   error = M^-1 h (k1 + k2)/2 / 4
///
/// The error is judged by the difference to the first-order y + h k1, filtered for stiff parts [hairer1996, eq. IV.8.20].  What
/// is kept is of second order and better: on random loads its true error stays below a third of that difference, so a quarter
/// of it is compared with the tolerance (tests/sim/thermal/cooling_solvers_test.cpp).
///
/// A is the linear part of f: flows of this instant between cells, and exchangers.  The order is 2 for any A, and the method is
/// L-stable as far as A is right, so pipe cells of a second do not bind the step.  A moves heat without making or losing any,
/// and what its sinks take is booked, so heat is conserved to rounding: y' moves h [f(t, y) + f(t + h, y + h k1)]/2, and so do
/// the sums of the account.   Page: docs/models/cooling-system.md

#include <vector>

#include "sim/thermal/cooling_account.hpp"
#include "sim/thermal/cooling_network.hpp"

namespace ondol::sim {

class LinearlyImplicit {
 public:
  LinearlyImplicit(CoolingNetwork& network, double tolerance_k, double longest_step_s);

  /// Advances the network's states by dt_s; `stage()` is left with the rates at the end, or near it.
  void advance(double dt_s, CoolingAccount& account, CoolingWatch& watch, CoolingNetwork::Control control);
  void set_tolerance(double tolerance_k) { tolerance_k_ = tolerance_k; }
  void forget() { step_s_ = first_step_s; }
  CoolingNetwork::Stage const& stage() const { return last_; }
  CoolingNetwork::Stage& stage() { return last_; }

 private:
  static constexpr double first_step_s = 60.0;
  double try_step(double at_s, double h, CoolingNetwork::Control control);
  CoolingNetwork& network_;
  double tolerance_k_, longest_step_s_, step_s_ = first_step_s;
  CoolingNetwork::Stage first_, last_;
  std::vector<double> trial_, k1_, k2_, error_;
};

}  // namespace ondol::sim
