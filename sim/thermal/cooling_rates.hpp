#pragma once
/// Rates of one instant that the account of an interval is made of, and their weighted sums.

#include "sim/thermal/heat_rejection.hpp"

namespace ondol::sim {

struct HallRates {
  double crah_fan_w = 0, cdu_pump_w = 0, vented_w = 0;

  void add(double f, HallRates const& r) {
    crah_fan_w += f * r.crah_fan_w;
    cdu_pump_w += f * r.cdu_pump_w;
    vented_w += f * r.vented_w;
  }
};

struct PlantRates {
  RejectionPoint rejection;
  double pump_w = 0;  ///< of the facility loop
  double chillers = 0, clamped = 0;

  void add(double f, PlantRates const& r) {
    rejection.cooling_w += f * r.rejection.cooling_w;
    rejection.free_w += f * r.rejection.free_w;
    rejection.chiller_w += f * r.rejection.chiller_w;
    rejection.condenser_pump_w += f * r.rejection.condenser_pump_w;
    rejection.tower_fan_w += f * r.rejection.tower_fan_w;
    rejection.dry_cooler_fan_w += f * r.rejection.dry_cooler_fan_w;
    rejection.evaporated_kg_per_s += f * r.rejection.evaporated_kg_per_s;
    rejection.water_kg_per_s += f * r.rejection.water_kg_per_s;
    pump_w += f * r.pump_w;
    chillers += f * r.rejection.chillers;
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
