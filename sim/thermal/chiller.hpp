#pragma once
/// Electric chiller by the curves of DOE-2 and EnergyPlus                       [hydeman2002, eqs. 1-5; energyplus2023engref]
///
///   Q_avail = Q_ref CapFT(Te, Tc)                                   CapFT, EIRFT = a + b Te + c Te^2 + d Tc + e Tc^2 + f Te Tc
///   P = Q_avail/COP_ref EIRFT(Te, Tc) EIRFPLR cycling
///   EIR curves     Tc enters the condenser; EIRFPLR = a + b x + c x^2
///   reformulated   Tc = Tc,entering + (Q + P)/(m c) leaves it; EIRFPLR = a + b T + c T^2 + d x + e x^2 + f T x + g T^3 + h x^3
///                  + i T^2 x + j T x^2, T = Tc
///   air-cooled     EIR curves with Tc = outdoor dry bulb; the condenser's fans are within P
///
/// Te leaves the evaporator; temperatures of the curves in degC; x = Q/Q_avail.  Below `plr_unload` the machine bypasses hot
/// gas (false loading) and draws what it draws at `plr_unload`; below `plr_min` it cycles: power falls with x/plr_min. Te and
/// Tc are clamped to the limits of the curves and the result says so: colder condenser water is mixed up to the limit (air:
/// fans slow to hold the head pressure); warmer evaporator water is made by mixing, without gain.  Above the warmest Tc of the
/// curves the capacity falls to nothing over 20 K and power per cooling rises with the lift Tc - Te (assumed: the curves end
/// before the high-pressure limit of the machine acts, and work rises with lift at least so).  Compressor heat goes to the
/// condenser in full.  Ignores: start-up, oil and purge, flow other than design, fouling.   Page: docs/models/chiller.md

#include <array>

namespace ondol::sim {

struct ChillerParams {
  enum class Curves { eir, reformulated };
  double reference_capacity_w = 0;
  double reference_cop = 0;
  double plr_min = 0.1, plr_max = 1.0, plr_unload = 0.1;
  double evaporator_min_k = 277.55, evaporator_max_k = 283.15;
  double condenser_min_k = 285.95, condenser_max_k = 302.55;  ///< of Tc
  double condenser_flow_kg_per_s = 0;
  std::array<double, 6> capacity_curve{}, eir_curve{};
  std::array<double, 3> part_load_curve{};  ///< of EIR curves
  Curves curves = Curves::eir;
  std::array<double, 10> part_load_surface{};  ///< of reformulated curves
  bool air_cooled = false;
};

/// One unit at given temperatures, fully loaded.
struct ChillerPoint {
  double available_w = 0;                   ///< capacity
  double full_power_w = 0;                  ///< Q_avail/COP_ref EIRFT: times EIRFPLR is the electric power
  bool clamped = false;                     ///< a temperature lay outside the curves
  double evaporator_k = 0, entering_k = 0;  ///< that it was asked for
};

class Chiller {
 public:
  Chiller() = default;
  explicit Chiller(ChillerParams const& params);

  ChillerPoint at(double leaving_evaporator_k, double entering_condenser_k) const;
  /// Electric power [W] of one running unit that cools `load_w` (<= plr_max available).
  double power_w(ChillerPoint const& point, double load_w) const;
  /// Share of the time that this unit runs: less than 1 where it cycles.
  double running_share(ChillerPoint const& point, double load_w) const;
  /// Smallest number of units that carries `load_w` within plr_max, at most `units`.
  int units_needed(ChillerPoint const& point, double load_w, int units) const;

  /// Condenser water entering a fully loaded unit within the curves.
  double entering_min_k() const { return params_.condenser_min_k - rise_k_; }
  double entering_max_k() const { return params_.condenser_max_k - rise_k_; }

  ChillerParams const& params() const { return params_; }

 private:
  ChillerPoint at_condenser(double evaporator_k, double condenser_k) const;
  double part_load(double condenser_k, double ratio) const;
  /// Leaving condenser water [K] of a unit that cools `load(point)` [W].
  template <class Load>
  double leaving_condenser_k(ChillerPoint const& point, Load const& load) const;
  double loaded_power_w(ChillerPoint const& at, double condenser_k, double load_w) const;
  ChillerParams params_;
  double rise_k_ = 0;  ///< of condenser water up to Tc of the curves, at the reference
};

}  // namespace ondol::sim
