#include "sim/engine/hottest_time.hpp"

#include <algorithm>

#include "sim/engine/assemble.hpp"

namespace ondol::sim {
namespace {

constexpr double hour_s = 3600;

bool cooled_by_wet_bulb(schema::Scenario const& s) {
  return std::any_of(s.plant.begin(), s.plant.end(), [](auto const& p) { return p.towers > 0; }) ||
         std::any_of(s.hall.begin(), s.hall.end(), [](auto const& h) {
           return h.air && h.air->economizer && h.air->economizer->adiabatic_effectiveness > 0;
         });
}

}  // namespace

double hottest_time_s(schema::Scenario const& scenario, topology::Facility const& facility) {
  auto const weather = assemble(scenario, facility).weather;
  bool const wet = cooled_by_wet_bulb(scenario);
  double hottest_k = 0, at_s = 0;
  for (double t = 0; t < scenario.simulation.duration.v; t += hour_s) {
    auto const w = weather.at(static_cast<double>(scenario.simulation.start) + t);
    double const k = wet ? w.wet_bulb_k : w.dry_bulb_k;
    if (k <= hottest_k) continue;
    hottest_k = k;
    at_s = t;
  }
  return at_s;
}

}  // namespace ondol::sim
