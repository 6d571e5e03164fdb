#include "sim/thermal/heat_reuse.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "sim/thermal/falling_root.hpp"

namespace ondol::sim {

HeatReuse::HeatReuse(HeatReuseParams const& p) : params_(p) {
  if (!(p.demand_w >= 0.0) || !(p.demand_slope_w_per_k >= 0.0) || !(p.pump_w >= 0.0) || !(p.approach_k > 0.0))
    throw std::invalid_argument("heat reuse: demand and pump power must not be negative, the approach must be positive");
  if (!(p.second_law_efficiency > 0.0 && p.second_law_efficiency <= 1.0))
    throw std::invalid_argument("heat reuse: the share of Carnot's efficiency must lie in (0, 1]");
}

double HeatReuse::demand_w(double outdoor_k) const {
  return params_.demand_w + params_.demand_slope_w_per_k * std::max(0.0, params_.balance_k - outdoor_k);
}

HeatReusePoint HeatReuse::at(double demand_w, double entering_k, double loop_w_per_k, double offered_w) const {
  HeatReusePoint point;
  if (!(demand_w > 0.0) || !(offered_w > 0.0)) return point;
  auto const& p = params_;
  if (entering_k >= p.sink_k + p.approach_k) {
    point.taken_w = point.delivered_w = std::min(demand_w, offered_w);
  } else if (p.lift == HeatReuseParams::Lift::heat_pump) {
    double const hot_k = p.sink_k + p.approach_k;
    auto const cop = [&](double taken_w) {
      double const cold_k = entering_k - taken_w / loop_w_per_k - p.approach_k;
      return std::max(1.0, p.second_law_efficiency * hot_k / (hot_k - cold_k));
    };
    auto const wanted = [&](double taken_w) { return demand_w * (1.0 - 1.0 / cop(taken_w)) - taken_w; };
    point.taken_w = falling_root(wanted, 0.0, std::min(demand_w, offered_w), 1e-9 * demand_w);
    double const factor = cop(point.taken_w);
    if (factor <= 1.0) return {};
    point.delivered_w = point.taken_w * factor / (factor - 1.0);
    point.compressor_w = point.delivered_w - point.taken_w;
  }
  double const load = p.demand_w > 0.0 ? std::min(1.0, point.delivered_w / p.demand_w) : 1.0;
  point.pump_w = point.delivered_w > 0.0 ? p.pump_w * load * load * load : 0.0;
  return point;
}

}  // namespace ondol::sim
