#pragma once
/// The electrical chain of a site as it lives: what has voltage, what carries what, and what happens to it.
///
///   voltage  goes down the tree from the sources; a feeder carries if it has the highest voltage among those of its consumer
///            and is switched to it; a UPS gives its own voltage unless it is on eco mode or bypass
///   power    goes up the tree (power_tree_solver.hpp), shared by the feeders that carry: units that are left take over what
///            one lost, and an overload that follows works on breakers (breaker.hpp) and UPS (ups.hpp) as it would
///   dates    every change has a date known ahead: `next_s` is the earliest of thresholds at present powers, delays and
///            declared happenings.  Whoever owns the clock settles with the old state up to that date and calls `step`
///   loads    ride a dip through as long as their tolerance allows (voltage_tolerance.hpp), on what their supplies hold; later
///            they go dark, and come back when there is voltage
///   shedding racks are cut off in the order of sim/state/shedding_order.hpp, when live units or generators are loaded beyond
///            their rating, or when whoever limits powers cannot hold them; they come back in reverse order
///
/// Two solutions are kept: `present` at the powers of now, from which dates follow, and `mean` over an interval that was just
/// settled, from which energy follows.  What a battery gives and takes, and what supplies hold through a gap, is stored energy.
/// Ignores: faults (only what they leave open), frequency, reactive flows, inrush, selectivity beyond the curves themselves.
/// Page: docs/models/power-transients.md

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sim/power/battery.hpp"
#include "sim/power/breaker.hpp"
#include "sim/power/generator.hpp"
#include "sim/power/power_tree_solver.hpp"
#include "sim/power/transfer_switch.hpp"
#include "sim/power/ups.hpp"
#include "sim/power/voltage_tolerance.hpp"

namespace ondol::sim {

/// One vertex of the tree.  Breakers are rated in watts here: `rated_a` is the power at which the rated current flows.
struct ChainVertex {
  enum class Kind { load, unit, ups, transfer_switch, generator, utility };
  Kind kind = Kind::unit;
  std::string name;
  double rating_w = 0;                        ///< output that it carries for ever; 0: no limit is known
  double input_minimum = 0.85;                ///< voltage below which a UPS or switch has lost a source
  std::optional<BreakerParams> breaker;       ///< at its output
  std::optional<BreakerParams> feed_breaker;  ///< of loads: in each of its feeds
  // Loads.
  VoltageTolerance tolerance;
  double restart_s = 0;  ///< from voltage to power
  bool sheddable = false;
  int priority = 0;
  // Units with a state of their own.
  std::optional<UpsParams> ups;
  std::optional<BatteryParams> battery;
  std::optional<TransferSwitchParams> transfer;
};

/// Sets on one bus.
struct ChainGenerators {
  GeneratorParams params;
  std::vector<std::uint32_t> vertices;
  double tank_m3 = std::numeric_limits<double>::infinity();
};

/// What comes from outside, at declared dates.
struct ChainHappening {
  enum class What { utility_voltage, unit_failure, breaker_open };
  What what = What::utility_voltage;
  double start_s = 0, end_s = std::numeric_limits<double>::infinity();
  double voltage = 0;
  std::uint32_t vertex = 0;
};

struct SheddingParams {
  double delay_s = 1, margin = 0.05, restore_s = 60;
};

struct ChainParams {
  FeedOrder order;
  std::vector<LossCurve> curve, second;  ///< by vertex; second: eco mode and bypass
  std::vector<ChainVertex> vertices;
  std::vector<ChainGenerators> generators;
  std::vector<ChainHappening> happenings;
  std::optional<SheddingParams> shedding;
};

struct ChainEvent {
  std::string kind, subject, cause;
};

/// Powers and energies of an interval, by source.
struct ChainMeans {
  double utility_w = 0, generator_w = 0;
  double battery_w = 0;       ///< given by batteries less taken, at their terminals
  double battery_loss_w = 0;  ///< in batteries
  double stored_w = 0;        ///< rise of all that is stored
};

struct ChainCounts {
  int ride_throughs = 0, transfers = 0, breaker_trips = 0;
  double generator_s = 0;  ///< of all sets, running
  double fuel_m3 = 0;
};

class PowerChain {
 public:
  explicit PowerChain(ChainParams params);

