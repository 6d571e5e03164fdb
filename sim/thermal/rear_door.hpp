#pragma once
/// Passive water coils in the doors of racks: server fans push the exhaust through them before it reaches the room.
///
///   T_exhaust = T_inlet + Q/C,  C = n V rho cp max(0.3, Q/Q_rated)      airflow follows heat, as server fans do (assumed)
///   Q_door    counterflow eps-NTU of exhaust and facility water (heat_exchanger.hpp), four fifths of the resistance with the
///   air
///             (assumed, finned coil); a valve keeps the door from taking more than the rack gives
///
/// What the door leaves goes to the room.  Ignores: the pressure that the coil costs the server fans (their power is the
/// servers'), condensation.   Page: docs/models/rear-door.md

#include <cstddef>

#include "sim/thermal/heat_exchanger.hpp"

namespace ondol::sim {

struct RearDoorParams {
  std::size_t plant = 0;
  int doors = 0;
  double rated_heat_w = 0;      ///< of one door
  double rated_approach_k = 0;  ///< leaving air - entering water
  double airflow_m3_per_s = 0;
  double water_flow_kg_per_s = 0;
  double air_density_kg_per_m3 = 1.2;
};

struct RearDoorPoint {
  double heat_w = 0;         ///< given to the facility water
  double water_w_per_k = 0;  ///< facility water drawn
};

class RearDoor {
 public:
  /// Throws std::invalid_argument when no coil can do what the rating says.
  RearDoor(RearDoorParams const& params, double water_specific_heat_j_per_kg_k);

  /// Racks that give `load_w` to air of `inlet_k`; water enters at `water_k`, of which `water_share` of the full flow is to be
  /// had.
  RearDoorPoint at(double load_w, double inlet_k, double water_k, double water_share) const;
  double water_limit_w_per_k() const { return coils_.rated_cold_w_per_k(); }
  RearDoorParams const& params() const { return params_; }

 private:
  RearDoorParams params_;
  CounterflowExchanger coils_;  ///< all doors
};

}  // namespace ondol::sim
