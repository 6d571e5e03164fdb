#pragma once
/// What a sweep says when it has ended.

#include <string>
#include <vector>

#include "scenarios/schema/sweep_spec.hpp"
#include "sim/sweep/plan.hpp"
#include "sim/sweep/runner.hpp"

namespace ondol::app {

struct SweepResult {
  schema::SweepSpec const& sweep;
  sim::Plan const& plan;
  std::vector<sim::RunRequest> const& requests;
  sim::RunnerReport const& report;
  sim::RunStore const& store;
  bool has_index = false;
  double wall_s = 0;
};

/// A table of runs and responses where both are few, else the least, middle and largest value of each response; then which runs
/// failed and why, and where everything is.
void print_sweep(SweepResult const& result, bool colour);
std::string sweep_to_json(SweepResult const& result);

}  // namespace ondol::app
