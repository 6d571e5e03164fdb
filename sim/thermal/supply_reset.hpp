#pragma once
/// Supply set point of a plant that follows the weather or the demand.
///
///   by dry or wet bulb   linear between (low, supply_at_low) and (high, supply_at_high), level beyond
///   by demand            trim and respond on the most open valve, every two minutes: above 0.95 the set point falls by 0.3 K,
///                        below 0.85 it rises by 0.1 K, between the two supply temperatures [ashrae2021guideline36, 5.1.14]
///
/// The guideline leaves the sizes to the plant; these are its examples for chilled water, in kelvin and rounded (assumed).
/// Ignores: requests counted by valve, so the neediest valve alone speaks.   Page: docs/models/supply-reset.md

#include "sim/thermal/weather.hpp"

namespace ondol::sim {

struct SupplyResetParams {
  enum class By { dry_bulb, wet_bulb, demand };
  By by = By::wet_bulb;
  double low_k = 0, high_k = 0;  ///< outdoor temperatures
  double supply_at_low_k = 0, supply_at_high_k = 0;
};

class SupplyReset {
 public:
  /// Throws std::invalid_argument when the outdoor temperatures are not in order.
  explicit SupplyReset(SupplyResetParams const& params);

  double supply_k() const { return supply_k_; }
  /// Lets `dt_s` pass; then the outdoor air is `weather`, and `valve` the opening of the most open valve, of full.
  void advance(double dt_s, WeatherSample const& weather, double valve);

 private:
  SupplyResetParams params_;
  double supply_k_;
  double waited_s_ = 0;
};

}  // namespace ondol::sim
