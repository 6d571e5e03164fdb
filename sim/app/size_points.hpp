#pragma once
/// The points of a sizing as runs: a batch of them is a sweep over axis, cases and members, checked and run as one.

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "scenarios/schema/sweep_spec.hpp"
#include "sim/app/sweep_runs.hpp"
#include "sim/sweep/runner.hpp"
#include "sim/sweep/search.hpp"
#include "sim/sweep/sizing.hpp"

namespace ondol::app {

struct SizePoint {
  schema::AxisValue at;
  std::vector<sim::RunRequest> requests;  ///< by case, then by member; none where only the facility is judged
  std::vector<sim::Outcome> outcomes;     ///< likewise
  std::vector<sim::Spare> spares;         ///< by case
  sim::PointFinding finding;
};

/// Thrown when a signal ended the runs.
struct SizeInterrupted : std::runtime_error {
  SizeInterrupted() : std::runtime_error("interrupted") {}
};

class SizePoints {
 public:
  SizePoints(schema::SizeSpec const& spec, SweepRuns const& runs, sim::RunStore const& store,
             std::vector<sim::SizingCase> const& cases, std::vector<sim::Limit> const& limits, sim::RunnerOptions options);

  /// Runs what has not been run and judges it.  What the scenario refuses at a point is a failure of that point.
  std::vector<sim::Judgement> operator()(std::vector<double> const& values);

  std::map<double, SizePoint> const& all() const { return points_; }
  std::size_t ran() const { return ran_; }
  std::size_t reused() const { return reused_; }

  /// The sweep over some points.
  static schema::SweepSpec sweep_over(schema::SizeSpec const& spec, std::vector<schema::AxisValue> const& values,
                                      std::vector<sim::SizingCase> const& cases);

 private:
  void check(std::vector<SizePoint*> const& batch);
  void run(std::vector<SizePoint*> const& batch);
  void weigh(SizePoint& point) const;  ///< limits on the facility
  void judge(SizePoint& point) const;

  schema::SizeSpec const& spec_;
  SweepRuns const& runs_;
  sim::RunStore const& store_;
  std::vector<sim::SizingCase> const& cases_;
  std::vector<sim::Limit> const& limits_;
  sim::RunnerOptions options_;
  bool any_run_ = false, any_facility_ = false;
  std::map<double, SizePoint> points_;
  std::size_t ran_ = 0, reused_ = 0;
};

}  // namespace ondol::app
