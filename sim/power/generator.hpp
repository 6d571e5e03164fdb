#pragma once
/// Diesel sets on one bus: start, synchronise one after another, take load in blocks, burn, cool down.
///
///   start    `start` from the call to rated speed and voltage; each failed attempt before costs `attempt`; a set that fails
///            `attempts` times stays out.  The first ready set closes on the dead bus, each other takes `synchronise`, in turn
///   blocks   the bus takes at most `block` of the capacity on it at once; what was taken comes back evenly within
///            `block_interval`, so ramps and blocks follow one rule        [iso2018std8528p5; mrb2010genset]
///   fuel     F = F1 (a + (1 - a) x) of each running set, x its load over its rating                           [willans1888]
///   return   without load the sets run `cool_down` and stop; called meanwhile they are back on the bus at once
///
/// Sets on the bus share the load equally.  A pure state machine; time passes only in `advance`, which stops at each event.
/// Ignores: frequency and voltage while a block is taken, warm-up of a cold engine, wet stacking, the second stage of starters.
/// Page: docs/models/generator.md

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace ondol::sim {

struct GeneratorParams {
  double rated_w = 0;  ///< of one set
  double start_s = 10;
  double attempt_s = 30;  ///< crank and rest
  int attempts = 3;
  double synchronise_s = 5;
  double block = 0.5, block_interval_s = 10;
  double cool_down_s = 300;
  double fuel_m3_per_s = 0;       ///< F1, of one set at its rating
  double idle_fuel_share = 0.06;  ///< a
};

/// Throws std::invalid_argument and names the first parameter outside its range.
void check(GeneratorParams const& p);

/// Fuel of one running set [m3/s] at `load` of its rating.
inline double fuel_m3_per_s(GeneratorParams const& p, double load) {
  return p.fuel_m3_per_s * (p.idle_fuel_share + (1 - p.idle_fuel_share) * load);
}

class GeneratorPlant {
 public:
  enum class State { off, starting, ready, on_bus, cooling, failed };
  enum class Event { ready, failed, on_bus, stopped, fuel_empty };

  /// `tank_m3` feeds all sets.
  GeneratorPlant(GeneratorParams const& p, std::size_t sets, double tank_m3);

  /// Calls every set that can run; `failed_attempts` of each set (fewer: none of the others).
  void call(std::span<int const> failed_attempts = {});
  /// Load has gone back to the utility: the sets that run cool down, those that start stop.
  void release();
  void fail(std::size_t set);
  void repair(std::size_t set);  ///< a failed set can be called again
  void refuel(double m3) { tank_m3_ += m3; }

  State state(std::size_t set) const { return sets_[set].state; }
  std::size_t on_bus() const { return count(State::on_bus); }
  double capacity_w() const { return static_cast<double>(on_bus()) * p_.rated_w; }
  double load_w() const { return load_w_; }
  double tank_m3() const { return tank_m3_; }

  /// Most load that may be on the bus now, and the time until it may be `load_w` if no set joins (infinite above the capacity).
  double acceptable_w() const;
  double time_to_accept_s(double load_w) const;
  /// The load changes now; false, and nothing changes, if that is more than acceptable.
  bool set_load(double load_w);

  double time_to_empty_s() const;
  double time_to_event_s() const;
  struct Happened {
    Event event;
    std::size_t set = 0;
  };
  struct Step {
    double elapsed_s = 0;
    double fuel_m3 = 0;
    std::optional<Happened> happened;
  };
  Step advance(double duration_s);

 private:
  struct Set {
    State state = State::off;
    double left_s = 0;  ///< of starting or cooling
    bool will_fail = false;
  };
  std::size_t count(State state) const;
  double burning_m3_per_s() const;
  double synchronising_s() const;
  std::optional<Happened> due();

  GeneratorParams p_;
  std::vector<Set> sets_;
  double tank_m3_, load_w_ = 0;
  double spent_w_ = 0;         ///< of the block that may be taken at once
  double synchronised_s_ = 0;  ///< of the set that is next to join
};
std::string_view name(GeneratorPlant::Event event);

}  // namespace ondol::sim
