#pragma once
/// What an interval of the cooling system used, gave off and did: weighted sums of its rates, heat in and out, events.
///
/// The weights are those that move the states, so heat in = heat out + heat stored to rounding (linearly_implicit.hpp), or the
/// rest is known and returned (cvode_solver.hpp).

#include <string>
#include <vector>

#include "sim/thermal/cooling_network.hpp"

namespace ondol::sim {

class CoolingAccount {
 public:
  explicit CoolingAccount(CoolingNetwork const& network);

  void begin();
  void add(double weight_s, CoolingNetwork::Stage const& rates);
  /// Heat that the solver's linear part took from the loop of a plant beyond its rates.
  void correct(std::size_t plant, double cooling_j);
  /// The same of outdoor air in a hall.
  void correct_outdoor(std::size_t hall, double heat_j) { halls_[hall].economizer_w += heat_j; }
  /// Heat in - heat out since begin() [J].
  double gain_j(double dt_s) const;
  /// Turns the sums into means; without time they are the rates of `now`.
  void close(double dt_s, CoolingNetwork::Stage const& now);
  void forget();

  CoolingSystem::Interval interval;
  LongSum heat_in, heat_out;

 private:
  double in_j(double dt_s) const;
  double out_j() const;
  CoolingNetwork const& network_;
  std::vector<HallRates> halls_;
  std::vector<PlantRates> plants_;
};

/// Looks at supplies after each step of a solver: how fast they move, and when one leaves its set point or comes back.
class CoolingWatch {
 public:
  explicit CoolingWatch(CoolingNetwork const& network);

  /// A step from `begin_s` to `end_s` of the interval ended in `y`.
  void step(double begin_s, double end_s, std::span<double const> y, CoolingNetwork::Stage const& rates);
  /// Present temperatures are where watching begins.
  void forget(std::span<double const> y, CoolingNetwork::Stage const& rates);

  /// Functions whose roots are what step() tells: each supply above either end of the band round its set point [K].
  std::size_t roots() const { return 2 * marks_.size(); }
  double root_k(std::size_t root, std::span<double const> y) const;

  double fastest_k_per_s = 0;
  std::vector<CoolingEvent> events;
  double offset_s = 0;  ///< of the solver's time in the interval

 private:
  struct Mark {
    CoolingEvent::Of of;
    std::size_t index, cell;
    bool lost = false;
    double before_k = 0;
  };
  void see(std::span<double const> y, CoolingNetwork::Stage const& rates, std::vector<double>& seen_k) const;
  double set_point_k(Mark const& mark) const;
  double margin_k(Mark const& mark, std::span<double const> y) const;
  CoolingNetwork const& network_;
  std::vector<Mark> marks_;
  std::vector<double> seen_k_, before_k_;
};

/// Coolant at the cold plates: mean of inlet and racks with flow, what stands in the racks without.
double mean_coolant_k(CoolingNetwork::Liquid const& liquid, std::span<double const> y, double flow_share);

}  // namespace ondol::sim
