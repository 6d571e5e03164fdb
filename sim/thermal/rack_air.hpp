#pragma once
/// Air through one rack of which a share r of the inlet is its own exhaust:
///
///   T_in = (1 - r) T_supply + r T_exhaust,   T_exhaust = T_in + Q/(m cp)   =>   T_in = T_supply + r/(1 - r) Q/(m cp)
///
/// a mixing balance.  Valid 0 <= r < 1, airflow > 0.  Ignores: exchange between racks,
/// buoyancy, moisture.   Page: docs/models/heat-exchangers.md

#include "sim/thermal/psychrometrics.hpp"

namespace ondol::sim {

/// Temperature rise of the air through the rack [K].
inline double rack_air_rise_k(double heat_w, double airflow_m3_per_s, double density_kg_per_m3) {
  return heat_w / (airflow_m3_per_s * density_kg_per_m3 * dry_air_specific_heat_j_per_kg_k);
}

inline double rack_inlet_k(double supply_k, double recirculation, double heat_w, double airflow_m3_per_s,
                           double density_kg_per_m3) {
  if (heat_w <= 0.0 || airflow_m3_per_s <= 0.0) return supply_k;
  return supply_k + recirculation / (1.0 - recirculation) * rack_air_rise_k(heat_w, airflow_m3_per_s, density_kg_per_m3);
}

}  // namespace ondol::sim
