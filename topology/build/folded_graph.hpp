#pragma once
/// The facility graph with nodes and accelerators folded into their racks: what is left to draw, and to store.

#include <cstdint>
#include <optional>
#include <vector>

#include "topology/graph/facility_graph.hpp"

namespace ondol::topology {

struct FoldedGraph {
  struct Vertex {
    std::uint32_t graph_vertex = 0;
    std::optional<std::uint32_t> holder = {};   ///< row
    std::uint32_t nodes = 0, accelerators = 0;  ///< of a rack
  };
  /// Of all layers but containment, which the holders tell.
  struct Edge {
    Layer layer = Layer::power;
    std::uint32_t from = 0, to = 0;  ///< rows
    double bytes_per_s = 0;          ///< fabric: in each sense, of all edges between the two
  };
  std::vector<Vertex> vertices;    ///< in the order of the facility graph
  std::vector<Edge> edges;         ///< by layer, then in the order of the facility graph
  std::vector<std::uint32_t> row;  ///< of each vertex of the facility graph; of a node its rack's
};

FoldedGraph folded(FacilityGraph const& graph);

}  // namespace ondol::topology
