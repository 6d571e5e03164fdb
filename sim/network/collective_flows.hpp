#pragma once
/// The flows that one collective sends over a fabric: who sends how much to whom, on the routes that it has.
///
/// S: bytes as collectives count them (workloads/collectives/collective.hpp), n ranks, k scale-up domains in order of
/// placement. Between domains, each edge of the algorithm (all its bytes; the ranks of a domain share them evenly, each over
/// its own NICs):
///   ring        each domain to the next:  all-reduce 2 (n-1)/n S, reduce-scatter, all-gather (n-1)/n S;  broadcast S, the last
///   to none tree        up and down each edge of two binary trees, S/2 in each; an inner node of one is a leaf of the other
///               [sanders2009trees];  reduce-scatter, all-gather among single ranks: step i by doubling, min(2^i, n - 2^i) S/n
///               to the rank 2^i on [thakur2005collectives]
///   in-network  each domain to the next S: what it sends up and gets down again, and a leaf's uplinks carry it once
///   all-to-all  S/n from each rank to each of another domain;  send-receive: S from the first rank to the last
/// Two domains of unequal size divide an edge where the shares of either end meet.  Where an accelerator has several NICs, each
/// takes its part, and where a fabric has several ways between two NICs, four flows of equal size do.  An all-to-all of very
/// many pairs sends to ranks at some distances only, each so much more: what a rank sends and gets stays exact.
///
/// Within domains, each rank: its part of the bytes to its neighbour (rings; in the switch: S up and S down again), or evenly
/// to all others of the domain (direct links, all-to-all).
///
/// Ignores: the order in time (steps of an algorithm flow side by side, as chunks in a pipeline do), protocol bytes.

#include <cstdint>
#include <span>
#include <vector>

#include "sim/network/flow_set.hpp"
#include "topology/layers/routes.hpp"
#include "workloads/collectives/collective.hpp"

namespace ondol::sim {

/// Between two NICs, each of which a fabric may send another way: channels of a library that share a NIC.  Assumed: libraries
/// open 16 to 32 channels over the eight NICs of a node.
inline constexpr std::uint64_t connections = 4;

using Ranks = std::span<std::uint32_t const>;  ///< accelerators in order of placement

/// Ranks of each scale-up domain; domains in the order in which they come first.  Throws InputError for an accelerator that the
/// fabric does not have or that stands twice.
std::vector<std::vector<std::uint32_t>> by_domain(topology::Routes const& routes, Ranks ranks);

/// `algorithm` as collective_time chose it for these ranks.  Throw InputError naming two accelerators that nothing joins.
FlowSet flows_between_domains(topology::Routes const& routes, workloads::Op op, workloads::Algorithm algorithm, double bytes,
                              Ranks ranks);
FlowSet flows_within_domains(topology::Routes const& routes, workloads::Op op, workloads::Algorithm algorithm, double bytes,
                             Ranks ranks);

/// All of them: between domains first.
FlowSet collective_flows(topology::Routes const& routes, workloads::Op op, workloads::Algorithm algorithm, double bytes,
                         Ranks ranks);

}  // namespace ondol::sim
