#include "sim/engine/facility_tables.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <utility>

#include "topology/build/single_losses.hpp"

namespace ondol::sim {

namespace {

using topology::Kind;

/// Names are unique among things of a kind; where things of two kinds have one, the later is told by its kind too.
std::string unique(std::string const& name, Kind kind, std::set<std::string>& taken) {
  if (taken.insert(name).second) return name;
  std::string const with_kind = name + " (" + topology::to_string(kind);
  for (int number = 1;; ++number) {
    std::string told = with_kind + (number > 1 ? " " + std::to_string(number) : "") + ")";
    if (taken.insert(told).second) return told;
  }
}

/// Id of the bank, plant, hall, fabric or pool that the vertex is a part of.
std::string bank_of(schema::Scenario const& scenario, topology::Facility const& facility, topology::Vertex const& it,
                    Kind holder) {
  switch (it.kind) {
    case Kind::plant:
    case Kind::chiller:
    case Kind::tower:
    case Kind::dry_cooler:
    case Kind::mechanical:
    case Kind::pumps:
      return scenario.plant[it.spec].id;
    case Kind::hall:
    case Kind::crah:
    case Kind::cdu:
      return scenario.hall[it.spec].id;
    case Kind::rack:
      return scenario.racks[it.spec].hall;
    case Kind::heat_load:
      return scenario.heat_load[it.spec].hall;
    case Kind::network:
      return scenario.fabric[it.spec].id;
    case Kind::network_switch:
      return holder == Kind::network ? scenario.fabric[it.spec].id : facility.pools[it.spec];
    default:
      return topology::is_power_unit(it.kind) ? scenario.power[it.spec].id : "";
  }
}

/// Whether the vertex has a label of its own in a group of series, other than the units of the power banks.
bool has_series(schema::RecordSpec const& record, Kind kind) {
  switch (kind) {
    case Kind::hall:
      return record.halls;
    case Kind::rack:
      return record.racks;
    case Kind::plant:
      return record.loops;
    case Kind::heat_load:
      return true;
    default:
      return false;
  }
}

Table vertices(schema::Scenario const& scenario, topology::Facility const& facility, topology::FoldedGraph const& graph,
               topology::PowerTree const& tree) {
  std::set<std::uint32_t> units;  // that carry something, so that the feeds have them
  for (auto const& v : tree.vertices)
    if (v.role == topology::PowerTree::Role::unit) units.insert(v.graph_vertex);
  std::vector<std::string> name, kind, bank, series;
  std::vector<std::int64_t> holder, nodes, accelerators;
  std::vector<double> rating;
  std::set<std::string> taken;
  for (auto const& v : graph.vertices) {
    auto const& it = facility.graph.vertex(v.graph_vertex);
    Kind const held_by = v.holder ? facility.graph.vertex(graph.vertices[*v.holder].graph_vertex).kind : Kind::site;
    bool const in_feeds = scenario.record.feeds && units.contains(v.graph_vertex);
    name.push_back(unique(it.name, it.kind, taken));
    kind.emplace_back(topology::to_string(it.kind));
    holder.push_back(v.holder ? std::int64_t{*v.holder} : -1);
    rating.push_back(it.rating.v);
    nodes.push_back(v.nodes);
    accelerators.push_back(v.accelerators);
    bank.push_back(bank_of(scenario, facility, it, held_by));
    series.push_back(in_feeds || has_series(scenario.record, it.kind) ? it.name : "");
  }
  return {"vertices",
          {{"vertex", "", "Name, unique in the site", name, TextLayout::padded},
           {"kind", "", "What it is", kind, TextLayout::padded},
           {"holder", "1", "Row of what holds it; -1: nothing does", holder},
           {"rating", "W", "Electrical rating; of cooling units their heat", rating},
           {"nodes", "1", "Nodes that a rack holds", nodes},
           {"accelerators", "1", "Accelerators that a rack holds", accelerators},
           {"bank", "", "Power bank, plant, hall, fabric or pool that it is a part of", bank, TextLayout::padded},
           {"series", "", "Its label in the series of feeds, racks, loops, halls or heat loads", series, TextLayout::padded}}};
}

Table edges(topology::FoldedGraph const& graph) {
  std::vector<std::string> layer;
  std::vector<std::int64_t> from, to;
  std::vector<double> capacity;
  for (auto const& e : graph.edges) {
    layer.emplace_back(topology::to_string(e.layer));
    from.push_back(e.from);
    to.push_back(e.to);
    capacity.push_back(e.bytes_per_s);
  }
  return {"edges",
          {{"layer", "", "Power, standby, coolant, air or fabric", layer, TextLayout::padded},
           {"from", "1", "Row in vertices", from},
           {"to", "1", "Row in vertices", to},
           {"capacity", "byte s-1", "Of a fabric, in each sense", capacity}}};
}

Table single_points(schema::Scenario const& scenario, topology::Facility const& facility, topology::FoldedGraph const& graph) {
  auto const losses = topology::single_losses(scenario, facility);
  std::vector<std::string> layer, name;
  std::vector<std::int64_t> vertex, racks, nodes;
  std::vector<double> rack_w;
  auto const add = [&](char const* of, std::vector<topology::Loss> const& all) {
    for (auto const& loss : all) {
      layer.emplace_back(of);
      vertex.push_back(graph.row[loss.vertex]);
      name.push_back(loss.name);
      racks.push_back(loss.racks);
      nodes.push_back(loss.nodes);
      rack_w.push_back(loss.rack_w);
    }
  };
  add("power", losses.power);
  add("cooling", losses.cooling);
  add("fabric", losses.fabric);
  return {"single_points",
          {{"layer", "", "Power, cooling or fabric", layer, TextLayout::padded},
           {"vertex", "1", "Row in vertices", vertex},
           {"name", "", "What is lost", name, TextLayout::padded},
           {"racks", "1", "Racks left without power or cooling", racks},
           {"nodes", "1", "Nodes left without power or cooling, or parted from most others", nodes},
           {"rack_power", "W", "Rated power of the racks", rack_w}}};
}

}  // namespace

std::vector<Table> facility_tables(schema::Scenario const& scenario, topology::Facility const& facility,
                                   topology::FoldedGraph const& graph, topology::PowerTree const& tree) {
  return {vertices(scenario, facility, graph, tree), edges(graph), single_points(scenario, facility, graph)};
}

}  // namespace ondol::sim
