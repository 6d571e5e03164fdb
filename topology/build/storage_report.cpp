#include <algorithm>
#include <cstdio>

#include "topology/build/report_parts.hpp"

namespace ondol::topology {
namespace {

std::string megawatts(double w, char const* per) {
  char text[40];
  std::snprintf(text, sizeof text, "%.4g MW%s", w * 1e-6, per);
  return text;
}

}  // namespace

void report_storage(schema::Scenario const& scenario, FacilityReport& report) {
  for (auto const& s : scenario.storage) {
    auto const& unit = scenario.catalogue.power_unit.at(s.unit);
    auto const cells = unit.battery.value_or(schema::BatterySpec{});
    StorageReport r{.name = s.name, .at = s.at, .task = ""};
    r.discharge_w = s.units * cells.discharge_power.value_or(unit.rating).v;
    r.charge_w = s.units * cells.charge_power.value_or(unit.rating).v;
    r.stored_j = s.units * unit.stored_energy->v * (1 - std::max(s.reserve, cells.reserve));
    if (s.peak_shaving) r.task = "peaks above " + megawatts(s.peak_shaving->limit.v, "");
    if (s.ramp) r.task += (r.task.empty() ? "ramps above " : ", ramps above ") + megawatts(60 * s.ramp->limit.v, "/min");
    if (r.task.empty()) r.task = "nothing";
    report.storage.push_back(std::move(r));
  }
}

}  // namespace ondol::topology
