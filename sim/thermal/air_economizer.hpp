#pragma once
/// Cooling of a hall with outdoor air: let in and mixed with return air, or through an air-to-air exchanger.
///
///   outside air  T_mixed = T_return - s (T_return - T_out), s so that T_mixed is what is wanted, at most 1
///   indirect     the same with s e in place of s: e effectiveness of the exchanger, s share of the outdoor air's full flow
///   pads         T_out = T_dry - a (T_dry - T_wet), at constant wet bulb, only where dry air does not suffice
///                                                                                             [ashrae2020systems, ch. 41]
///   fans         further power P (s f)^3, f airflow of the hall's air handlers over their full one     (affinity laws)
///   water        G s (W_pads - W) cycles/(cycles - 1)
///
/// Outdoor air is let in only while its dew point, behind the pads, lies within the limits given; indirect air never touches
/// the hall.  What is carried off is sensible heat: the coil does the rest and stays dry, which the limit of the dew point is
/// to keep true.  Ignores: moisture of the hall's air (humidifying in dry winters, condensation on coils), leakage of the
/// exchanger, dust and frost.   Page: docs/models/air-economizer.md

#include <optional>

#include "sim/thermal/weather.hpp"

namespace ondol::sim {

struct AirEconomizerParams {
  enum class Kind { outside_air, indirect };
  Kind kind = Kind::outside_air;
  double effectiveness = 0.7;          ///< of the exchanger, indirect
  double adiabatic_effectiveness = 0;  ///< of pads; 0: none
  double cycles_of_concentration = 3;
  double fan_w = 0;  ///< further, at the full airflow of all air handlers
  std::optional<double> dew_point_minimum_k = {}, dew_point_maximum_k = {};
};

struct AirEconomizerPoint {
  double share = 0;   ///< of outdoor air
  double heat_w = 0;  ///< given to outdoor air
  double heat_per_return_w_per_k = 0;
  double mixed_k = 0;  ///< air that enters the coil
  double fan_w = 0;
  double evaporated_kg_per_s = 0, water_kg_per_s = 0;
};

class AirEconomizer {
 public:
  /// Throws std::invalid_argument on shares outside (0, 1].
  explicit AirEconomizer(AirEconomizerParams const& params);

  /// Return air of `air_w_per_k`, which is `flow_share` of the full airflow, to be cooled to `wanted_k`.
  AirEconomizerPoint at(double return_k, double wanted_k, double air_w_per_k, double flow_share,
                        WeatherSample const& outdoor) const;

 private:
  AirEconomizerParams params_;
};

}  // namespace ondol::sim
