#pragma once
/// Flows over the links of a fabric: what the rates and the flows of the simulator's clock share.

#include <cstddef>
#include <span>
#include <vector>

#include "topology/layers/routes.hpp"

namespace ondol::sim {

struct FlowSet {
  std::vector<topology::LinkIndex> links;  ///< of all routes, one after the other
  std::vector<std::size_t> first{0};       ///< where each route begins, and the end
  std::vector<double> bytes;

  std::size_t size() const { return bytes.size(); }
  std::span<topology::LinkIndex const> route(std::size_t i) const { return {links.data() + first[i], first[i + 1] - first[i]}; }
  void add(std::span<topology::LinkIndex const> route, double flow_bytes) {
    links.insert(links.end(), route.begin(), route.end());
    first.push_back(links.size());
    bytes.push_back(flow_bytes);
  }
};

}  // namespace ondol::sim
