#include <algorithm>
#include <map>

#include "topology/build/rated_heat.hpp"
#include "topology/build/report_parts.hpp"
#include "topology/layers/cooling_loops.hpp"
#include "topology/layers/max_flow.hpp"
#include "topology/layers/single_points.hpp"

namespace ondol::topology {
namespace {

using Index = std::uint32_t;

/// Where heat goes: rack -> room air or technology coolant -> CRAH or CDU -> plant -> chiller -> tower -> weather.  Room air
/// and technology coolant of a hall are two vertices here, and all racks of a group (one hall, one kind of rack) are one.
struct HeatPath {
  std::vector<Index> graph_vertex;  ///< 0 for the vertices that stand for several
  EdgeList edges;                   ///< in the sense of the heat
  Index weather = 0;
  struct Source {
    Index air = 0, liquid = 0;  ///< vertices where the group's heat enters; 0 none
    Weight weight;
  };
  std::vector<Source> sources;
  std::vector<Index> room, loop;  ///< by hall
  struct Bank {
    std::string owner;
    Kind kind = Kind::crah;
    std::vector<Index> units;
    double load_w = 0.0;
    double derating = 1.0;  ///< of the rating, for heat that enters downstream of the loop
  };
  std::vector<Bank> banks;
  std::map<Index, double> capacity_w;  ///< of units, in loop heat
};

bool heavier(Kind a, Kind b) {  // heat passes from a to b
  auto stage = [](Kind kind) {
    switch (kind) {
      case Kind::cdu:
      case Kind::crah:
        return 1;
      case Kind::plant:
        return 2;
      case Kind::chiller:
        return 3;
      case Kind::tower:
      case Kind::dry_cooler:
        return 4;
      case Kind::weather:
        return 5;
      default:
        return 0;
    }
  };
  return stage(a) > 0 && stage(a) < stage(b);
}

HeatPath heat_path(schema::Scenario const& scenario, Facility const& facility) {
  auto const& graph = facility.graph;
  HeatPath h;
  std::vector<Index> local(graph.vertex_count(), 0);
  auto add = [&](Index v) {
    h.graph_vertex.push_back(v);
    return static_cast<Index>(h.graph_vertex.size() - 1);
  };
  add(0);  // position 0: no vertex
  for (Index v = 0; v < graph.vertex_count(); ++v) {
    Kind const kind = graph.vertex(v).kind;
    bool const cools = kind == Kind::cdu || kind == Kind::crah || kind == Kind::plant || kind == Kind::chiller ||
                       kind == Kind::tower || kind == Kind::dry_cooler || kind == Kind::weather;
    if (cools) local[v] = add(v);
    if (kind == Kind::weather) h.weather = local[v];
  }
  auto const halls = graph.vertices(Kind::hall);
  for (Index hall : halls) {
    h.room.push_back(add(hall));
    h.loop.push_back(add(hall));
  }
  for (Index v = 0; v < graph.vertex_count(); ++v) {
    if (local[v] == 0) continue;
    for (Layer layer : {Layer::coolant, Layer::air})
      for (Index next : graph.targets(layer, v)) {
        if (local[next] != 0 && heavier(graph.vertex(v).kind, graph.vertex(next).kind))
          h.edges.emplace_back(local[v], local[next]);
        if (graph.vertex(next).kind == Kind::hall) {
          Index const hall = graph.vertex(next).spec;
          h.edges.emplace_back(layer == Layer::air ? h.room[hall] : h.loop[hall], local[v]);
        }
      }
  }

  // Racks by group: all of a group stand in one hall and give heat in the same way.
  h.sources.resize(scenario.racks.size());
  for (auto const& rack : facility.racks) {
    auto& source = h.sources[rack.group];
    source.weight += {1, rack.nodes, graph.vertex(rack.vertex).rating.v};
    if (!graph.targets(Layer::air, rack.vertex).empty()) source.air = h.room[rack.hall];
    if (!graph.targets(Layer::coolant, rack.vertex).empty()) source.liquid = h.loop[rack.hall];
  }

  auto const hall_heat = rated_hall_heat(scenario, facility.fabrics);
  auto const plant_heat = rated_plant_heat(scenario, hall_heat);
  std::map<std::pair<Kind, Index>, std::size_t> bank_of;
  for (Index v = 0; v < graph.vertex_count(); ++v) {
    Vertex const& it = graph.vertex(v);
    bool const hall_unit = it.kind == Kind::cdu || it.kind == Kind::crah;
    bool const plant_unit = it.kind == Kind::chiller || it.kind == Kind::tower || it.kind == Kind::dry_cooler;
    if (!hall_unit && !plant_unit) continue;
    if (graph.targets(Layer::coolant, v).empty()) continue;  // all CDUs of a hall as one electrical load
    auto const [at, fresh] = bank_of.emplace(std::pair{it.kind, it.spec}, h.banks.size());
    if (fresh) {
      HeatPath::Bank bank;
      bank.kind = it.kind;
      if (hall_unit) {
        bank.owner = scenario.hall[it.spec].id;
        bank.load_w = (it.kind == Kind::crah ? hall_heat[it.spec].air + hall_heat[it.spec].fans
                                             : hall_heat[it.spec].liquid + hall_heat[it.spec].pumps)
                          .v;
      } else {
        auto const& plant = scenario.plant[it.spec];
        bank.owner = plant.id;
        bank.load_w = plant_heat[it.spec].v;
        auto const& upstream = graph.sources(Layer::coolant, v);
        bool const on_condensers = it.kind != Kind::chiller && std::any_of(upstream.begin(), upstream.end(), [&](Index u) {
                                     return graph.vertex(u).kind == Kind::chiller;
                                   });
        if (on_condensers) {  // the chillers' work comes on top of the loop's heat
          double const cop = scenario.catalogue.chiller.at(plant.chiller).reference_cop;
          if (cop > 0.0) bank.derating = 1.0 / (1.0 + 1.0 / cop);
        }
      }
      h.banks.push_back(std::move(bank));
    }
    auto& bank = h.banks[at->second];
    bank.units.push_back(local[v]);
    h.capacity_w[local[v]] = it.rating.v * bank.derating;
  }
  return h;
}

double heat_taken(HeatPath const& h, std::vector<HallHeat> const& heat, std::vector<Index> const& lost) {
  double total = 0.0;
  for (auto const& hall : heat) total += (hall.racks + hall.network + hall.loads + hall.fans + hall.pumps).v;
  auto const n = static_cast<Index>(h.graph_vertex.size());
  FlowNetwork flow(2 * std::size_t{n} + 1);
  Index const source = 2 * n;
  for (Index v = 1; v < n; ++v) {
    auto const limit = h.capacity_w.find(v);
    bool const gone = std::find(lost.begin(), lost.end(), v) != lost.end();
    flow.add_edge(v, n + v, gone ? 0.0 : limit == h.capacity_w.end() ? total : limit->second);
  }
  for (auto const& [from, to] : h.edges) flow.add_edge(n + from, to, total);
  for (std::size_t k = 0; k < heat.size(); ++k) {
    flow.add_edge(source, h.room[k], (heat[k].air + heat[k].fans).v);
    flow.add_edge(source, h.loop[k], (heat[k].liquid + heat[k].pumps).v);
  }
  return flow.max_flow(source, n + h.weather);
}

std::vector<char> cooled_without(HeatPath const& h, Index lost) {
  std::vector<std::vector<Index>> upstream(h.graph_vertex.size());
  for (auto const& [from, to] : h.edges) upstream[to].push_back(from);
  std::vector<char> reached(h.graph_vertex.size(), 0);
  std::vector<Index> front{h.weather};
  reached[h.weather] = 1;
  while (!front.empty()) {
    Index const v = front.back();
    front.pop_back();
    for (Index next : upstream[v])
      if (!reached[next] && next != lost) {
        reached[next] = 1;
        front.push_back(next);
      }
  }
  return reached;
}

void find_single_points(FacilityGraph const& graph, HeatPath const& h, FacilityReport& report) {
  // Heat in air and heat in liquid part at the rack, so a rack is one way in for each.
  EdgeList edges = h.edges;
  auto next = static_cast<Index>(h.graph_vertex.size());
  for (auto const& source : h.sources)
    for (Index entry : {source.air, source.liquid})
      if (entry != 0) edges.emplace_back(next++, entry);
  for (Index point : articulation_points(next, edges)) {
    if (point == h.weather || point >= h.graph_vertex.size()) continue;
    auto const cooled = cooled_without(h, point);
    Vertex const& it = graph.vertex(h.graph_vertex[point]);
    Loss loss{it.name, it.kind, 0, 0, 0.0};
    if (std::find(h.room.begin(), h.room.end(), point) != h.room.end()) loss.name += " room air";
    if (std::find(h.loop.begin(), h.loop.end(), point) != h.loop.end()) loss.name += " technology loop";
    if (it.kind == Kind::plant) loss.name += " facility loop";
    for (auto const& source : h.sources) {
      bool const hit = (source.air != 0 && (source.air == point || !cooled[source.air])) ||
                       (source.liquid != 0 && (source.liquid == point || !cooled[source.liquid]));
      if (!hit) continue;
      loss.racks += source.weight.racks;
      loss.nodes += source.weight.nodes;
      loss.rack_w += source.weight.rack_w;
    }
    report.cooling_single_points.push_back(std::move(loss));
  }
  sort_losses(report.cooling_single_points);
}

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
  find_single_points(facility.graph, h, report);

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
