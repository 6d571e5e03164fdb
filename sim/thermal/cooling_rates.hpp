#pragma once
/// Rates of one instant that the account of an interval is made of, and their weighted sums.

#include "sim/thermal/air_economizer.hpp"
#include "sim/thermal/heat_rejection.hpp"

namespace ondol::sim {

struct HallRates {
  double crah_fan_w = 0, cdu_pump_w = 0, vented_w = 0, door_w = 0;
  double economizer_w = 0, economizer_fan_w = 0;  ///< heat to outdoor air, and the fans that move it, whose heat goes with it
  double evaporated_kg_per_s = 0, water_kg_per_s = 0;

  void set(AirEconomizerPoint const& p) {
    economizer_w = p.heat_w, economizer_fan_w = p.fan_w;
    evaporated_kg_per_s = p.evaporated_kg_per_s, water_kg_per_s = p.water_kg_per_s;
  }
  void add(double f, HallRates const& r) {
    crah_fan_w += f * r.crah_fan_w;
    cdu_pump_w += f * r.cdu_pump_w;
    vented_w += f * r.vented_w;
    door_w += f * r.door_w;
    economizer_w += f * r.economizer_w;
    economizer_fan_w += f * r.economizer_fan_w;
    evaporated_kg_per_s += f * r.evaporated_kg_per_s;
    water_kg_per_s += f * r.water_kg_per_s;
  }
};

struct PlantRates {
  RejectionPoint rejection;
  double pump_w = 0, flow_kg_per_s = 0;  ///< of the facility loop
  HeatReusePoint reuse;
  double tank_w = 0;       ///< cooling that the tank gives the loop; negative while it is charged
  double tank_loss_w = 0;  ///< that the tank gives its surroundings
  double chillers = 0, clamped = 0;

  void add(double f, PlantRates const& r) {
    rejection.cooling_w += f * r.rejection.cooling_w;
    rejection.free_w += f * r.rejection.free_w;
    rejection.chiller_w += f * r.rejection.chiller_w;
    rejection.condenser_pump_w += f * r.rejection.condenser_pump_w;
    rejection.tower_fan_w += f * r.rejection.tower_fan_w;
    rejection.dry_cooler_fan_w += f * r.rejection.dry_cooler_fan_w;
    rejection.evaporated_kg_per_s += f * r.rejection.evaporated_kg_per_s;
    rejection.drift_kg_per_s += f * r.rejection.drift_kg_per_s;
    rejection.water_kg_per_s += f * r.rejection.water_kg_per_s;
    pump_w += f * r.pump_w;
    flow_kg_per_s += f * r.flow_kg_per_s;
    reuse.taken_w += f * r.reuse.taken_w;
    reuse.delivered_w += f * r.reuse.delivered_w;
    reuse.compressor_w += f * r.reuse.compressor_w;
    reuse.pump_w += f * r.reuse.pump_w;
    tank_w += f * r.tank_w;
    tank_loss_w += f * r.tank_loss_w;
    chillers += f * r.rejection.running;
    clamped += r.rejection.clamped ? f : 0.0;
  }
};

/// Sum with its rounding error carried along [neumaier1974].
struct LongSum {
  double sum = 0, rest = 0;
  void add(double x) {
    double const t = sum + x;
    rest += (sum < 0 ? -sum : sum) >= (x < 0 ? -x : x) ? (sum - t) + x : (x - t) + sum;
    sum = t;
  }
  double value() const { return sum + rest; }
};

}  // namespace ondol::sim
