#pragma once
/// A stretch of the run in which training jobs are played phase by phase and power is recorded every few milliseconds.
///
///   rack    sum of its nodes at the phase their job is in (cohort.hpp) and of all other loads as the macro engine holds them;
///           loss of the nodes' supplies at the mean node of the rack, then of its shelves
///   meter   the power tree solved for the mean load of every rack in each bin; cooling and base load as last settled
///   bin     exact mean of what is constant between two beats, not a sample
///
/// Temperatures, leakage and clocks are the macro engine's, taken over at each of its settlements.  Money, heat and the ledger
/// are counted by the macro engine alone: the window looks closer at the same energy, and says by how much it differs.
/// Ignores: variance of the load within a bin where losses are concerned, capacitance of supplies and UPS, cooling that
/// follows the phases.
/// Page: docs/models/phases.md

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "sim/engine/cohort.hpp"
#include "sim/engine/job_book.hpp"
#include "sim/engine/machine_room.hpp"
#include "sim/state/signal_table.hpp"

namespace ondol::sim {

/// What a window has seen.
struct SwingFigures {
  double highest_w = 0, lowest_w = std::numeric_limits<double>::infinity();  ///< at the meter, of one bin
  double ramp_w_per_s = 0;         ///< largest change of a bin within a second, or a bin if longer
  double minute_ramp_w_per_s = 0;  ///< largest change of the mean of a minute, from the minute before it
  double energy_j = 0;
};

/// Range and ramps of powers that come one bin after the other.
class SwingMeter {
 public:
  SwingMeter() = default;
  explicit SwingMeter(double period_s);
  void add(double mean_w, double duration_s);
  SwingFigures const& figures() const { return figures_; }

 private:
  double period_s_ = 1;
  std::size_t second_ = 1, minute_ = 60;  ///< bins
  std::deque<double> last_second_, energy_j_;
  SwingFigures figures_;
};

class PhaseWindow {
 public:
  PhaseWindow(schema::PhaseWindowSpec const& spec, schema::Scenario const& scenario, topology::Facility const& facility,
              Assembly const& assembly, std::vector<workloads::Job> const& jobs);

  std::string const& name() const { return spec_.name; }
  double start_s() const { return spec_.start.v; }
  double end_s() const { return end_s_; }
  bool open() const { return open_; }
  /// Group, axes and series; the views live as long as the window.
  void describe(SignalTable& table) const;
  /// `row`: called with the end of each bin once the views hold its means.
  void begin(double now_s, MachineRoom const& room, JobBook const& book, std::function<void(double)> row);
  /// Writes the bins up to `now_s` at the present powers, before they change.
  void advance(double now_s);
  void end(double now_s);

  /// Jobs that start to run, or cease, in the window.
  void start_job(std::uint32_t job, double now_s, MachineRoom const& room, JobBook const& book);
  void end_job(std::uint32_t job, double now_s);
  /// A node's load has changed.
  void touch(std::uint32_t node) { stale_.push_back(node); }
  /// Takes over clocks, leakage and other loads: of the nodes touched, or of all and what was settled since.
  void refresh(double now_s, MachineRoom const& room, JobBook const& book, bool all);

  /// Goes on with the program of a job.
  void beat(std::uint32_t job, double now_s);
  /// Date of the next beat of each job played, in order of jobs.
  template <class Each>
  void for_each(Each const& each) const {
    for (auto const& [job, cohort] : cohorts_) each(cohort);
  }
  Cohort const* cohort(std::uint32_t job) const {
    auto const it = cohorts_.find(job);
    return it == cohorts_.end() ? nullptr : &it->second;
  }
  SwingFigures const& figures() const { return meter_.figures(); }
  SwingFigures const& figures_without_storage() const { return meter_without_.figures(); }
  /// What the storage did in the window, which moves with the phases; the macro engine's moves with means.
  SiteStorage const& storage() const { return storage_; }

 private:
  bool plays(std::uint32_t job) const { return column_[job] >= 0; }
  void refresh_rack(std::uint32_t rack, MachineRoom const& room, JobBook const& book);
  void update_job(Cohort const& cohort, double now_s);
  void update_rack(std::uint32_t rack, double now_s);
  void close_bin(double end_s);

  /// A power that changes at beats, with its energy in the bin under way.
  struct Level {
    double now_w = 0, energy_j = 0, since_s = 0;
    void set(double w, double now_s, double bin_start_s) {
      energy_j += now_w * (now_s - std::max(since_s, bin_start_s));
      since_s = now_s;
      now_w = w;
    }
    double mean_w(double end_s, double bin_start_s) {
      double const mean = (energy_j + now_w * (end_s - std::max(since_s, bin_start_s))) / (end_s - bin_start_s);
      energy_j = 0;
      since_s = end_s;
      return mean;
    }
  };

  schema::PhaseWindowSpec const& spec_;
  topology::Facility const& facility_;
  Assembly const& assembly_;
  double end_s_ = 0;
  bool open_ = false;
  std::vector<std::string> hall_names_, rack_names_, rack_halls_, job_names_;
  std::vector<int> column_;  ///< by job: its place among those played, or -1
  std::vector<std::uint32_t> class_of_rack_;
  std::map<std::uint32_t, Cohort> cohorts_;
  std::vector<std::vector<std::pair<std::uint32_t, std::size_t>>> parts_in_rack_;  ///< job, part
  std::vector<double> other_w_;                                                    ///< by rack: DC of what no program plays
  std::vector<Level> rack_, job_;
  std::vector<std::uint8_t> dark_;                       ///< by rack
  std::vector<std::uint32_t> stale_, changed_, before_;  ///< nodes; racks in this bin and in the last
  std::vector<std::uint8_t> is_changed_;
  bool any_ = true;  ///< the next bin must be solved
  PowerTreeSolver tree_;
  std::vector<std::uint8_t> fabric_dark_;
  std::vector<double> vertex_load_w_;
  std::function<void(double)> row_;
  std::uint64_t bins_ = 0;
  double bin_start_s_ = 0, bin_end_s_ = 0;
  SwingMeter meter_, meter_without_;
  SiteStorage storage_;
  // Views.
  std::vector<double> site_ = std::vector<double>(1), it_ = std::vector<double>(1), hall_w_, rack_w_, job_w_;
  std::vector<double> without_ = std::vector<double>(1), storage_w_, state_of_charge_;
};

}  // namespace ondol::sim
