/// Vertices of plants, halls and racks, and who feeds them.

#include <algorithm>
#include <cmath>

#include "topology/build/rated_heat.hpp"
#include "topology/build/wiring.hpp"

namespace ondol::topology {
namespace {

using Index = Wiring::Index;

std::string numbered(std::string const& prefix, std::size_t number) {
  return prefix + std::to_string(number);
}

void feed_from_all(Wiring& w, Index load, std::string const& bank, std::string const& path) {
  if (auto const* units = w.units(bank, path))
    for (auto unit : *units) w.facility.graph.add_edge(Layer::power, unit, load);
}

void add_units(Wiring& w, Index holder, Kind kind, std::string const& prefix, int count, Watts rating, std::size_t spec) {
  for (int i = 0; i < count; ++i) w.add(holder, kind, numbered(prefix, std::size_t(i) + 1), rating, spec);
}

/// Rows so that the room is near square.  A rack takes 0.6 m of a row, and rows stand 2.4 m apart: assumed, 1.2 m of rack
/// and 1.2 m of aisle.
int near_square_rows(std::size_t racks) {
  return std::max(1, static_cast<int>(std::lround(std::sqrt(static_cast<double>(racks) * 0.6 / 2.4))));
}

void place_on_floor(Wiring& w) {
  std::vector<std::size_t> racks(w.hall.size(), 0), placed(w.hall.size(), 0);
  for (auto const& rack : w.facility.racks) ++racks[rack.hall];
  for (auto& rack : w.facility.racks) {
    int const declared = w.scenario.hall[rack.hall].rows;
    auto const rows = static_cast<std::size_t>(declared > 0 ? declared : near_square_rows(racks[rack.hall]));
    auto const per_row = (racks[rack.hall] + rows - 1) / rows;
    auto const i = placed[rack.hall]++;
    rack.row = static_cast<int>(i / per_row);
    rack.position = static_cast<int>(i % per_row);
  }
}

}  // namespace

void place_plants_and_halls(Wiring& w) {
  auto const& s = w.scenario;
  for (std::size_t p = 0; p < s.plant.size(); ++p) {
    auto const& spec = s.plant[p];
    std::string const path = "plant[" + std::to_string(p) + "]";
    Index const plant = w.add(w.site, Kind::plant, spec.id, Watts{0}, p);
    w.plant.push_back(plant);
    if (spec.chillers > 0)
      if (auto const* chiller = entry(w, s.catalogue.chiller, spec.chiller, path + ".chiller"))
        add_units(w, plant, Kind::chiller, spec.id + "/chiller/", spec.chillers, chiller->reference_capacity, p);
    if (spec.towers > 0)
      if (auto const* tower = entry(w, s.catalogue.tower, spec.tower, path + ".tower"))
        add_units(w, plant, Kind::tower, spec.id + "/tower/", spec.towers, tower->rated_heat, p);
    if (spec.dry_coolers > 0)
      if (auto const* dry = entry(w, s.catalogue.dry_cooler, spec.dry_cooler, path + ".dry_cooler"))
        add_units(w, plant, Kind::dry_cooler, spec.id + "/dry-cooler/", spec.dry_coolers, dry->rated_heat, p);
    Index const mechanical = w.add(plant, Kind::mechanical, spec.id + "/mechanical", Watts{0}, p);  // see rate_plants
    feed_from_all(w, mechanical, spec.fed_by, path + ".fed_by");
    if (!spec.pumps_fed_by.empty()) {
      Index const pumps = w.add(plant, Kind::pumps, spec.id + "/pumps", spec.pump_power, p);
      feed_from_all(w, pumps, spec.pumps_fed_by, path + ".pumps_fed_by");
    }
  }

  for (std::size_t h = 0; h < s.hall.size(); ++h) {
    auto const& spec = s.hall[h];
    std::string const path = "hall[" + std::to_string(h) + "]";
    Index const hall = w.add(w.site, Kind::hall, spec.id, Watts{0}, h);
    w.hall.push_back(hall);
    if (spec.air && spec.air->crahs > 0)
      if (auto const* crah = entry(w, s.catalogue.crah, spec.air->crah, path + ".air.crah")) {
        Index const all = w.add(hall, Kind::crah, spec.id + "/crah", crah->fan_power * double(spec.air->crahs), h);
        add_units(w, all, Kind::crah, spec.id + "/crah/", spec.air->crahs, crah->rated_heat, h);
        feed_from_all(w, all, spec.air->fed_by, path + ".air.fed_by");
      }
    if (spec.liquid && spec.liquid->cdus > 0)
      if (auto const* cdu = entry(w, s.catalogue.cdu, spec.liquid->cdu, path + ".liquid.cdu")) {
        Index const all = w.add(hall, Kind::cdu, spec.id + "/cdu", cdu->pump_power * double(spec.liquid->cdus), h);
        add_units(w, all, Kind::cdu, spec.id + "/cdu/", spec.liquid->cdus, cdu->rated_heat, h);
        feed_from_all(w, all, spec.liquid->fed_by, path + ".liquid.fed_by");
      }
  }

  for (std::size_t i = 0; i < s.heat_load.size(); ++i) {
    auto const& spec = s.heat_load[i];
    std::string const path = "heat_load[" + std::to_string(i) + "]";
    auto const hall = std::find_if(s.hall.begin(), s.hall.end(), [&](auto const& h) { return h.id == spec.hall; });
    if (hall == s.hall.end()) {
      w.fault(path + ".hall", path + ".hall names \"" + spec.hall + "\", which is no hall");
      continue;
    }
    Index const holder = w.hall[static_cast<std::size_t>(hall - s.hall.begin())];
    feed_from_all(w, w.add(holder, Kind::heat_load, spec.name, spec.power.value_or(Watts{0}), i), spec.fed_by,
                  path + ".fed_by");
  }

  if (s.site.base_load.v > 0.0) {
    Index const base = w.add(w.site, Kind::base_load, "base load", s.site.base_load, 0);
    feed_from_all(w, base, s.site.base_load_fed_by, "site.base_load_fed_by");
  }
}

void rate_plants(Wiring& w) {
  auto const heat = rated_plant_heat(w.scenario, rated_hall_heat(w.scenario, w.facility.fabrics));
  for (Index v : w.facility.graph.vertices(Kind::mechanical)) {
    auto const p = w.facility.graph.vertex(v).spec;
    w.facility.graph.set_rating(v, rated_mechanical_power(w.scenario, w.scenario.plant[p], heat[p]));
  }
}

void place_racks(Wiring& w) {
  auto const& s = w.scenario;
  auto& f = w.facility;

  struct Planned {
    schema::RackSpec const* rack = nullptr;
    schema::NodeSpec const* node = nullptr;
    std::uint32_t hall = 0, pool = 0;
  };
  std::vector<Planned> planned(s.racks.size());
  std::vector<std::size_t> in_pool;
  std::size_t vertices = f.graph.vertex_count();
  for (std::size_t g = 0; g < s.racks.size(); ++g) {
    auto const& group = s.racks[g];
    std::string const path = "racks[" + std::to_string(g) + "]";
    auto& plan = planned[g];
    plan.rack = entry(w, s.catalogue.rack, group.rack, path + ".rack");
    if (plan.rack) plan.node = entry(w, s.catalogue.node, plan.rack->node, path + ".rack.node");
    if (group.count < 1) w.fault(path + ".count", path + ".count must be at least 1");
    auto const hall = std::find_if(s.hall.begin(), s.hall.end(), [&](auto const& it) { return it.id == group.hall; });
    if (hall == s.hall.end()) {
      std::vector<std::string> known;
      for (auto const& it : s.hall) known.push_back(it.id);
      std::string const near = nearest(group.hall, known);
      w.fault(path + ".hall", path + ".hall names \"" + group.hall + "\", which is no hall" +
                                  (near.empty() ? "" : "; did you mean \"" + near + "\"?"));
    }
    plan.hall = static_cast<std::uint32_t>(hall - s.hall.begin());
    auto const pool = std::find(f.pools.begin(), f.pools.end(), group.pool);
    plan.pool = static_cast<std::uint32_t>(pool - f.pools.begin());
    if (pool == f.pools.end()) {
      f.pools.push_back(group.pool);
      in_pool.push_back(0);
    }
    in_pool[plan.pool] += static_cast<std::size_t>(std::max(0, group.count));
    for (auto const& bank : group.fed_by) w.units(bank, path + ".fed_by");
    if (plan.node)
      vertices += static_cast<std::size_t>(std::max(0, group.count)) *
                  (1 + static_cast<std::size_t>(plan.rack->nodes) * (1 + static_cast<std::size_t>(plan.node->accelerators)));
  }
  if (!w.faults.empty()) return;
  f.graph.reserve(vertices + vertices / 16);  // and the fabric's switches

  std::vector<std::size_t> number(f.pools.size(), 0);
  for (std::size_t g = 0; g < s.racks.size(); ++g) {
    auto const& group = s.racks[g];
    auto const& plan = planned[g];
    Watts const rated = rated_rack_power(s, group);
    auto const width = std::max<std::size_t>(3, std::to_string(in_pool[plan.pool]).size());
    for (int r = 0; r < group.count; ++r) {
      std::string digits = std::to_string(++number[plan.pool]);
      digits.insert(0, width - std::min(width, digits.size()), '0');
      RackPlace place;
      place.name = group.pool + "/r" + digits;
      place.group = static_cast<std::uint32_t>(g);
      place.hall = plan.hall;
      place.pool = plan.pool;
      place.first_node = static_cast<std::uint32_t>(f.node_rack.size());
      place.nodes = static_cast<std::uint32_t>(plan.rack->nodes);
      place.vertex = w.add(w.hall[plan.hall], Kind::rack, place.name, rated, g);
      for (int n = 0; n < plan.rack->nodes; ++n) {
        f.node_rack.push_back(static_cast<std::uint32_t>(f.racks.size()));
        Index const node = w.add(place.vertex, Kind::node, numbered("n", std::size_t(n) + 1), plan.node->rated_power, g);
        for (int a = 0; a < plan.node->accelerators; ++a)
          w.add(node, Kind::accelerator, numbered("a", std::size_t(a) + 1), Watts{0}, g);
        f.accelerators += static_cast<std::uint32_t>(plan.node->accelerators);
      }
      for (auto const& bank : group.fed_by) {
        auto const& units = w.bank.at(bank);
        f.graph.add_edge(Layer::power, units[w.dealt[bank]++ % units.size()], place.vertex);
      }
      f.racks.push_back(std::move(place));
    }
  }
  place_on_floor(w);
}

}  // namespace ondol::topology
