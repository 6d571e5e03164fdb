#include "sim/power/node_power.hpp"

namespace ondol::sim {

namespace {
constexpr int fan_rounds = 30;
}

NodeDraw node_draw(NodePowerParams const& p, double accelerators_w, double host_activity, double inlet_k) {
  NodeDraw d;
  d.accelerators_w = accelerators_w;
  d.host_w = host_power_w(p.host, host_activity);
  double const silicon_w = d.accelerators_w + d.host_w;
  d.liquid_heat_w = p.liquid_fraction * silicon_w;
  // Fans carry their own heat and that of the supplies, which feed them: a few rounds settle it, as fans are a small part.
  double dc_w = silicon_w;
  for (int round = 0; round < fan_rounds; ++round) {
    d.psu_loss_w = p.supplies.loss_w(dc_w);
    d.fan_speed = fan_speed(p.fans, silicon_w - d.liquid_heat_w + d.fans_w + d.psu_loss_w, inlet_k);
    d.fans_w = fan_power_w(p.fans, d.fan_speed);
    dc_w = silicon_w + d.fans_w;
  }
  d.airflow_m3_per_s = fan_airflow_m3_per_s(p.fans, d.fan_speed);
  d.psu_loss_w = p.supplies.loss_w(dc_w);
  d.marginal = 1 + p.supplies.marginal_loss(dc_w);
  d.input_w = dc_w + d.psu_loss_w;
  d.air_heat_w = d.input_w - d.liquid_heat_w;
  return d;
}

}  // namespace ondol::sim
