#include "topology/build/heat_path.hpp"

#include <algorithm>

#include "topology/layers/max_flow.hpp"

namespace ondol::topology {

using Index = std::uint32_t;

namespace {

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

}  // namespace

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

double heat_given(std::vector<HallHeat> const& heat) {
  double total = 0.0;
  for (auto const& hall : heat) total += (hall.racks + hall.network + hall.loads + hall.fans + hall.pumps).v;
  return total;
}

double heat_taken(HeatPath const& h, std::vector<HallHeat> const& heat, std::vector<Index> const& lost, double capacity) {
  double const total = heat_given(heat);
  auto const n = static_cast<Index>(h.graph_vertex.size());
  FlowNetwork flow(2 * std::size_t{n} + 1);
  Index const source = 2 * n;
  for (Index v = 1; v < n; ++v) {
    auto const limit = h.capacity_w.find(v);
    bool const gone = std::find(lost.begin(), lost.end(), v) != lost.end();
    flow.add_edge(v, n + v, gone ? 0.0 : limit == h.capacity_w.end() ? total : limit->second * capacity);
  }
  for (auto const& [from, to] : h.edges) flow.add_edge(n + from, to, total);
  for (std::size_t k = 0; k < heat.size(); ++k) {
    flow.add_edge(source, h.room[k], (heat[k].air + heat[k].fans).v);
    flow.add_edge(source, h.loop[k], (heat[k].liquid + heat[k].pumps).v);
  }
  return flow.max_flow(source, n + h.weather);
}

}  // namespace ondol::topology
