#pragma once
/// One collective among accelerators of a scenario: who takes part, how long it takes, which level limits.
///
/// Time by the closed form of workloads/collectives, for the slowest kind of rack among the ranks.  Where a [[fabric]] joins
/// them its ports, not those of the catalogue's node, give the rate between domains. Page: docs/models/ask-collective.md

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "scenarios/schema/spec.hpp"
#include "workloads/collectives/collective.hpp"

namespace ondol::sim {

struct CollectiveQuestion {
  enum class Placement { packed, spread, listed };
  enum class Rung { closed, rates, flows };
  workloads::Op op = workloads::Op::all_reduce;
  double bytes = 0;  ///< as workloads/collectives/collective.hpp counts
  int ranks = 1;
  std::string pool, fabric;       ///< whose accelerators; empty: the only one
  std::optional<int> per_domain;  ///< ranks of a scale-up domain; none: all of it
  Placement placement = Placement::packed;
  std::vector<std::string> nodes;  ///< listed: nodes ("h200/r001/n1") or racks, in order
  Rung rung = Rung::closed;
};

struct CollectiveAnswer {
  struct Busy {
    std::string link;
    double share = 0;  ///< of the time that the fullest is busy
  };
  workloads::CollectiveTime alone;  ///< the closed form
  double time_s = 0;
  double share = 1;                  ///< of its NIC's rate that the slowest flow gets
  std::vector<Busy> busiest;         ///< links between domains, the fullest first; a handful, empty for closed
  double bus_bandwidth = 0;          ///< byte/s
  std::string accelerator, fabric;   ///< names; no fabric: empty
  std::vector<std::string> pools;    ///< that the ranks may come from
  std::vector<std::uint32_t> ranks;  ///< accelerators, numbered in rack order over the pools of the fabric or the pool
  std::vector<std::string> nodes;    ///< where they are, in order of placement
  int domains = 1, most_per_domain = 1, least_per_domain = 1;

  double scaleout_s() const { return alone.scaleout_s / share; }
  /// "latency", "scale-up", "scale-out", or "nothing" for no time at all.
  std::string limited_by() const;
};

/// Throws InputError when the ranks are not to be had, no link joins them, or the rung needs a [[fabric]] that is not declared.
CollectiveAnswer ask_collective(schema::Scenario const& scenario, CollectiveQuestion const& question);

}  // namespace ondol::sim
