#pragma once
/// What the collectives of a job can count on: the links of one accelerator, as its communication library drives them.
/// Filled from the catalogue by the engine; parameters and their sources: docs/models/collectives.md

namespace ondol::workloads {

/// One level of links of an accelerator.
struct LinkLevel {
  double bytes_per_s = 0;     ///< link rate of one accelerator, one direction; 0: no such level
  double efficiency = 0.8;    ///< large-message rate of a ring / link rate
  double half_bytes = 20e6;   ///< message that reaches half of that rate
  double base_latency_s = 0;  ///< of a collective whatever its size and ranks
  double hop_latency_s = 0;   ///< added by each serial step of an algorithm
};

struct Interconnect {
  LinkLevel scaleup;   ///< within a scale-up domain (NVLink, Infinity Fabric, on-board Ethernet)
  LinkLevel scaleout;  ///< between domains, one accelerator's share of its node's NICs
  int domain = 1;      ///< accelerators of a scale-up domain
};

}  // namespace ondol::workloads
