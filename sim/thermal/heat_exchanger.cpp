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

double CounterflowExchanger::cold_flow_for(double heat, double hot_in_k, double hot_w_per_k, double cold_in_k,
                                           double cold_limit, double guess) const {
  double const inlets_k = hot_in_k - cold_in_k;
  if (heat <= 0.0) return 0.0;
  if (inlets_k <= 0.0 || hot_w_per_k <= 0.0 || ua_ <= 0.0) return cold_limit;
  double const hot_film = hot_share_ * film(hot_w_per_k / hot_);
  double const wanted = heat / inlets_k;
  auto const excess = [&](double cold) {
    double const ua = ua_ / (hot_film + (1.0 - hot_share_) * film(cold / cold_));
    return effective_conductance(ua, hot_w_per_k, cold) - wanted;
  };
  // The heat cannot exceed cold flow x inlet difference, which bounds the flow from below.
  double low = wanted, high = cold_limit;
  if (low >= high) return cold_limit;
  double const f_limit = excess(high);
  if (f_limit <= 0.0) return cold_limit;
  double x = std::clamp(guess * cold_limit, low, high);
  if (x == low || x == high) x = 0.5 * (low + high);
  double previous = high, f_previous = f_limit;
  for (int i = 0; i < 100; ++i) {
    double const f = excess(x);
    (f > 0.0 ? high : low) = x;
    if (std::abs(f) < 1e-9 * wanted || high - low < 1e-9 * cold_limit) return x;
    double next = x - f * (x - previous) / (f - f_previous);
    if (!(next > low && next < high)) next = 0.5 * (low + high);
    previous = x, f_previous = f;
    x = next;
  }
  return x;
}

}  // namespace ondol::sim
