#include "sim/thermal/supply_reset.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace ondol::sim {

namespace {

constexpr double period_s = 120.0, trim_k = 0.1, respond_k = 0.3, closed = 0.85, open = 0.95;

}  // namespace

SupplyReset::SupplyReset(SupplyResetParams const& params)
    : params_(params), supply_k_(std::min(params.supply_at_low_k, params.supply_at_high_k)) {
  if (params.by != SupplyResetParams::By::demand && !(params.low_k < params.high_k))
    throw std::invalid_argument("supply reset: the low outdoor temperature must be below the high one");
}

void SupplyReset::advance(double dt_s, WeatherSample const& weather, double valve) {
  auto const& p = params_;
  if (p.by != SupplyResetParams::By::demand) {
    double const outdoor_k = p.by == SupplyResetParams::By::dry_bulb ? weather.dry_bulb_k : weather.wet_bulb_k;
    double const share = std::clamp((outdoor_k - p.low_k) / (p.high_k - p.low_k), 0.0, 1.0);
    supply_k_ = std::lerp(p.supply_at_low_k, p.supply_at_high_k, share);
    return;
  }
  waited_s_ += dt_s;
  double const rounds = std::floor(waited_s_ / period_s);
  waited_s_ -= rounds * period_s;
  double const change_k = valve > open ? -respond_k : valve < closed ? trim_k : 0.0;
  auto const [coldest, warmest] = std::minmax(p.supply_at_low_k, p.supply_at_high_k);
  supply_k_ = std::clamp(supply_k_ + rounds * change_k, coldest, warmest);
}

}  // namespace ondol::sim
