#pragma once
/// What the collectives of a job can count on: the links of one accelerator, as its communication library drives them.
/// Filled from the catalogue by the engine, which has every number with its source; equations: docs/models/collectives.md

namespace ondol::workloads {

/// Time of one operation among the ranks of a scale-up domain, as a library with two ways to send takes it: quick for small
/// messages, bulk for large ones.  Rates are shares of the link rate.
struct LinkCurve {
  double quick_base_s = 0, quick_step_s = 0, quick_efficiency = 0;
  double bulk_base_s = 0, bulk_step_s = 0;
  double efficiency = 0;
  double own_share = 0;   ///< of a rank's own part of the buffer that takes link time as well
  double ramp_bytes = 0;  ///< larger chunks for larger messages: the rate comes in with the square root of their size
};

/// Links within a scale-up domain (NVLink, Infinity Fabric, on-board Ethernet).
struct ScaleUpLinks {
  double bytes_per_s = 0;       ///< of one accelerator, one direction; 0: no such level
  double peer_bytes_per_s = 0;  ///< to one peer where links are direct; 0: through a switch, the whole rate
  int nvls_ranks = 0;           ///< fewest ranks that all-reduce in the switch; 0: it cannot
  LinkCurve all_reduce, all_gather, reduce_scatter, all_to_all;
  LinkCurve nvls;  ///< all-reduce in the switch: bulk_base, efficiency and ramp only
};

/// Links between domains: one accelerator's share of its node's NICs.
struct ScaleOutLinks {
  double bytes_per_s = 0;  ///< one direction; 0: no such level
  double efficiency = 0;   ///< large-message rate / link rate
  double all_to_all_efficiency = 0;
  double ramp_bytes = 0;       ///< as in LinkCurve
  double base_latency_s = 0;   ///< of a collective that leaves the domain, whatever its size and ranks
  double hop_latency_s = 0;    ///< of each level of a tree, small message
  double chunk_latency_s = 0;  ///< added at each level when full chunks fill the pipeline
  double chunk_bytes = 0;      ///< message that takes half of that
  double ring_step_s = 0;      ///< of each step of a ring between domains
  bool reduces = false;        ///< its switches reduce (SHARP)
  double peer_step_s = 0;      ///< of each rank of other domains in an all-to-all
};

struct Interconnect {
  ScaleUpLinks scaleup;
  ScaleOutLinks scaleout;
  int domain = 1;  ///< accelerators of a scale-up domain
};

}  // namespace ondol::workloads
