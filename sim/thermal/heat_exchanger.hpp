#pragma once
/// Counterflow heat exchanger by effectiveness and number of transfer units [incropera2007, table 11.3 and 11.4]:
///
///   eps = (1 - exp(-NTU (1 - Cr)))/(1 - Cr exp(-NTU (1 - Cr))),  Cr = Cmin/Cmax;   eps = NTU/(1 + NTU) at Cr = 1
///   Q = eps Cmin (T_hot_in - T_cold_in)
///   UA = UA_rated / [s x_hot^-n + (1 - s) x_cold^-n],  x = flow/rated flow, s = share of the rated resistance on the hot side
///
/// Used for CDUs, CRAH coils (dry) and the plate exchanger of the economiser.  n = 0.8, turbulent flow [incropera2007,
/// eq. 8.60]. Valid for sensible heat, 0 < x <= ~1.2.  Ignores: wall resistance and fouling beyond the rating, condensation,
/// cross flow. Page: docs/models/heat-exchangers.md

namespace ondol::sim {

double counterflow_effectiveness(double ntu, double capacity_ratio);
double counterflow_ntu(double effectiveness, double capacity_ratio);

/// The rating from which UA follows; capacity rates are flow x specific heat [W/K].
struct ExchangerRating {
  double heat_w = 0;
  double approach_k = 0;  ///< hot leaving - cold entering, at the rated heat and flows
  double hot_w_per_k = 0, cold_w_per_k = 0;
  double hot_resistance_share = 0.5;
};

class CounterflowExchanger {
 public:
  CounterflowExchanger() = default;
  /// Throws std::invalid_argument when no exchanger can do what the rating says.
  explicit CounterflowExchanger(ExchangerRating const& rating);
  /// `units` equal exchangers in parallel.
  CounterflowExchanger times(double units) const;

  /// Heat [W] per kelvin between the two inlets at these capacity rates.
  double conductance_w_per_k(double hot_w_per_k, double cold_w_per_k) const;
  double heat_w(double hot_in_k, double hot_w_per_k, double cold_in_k, double cold_w_per_k) const {
    return conductance_w_per_k(hot_w_per_k, cold_w_per_k) * (hot_in_k - cold_in_k);
  }
  /// The valve or fan on the cold side opened just so far that `wanted_w` is moved.
  struct Match {
    double heat_w = 0;        ///< min(wanted, what the limit allows), never negative
    double cold_w_per_k = 0;  ///< the flow for it, to 1e-9 of the heat
  };
  /// `guess`, a fraction of the limit, speeds the search.
  Match match(double wanted_w, double hot_in_k, double hot_w_per_k, double cold_in_k, double cold_limit_w_per_k,
              double guess = 0.5) const;

  double rated_ua_w_per_k() const { return ua_; }
  double rated_hot_w_per_k() const { return hot_; }
  double rated_cold_w_per_k() const { return cold_; }

 private:
  double ua_ = 0, hot_ = 0, cold_ = 0, hot_share_ = 0.5;
};

}  // namespace ondol::sim
