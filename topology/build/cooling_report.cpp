#include <algorithm>

#include "topology/build/heat_path.hpp"
#include "topology/build/report_parts.hpp"
#include "topology/layers/cooling_loops.hpp"

namespace ondol::topology {
namespace {

using Index = std::uint32_t;

/// Pumps of a loop, where something is said about them: the heat that a unit carries is its share of what the needed ones do.
void report_pumps(schema::Scenario const& scenario, std::vector<Watts> const& heat, double taken_whole,
                  FacilityReport& report) {
  for (std::size_t p = 0; p < scenario.plant.size(); ++p) {
    auto const& plant = scenario.plant[p];
    if (plant.pumps_needed == 0 && plant.pumps_fed_by.empty()) continue;
    int const needed = plant.pumps_needed > 0 ? plant.pumps_needed : plant.pumps;
    CoolingBankReport out;
    out.owner = plant.id;
    out.kind = Kind::pumps;
    out.units = static_cast<Index>(plant.pumps);
    out.load_w = heat[p].v;
    out.capacity_w = heat[p].v * plant.pumps / needed;
    out.load_fraction = static_cast<double>(needed) / plant.pumps;
    double const lost_w = heat[p].v * std::max(0.0, 1.0 - (plant.pumps - 1.0) / needed);
    out.cooled_w = taken_whole - lost_w;
    out.cooled_fraction = taken_whole > 0.0 ? std::max(0.0, out.cooled_w / taken_whole) : 1.0;
    out.redundancy = plant.pumps >= 2 * needed ? "2N" : plant.pumps > needed ? "N+1" : "N";
    report.cooling.push_back(std::move(out));
  }
}

}  // namespace

void report_cooling(schema::Scenario const& scenario, Facility const& facility, FacilityReport& report) {
  for (auto& fault : cooling_loops(facility.graph).faults) report.warnings.push_back(std::move(fault));
  for (std::size_t k = 0; k < report.halls.size(); ++k) {
    auto const& hall = scenario.hall[k];
    if (!hall.air && !hall.liquid && report.halls[k].racks == 0) continue;  // heat loads in a ventilated room
    if (report.halls[k].air_heat_w > 0.0 && (!hall.air || hall.air->crahs < 1))
      report.warnings.push_back("hall \"" + hall.id + "\" has racks that heat its air, and nothing that cools it");
    if (report.halls[k].liquid_heat_w > 0.0 && (!hall.liquid || hall.liquid->cdus < 1))
      report.warnings.push_back("hall \"" + hall.id + "\" has racks that heat a technology loop, and no CDU that cools it");
  }
  auto const h = heat_path(scenario, facility);
  auto const heat = rated_hall_heat(scenario, facility.fabrics);
  double const taken_whole = heat_taken(h, heat, {});

  for (auto const& bank : h.banks) {
    CoolingBankReport out;
    out.owner = bank.owner;
    out.kind = bank.kind;
    out.units = static_cast<Index>(bank.units.size());
    out.load_w = bank.load_w;
    double const unit_w = h.capacity_w.at(bank.units.front());
    out.capacity_w = unit_w * out.units;
    out.load_fraction = out.capacity_w > 0.0 ? out.load_w / out.capacity_w : 0.0;
    // The units of a bank hang on the same headers, so the loss of any is the loss of the first.
    out.cooled_w = heat_taken(h, heat, {bank.units.front()});
    out.cooled_fraction = taken_whole > 0.0 ? out.cooled_w / taken_whole : 1.0;
    auto const needed = [&](double units) { return out.load_w <= unit_w * units * (1.0 + 1e-9); };
    out.redundancy = !needed(out.units)                         ? "<N"
                     : out.units > 1 && needed(out.units / 2)   ? "2N"
                     : out.units > 1 && needed(out.units - 1.0) ? "N+1"
                                                                : "N";
    report.cooling.push_back(std::move(out));
  }
  report_pumps(scenario, rated_plant_heat(scenario, heat), taken_whole, report);
}

}  // namespace ondol::topology
