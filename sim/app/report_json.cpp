#include "sim/app/report_json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace ondol::app {

namespace {
using Json = nlohmann::ordered_json;

Json losses(std::vector<topology::Loss> const& all) {
  Json out = Json::array();
  for (auto const& l : all) out.push_back({{"name", l.name}, {"racks", l.racks}, {"rack_w", l.rack_w}});
  return out;
}
}  // namespace

std::string to_json(topology::FacilityReport const& r, std::vector<sim::PlantOutlook> const& plants) {
  Json json{{"racks", r.racks},
            {"nodes", r.nodes},
            {"accelerators", r.accelerators},
            {"rack_w", r.rack_w},
            {"network_w", r.network_w},
            {"heat_load_w", r.heat_load_w},
            {"cooling_w", r.cooling_w},
            {"base_w", r.base_w},
            {"total_w", r.total_w},
            {"grid_capacity_w", r.grid_capacity_w},
            {"fed_w", r.fed_w}};
  for (auto const& h : r.halls)
    json["halls"].push_back({{"id", h.id},
                             {"racks", h.racks},
                             {"rack_w", h.rack_w},
                             {"mean_rack_w", h.mean_rack_w},
                             {"largest_rack_w", h.largest_rack_w},
                             {"air_heat_w", h.air_heat_w},
                             {"liquid_heat_w", h.liquid_heat_w}});
  for (auto const& l : r.heat_loads)
    json["heat_loads"].push_back({{"name", l.name},
                                  {"hall", l.hall},
                                  {"fed_by", l.fed_by},
                                  {"load_w", l.load_w},
                                  {"liquid_fraction", l.liquid_fraction},
                                  {"from", l.from}});
  for (auto const& b : r.power)
    json["power"].push_back({{"id", b.id},
                             {"units", b.units},
                             {"units_needed", b.units_needed},
                             {"load_w", b.load_w},
                             {"capacity_w", b.capacity_w},
                             {"load_fraction", b.load_fraction},
                             {"redundancy", b.redundancy},
                             {"worst_loss", b.worst_loss},
                             {"fed_fraction", b.fed_fraction}});
  for (auto const& s : r.storage)
    json["storage"].push_back({{"name", s.name},
                               {"at", s.at},
                               {"discharge_w", s.discharge_w},
                               {"charge_w", s.charge_w},
                               {"stored_j", s.stored_j},
                               {"task", s.task}});
  for (auto const& c : r.cooling)
    json["cooling"].push_back({{"owner", c.owner},
                               {"units", c.units},
                               {"load_w", c.load_w},
                               {"capacity_w", c.capacity_w},
                               {"load_fraction", c.load_fraction},
                               {"redundancy", c.redundancy},
                               {"cooled_fraction", c.cooled_fraction}});
  for (auto const& p : plants) {
    json["plants"].push_back({{"plant", p.plant},
                              {"heat_w", p.heat_w},
                              {"set_point_k", p.set_point_k},
                              {"hours", p.hours},
                              {"out_of_reach_h", p.missed}});
    auto& plant = json["plants"].back();
    if (p.free) plant["free_cooling_h"] = *p.free;
    if (p.reach_k) plant["reach_without_chillers_k"] = *p.reach_k;
    if (p.missed > 0 && std::isfinite(p.warmest_k)) plant["warmest_supply_k"] = p.warmest_k;
  }
  for (auto const& f : r.fabric) {
    json["fabric"].push_back({{"pool", f.pool},
                              {"nodes", f.nodes},
                              {"leaves", f.leaves},
                              {"spines", f.spines},
                              {"switch_hops", f.switch_hops},
                              {"switch_hops_unit", f.switch_hops_unit},
                              {"bisection_bytes_per_s", f.bisection_bytes_per_s},
                              {"bisection_fraction", f.bisection_fraction},
                              {"worst_switch", f.worst_switch},
                              {"worst_switch_fraction", f.worst_switch_fraction},
                              {"worst_cable", f.worst_cable},
                              {"worst_cable_fraction", f.worst_cable_fraction}});
    if (auto const& p = f.parts)
      json["fabric"].back()["parts"] = {{"switches", p->switches()},
                                        {"cores", p->cores},
                                        {"ports", p->ports},
                                        {"ports_used", p->ports_used},
                                        {"node_cables", p->node_cables},
                                        {"switch_cables", p->switch_cables},
                                        {"modules", p->modules},
                                        {"node_modules", p->node_modules},
                                        {"switch_w", p->switch_w},
                                        {"optic_w", p->optic_w}};
  }
  json["single_points"] = {{"power", losses(r.power_single_points)},
                           {"cooling", losses(r.cooling_single_points)},
                           {"fabric", losses(r.fabric_single_points)}};
  json["warnings"] = r.warnings;
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

}  // namespace ondol::app