  /// Powers of now at the loads given; nothing has happened yet.
  void begin(std::span<double const> load_w);

  /// Solves the interval that ends now, over which the state was what it is, for the mean loads of its vertices; batteries give
  /// and take.  A dead load must be 0.
  /// `solve`: solves the tree for these loads, and for what others add to them; none: as they are.
  using Solve = std::function<void(std::span<double const> load_w, PowerTreeSolver& tree)>;
  ChainMeans const& settle(double dt_s, std::span<double const> mean_load_w, Solve const& solve = {});

  /// The power of a load from now on.  A change too small to matter is left out until it has grown.
  void set_load(std::uint32_t v, double w);
  /// Takes the loads set and passes time up to `now_s`, before anything happens there.
  void update(double now_s);
  /// What is due at `now_s`, and all that follows at once.  To be called after `settle` and `update`.
  void step(double now_s);
  /// Cuts a load off at the next `step` and keeps it so, whatever room there is; lets it come back where there is room.
  void hold_off(std::uint32_t v, std::string cause) { ask({v, true, std::move(cause)}); }
  void let_back(std::uint32_t v) { ask({v, false, {}}); }
  /// Date of the next happening, at the powers of now.
  double next_s() const { return next_s_; }
  /// Batteries give or take: energies must be settled at every change of loads.
  bool is_active() const { return active_; }
  /// Longest interval between settlements for which powers may be held.
  double step_limit_s() const;

  bool has_power(std::uint32_t v) const { return loads_[v].powered; }
  double dark_w(std::uint32_t v) const { return loads_[v].powered ? 0 : loads_[v].before_w; }  ///< that it drew before
  double voltage(std::uint32_t v) const { return volts_[v]; }
  double state_of_charge(std::uint32_t v) const;  ///< NaN: it has no battery
  double breaker_heat(std::uint32_t v) const;     ///< of its output, 1: trips; NaN: it has none
  double load_fraction(std::uint32_t v) const;    ///< of now

  std::vector<ChainEvent> take_events() { return std::exchange(events_, {}); }
  std::vector<std::uint32_t> take_switched_loads();  ///< that went dark or came back, in order
  PowerTreeSolver const& mean() const { return mean_; }
  PowerTreeSolver const& present() const { return present_; }
  ChainCounts const& counts() const { return counts_; }
  std::uint64_t version() const { return version_; }  ///< of the state of the feeds

 private:
  static constexpr double never_s = std::numeric_limits<double>::infinity();
  static constexpr double live_voltage = 0.05;  ///< below it nothing flows (assumed)
  struct LoadRun {
    bool powered = true, shed = false;
    bool held = false;  ///< by whoever asked for it
    bool sagging = false;
    double sag_since_s = 0, drop_s = never_s, return_s = never_s;
    double before_w = 0;   ///< power before it went dark
    double owed_j = 0;     ///< given by what its supplies hold
    std::string back_why;  ///< it has voltage again
  };
  struct UpsRun {
    std::uint32_t vertex;
    Ups machine;
    std::optional<Battery> battery;
    double owed_j = 0;  ///< given beyond what the battery held, for loads moved between two dates
    bool full = true;
    double at_s = 0, due_s = never_s;  ///< date that the machine has come to, and of its next transition
    std::string reason;                ///< of its last change
  };
  struct SwitchRun {
    std::uint32_t vertex;
    TransferSwitch machine;
    double before_w = 0;                ///< that it delivered while it had power
    std::vector<std::uint32_t> plants;  ///< that its alternates lead to
    std::string reason;                 ///< its preferred side is dead
  };
  struct PlantRun {
    ChainGenerators params;
    GeneratorPlant machine;
    OverloadMemory overload;
    bool called = false, offered = false;  ///< offered: enough sets are on the bus for what waits
    bool told_block = false;
    double load_w = 0;
  };
  struct BreakerRun {
    std::uint32_t vertex;
    std::uint32_t edge;  ///< entry of feeders, or no_edge for the output of the vertex
    Breaker machine;
    double at_s = 0, w = 0, trip_s = never_s;
    double over_since_s = never_s;
    std::string over_why;
  };
  static constexpr std::uint32_t no_edge = std::numeric_limits<std::uint32_t>::max();

