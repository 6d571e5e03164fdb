#pragma once
/// Controllers that keep units of the power chain, or the site, below a limit by lowering the power limits of accelerators.
///
///   look      every `period` a controller has the mean since its last look of each unit it guards (cap_meter.hpp)
///   act       a unit above its limit: budgets for the racks under it (sim/control/cap_allocation.hpp) such that every guarded
///             unit of the site stays within what it aims at; from then on also whenever what racks want, or others draw,
///             changes
///   hold      `delay` later each rack splits its budget: the power limit of its accelerators at which it draws the budget
///   ramp      with [scheduler] ramp_limit jobs begin as fast as the site may rise: under a limit that rises with time
///   release   a unit that would stay below release x limit without its controller holds nobody
///   shed      with [shedding], racks whose floors do not fit are cut off with the same command, in the order of
///             sim/state/shedding_order.hpp, until its margin is free; in reverse order they come back once their floors have
///             fitted for `restore_delay`.  What a cut takes from others (a job over several racks) counts until it is back
///
/// Controllers of several levels plan on the same figures and command by themselves: a rack obeys the least of its budgets.
/// They know what racks would draw uncapped (activity counters), and see means of iterations, not phases.  Looks at which no
/// unit is near its limit are not simulated: they would do nothing.  Page: docs/models/power-capping.md

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/schema/spec.hpp"
#include "sim/control/cap_meter.hpp"
#include "sim/control/feed_shares.hpp"
#include "sim/engine/assemble.hpp"
#include "sim/engine/calendar.hpp"
#include "sim/engine/machine_room.hpp"
#include "sim/engine/power_budget.hpp"
#include "sim/engine/run.hpp"
#include "sim/state/signal_table.hpp"

namespace ondol::sim {

class Capping {
 public:
  Capping(schema::Scenario const& scenario, topology::Facility const& facility, Assembly const& assembly);

  bool any() const { return !cappers_.empty(); }
  /// Takes over the idle site; writes the changes of budgets into the calendar.
  void begin(MachineRoom const& room, Calendar& calendar);
  void describe(SignalTable& table) const;

  /// The work of a rack has changed, or its temperatures and everything else as last settled.
  void touch(std::uint32_t rack);
  void touch_all() { all_stale_ = true; }
  /// A clock of the rack has changed, not its work.
  void redraw(std::uint32_t rack);
  /// Takes over what is drawn from `now_s` on, and asks for a look where one would do something.
  void observe(double now_s, MachineRoom const& room, Calendar& calendar);

  // What the calendar holds of it; `observe` follows.
  void look(std::uint32_t capper, double now_s, MachineRoom const& room, Calendar& calendar);
  void obey(std::uint32_t command, double now_s, MachineRoom& room);
  void notice(std::uint32_t capper, std::uint32_t step, double now_s, MachineRoom const& room, Calendar& calendar);
  void change(std::uint32_t capper, std::uint32_t step, double now_s);

  struct Event {
    double time_s;
    std::string kind, subject, cause;
  };
  std::vector<Event> take_events() { return std::exchange(events_, {}); }
  void add_kpis(std::vector<Kpi>& kpis) const;
  /// A report ends at the last observation.
  void close_report();

 private:
  struct Guard {
    std::uint32_t capper = 0, vertex = 0;
    std::string name;
    double rating_w = 0, limit_w = 0;
    FeedCase which = FeedCase::normal;
    std::vector<double> share;  ///< by rack, at the present load
    CapMeter meter;
    double planned_w = 0;  ///< what it carried when budgets were made
    double seen_w = 0;     ///< the mean that called for them
    bool active = false;   ///< its controller acts for it
    bool holds = false;    ///< racks are held for it, as planned
    bool told = false;     ///< the same as last told in an event
  };
  struct Capper {
    std::string name;
    double period_s = 0, delay_s = 0, release = 1, floor_w = 0;
    std::uint32_t first_guard = 0, guards = 0;
    std::vector<double> commanded_w, obeyed_w;  ///< by rack; infinity: none
    std::uint64_t revision = 0;                 ///< of the figures that it has planned with
    bool look_due = false;
    std::vector<BudgetStep> steps;  ///< of a [[budget]]; empty: [[capping]]
    double signal_w = 0;            ///< of a [[budget]], in force now
    double rise_w_per_s = 0;        ///< of the site's limit, where [scheduler] limits its ramp; 0: another controller
    double check_s = 0;             ///< date at which it next sees whether racks may come back
  };
  struct Command {
    std::uint32_t number = 0, capper = 0;
    std::vector<double> budget_w;
    std::vector<std::pair<std::uint32_t, bool>> guards;       ///< that begin or cease to hold racks
    std::vector<std::pair<std::uint32_t, std::string>> cuts;  ///< racks to be cut off, and why
    std::vector<std::uint32_t> returns;
  };

