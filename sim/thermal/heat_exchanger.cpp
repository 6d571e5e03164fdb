#include "sim/thermal/heat_exchanger.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace ondol::sim {

namespace {

constexpr double flow_exponent = 0.8;  // turbulent flow in tubes and plate channels [incropera2007, eq. 8.60]

double film(double fraction) {
  return std::pow(fraction, -flow_exponent);
}

double effective_conductance(double ua, double a_w_per_k, double b_w_per_k) {
  double const least = std::min(a_w_per_k, b_w_per_k), most = std::max(a_w_per_k, b_w_per_k);
  return least * counterflow_effectiveness(ua / least, least / most);
}

}  // namespace

double counterflow_effectiveness(double ntu, double capacity_ratio) {
  double const difference = 1.0 - capacity_ratio;
  if (ntu * difference < 1e-9) return ntu / (1.0 + ntu);
  double const gone = -std::expm1(-ntu * difference);
  return gone / (difference + capacity_ratio * gone);
}

double counterflow_ntu(double effectiveness, double capacity_ratio) {
  double const difference = 1.0 - capacity_ratio;
  double const balanced = effectiveness / (1.0 - effectiveness);
  if (balanced * difference < 1e-9) return balanced;
  return std::log1p(balanced * difference) / difference;
}

CounterflowExchanger::CounterflowExchanger(ExchangerRating const& r)
    : hot_(r.hot_w_per_k), cold_(r.cold_w_per_k), hot_share_(r.hot_resistance_share) {
  if (!(r.heat_w > 0.0) || !(hot_ > 0.0) || !(cold_ > 0.0))
    throw std::invalid_argument("heat exchanger: rated heat and both flows must be positive");
  double const inlets_k = r.approach_k + r.heat_w / hot_;
  double const least = std::min(hot_, cold_), most = std::max(hot_, cold_);
  double const effectiveness = r.heat_w / (least * inlets_k);
  if (!(inlets_k > 0.0) || !(effectiveness < 1.0))
    throw std::invalid_argument(
        "heat exchanger: the rated approach is out of reach of any counterflow exchanger at these flows");
  ua_ = least * counterflow_ntu(effectiveness, least / most);
}

CounterflowExchanger CounterflowExchanger::times(double units) const {
  CounterflowExchanger all = *this;
  all.ua_ *= units;
  all.hot_ *= units;
  all.cold_ *= units;
  return all;
}

double CounterflowExchanger::conductance_w_per_k(double hot_w_per_k, double cold_w_per_k) const {
  if (hot_w_per_k <= 0.0 || cold_w_per_k <= 0.0 || ua_ <= 0.0) return 0.0;
  double const ua = ua_ / (hot_share_ * film(hot_w_per_k / hot_) + (1.0 - hot_share_) * film(cold_w_per_k / cold_));
  return effective_conductance(ua, hot_w_per_k, cold_w_per_k);
}

CounterflowExchanger::Match CounterflowExchanger::match(double wanted_w, double hot_in_k, double hot, double cold_in_k,
                                                        double cold_limit, double guess) const {
  if (wanted_w <= 0.0) return {};
  double const inlets_k = hot_in_k - cold_in_k;
  // A valve that asks in vain stands open.
  if (inlets_k <= 0.0 || hot <= 0.0 || cold_limit <= 0.0 || ua_ <= 0.0) return {0.0, cold_limit};
  double const hot_film = hot_share_ * film(hot / hot_), cold_share = 1.0 - hot_share_;
  double const most =
      effective_conductance(ua_ / (hot_film + cold_share * film(cold_limit / cold_)), hot, cold_limit) * inlets_k;
  if (most <= wanted_w) return {most, cold_limit};
  double const wanted = wanted_w / inlets_k;
  // The heat cannot exceed cold flow x inlet difference, which bounds the flow from below.
  double low = wanted, high = cold_limit;
  double c = std::clamp(guess * cold_limit, low, high);
  if (c == low || c == high) c = 0.5 * (low + high);
  // Newton on K(c) = (1 - E)/(1/c - E/h), E = exp(-UA (1/c - 1/h)): one form for either side being the smaller; bracketed.
  for (int i = 0; i < 60; ++i) {
    double const cold_film = cold_share * film(c / cold_);
    double const ua = ua_ / (hot_film + cold_film);
    double const excess = effective_conductance(ua, hot, c) - wanted;
    if (std::abs(excess) < 1e-9 * wanted || high - low < 1e-12 * cold_limit) break;
    (excess > 0.0 ? high : low) = c;
    double const difference = 1.0 / c - 1.0 / hot, exponent = ua * difference;
    double next = 0.5 * (low + high);
    if (std::abs(exponent) > 1e-4 && std::abs(exponent) < 50.0) {
      double const gone = std::exp(-exponent);
      double const ua_slope = ua * ua / ua_ * cold_film * flow_exponent / c;
      double const exponent_slope = ua_slope * difference - ua / (c * c);
      double const top = 1.0 - gone, bottom = 1.0 / c - gone / hot;
      double const top_slope = gone * exponent_slope, bottom_slope = -1.0 / (c * c) + gone * exponent_slope / hot;
      double const newton = c - excess * bottom * bottom / (top_slope * bottom - top * bottom_slope);
      if (newton > low && newton < high) next = newton;
    }
    c = next;
  }
  return {wanted_w, c};
}

}  // namespace ondol::sim
