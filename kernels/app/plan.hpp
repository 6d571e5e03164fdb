#pragma once
/// What a campaign does, as data: steps in the order of their worth.  A step that no longer fits before the deadline is skipped
/// by its name, so an early end costs the least.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/activity/load.hpp"
#include "kernels/meter/energy_meter.hpp"

namespace ondol::meter {

enum class Do {
  idle_bare,   ///< no context: the device without a process
  probe,       ///< which readings answer
  hold,        ///< context, idle
  load,        ///< a kernel, with windows
  alias,       ///< square waves around the sensor's period
  after_work,  ///< idle with the context: `settle_s` seen as it decays, then windows
};

struct Step {
  std::string name;
  Do what = Do::load;
  LoadSpec load;
  Role role = Role::fit;
  Request request;
  bool trace = false;  ///< keep the clock trace
  double extra_s = 0;  ///< what the step takes beside its windows
};

enum class PlanName { quick, full, dynamics, probe };
std::optional<PlanName> plan_named(std::string_view);
std::string_view name(PlanName);

/// `reverse` turns the order of the fit kernels round, to part drift from them.  Kernels that the bench does not offer are left
/// out.
std::vector<Step> make_plan(PlanName, std::span<KernelInfo const>, std::uint64_t seed, bool reverse);

/// All times of a step by a factor: for dry runs.
Step scaled(Step, double seconds_scale);

/// Seconds that a step takes with windows of this length, beside what starting it costs.
double expected_s(Step const&, double window_s);

}  // namespace ondol::meter
