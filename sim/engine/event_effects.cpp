#include "sim/engine/event_effects.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "scenarios/base/units.hpp"

namespace ondol::sim {

namespace {

char const* word(schema::EventSpec::What what) {
  using What = schema::EventSpec::What;
  switch (what) {
    case What::utility_outage:
      return "utility_outage";
    case What::utility_dip:
      return "utility_dip";
    case What::unit_failure:
      return "unit_failure";
    case What::breaker_open:
      return "breaker_open";
    case What::chiller_trip:
      return "chiller_trip";
    case What::pump_trip:
      return "pump_trip";
    case What::tower_trip:
      return "tower_trip";
    case What::dry_cooler_trip:
      return "dry_cooler_trip";
    case What::cdu_trip:
      return "cdu_trip";
    case What::crah_trip:
      return "crah_trip";
    case What::set_point:
      return "set_point";
  }
  return "";
}

std::string subject(schema::EventSpec const& e) {
  return !e.plant.empty() ? e.plant : !e.hall.empty() ? e.hall : !e.bank.empty() ? e.bank : "utility";
}

constexpr double never = std::numeric_limits<double>::quiet_NaN();

}  // namespace

EventEffects::EventEffects(schema::Scenario const& scenario, topology::Facility const& facility)
    : scenario_(scenario),
      facility_(facility),
      happened_(1),
      slow_(scenario.hall.size()),
      shut_(scenario.hall.size()),
      has_racks_(scenario.hall.size()) {
  for (auto const& rack : facility.racks) has_racks_[rack.hall] = 1;
  happened_[0].start_s = -std::numeric_limits<double>::infinity();
  auto events = scenario.event;
  std::stable_sort(events.begin(), events.end(), [](auto const& x, auto const& y) { return x.start < y.start; });
  for (auto const& e : events) {
    if (e.start.v > happened_.back().start_s) happened_.push_back({.start_s = e.start.v});
    happened_.back().events.emplace_back(word(e.what), subject(e));
  }
  for (auto& h : happened_) h.halls.resize(scenario.hall.size());
}

void EventEffects::advance(double now_s) {
  for (std::uint32_t h = 0; h < slow_.size(); ++h) {
    of(h).slowed_s += slow_[h] * (now_s - now_s_);
    of(h).shut_s += shut_[h] * (now_s - now_s_);
  }
  now_s_ = now_s;
  while (at_ + 1 < happened_.size() && happened_[at_ + 1].start_s <= now_s) ++at_;
}

void EventEffects::see(MachineRoom const& room) {
  std::fill(slow_.begin(), slow_.end(), 0.0);
  for (std::uint32_t r = 0; r < facility_.racks.size(); ++r) {
    auto const hall = facility_.racks[r].hall;
    of(hall).hottest_k = std::max(of(hall).hottest_k, room.racks().coolant_k[r]);
    if (room.racks().limited[r]) slow_[hall] += room.slowed_accelerators(r);
  }
}

void EventEffects::slowed(std::uint32_t rack) {
  auto& first = of(facility_.racks[rack].hall).slowdown_s;
  if (!first) first = now_s_ - happened_[at_].start_s;
}

void EventEffects::shut(std::uint32_t rack, int accelerators) {
  auto const hall = facility_.racks[rack].hall;
  shut_[hall] += accelerators;
  auto& first = of(hall).shutdown_s;
  if (accelerators > 0 && !first) first = now_s_ - happened_[at_].start_s;
}

template <class Value>
double EventEffects::least(Value value) const {
  double found = std::numeric_limits<double>::infinity();
  for (std::size_t e = 1; e < happened_.size(); ++e)
    for (auto const& effect : happened_[e].halls) found = std::min(found, value(effect).value_or(found));
  return std::isfinite(found) ? found : never;
}

void EventEffects::add_kpis(std::vector<Kpi>& kpis) const {
  double slowed_s = 0, shut_s = 0, hottest_k = -std::numeric_limits<double>::infinity();
  for (auto const& h : happened_)
    for (auto const& effect : h.halls) {
      slowed_s += effect.slowed_s;
      shut_s += effect.shut_s;
      hottest_k = std::max(hottest_k, effect.hottest_k);
    }
  kpis.push_back({"hottest_coolant", to_celsius(Kelvin{hottest_k}), "degC", "Warmest air or liquid that accelerators met"});
  kpis.push_back({"lost_to_slowdown", slowed_s / 3600, "h", "Accelerator-hours of work not done for thermal slowdown"});
  kpis.push_back({"lost_to_shutdown", shut_s / 3600, "h", "Accelerator-hours out of service for thermal shutdown"});
  if (happened_.size() < 2) return;
  kpis.push_back({"time_to_slowdown", least([](Effect const& e) { return e.slowdown_s; }), "s",
                  "Least time from a declared event until accelerators were slowed down by heat"});
  kpis.push_back({"time_to_shutdown", least([](Effect const& e) { return e.shutdown_s; }), "s",
                  "Least time from a declared event until accelerators were shut down by heat"});
}

void EventEffects::write(Recorder& recorder) const {
  if (happened_.size() < 2) return;
  std::vector<std::string> what, subject, hall;
  std::vector<double> start, slowdown, shutdown, hottest, slowed, shut;
  auto const add = [&](Happened const& happened, std::pair<std::string, std::string> const& event) {
    for (std::size_t h = 0; h < scenario_.hall.size(); ++h) {
      if (!has_racks_[h]) continue;
      auto const& effect = happened.halls[h];
      what.push_back(event.first);
      subject.push_back(event.second);
      start.push_back(happened.start_s);
      hall.push_back(scenario_.hall[h].id);
      slowdown.push_back(effect.slowdown_s.value_or(never));
      shutdown.push_back(effect.shutdown_s.value_or(never));
      hottest.push_back(std::isfinite(effect.hottest_k) ? to_celsius(Kelvin{effect.hottest_k}) : never);
      slowed.push_back(effect.slowed_s / 3600);
      shut.push_back(effect.shut_s / 3600);
    }
  };
  for (auto const& happened : happened_)
    for (auto const& event : happened.events) add(happened, event);
  recorder.table(
      "event_effects",
      std::vector<Column>{
          {"what", "", "Declared event", what},
          {"subject", "", "To whom", subject},
          {"start", "s", "After the start of the run", start},
          {"hall", "", "Hall that it is looked at in, until the next event begins", hall},
          {"time_to_slowdown", "s", "Until accelerators of the hall were slowed down by heat; none: they were not", slowdown},
          {"time_to_shutdown", "s", "Until accelerators of the hall were shut down by heat; none: they were not", shutdown},
          {"hottest_coolant", "degC", "Warmest air or liquid that its accelerators met", hottest},
          {"lost_to_slowdown", "h", "Accelerator-hours of work not done for thermal slowdown", slowed},
          {"lost_to_shutdown", "h", "Accelerator-hours out of service for thermal shutdown", shut}});
}

}  // namespace ondol::sim
