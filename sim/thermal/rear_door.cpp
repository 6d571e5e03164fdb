#include "sim/thermal/rear_door.hpp"

#include <algorithm>
#include <stdexcept>

#include "sim/thermal/psychrometrics.hpp"

namespace ondol::sim {

namespace {

constexpr double air_resistance_share = 0.8, least_airflow = 0.3;  // assumed, see header

ExchangerRating rating(RearDoorParams const& p, double water_specific_heat) {
  if (p.doors < 1) throw std::invalid_argument("rear door: needs at least one door");
  return {p.rated_heat_w, p.rated_approach_k, p.airflow_m3_per_s * p.air_density_kg_per_m3 * dry_air_specific_heat_j_per_kg_k,
          p.water_flow_kg_per_s * water_specific_heat, air_resistance_share};
}

}  // namespace

RearDoor::RearDoor(RearDoorParams const& p, double water_specific_heat)
    : params_(p), coils_(CounterflowExchanger(rating(p, water_specific_heat)).times(p.doors)) {}

RearDoorPoint RearDoor::at(double load_w, double inlet_k, double water_k, double water_share) const {
  if (!(load_w > 0.0)) return {};
  double const air =
      coils_.rated_hot_w_per_k() * std::clamp(load_w / (params_.doors * params_.rated_heat_w), least_airflow, 1.0);
  auto const match = coils_.match(load_w, inlet_k + load_w / air, air, water_k, water_share * water_limit_w_per_k());
  return {match.heat_w, match.cold_w_per_k};
}

}  // namespace ondol::sim
