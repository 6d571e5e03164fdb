#pragma once
/// Dry cooler: fans blow outdoor air over finned coils, no water unless the air is precooled by wet pads.
///
///   Q = eps Cmin (T_fluid_in - T_air)                        counterflow eps-NTU, UA from the design point
///   (heat_exchanger.hpp) air flow ~ fan speed, fan power ~ speed^3                 affinity laws [ashrae2020systems, ch. 21]
///   pads on: T_air = T_dry - e (T_dry - T_wet)                direct evaporative cooling [ashrae2020systems, ch. 41]
///
/// The design air flow is not printed by vendors; it is taken so that air warms as much as the fluid cools (assumed: gives 256
/// J/m3 of fan energy for the BAC TDFS1238N, a usual value).  Pads work only when dry air at full fan speed does not suffice.
/// Water of the pads: G (W_out - W_in) x cycles/(cycles - 1).
/// Ignores: wind, sun, fouling, altitude beyond the density of the design.   Page: docs/models/dry-cooler.md

#include "sim/thermal/heat_exchanger.hpp"

namespace ondol::sim {

struct DryCoolerParams {
  double rated_heat_w = 0;
  double design_air_k = 308.15, fluid_in_k = 319.26, fluid_out_k = 313.70;
  double fan_w = 0;  ///< at full speed
  bool adiabatic = false;
  double adiabatic_effectiveness = 0.0;  ///< share of the wet-bulb depression
  double cycles_of_concentration = 3.0;  ///< of the pad water (assumed: pads bleed off about half of what evaporates)
  double minimum_speed = 0.1;            ///< below it the fans cycle (assumed: usual for EC fans)
};

struct DryCoolerPoint {
  double heat_w = 0;
  double fan_speed = 0;  ///< of full
  double fan_w = 0;
  double evaporated_kg_per_s = 0, water_kg_per_s = 0;
};

class DryCooler {
 public:
  DryCooler() = default;
  explicit DryCooler(DryCoolerParams const& params);
  /// A bank of `units` equal coolers.
  DryCooler times(double units) const;

  /// Air entering the coils at its coldest: dry bulb, or behind the pads.
  double coldest_air_k(double dry_bulb_k, double wet_bulb_k) const;
  /// Heat per kelvin between entering fluid and entering air, fans at full speed.
  double conductance_w_per_k(double fluid_w_per_k) const;
  /// Most heat [W] with dry air, or with pads where fitted.
  double capacity_w(double fluid_in_k, double fluid_w_per_k, double dry_bulb_k, double wet_bulb_k) const;
  /// Fans controlled so that `wanted_w` is rejected, or all they can.
  DryCoolerPoint control(double wanted_w, double fluid_in_k, double fluid_w_per_k, double dry_bulb_k, double wet_bulb_k,
                         double pressure_pa) const;

  DryCoolerParams const& params() const { return params_; }
  double design_fluid_w_per_k() const { return coil_.rated_hot_w_per_k(); }

 private:
  double air_w_per_k(double speed) const;
  DryCoolerParams params_;     ///< of one unit
  CounterflowExchanger coil_;  ///< of the bank
  double units_ = 1.0;
};

}  // namespace ondol::sim
