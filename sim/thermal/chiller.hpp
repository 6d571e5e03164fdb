#pragma once
/// Electric chiller by the DOE-2 / EnergyPlus EIR model                        [hydeman2002, eqs. 1-5; energyplus2023engref]
///
///   Q_avail = Q_ref CapFT(Te, Tc)                                   CapFT, EIRFT = a + b Te + c Te^2 + d Tc + e Tc^2 + f Te Tc
///   P = Q_avail/COP_ref EIRFT(Te, Tc) EIRFPLR(PLR) cycling          EIRFPLR = a + b PLR + c PLR^2
///
/// Te leaving evaporator, Tc entering condenser, in degC; PLR = Q/Q_avail.  Below `plr_unload` the machine bypasses hot gas
/// (false loading) and draws what it draws at `plr_unload`; below `plr_min` it cycles: power falls with PLR/plr_min.
/// Te and Tc are clamped to the limits of the curves and the result says so: colder condenser water is mixed up to the limit;
/// warmer evaporator water is made by mixing, without gain.  Above the warmest condenser water of the curves the capacity
/// falls to nothing over 20 K and power per cooling rises with the lift Tc - Te (assumed: the curves end before the
/// high-pressure limit of the machine acts, and work rises with lift at least so).  Compressor heat goes to the condenser in
/// full. Ignores: start-up, oil and purge, flow other than design, fouling.   Page: docs/models/chiller.md

#include <array>

namespace ondol::sim {

struct ChillerParams {
  double reference_capacity_w = 0;
  double reference_cop = 0;
  double plr_min = 0.1, plr_max = 1.0, plr_unload = 0.1;
  double evaporator_min_k = 277.55, evaporator_max_k = 283.15;
  double condenser_min_k = 285.95, condenser_max_k = 302.55;
  double condenser_flow_kg_per_s = 0;
  std::array<double, 6> capacity_curve{}, eir_curve{};
  std::array<double, 3> part_load_curve{};
};

struct ChillerPoint {
  double available_w = 0;   ///< capacity of one unit at these temperatures
  double full_power_w = 0;  ///< Q_avail/COP_ref EIRFT: times EIRFPLR is the electric power
  bool clamped = false;     ///< a temperature lay outside the curves
};

class Chiller {
 public:
  Chiller() = default;
  explicit Chiller(ChillerParams const& params);

  ChillerPoint at(double leaving_evaporator_k, double entering_condenser_k) const;
  /// Electric power [W] of one running unit that cools `load_w` (<= plr_max available).
  double power_w(ChillerPoint const& point, double load_w) const;
  /// Smallest number of units that carries `load_w` within plr_max, at most `units`.
  int units_needed(ChillerPoint const& point, double load_w, int units) const;

  ChillerParams const& params() const { return params_; }

 private:
  ChillerParams params_;
};

}  // namespace ondol::sim
