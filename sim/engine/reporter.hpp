#pragma once
/// What a run tells: series between two reports, tables and key figures at its end.  Powers are means over the report
/// interval, temperatures and counts are points at its end.

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "sim/engine/assemble.hpp"
#include "sim/engine/climate_watch.hpp"
#include "sim/engine/cooling_report.hpp"
#include "sim/engine/job_book.hpp"
#include "sim/engine/machine_room.hpp"
#include "sim/engine/run.hpp"
#include "sim/engine/series_store.hpp"
#include "sim/record/recorder.hpp"

namespace ondol::sim {

class Reporter {
 public:
  /// `recorded`: somebody reads the series; else only what key figures need is kept.
  Reporter(schema::Scenario const& scenario, topology::Facility const& facility, Assembly const& assembly, bool recorded);

  SignalTable table() const { return store_.table; }

  /// Adds an interval that `room` has just settled to the means.
  void accumulate(MachineRoom const& room, double dt_s);
  /// Closes the report interval ending at `unix_s`: fills the views of the signal table.
  void close(MachineRoom const& room, JobBook const& book, double unix_s);
  void event(double time_s, std::string kind, std::string subject, std::string cause) {
    events_.push_back({time_s, std::move(kind), std::move(subject), std::move(cause)});
  }

  /// Of the interval that `room` has settled last; no means of a report are touched.
  Snapshot snapshot(MachineRoom const& room, JobBook const& book) const;
  std::vector<MonthRow> months() const { return cooling_.months(); }
  std::vector<Kpi> kpis(MachineRoom const& room, JobBook const& book, double duration_s) const;
  void write_tables(Recorder& recorder, MachineRoom const& room, JobBook const& book, std::vector<Kpi> const& kpis) const;

 private:
  schema::Scenario const& scenario_;
  topology::Facility const& facility_;
  Assembly const& assembly_;
  bool halls_, racks_, loops_, units_;  ///< whose series are recorded
  SeriesStore store_;
  CoolingReport cooling_;
  ClimateWatch climate_;
  std::vector<EventRow> events_;

  // Means under way.
  double span_s_ = 0;
  std::array<double, owners> owner_j_{};
  double utility_j_ = 0, it_input_j_ = 0;
  double generator_j_ = 0, battery_j_ = 0, chain_stored_j_ = 0, unserved_j_ = 0;
  std::vector<std::uint32_t> feeds_;  ///< vertices of the power tree that are units
  std::vector<double> feed_j_;
  std::vector<double> rack_j_, hall_it_j_, heat_load_j_;
  std::vector<double> hall_slowed_s_;

  // Extremes over the run.
  double hottest_inlet_k_ = 0, hottest_die_k_ = 0, peak_w_ = 0, limited_node_s_ = 0, node_s_ = 0, wet_bulb_max_k_ = 0;
  std::vector<double> pool_busy_s_;
  double total_s_ = 0;
  double all_unserved_j_ = 0, lost_accelerator_s_ = 0;
  double slowed_s_ = 0, slowed_lost_s_ = 0, hot_out_s_ = 0, hottest_memory_k_ = 0;  ///< accelerator seconds; and a temperature
  TemperatureCount count_;

  // Of runs with storage.
  void add_storage(std::vector<Kpi>& kpis, MachineRoom const& room, double duration_s) const;
  double without_j_ = 0;  ///< at the meter, in the report interval
  std::vector<double> storage_j_, stored_j_;
  struct Ramp {
    double last_w = 0, last_s = 0, peak_w = 0, fastest_w_per_s = 0;
    void add(double mean_w, double span_s);
  };
  Ramp ramp_, ramp_without_;

  struct Views;
  std::unique_ptr<Views> v_;

  void close_site(MachineRoom const& room, double unix_s, double span_s);
  void close_halls(MachineRoom const& room, double span_s);
  void close_racks(MachineRoom const& room, double span_s);
  void close_feeds(MachineRoom const& room, double span_s);

 public:
  ~Reporter();
  /// Accelerators of racks without power, or not booted yet, over the interval.
  void accumulate_lost(double accelerators, double dt_s) { lost_accelerator_s_ += accelerators * dt_s; }
  /// Accelerators in use, integrated for utilisation; called with the counts that held over the interval.
  void accumulate_pools(JobBook const& book, double dt_s);
};

}  // namespace ondol::sim
