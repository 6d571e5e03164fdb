#include "sim/thermal/air_economizer.hpp"

#include <algorithm>
#include <stdexcept>

#include "sim/thermal/psychrometrics.hpp"

namespace ondol::sim {

AirEconomizer::AirEconomizer(AirEconomizerParams const& p) : params_(p) {
  if (!(p.effectiveness > 0.0 && p.effectiveness <= 1.0) ||
      !(p.adiabatic_effectiveness >= 0.0 && p.adiabatic_effectiveness <= 1.0))
    throw std::invalid_argument("air economiser: effectiveness must lie in (0, 1], that of the pads in [0, 1]");
  if (!(p.cycles_of_concentration > 1.0) || !(p.fan_w >= 0.0))
    throw std::invalid_argument("air economiser: cycles of concentration must exceed 1, fan power must not be negative");
}

AirEconomizerPoint AirEconomizer::at(double return_k, double wanted_k, double air_w_per_k, double flow_share,
                                     WeatherSample const& outdoor) const {
  auto const& p = params_;
  AirEconomizerPoint point;
  point.mixed_k = return_k;
  if (!(return_k > wanted_k) || !(air_w_per_k > 0.0)) return point;
  bool const indirect = p.kind == AirEconomizerParams::Kind::indirect;
  double const reach = indirect ? p.effectiveness : 1.0;
  double const before =
      std::max(0.0, humidity_ratio_from_wet_bulb(outdoor.dry_bulb_k, outdoor.wet_bulb_k, outdoor.pressure_pa));
  double air_k = outdoor.dry_bulb_k, moisture = before;
  if (p.adiabatic_effectiveness > 0.0 && return_k - reach * (return_k - air_k) > wanted_k) {
    air_k -= p.adiabatic_effectiveness * (outdoor.dry_bulb_k - outdoor.wet_bulb_k);
    moisture = std::max(before, humidity_ratio_from_wet_bulb(air_k, outdoor.wet_bulb_k, outdoor.pressure_pa));
  }
  if (air_k >= return_k) return point;
  if (!indirect && (p.dew_point_minimum_k || p.dew_point_maximum_k)) {
    // The dew point is where air of this moisture is saturated: moistures compare as dew points do.
    if (p.dew_point_minimum_k && moisture < saturation_humidity_ratio(*p.dew_point_minimum_k, outdoor.pressure_pa))
      return point;
    if (p.dew_point_maximum_k && moisture > saturation_humidity_ratio(*p.dew_point_maximum_k, outdoor.pressure_pa))
      return point;
  }
  point.share = std::min(1.0, (return_k - wanted_k) / (reach * (return_k - air_k)));
  point.mixed_k = return_k - point.share * reach * (return_k - air_k);
  point.heat_w = air_w_per_k * (return_k - point.mixed_k);
  point.heat_per_return_w_per_k = point.share < 1.0 ? air_w_per_k : reach * air_w_per_k;
  double const moved = point.share * flow_share;
  point.fan_w = p.fan_w * moved * moved * moved;
  point.evaporated_kg_per_s = point.share * air_w_per_k / dry_air_specific_heat_j_per_kg_k * (moisture - before);
  point.water_kg_per_s = point.evaporated_kg_per_s * p.cycles_of_concentration / (p.cycles_of_concentration - 1.0);
  return point;
}

}  // namespace ondol::sim
