#pragma once
/// Heat of a facility loop given to somebody who wants it: a district network, a greenhouse, offices.
///
///   demand     D = D0 + s max(0, T_balance - T_outdoor), or a series
///   exchanger  where the loop's return is warmer than the sink wants, by the approach: no power but the pump's
///   heat pump  else: COP = e T_hot/(T_hot - T_cold), T_hot = sink + approach, T_cold = loop leaving - approach [incropera2007]
///              heat taken from the loop = delivered (1 - 1/COP)
///
/// No more is taken than the demand, nor than brings the loop to its set point; what is left goes on to the plant's coolers.
/// Pump power follows the cube of the heat over the constant demand, at most its rating (assumed: flow follows heat).
/// Second-law shares of large heat pumps: 0.4 to 0.6 (assumed, in the scenario).
/// Ignores: the sink's return temperature, part load of the heat pump, its smallest load.   Page: docs/models/heat-reuse.md

namespace ondol::sim {

struct HeatReuseParams {
  enum class Lift { none, heat_pump };
  double demand_w = 0;
  double demand_slope_w_per_k = 0, balance_k = 288.15;
  double sink_k = 0;  ///< that the sink wants
  double approach_k = 3.0;
  Lift lift = Lift::none;
  double second_law_efficiency = 0.5;
  double pump_w = 0;  ///< at the constant demand
};

struct HeatReusePoint {
  double taken_w = 0;      ///< from the loop
  double delivered_w = 0;  ///< to the sink
  double compressor_w = 0, pump_w = 0;
};

class HeatReuse {
 public:
  /// Throws std::invalid_argument on a sink that no machine reaches.
  explicit HeatReuse(HeatReuseParams const& params);

  double demand_w(double outdoor_k) const;
  /// Loop water at `entering_k` with `loop_w_per_k`, of whose heat `offered_w` may be taken.
  HeatReusePoint at(double demand_w, double entering_k, double loop_w_per_k, double offered_w) const;

 private:
  HeatReuseParams params_;
};

}  // namespace ondol::sim