  void add_guard(std::uint32_t capper, std::uint32_t vertex, double rating_w, double limit_w, FeedCase which);
  void refresh(MachineRoom const& room);
  FeedLinks feed_links() const;
  void find_shares(Guard& guard);
  void plan(std::uint32_t capper, double now_s, MachineRoom const& room, Calendar& calendar);
  void choose_returns(Command& command, std::vector<double> const& others_w, double now_s, Calendar& calendar);
  bool has_cut(std::uint32_t capper) const;
  bool exceeds(Guard const& guard, double w) const;
  double limit_for(std::uint32_t rack, double budget_w, MachineRoom const& room) const;
  void integrate(double now_s);
  void watch_ramp(double now_s, double before_w, MachineRoom const& room, Calendar& calendar);
  void ask_for_look(std::uint32_t capper, double now_s, Calendar& calendar);
  std::string told(Guard const& guard) const;

  Assembly const& assembly_;
  std::vector<std::string> rack_name_;
  std::vector<int> priority_;
  std::vector<double> weight_;
  std::vector<std::uint32_t> rack_vertex_;
  std::uint32_t utility_ = 0;
  std::optional<std::uint32_t> ramp_;  ///< controller of [scheduler] ramp_limit
  std::vector<Capper> cappers_;
  std::vector<Guard> guards_;

  PowerTreeSolver tree_;
  std::vector<std::uint32_t> feeder_count_;  ///< by vertex, alternates included
  std::uint64_t feed_version_ = 0;           ///< of the state of the feeds
  std::vector<double> load_w_, marginal_;
  std::vector<double> present_w_, demand_w_, floor_w_;  ///< by rack
  std::vector<double> known_k_;                         ///< temperature at which demand and floor were found
  std::vector<std::uint8_t> stale_, demand_stale_, split_stale_;
  std::vector<std::uint8_t> loaded_, ramping_;  ///< given work since the last observation; held by the ramp
  std::vector<MachineRoom::CapEffect> effect_;
  bool all_stale_ = true, some_stale_ = false;
  std::uint64_t revision_ = 1;
  std::deque<Command> commands_;
  std::uint32_t next_command_ = 0;
  std::vector<std::uint32_t> named_;  ///< racks whose floors do not fit, as last told
  std::vector<Event> events_;
  std::vector<double> series_w_;
  struct HallCap {
    double accelerators = 0, slowed = 0, slowed_s = 0;  ///< now, and over the report
  };
  std::vector<HallCap> halls_;
  std::vector<std::uint32_t> hall_of_rack_;
  std::vector<double> capped_share_;  ///< by hall
  double reported_s_ = 0;

  // Of racks that had to go.
  std::optional<SheddingParams> shedding_;
  struct Cut {
    std::uint32_t rack = 0, capper = 0;
    bool gone = false;
    std::optional<double> fits_since_s;
  };
  std::vector<Cut> cuts_;            ///< cut off or told to go, in order
  std::vector<std::uint8_t> going_;  ///< by rack: told to go, and not let back
  std::vector<double> awaits_w_;     ///< by rack: the floor that it had when some were cut, until it works again
  double cut_s_ = -1;

  double since_s_ = 0;
  double withheld_w_ = 0, slowed_ = 0, lost_ = 0, above_w_ = 0, site_w_ = 0;
  bool budget_holds_ = false;
  double withheld_j_ = 0, budget_j_ = 0, slowed_s_ = 0, lost_s_ = 0, above_s_ = 0, budget_s_ = 0, highest_ = 0;
};

}  // namespace ondol::sim
