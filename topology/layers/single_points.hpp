#pragma once
/// What hangs on one vertex: dominators of a directed layer, articulation points of an undirected one.

#include <cstdint>
#include <utility>
#include <vector>

namespace ondol::topology {

/// What a loss is counted in.
struct Weight {
  std::uint32_t racks = 0, nodes = 0;
  double rack_w = 0.0;

  Weight& operator+=(Weight const& o) {
    racks += o.racks;
    nodes += o.nodes;
    rack_w += o.rack_w;
    return *this;
  }
};

using EdgeList = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

/// Weight that every path from `root` to it crosses v, by vertex; v's own weight included, the root's entry is the total.
/// [lengauer1979]
std::vector<Weight> hanging_on(std::uint32_t vertices, EdgeList const& directed, std::uint32_t root,
                               std::vector<Weight> const& weight);

/// Vertices whose loss leaves the component they are in in more pieces, ascending.  [hopcroft1973]
std::vector<std::uint32_t> articulation_points(std::uint32_t vertices, EdgeList const& undirected);

/// For each articulation point (others: nothing), the weight outside the largest piece (by nodes) that its loss leaves of
/// the component of `root`; its own weight not included.
std::vector<Weight> cut_off_by(std::uint32_t vertices, EdgeList const& undirected, std::uint32_t root,
                               std::vector<Weight> const& weight);

}  // namespace ondol::topology
