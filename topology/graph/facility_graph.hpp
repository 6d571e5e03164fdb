#pragma once
/// One typed graph of the whole facility.  Vertices are things; every edge belongs to one of six layers:
///   containment  holder -> held                     site, hall, rack, node, accelerator; a forest
///   power        feeder -> fed, in the sense of watts; a directed acyclic graph per source
///   standby      feeder -> transfer switch that turns to it when what feeds it on the power layer is dead
///   coolant      in the sense of flow; every loop is closed, so each connection is a supply and a return edge
///   air          in the sense of flow, likewise closed; the weather is the air outside
///   fabric       one edge a bundle of links, read in both senses; `capacity` in byte/s per sense
/// Headers need no vertices of their own: on the coolant layer a plant is its facility-water loop and a hall its technology
/// loop; on the air layer a hall is its room air.
///
/// Boost.Graph stands behind it; algorithms get at it through `topology/graph/boost_graph.hpp`.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/base/units.hpp"

namespace ondol::topology {

enum class Layer : std::uint8_t { containment, power, standby, coolant, air, fabric };
inline constexpr std::size_t layer_count = 6;
char const* to_string(Layer layer);

enum class Kind : std::uint8_t {
  site,
  utility,
  hall,
  rack,
  node,
  accelerator,
  network_switch,
  transformer,
  switchgear,
  ups,
  busway,
  pdu,
  cable,
  transfer_switch,
  generator,
  battery,
  plant,
  chiller,
  tower,
  dry_cooler,
  cdu,   ///< one unit, or (held by a hall, holding the units) all of a hall as one electrical load
  crah,  ///< likewise
  base_load,
  network,     ///< all switches of a fabric, which it holds, as one electrical load
  heat_load,   ///< declared equipment
  mechanical,  ///< a plant's chillers, fans and pumps as one electrical load
  pumps,       ///< of a plant's loop, where they have a feed of their own
  weather,
};
char const* to_string(Kind kind);
/// Passes power on: from transformer to battery.
constexpr bool is_power_unit(Kind kind) {
  return kind >= Kind::transformer && kind <= Kind::battery;
}

struct Vertex {
  Kind kind = Kind::site;
  std::string name;
  Watts rating{0};         ///< electrical, or heat capacity for cooling units
  std::uint32_t spec = 0;  ///< index into the spec array it came from
};

class FacilityGraph {
 public:
  using Index = std::uint32_t;

  FacilityGraph();
  FacilityGraph(FacilityGraph const&);
  FacilityGraph(FacilityGraph&&) noexcept;
  FacilityGraph& operator=(FacilityGraph const&);
  FacilityGraph& operator=(FacilityGraph&&) noexcept;
  ~FacilityGraph();

  void reserve(std::size_t vertices);
  Index add_vertex(Vertex vertex);
  void add_edge(Layer layer, Index from, Index to, double capacity = 0.0);
  void set_rating(Index v, Watts rating);

  std::size_t vertex_count() const;
  std::size_t vertex_count(Kind kind) const;
  std::size_t edge_count(Layer layer) const;
  Vertex const& vertex(Index v) const;

  std::vector<Index> vertices(Kind kind) const;            ///< in order of addition
  std::vector<Index> targets(Layer layer, Index v) const;  ///< of the edges that leave v, in order of addition
  std::vector<Index> sources(Layer layer, Index v) const;  ///< of the edges that enter v, in order of addition
  std::optional<Index> parent(Index v) const;              ///< holder on the containment layer

  /// Name that is unique in the site: nodes and accelerators are known by their rack, "h200/r017/n3/a5".
  std::string full_name(Index v) const;

  struct Impl;
  Impl const& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace ondol::topology
