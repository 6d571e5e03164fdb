#include "sim/engine/climate_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "scenarios/base/units.hpp"

namespace ondol::sim {

namespace {
constexpr double hysteresis_k = 0.5;  // (assumed: sensors of rooms read to a few tenths)
constexpr double infinite = std::numeric_limits<double>::infinity();

double celsius(double kelvin) {
  return kelvin - celsius_offset;
}
}  // namespace

ClimateWatch::ClimateWatch(schema::Scenario const& s, topology::Facility const& facility) {
  constexpr auto common = schema::air_classes[0];
  for (auto const& hall : s.hall) {
    Watched air{
        hall.id, hall.air ? hall.air->ashrae_class : "", Range{common.recommended_low_c, common.recommended_high_c}, {}};
    if (auto const c = schema::air_class(air.class_name)) {
      air.recommended = Range{c->recommended_low_c, c->recommended_high_c};
      air.allowable = Range{c->allowable_low_c, c->allowable_high_c};
    }
    air_.push_back(std::move(air));
    Watched coolant{hall.id, hall.liquid ? hall.liquid->technology_class : "", {}, {}};
    if (auto const c = schema::liquid_class(coolant.class_name)) coolant.allowable = Range{c->lowest_c, c->highest_c};
    coolant_.push_back(std::move(coolant));
  }
  for (auto const& plant : s.plant) {
    Watched water{plant.id, plant.water_class, {}, {}};
    if (auto const c = schema::liquid_class(plant.water_class)) water.allowable = Range{c->lowest_c, c->highest_c};
    water_.push_back(std::move(water));
  }
  for (auto const& rack : facility.racks) {
    hall_of_rack_.push_back(rack.hall);
    rack_names_.push_back(rack.name);
  }
}

void ClimateWatch::look(Range& range, Watched const& watched, double low_c, double high_c, std::string const& kind,
                        std::string const& where) {
  double const within = range.outside ? hysteresis_k : 0.0;
  bool const outside = high_c > range.high_c - within || low_c < range.low_c + within;
  if (outside == std::exchange(range.outside, outside)) return;
  double const seen = high_c > range.high_c ? high_c : low_c;
  events_.push_back({kind + (outside ? "_begin" : "_end"), watched.id,
                     outside ? fmt::format("{}{:.1f} degC, class {} has {:.0f} to {:.0f} degC", where, seen, watched.class_name,
                                           range.low_c, range.high_c)
                             : fmt::format("within class {} again", watched.class_name)});
}

void ClimateWatch::accumulate(MachineRoom const& room, double dt) {
  struct Extremes {
    double low_c = infinite, high_c = -infinite;
    std::uint32_t lowest = 0, highest = 0;
  };
  std::vector<Extremes> extremes(air_.size());
  for (std::uint32_t r = 0; r < hall_of_rack_.size(); ++r) {
    if (room.class_of_rack(r).node.fans.rated_airflow_m3_per_s <= 0) continue;
    auto const& air = air_[hall_of_rack_[r]];
    double const low_c = celsius(room.lowest_inlet_k(r)), high_c = celsius(room.highest_inlet_k(r));
    rack_s_ += dt;
    if (high_c > air.recommended->high_c) above_recommended_s_ += dt;
    if (air.allowable) {
      classed_rack_s_ += dt;
      if (high_c > air.allowable->high_c || low_c < air.allowable->low_c) outside_allowable_s_ += dt;
    }
    auto& e = extremes[hall_of_rack_[r]];
    if (low_c < e.low_c) e.low_c = low_c, e.lowest = r;
    if (high_c > e.high_c) e.high_c = high_c, e.highest = r;
  }
  for (std::size_t h = 0; h < air_.size(); ++h) {
    auto& air = air_[h];
    auto const& e = extremes[h];
    if (air.allowable && e.high_c >= e.low_c) {
      auto const where = [&](Range const& range) {
        return rack_names_[e.high_c > range.high_c ? e.highest : e.lowest] + " at ";
      };
      look(*air.recommended, air, e.low_c, e.high_c, "inlet_outside_recommended", where(*air.recommended));
      look(*air.allowable, air, e.low_c, e.high_c, "inlet_outside_allowable", where(*air.allowable));
    }
    if (auto& coolant = coolant_[h]; coolant.allowable && room.cooling().has_liquid(h)) {
      double const t = celsius(room.cooling().liquid_supply_k(h));
      coolant_s_ += dt;
      if (t > coolant.allowable->high_c) coolant_outside_s_ += dt;
      look(*coolant.allowable, coolant, t, t, "coolant_outside_class", "");
    }
  }
  for (std::size_t p = 0; p < water_.size(); ++p) {
    auto& water = water_[p];
    if (!water.allowable) continue;
    double const t = celsius(room.cooling().plant_supply_k(p));
    water_s_ += dt;
    if (t > water.allowable->high_c || t < water.allowable->low_c) water_outside_s_ += dt;
    look(*water.allowable, water, t, t, "water_outside_class", "");
  }
}

void ClimateWatch::add_kpis(std::vector<Kpi>& kpis) const {
  auto const add = [&](double whole_s, double part_s, char const* name, char const* meaning) {
    if (whole_s > 0) kpis.push_back({name, part_s / whole_s, "1", meaning});
  };
  add(rack_s_, above_recommended_s_, "inlet_above_recommended",
      "Share of rack time with an inlet above the range that ASHRAE recommends");
  add(classed_rack_s_, outside_allowable_s_, "inlet_outside_allowable",
      "Share of rack time with an inlet outside the range that its ASHRAE class allows");
  add(water_s_, water_outside_s_, "water_outside_class", "Share of plant time with facility water outside its ASHRAE class");
  add(coolant_s_, coolant_outside_s_, "coolant_outside_class",
      "Share of hall time with coolant to the racks above its ASHRAE class");
}

}  // namespace ondol::sim