  void find_plants(SwitchRun& s) const;
  // Time.
  void advance_machines(double now_s);
  void advance_ups(UpsRun& u, double now_s);
  void find_next(double now_s);
  // Structure.
  void happen(double now_s);
  void spread_voltage(double now_s);
  void run_generators();
  double run_ups(std::uint32_t v, double input, double now_s);
  double run_switch(std::uint32_t v, double now_s);
  void run_load(std::uint32_t v, double volts, double now_s);
  void take_transition(UpsRun& u, Ups::Transition const& t, double now_s);
  /// Seconds until the generators that feed v take so much more; 0: now, and it is booked.
  double generators_accept(std::uint32_t v, double more_w);
  void set_up_state();
  void restructure(double now_s);
  double edge_voltage(std::uint32_t v, std::uint32_t edge) const;
  double input_voltage(std::uint32_t v) const;
  std::uint32_t best_feeder(std::uint32_t v) const;  ///< or v itself
  bool is_on_bus(std::uint32_t v) const;
  // Powers.
  void take_powers(double now_s);
  double battery_w(UpsRun const& u) const;
  double fraction(std::uint32_t v, double output_w) const;
  // Shedding.
  struct Shortage {
    double fraction = 0;       ///< load over rating of the busiest
    std::uint32_t vertex = 0;  ///< UPS, or a generator of the bank
  };
  Shortage shortage() const;
  bool hangs_on(std::uint32_t load, Shortage const& on) const;
  void watch(double now_s);
  void shed(double now_s);
  void cut_off(double now_s, double aim);
  void cut(std::uint32_t v, std::string cause, double now_s);
  bool room(double aim) const;  ///< for more load: no UPS on battery, none busier than `aim`
  void restore(double now_s, double aim);
  bool bring_back(std::uint32_t v, double now_s, double aim);
  struct Asked {
    std::uint32_t vertex;
    bool off;
    std::string cause;
  };
  void ask(Asked asked) {
    asked_.push_back(std::move(asked));
    next_s_ = now_s_;
  }
  void obey(Asked const& asked, double now_s);
  // Words.
  std::string why(std::uint32_t v) const;
  std::string bank_name(PlantRun const& g) const;
  void tell(std::string kind, std::string subject, std::string cause);
  void tell_ups(UpsRun& u, Ups::Transition const& t);
  void tell_switch(SwitchRun const& s, TransferSwitch::Happened const& h, double now_s);
  void tell_generators(PlantRun const& g, GeneratorPlant::Step const& step);

  ChainParams p_;
  PowerTreeSolver present_, mean_;
  FeedState state_;
  std::vector<double> load_w_, mean_load_w_;  ///< of now; scratch
  std::vector<std::uint32_t> changed_;
  std::vector<double> volts_, gap_until_s_;
  std::vector<std::uint8_t> generator_fed_, failed_, opened_, edge_open_;
  std::vector<int> ups_at_, switch_at_, breaker_at_;
  std::vector<LoadRun> loads_;
  std::vector<UpsRun> ups_;
  std::vector<SwitchRun> switches_;
  std::vector<PlantRun> plants_;
  std::vector<BreakerRun> breakers_;
  std::vector<std::pair<UpsRun*, Ups::Transition>> pending_;
  std::vector<std::uint32_t> shed_order_;
  std::vector<Asked> asked_;
  std::vector<int> plant_of_, set_of_;
  double utility_voltage_ = 1, happened_s_ = -never_s;
  bool restless_ = false;  ///< something has happened that others must see
  bool timed_ = false;     ///< some load or gap has a date
  bool rides_ = false;     ///< some load or UPS lives on what it holds
  std::uint64_t solved_version_ = 0;
  double shed_s_ = never_s, restore_s_ = never_s;  ///< dates of the next try
  double now_s_ = 0, next_s_ = never_s;
  bool active_ = false;  ///< batteries give or take
  bool over_ = false;    ///< something is loaded beyond its rating
  bool brisk_ = false;   ///< they give, or a rectifier walks in: powers may not be held for long
  std::string last_;     ///< what happened last, for the causes of what follows
  std::vector<ChainEvent> events_;
  std::vector<std::uint32_t> switched_;
  std::vector<std::uint32_t> rode_;  ///< loads that rode a dip through in this step
  ChainMeans means_;
  ChainCounts counts_;
  std::uint64_t version_ = 0;
};

}  // namespace ondol::sim
