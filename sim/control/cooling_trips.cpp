#include "sim/control/cooling_trips.hpp"

#include <algorithm>
#include <cstdio>

namespace ondol::sim {

using What = CoolingTrip::What;

namespace {

char const* word(What what) {
  switch (what) {
    case What::chillers:
      return "chiller";
    case What::pumps:
      return "pump";
    case What::towers:
      return "tower";
    case What::dry_coolers:
      return "dry_cooler";
    case What::crahs:
      return "crah";
    case What::cdus:
      return "cdu";
    default:
      return "set_point";
  }
}

bool is_set_point(What what) {
  return what >= What::plant_set_point;
}

char const* fluid(What what) {
  return what == What::plant_set_point ? "facility water" : what == What::air_set_point ? "supply air" : "technology coolant";
}

}  // namespace

CoolingTrips::CoolingTrips(std::vector<PlantMachines> plants, std::vector<HallMachines> halls, std::vector<CoolingTrip> trips)
    : trips_(std::move(trips)) {
  for (auto& p : plants) plants_.push_back({.machines = std::move(p)});
  for (auto& h : halls) halls_.push_back({.machines = std::move(h)});
}

int CoolingTrips::left(What what, std::uint32_t owner, int of) const {
  for (auto const& t : trips_)
    if (t.what == what && t.owner == owner && lasts(t)) of -= t.units;
  return std::max(0, of);
}

double CoolingTrips::pumping(std::uint32_t p) const {
  auto const& m = plants_[p].machines;
  if (!plants_[p].pumps_on) return 0;
  return std::min(1.0, static_cast<double>(left(What::pumps, p, m.pumps)) / m.pumps_needed);
}

CoolingTrips::PlantWorks CoolingTrips::plant(std::uint32_t p) const {
  auto const& at = plants_[p];
  auto const& m = at.machines;
  PlantWorks works{.pumping = pumping(p), .powered = at.machines_on};
  if (!at.machines_on) return works;
  works.chillers = at.starved ? 0 : left(What::chillers, p, m.chillers);
  works.towers = left(What::towers, p, m.towers);
  works.dry_coolers = left(What::dry_coolers, p, m.dry_coolers);
  return works;
}

CoolingTrips::HallWorks CoolingTrips::hall(std::uint32_t h) const {
  auto const& at = halls_[h];
  return {at.crahs_on ? left(What::crahs, h, at.machines.crahs) : 0, at.cdus_on ? left(What::cdus, h, at.machines.cdus) : 0};
}

std::optional<double> CoolingTrips::set_point_k(What what, std::uint32_t owner) const {
  CoolingTrip const* last = nullptr;
  for (auto const& t : trips_)
    if (t.what == what && t.owner == owner && lasts(t) && (!last || t.start_s >= last->start_s)) last = &t;
  return last ? std::optional(last->set_point_k) : std::nullopt;
}

/// Chillers stop where the flow ceases while they have power; those without power wait for that.
void CoolingTrips::watch_flow(std::uint32_t p) {
  auto& at = plants_[p];
  if (!at.machines_on || at.machines.chillers == 0) {
    at.starved = false;
    at.restart_s = never_s;
    return;
  }
  if (pumping(p) <= 0) {
    at.restart_s = never_s;
    if (std::exchange(at.starved, true)) return;
    events_.push_back({"chillers_stopped", at.machines.name, "no flow in their loop"});
  } else if (at.starved && at.restart_s == never_s) {
    at.restart_s = now_s_ + at.machines.chiller_restart_s;
  }
}

void CoolingTrips::power_pumps(std::uint32_t p, bool on, double now_s) {
  now_s_ = std::max(now_s_, now_s);
  plants_[p].pumps_on = on;
  watch_flow(p);
}

void CoolingTrips::power_machines(std::uint32_t p, bool on, double now_s) {
  now_s_ = std::max(now_s_, now_s);
  plants_[p].machines_on = on;
  watch_flow(p);
}

double CoolingTrips::next_s() const {
  double next = never_s;
  for (auto const& p : plants_) next = std::min(next, p.restart_s);
  for (auto const& t : trips_)
    for (double const date : {t.start_s, t.end_s})
      if (date > happened_s_) next = std::min(next, date);
  return next;
}

void CoolingTrips::step(double now_s) {
  now_s_ = std::max(now_s_, now_s);
  double const before_s = std::exchange(happened_s_, now_s_);
  for (auto const& t : trips_) {
    if (t.start_s > before_s && t.start_s <= now_s_) tell(t, true);
    if (t.end_s > before_s && t.end_s <= now_s_) tell(t, false);
  }
  for (std::uint32_t p = 0; p < plants_.size(); ++p) {
    auto& at = plants_[p];
    watch_flow(p);
    if (at.restart_s > now_s_) continue;
    at.starved = false;
    at.restart_s = never_s;
    events_.push_back({"chillers_started", at.machines.name, "the flow of their loop is back"});
  }
}

void CoolingTrips::tell(CoolingTrip const& t, bool begins) {
  bool const of_hall =
      t.what == What::crahs || t.what == What::cdus || t.what == What::air_set_point || t.what == What::liquid_set_point;
  auto const& name = of_hall ? halls_[t.owner].machines.name : plants_[t.owner].machines.name;
  std::string kind = word(t.what);
  char text[80];
  if (is_set_point(t.what)) {
    kind += begins ? "_moved" : "_returned";
    auto const now = set_point_k(t.what, t.owner);
    if (now)
      std::snprintf(text, sizeof text, "declared, %s to %.4g degC", fluid(t.what), *now - 273.15);
    else
      std::snprintf(text, sizeof text, "declared, %s as before", fluid(t.what));
  } else {
    kind += begins ? "_trip" : "_repair";
    std::snprintf(text, sizeof text, "declared, %d %s", t.units, t.units == 1 ? "unit" : "units");
  }
  events_.push_back({std::move(kind), name, text});
}

}  // namespace ondol::sim
