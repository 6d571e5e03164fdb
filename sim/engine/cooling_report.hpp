#pragma once
/// What a run tells of its cooling: series of site, halls and loops, key figures, and the tables `months` and `hottest_hours`.

#include <memory>
#include <vector>

#include "sim/engine/assemble.hpp"
#include "sim/engine/cooling_history.hpp"
#include "sim/engine/machine_room.hpp"
#include "sim/engine/run.hpp"
#include "sim/engine/series_store.hpp"
#include "sim/record/recorder.hpp"

namespace ondol::sim {

class CoolingReport {
 public:
  CoolingReport(schema::Scenario const& scenario, topology::Facility const& facility, Assembly const& assembly);
  ~CoolingReport();

  void describe_site(SeriesStore& store);
  void describe_halls(SeriesStore& store);
  void describe_loops(SeriesStore& store);

  /// Adds an interval that `room` has just settled.
  void accumulate(MachineRoom const& room, double dt_s);
  /// Fills the series of the report that ends now: those of the site, and of halls and loops where they are recorded.
  void close(MachineRoom const& room, bool halls, bool loops);

  void add_kpis(std::vector<Kpi>& kpis) const;
  std::vector<MonthRow> months() const;
  void write_tables(Recorder& recorder) const;

 private:
  /// Of one loop, over the report.
  struct Loop {
    double heat_j = 0, chiller_j = 0, tower_fan_j = 0, dry_fan_j = 0, pump_j = 0, flow_kg = 0, free_s = 0, chiller_s = 0,
           reuse_j = 0, tank_j = 0;
  };
  bool has_chillers() const;
  bool has_reuse() const;

  schema::Scenario const& scenario_;
  topology::Facility const& facility_;
  Assembly const& assembly_;
  CoolingHistory history_;
  CoolingSums report_;
  double elapsed_s_ = 0, rejected_j_ = 0;
  std::vector<Loop> loops_;
  struct Views;
  std::unique_ptr<Views> v_;
};

}  // namespace ondol::sim
