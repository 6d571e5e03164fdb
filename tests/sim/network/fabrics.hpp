#pragma once
/// Fabrics and links of accelerators for the network's tests.

#include <numeric>
#include <vector>

#include "sim/network/flow_set.hpp"
#include "topology/build/fabrics/fabric_routes.hpp"
#include "workloads/demand/interconnect.hpp"

namespace ondol::sim::testing {

using Kind = topology::FabricShape::Kind;
using Routing = topology::FabricShape::Routing;

/// Nodes of eight accelerators, each with a NIC of 50 GB/s.
inline topology::FabricShape shape(Kind kind, std::uint32_t nodes, Routing routing = Routing::fixed) {
  topology::FabricShape f;
  f.id = "f";
  f.kind = kind;
  f.routing = routing;
  topology::NodeShape block;
  block.nodes = nodes;
  block.accelerators = block.nics = block.domain = 8;
  block.scaleup_bytes_per_s = 450e9;
  f.nodes = {block};
  return f;
}

/// Leaves of one node: eight ports down and 8 / oversubscription up.
inline topology::FabricShape lone_leaves(std::uint32_t nodes, double oversubscription) {
  auto f = shape(Kind::fat_tree, nodes);
  f.unit_nodes = 1;
  f.oversubscription = oversubscription;
  return f;
}

inline std::vector<std::uint32_t> ranks(std::uint32_t count, std::uint32_t first = 0) {
  std::vector<std::uint32_t> r(count);
  std::iota(r.begin(), r.end(), first);
  return r;
}

/// Links like those of an H200 with NDR: rates, efficiencies and latencies of the right size, each level with its own.
inline workloads::Interconnect links() {
  workloads::Interconnect l;
  l.scaleup.bytes_per_s = 450e9;
  workloads::LinkCurve const curve{.quick_base_s = 5e-6,
                                   .quick_step_s = 1e-6,
                                   .quick_efficiency = 0.3,
                                   .bulk_base_s = 15e-6,
                                   .bulk_step_s = 1e-6,
                                   .efficiency = 0.9,
                                   .own_share = 0.5,
                                   .ramp_bytes = 5e6};
  l.scaleup.all_reduce = l.scaleup.all_gather = l.scaleup.reduce_scatter = l.scaleup.all_to_all = l.scaleup.nvls = curve;
  l.scaleout = {.bytes_per_s = 50e9,
                .efficiency = 0.95,
                .all_to_all_efficiency = 0.74,
                .ramp_bytes = 1e6,
                .base_latency_s = 10e-6,
                .hop_latency_s = 5e-6,
                .chunk_latency_s = 80e-6,
                .chunk_bytes = 2e6,
                .ring_step_s = 14e-6};
  l.domain = 8;
  return l;
}

/// Flows that share links, and when each ends.
struct FlowsByHand {
  std::vector<double> capacity;
  FlowSet flows;
  std::vector<double> ends;
};
inline std::vector<FlowsByHand> flows_by_hand() {
  using Route = std::vector<topology::LinkIndex>;
  // Link 0 of 10 is shared until the first has its 10 bytes; then the second goes on at 8, which link 1 gives.
  FlowsByHand faster{{10, 8}, {}, {2, 2 + 16.0 / 8}};
  faster.flows.add(Route{0}, 10);
  faster.flows.add(Route{0, 1}, 26);
  // a on link 0 with c, b on link 1 of 30 with c: c has 5, b 25.  When a (50 bytes) ends at 10, c has 10 of link 0 and b 20.
  FlowsByHand slower{{10, 30}, {}, {10, 15, 30}};
  slower.flows.add(Route{0}, 50);
  slower.flows.add(Route{1}, 350);
  slower.flows.add(Route{0, 1}, 250);
  return {faster, slower};
}

}  // namespace ondol::sim::testing
