#include "topology/build/analysis.hpp"

#include <algorithm>
#include <utility>

#include "topology/build/rated_heat.hpp"
#include "topology/build/report_parts.hpp"

namespace ondol::topology {
namespace {

void report_halls(schema::Scenario const& scenario, Facility const& facility, FacilityReport& report) {
  auto const heat = rated_hall_heat(scenario, facility.fabrics);
  report.halls.resize(scenario.hall.size());
  for (std::size_t h = 0; h < heat.size(); ++h) {
    auto& hall = report.halls[h];
    hall.id = scenario.hall[h].id;
    hall.rack_w = heat[h].racks.v;
    hall.air_heat_w = heat[h].air.v;
    hall.liquid_heat_w = heat[h].liquid.v;
  }
  for (auto const& rack : facility.racks) {
    auto& hall = report.halls[rack.hall];
    ++hall.racks;
    hall.largest_rack_w = std::max(hall.largest_rack_w, facility.graph.vertex(rack.vertex).rating.v);
  }
  for (auto& hall : report.halls) hall.mean_rack_w = hall.racks ? hall.rack_w / hall.racks : 0.0;
}

void sum_loads(Facility const& facility, FacilityReport& report) {
  auto const& graph = facility.graph;
  for (auto const& rack : facility.racks) report.rack_w += graph.vertex(rack.vertex).rating.v;
  for (std::uint32_t v = 0; v < graph.vertex_count(); ++v) {
    Kind const kind = graph.vertex(v).kind;
    if (kind != Kind::mechanical && kind != Kind::pumps && kind != Kind::cdu && kind != Kind::crah && kind != Kind::network &&
        kind != Kind::base_load && kind != Kind::heat_load)
      continue;
    if (graph.sources(Layer::power, v).empty()) continue;  // a part of a load, not a load
    (kind == Kind::base_load   ? report.base_w
     : kind == Kind::network   ? report.network_w
     : kind == Kind::heat_load ? report.heat_load_w
                               : report.cooling_w) += graph.vertex(v).rating.v;
  }
  report.total_w = report.rack_w + report.network_w + report.heat_load_w + report.cooling_w + report.base_w;
}

}  // namespace

FacilityReport analyse(schema::Scenario const& scenario, Facility const& facility) {
  FacilityReport report;
  report.racks = static_cast<std::uint32_t>(facility.racks.size());
  report.nodes = static_cast<std::uint32_t>(facility.node_rack.size());
  report.accelerators = facility.accelerators;
  report.grid_capacity_w = scenario.site.grid_capacity.v;
  sum_loads(facility, report);
  report_halls(scenario, facility, report);
  report_power(scenario, facility, report);
  report_storage(scenario, report);
  for (auto const& load : scenario.heat_load) {
    std::string from = "constant";
    if (!load.file.empty()) {
      from = load.columns.front();
      if (load.columns.size() > 1) from += " and " + std::to_string(load.columns.size() - 1) + " more columns";
    }
    report.heat_loads.push_back(
        {load.name, load.hall, load.fed_by, std::move(from), load.power.value_or(Watts{0}).v, load.liquid_fraction});
  }
  report_cooling(scenario, facility, report);
  report_fabric(scenario, facility, report);
  auto losses = single_losses(scenario, facility);
  report.power_single_points = std::move(losses.power);
  report.cooling_single_points = std::move(losses.cooling);
  report.fabric_single_points = std::move(losses.fabric);
  warn_of_overload(report);
  return report;
}

}  // namespace ondol::topology
