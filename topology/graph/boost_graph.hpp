#pragma once
/// The Boost.Graph behind FacilityGraph, for the rooms that run algorithms on it.  Heavy: include in sources only.

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/filtered_graph.hpp>

#include "topology/graph/facility_graph.hpp"

namespace ondol::topology {

struct Edge {
  Layer layer = Layer::containment;
  double capacity = 0.0;  ///< fabric: byte/s in each sense
};

using BoostGraph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, Vertex, Edge>;

struct FacilityGraph::Impl {
  BoostGraph graph;
};

/// Keeps the edges of one layer.
struct InLayer {
  BoostGraph const* graph = nullptr;
  Layer layer = Layer::containment;
  template <class EdgeDescriptor>
  bool operator()(EdgeDescriptor const& e) const {
    return (*graph)[e].layer == layer;
  }
};
using LayerView = boost::filtered_graph<BoostGraph, InLayer>;

inline LayerView layer_view(FacilityGraph const& facility, Layer layer) {
  return {facility.impl().graph, InLayer{&facility.impl().graph, layer}};
}

}  // namespace ondol::topology
