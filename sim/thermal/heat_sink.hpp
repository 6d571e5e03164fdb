#pragma once
/// Resistance from an accelerator's die to the coolant that sweeps its heat sink, cold plate or, immersed, its bare sink:
///
///   R(x) = R_fixed + R_flow max(x, x_still)^-n        x: flow past the sink over the flow that the entry holds at
///
/// R_fixed: die, interface, lid and base.  R_flow: surface to coolant.  Of a boundary layer n is 0.5 where it is laminar and
/// 0.8 where it is turbulent [incropera2007, ch. 7 and 8]; sinks of servers lie between.  x_still stands for the draught by
/// buoyancy.
///
/// Immersed, buoyancy carries a part of its own, whatever the pump does [incropera2007, eq. 9.24 and 9.64]:
///
///   1/R_flow(x, dT) = 1/R_flow ((1 - w) x^(3/2) + w (dT/dT_0)^(3/4))^(1/3)
///
/// with dT from sink to bath, natural laminar h ~ dT^(1/4), forced laminar h ~ x^(1/2), the two joined by their cubes.
/// Valid for x up to 1.2.  Ignores: air warmed by other parts on its way to the sink, temperature of the fluid's properties.
/// Page: docs/models/heat-sinks.md

#include <algorithm>
#include <cmath>
#include <limits>

namespace ondol::sim {

struct HeatSinkParams {
  double fixed_k_per_w = 0, flow_k_per_w = 0;
  double exponent = 0;       ///< n; 0: flow does not matter
  double still = 0.1;        ///< x_still (assumed: a tenth of the velocity that fans or pumps give)
  double buoyant_share = 0;  ///< w; 0: not immersed
  double buoyant_k = 30;     ///< dT_0
};

/// `over_k`: sink over bath, read only of immersed ones.
inline double sink_k_per_w(HeatSinkParams const& p, double flow_share, double over_k) {
  double const x = std::max(flow_share, 0.0);
  if (p.buoyant_share > 0) {
    double const natural = p.buoyant_share * std::pow(std::max(over_k, 0.0) / p.buoyant_k, 0.75);
    double const cubes = (1 - p.buoyant_share) * std::pow(x, 1.5) + natural;
    return p.fixed_k_per_w + p.flow_k_per_w / std::cbrt(std::max(cubes, 1e-3));
  }
  return p.fixed_k_per_w + p.flow_k_per_w * std::pow(std::max(x, p.still), -p.exponent);
}

/// Flow at which a sink in air has this resistance; infinite where no flow suffices.
inline double flow_share_for(HeatSinkParams const& p, double k_per_w) {
  if (k_per_w <= p.fixed_k_per_w) return std::numeric_limits<double>::infinity();
  if (p.exponent <= 0) return k_per_w < p.fixed_k_per_w + p.flow_k_per_w ? std::numeric_limits<double>::infinity() : 0.0;
  return std::pow(p.flow_k_per_w / (k_per_w - p.fixed_k_per_w), 1.0 / p.exponent);
}

}  // namespace ondol::sim
