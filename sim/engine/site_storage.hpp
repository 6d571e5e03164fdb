#pragma once
/// The storage of a site at its places in the feed tree: what each gives or takes over an interval of steady loads.
///
///   order   as in the scenario: each meets the meter as those before it leave it
///   place   what it gives is shared among the units of its bank as their loads are, a negative load at their output
///   gain    fall at the meter for each watt at the terminals, losses in between included: found by solving the tree again
///   rest    its own cooling and control are a constant load of the bank, whatever it does
///
/// Energy: given + lost + gain of charge = 0 for each, to the rounding; losses have the owner battery_loss.
/// Ignores: ratings of what feeds it while it charges (a limit on peaks minds the meter alone), reactive power.
/// Page: docs/models/site-storage.md

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sim/control/storage_control.hpp"
#include "sim/power/battery.hpp"
#include "sim/power/power_tree_solver.hpp"

namespace ondol::sim {

struct StorageParams {
  std::string name;
  std::vector<std::uint32_t> vertices;  ///< of the tree, whose outputs it is joined to
  BatteryParams battery;
  StorageControlParams control;
  double initial_charge = 0.5;
  double standby_w = 0;
};

class SiteStorage {
 public:
  struct Event {
    double time_s = 0;
    std::string kind, subject, cause;
  };
  /// Since the start, or since `fork`.
  struct Totals {
    double given_j = 0, taken_j = 0, loss_j = 0;  ///< at the terminals; losses with standby
    double ramp_missed_s = 0, ramp_short_w = 0;
    double limit_missed_s = 0, over_limit_w = 0;
  };
  /// Means of the last interval.
  struct Flow {
    double given_w = 0, loss_w = 0, stored_w = 0;
  };

  explicit SiteStorage(std::vector<StorageParams> const& storages);

  bool none() const { return units_.empty(); }
  std::size_t size() const { return units_.size(); }
  /// Some storage minds ramps: the dates on which loads change matter.
  bool minds_edges() const;
  /// Over `dt_s` from `start_s` on, with these loads of the tree; leaves the tree solved with what the storages do.
  void advance(double start_s, double dt_s, std::span<double const> load_w, PowerTreeSolver& tree);

  double meter_without_w() const { return without_w_; }  ///< mean of the last interval, without any storage
  Flow const& flow(std::size_t i) const { return units_[i].flow; }
  Totals const& totals(std::size_t i) const { return units_[i].totals; }
  double state_of_charge(std::size_t i) const { return units_[i].battery.state_of_charge(); }
  double capacity_j(std::size_t i) const { return units_[i].battery.params().capacity_j; }
  std::string const& name(std::size_t i) const { return units_[i].params->name; }
  std::vector<Event> take_events() { return std::exchange(events_, {}); }

  /// A copy that goes on by itself and counts from here.
  SiteStorage fork() const;

 private:
  struct Unit {
    StorageParams const* params;
    Battery battery;
    StorageControl control;
    Flow flow = {};
    Totals totals = {};
    double gain = 1;
    double standby_w = 0;                      ///< where its bus has power
    double missed_since_s = -1, missed_w = 0;  ///< ramps or peaks; < 0: none now
  };
  void drive(Unit& unit, double start_s, double dt_s, PowerTreeSolver& tree);
  void tell(Unit& unit, double start_s, StorageControl::Step const& step);

  std::vector<Unit> units_;
  std::vector<double> load_w_;
  std::vector<Event> events_;
  StorageControl::Step step_;
  double without_w_ = 0;
};

}  // namespace ondol::sim
