#include "sim/engine/site_storage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ondol::sim {
namespace {

// Share of the power given to which meter and tree agree: of 10 MW, a hundredth of a watt.
constexpr double agreed = 1e-9;
constexpr double too_little = 1e-4;  // of the discharge limit: its losses on the way say nothing
constexpr double least_gain = 0.5;   // less reaches the meter: for now another source feeds its bus
constexpr int most_rounds = 8;

char const* reason(StorageControl::Lack lack) {
  switch (lack) {
    case StorageControl::Lack::power:
      return "its power";
    case StorageControl::Lack::empty:
      return "it is empty";
    case StorageControl::Lack::full:
      return "it is full";
    case StorageControl::Lack::bus:
      return "its bus takes no more";
    case StorageControl::Lack::none:
      break;
  }
  return "";
}

}  // namespace

SiteStorage::SiteStorage(std::vector<StorageParams> const& storages) {
  for (auto const& s : storages) units_.push_back({&s, Battery(s.battery, s.initial_charge), StorageControl(s.control)});
}

bool SiteStorage::minds_edges() const {
  return std::any_of(units_.begin(), units_.end(), [](Unit const& u) { return u.params->control.ramp_w_per_s.has_value(); });
}

SiteStorage SiteStorage::fork() const {
  SiteStorage copy = *this;
  copy.events_.clear();
  for (auto& u : copy.units_) u.totals = {};
  return copy;
}

void SiteStorage::advance(double start_s, double dt_s, std::span<double const> load_w, PowerTreeSolver& tree) {
  load_w_.assign(load_w.begin(), load_w.end());
  tree.solve(load_w_);
  without_w_ = tree.utility_w();
  for (auto& unit : units_) {
    auto const& at = unit.params->vertices;
    unit.standby_w = 0;
    for (auto const v : at) {
      if (tree.state().dead[v]) continue;
      double const here_w = unit.params->standby_w / static_cast<double>(at.size());
      load_w_[v] += here_w;
      unit.standby_w += here_w;
    }
    if (unit.standby_w > 0) tree.solve(load_w_);
    drive(unit, start_s, dt_s, tree);
  }
}

void SiteStorage::drive(Unit& unit, double start_s, double dt_s, PowerTreeSolver& tree) {
  auto const& at = unit.params->vertices;
  std::vector<double> outputs_w;
  double bus_w = 0, terminal_j = 0, loss_j = 0;
  for (auto const v : at) {
    outputs_w.push_back(tree.output_w()[v]);
    bus_w += outputs_w.back();
  }
  double const load_w = tree.utility_w(), stored_j = unit.battery.energy_j();
  bool const dead = std::all_of(at.begin(), at.end(), [&tree](std::uint32_t v) { return tree.state().dead[v]; });
  if (load_w <= 0 || dead) {  // an inverter that follows the grid has none
    unit.control.rest();
  } else {
    std::vector<double> own_w;
    for (auto const v : at) own_w.push_back(load_w_[v]);
    std::vector<double> share;
    for (double const w : outputs_w) share.push_back(bus_w > 0 ? w / bus_w : 1.0 / static_cast<double>(at.size()));
    double const room_w = tree.room_w(at, share);  // another storage may have taken it on the way up
    StorageControl const before = unit.control;
    for (int round = 0; round < most_rounds; ++round) {
      unit.control = before;
      unit.control.step(start_s, dt_s, {.load_w = load_w, .bus_w = room_w * unit.gain, .gain = unit.gain}, stored_j, step_);
      double const given_w = step_.given_j / dt_s;
      for (std::size_t i = 0; i < at.size(); ++i) load_w_[at[i]] = own_w[i] - given_w * share[i];
      tree.solve(load_w_);
      if (std::abs(given_w) < too_little * unit.params->control.discharge_w) break;
      double const gain = (load_w - tree.utility_w()) / given_w;
      bool const agree = std::abs(gain / unit.gain - 1) < agreed;
      unit.gain = gain > least_gain ? gain : 1.0;
      if (agree) break;
    }
    for (auto const& part : step_.parts) {
      auto const flow = unit.battery.advance(part.duration_s, part.given_w);
      (flow.terminal_j > 0 ? unit.totals.given_j : unit.totals.taken_j) += std::abs(flow.terminal_j);
      terminal_j += flow.terminal_j;
      loss_j += flow.loss_j;
    }
    tell(unit, start_s, step_);
  }
  loss_j += unit.standby_w * dt_s;
  unit.totals.loss_j += loss_j;
  unit.flow = {.given_w = terminal_j / dt_s, .loss_w = loss_j / dt_s, .stored_w = (unit.battery.energy_j() - stored_j) / dt_s};
}

/// An event when limits begin to be missed, and one when they are kept again.
void SiteStorage::tell(Unit& unit, double start_s, StorageControl::Step const& step) {
  auto& t = unit.totals;
  t.ramp_missed_s += step.ramp_missed_s;
  t.ramp_short_w = std::max(t.ramp_short_w, step.ramp_short_w);
  t.limit_missed_s += step.limit_missed_s;
  t.over_limit_w = std::max(t.over_limit_w, step.over_limit_w);
  bool const ramp = step.ramp_missed_s > 0, limit = step.limit_missed_s > 0;
  double const worst_w = std::max(step.ramp_short_w, step.over_limit_w);
  if ((ramp || limit) && unit.missed_since_s < 0) {
    unit.missed_since_s = start_s;
    unit.missed_w = 0;
    if (ramp)
      events_.push_back({start_s, "ramp_limit_missed", unit.params->name,
                         fmt::format("{:.2f} MW short of {:.3g} MW/min: {}", step.ramp_short_w / 1e6,
                                     *unit.params->control.ramp_w_per_s * 60 / 1e6, reason(step.ramp_lack))});
    else
      events_.push_back({start_s, "peak_limit_missed", unit.params->name,
                         fmt::format("{:.2f} MW above {:.4g} MW, {:.0f} % charged", step.over_limit_w / 1e6,
                                     *unit.params->control.limit_w / 1e6, 100 * unit.battery.state_of_charge())});
  } else if (!ramp && !limit && unit.missed_since_s >= 0) {
    events_.push_back(
        {start_s, "storage_limits_kept", unit.params->name,
         fmt::format("again after {:.0f} s, at most {:.2f} MW short", start_s - unit.missed_since_s, unit.missed_w / 1e6)});
    unit.missed_since_s = -1;
  }
  unit.missed_w = std::max(unit.missed_w, worst_w);
}

}  // namespace ondol::sim
