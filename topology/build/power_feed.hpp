#pragma once
/// How the power layer can feed its rated loads, whole or with units lost.

#include <cstdint>
#include <map>
#include <vector>

#include "topology/graph/facility_graph.hpp"
#include "topology/layers/max_flow.hpp"
#include "topology/layers/power_tree.hpp"
#include "topology/layers/single_points.hpp"

namespace ondol::topology {

/// The power layer with its standby sources and one source above all, densely numbered.
struct Sources {
  std::vector<std::uint32_t> vertices;     ///< of the graph; position 0 is the source above all and stands for none
  std::vector<std::uint32_t> local;        ///< graph vertex -> position, 0 where it is not part
  std::vector<std::uint32_t> tree_vertex;  ///< position -> place in the tree; its size for standby sources
  EdgeList edges;
};
Sources with_standby(FacilityGraph const& graph, PowerTree const& tree);

/// Load of each vertex of the tree at rated loads, shared equally among feeders [W].
std::vector<double> shared_loads(PowerTree const& tree);

/// Without `lost` (a place in the tree), does the equal share of what remains feed every load and overload no unit?
bool equal_shares_survive(PowerTree const& tree, std::uint32_t lost);

/// What the rated loads can draw at most, however the load is shared: a maximum flow with the units' ratings as capacities.
class Feed {
 public:
  Feed(FacilityGraph const& graph, Sources const& s, double total_w);

  double fed();
  double fed_without(std::vector<std::uint32_t> const& lost);
  /// All that it is asked for [W].
  double load_w() const { return load_w_; }
  /// From now on all units carry this share of their ratings; the grid is not a unit.
  void set_capacity(double share);
  /// Of each unit in the last flow, by position.
  std::vector<double> carried() const;

 private:
  static constexpr std::uint32_t source = 0, sink = 1;
  static constexpr std::size_t no_edge = static_cast<std::size_t>(-1);
  FlowNetwork flow_;
  std::vector<std::size_t> unit_edge_;  ///< by position
  std::vector<double> rating_w_;        ///< likewise; of the grid not a number
  double load_w_ = 0;
};

}  // namespace ondol::topology
