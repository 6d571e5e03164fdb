#pragma once
/// Power of a node around its accelerators: host, fans, supplies.
///
///   host   P = idle + (active - idle) u                                                        [fan2007]
///   fans   P = rated s^m, airflow = rated s (affinity laws: m = 3; with motor and drive 2.5 to 2.8) [ashrae2020fans]
///   fan speed s = max(minimum, air heat / rated air heat, what the hottest die wants), blended linearly to 1 between inlet
///          27 degC and 35 degC: servers hold their fans up to the recommended limit and run them up towards the allowable
///          one    [ashrae2021tc99].  The die wants the flow that holds it at its target in steady state (heat_sink.hpp).
///          A function of heat and temperatures, so that nothing can hunt
///   air heat: of accelerators and host what no liquid takes, and all of fans and supplies: what leaves through the chassis
///   supply n equal units carry the DC load: supply_bank.hpp
///
/// Fans are fed by the supplies and their power is heat in the air they move.  Boards are metered at their input, so the loss
/// of the converters between 48 or 12 V and the die is inside accelerator and host power.  Ignores: fan control lag, altitude,
/// failed fans. Page: docs/models/node-power.md

#include <algorithm>
#include <cmath>

#include "sim/power/supply_bank.hpp"

namespace ondol::sim {

struct HostParams {
  double idle_w = 0;
  double active_w = 0;
};
inline double host_power_w(HostParams const& p, double activity) {
  return p.idle_w + (p.active_w - p.idle_w) * activity;
}

struct FanParams {
  double rated_w = 0;           ///< all fans at full speed; 0: none
  double power_exponent = 3;    ///< m
  double minimum_speed = 0.3;   ///< fraction of full speed
  double rated_air_heat_w = 0;  ///< air-side heat the fans are sized for at cool inlet
  double rated_airflow_m3_per_s = 0;
  double warm_inlet_k = 300.15;  ///< 27 degC: speed starts to rise
  double hot_inlet_k = 308.15;   ///< 35 degC: full speed
};
/// `die_speed`: that the hottest die wants.
inline double fan_speed(FanParams const& p, double air_heat_w, double inlet_k, double die_speed = 0) {
  double const share = p.rated_air_heat_w > 0 ? air_heat_w / p.rated_air_heat_w : 0.0;
  double const cool = std::clamp(std::max(share, die_speed), p.minimum_speed, 1.0);
  if (inlet_k <= p.warm_inlet_k) return cool;
  double const warm = std::min((inlet_k - p.warm_inlet_k) / (p.hot_inlet_k - p.warm_inlet_k), 1.0);
  return cool + (1 - cool) * warm;
}
inline double fan_power_w(FanParams const& p, double speed) {
  return p.rated_w * std::pow(speed, p.power_exponent);
}
inline double fan_airflow_m3_per_s(FanParams const& p, double speed) {
  return p.rated_airflow_m3_per_s * speed;
}

struct NodePowerParams {
  HostParams host;
  FanParams fans;
  double liquid_fraction = 0;  ///< share of accelerator and host heat taken by liquid
  SupplyBank supplies;         ///< none when the node is fed with DC by a shelf
};

struct NodeDraw {
  double accelerators_w = 0, host_w = 0, fans_w = 0, psu_loss_w = 0;
  double input_w = 0;   ///< at the node's terminals: sum of the four
  double marginal = 1;  ///< d input / d load behind the supplies, fan speed held
  double fan_speed = 0, airflow_m3_per_s = 0;
  double air_heat_w = 0, liquid_heat_w = 0;  ///< all input power leaves as heat; fans and supplies heat the air
};

/// `accelerators_w`: sum over the node's boards.
NodeDraw node_draw(NodePowerParams const& p, double accelerators_w, double host_activity, double inlet_k);

}  // namespace ondol::sim
