#pragma once
/// Integrator for PI control: CVODE's variable-order BDF with dense Newton and root finding          [hindmarsh2005; SUNDIALS
/// 6]
///
/// Valves, drives and pressure loops of a second stand beside water of an hour, and nothing of it is linear: stiff.  Roots are
/// the instants at which a supply leaves or regains its set point.  Sums of the account are taken by Simpson's rule on the
/// solver's own polynomial.  What BDF's Newton leaves of the heat balance (a hundredth of the tolerance and less) is given back
/// to all cells evenly at the end of an interval, so heat in = heat out + heat stored holds to rounding.
/// Page: docs/models/cooling-system.md

#include <memory>

#include "sim/thermal/cooling_account.hpp"
#include "sim/thermal/cooling_network.hpp"

namespace ondol::sim {

class CvodeSolver {
 public:
  CvodeSolver(CoolingNetwork& network, double tolerance_k, double longest_step_s);
  ~CvodeSolver();

  void advance(double dt_s, CoolingAccount& account, CoolingWatch& watch, CoolingNetwork::Control control);
  CoolingNetwork::Stage const& stage() const;
  /// Largest shift of temperatures that closed a heat balance so far [K].
  double largest_shift_k() const;

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

}  // namespace ondol::sim
