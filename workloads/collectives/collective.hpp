#pragma once
/// Time of one collective operation among ranks that are spread evenly over scale-up domains: the closed form.
/// `bytes` counts as NCCL's tests do: all-reduce, broadcast: the buffer of a rank; reduce-scatter, all-gather: the whole
/// gathered buffer; all-to-all: what a rank sends in all; send-receive: the message.

#include "workloads/demand/interconnect.hpp"

namespace ondol::workloads {

enum class Op { all_reduce, reduce_scatter, all_gather, all_to_all, broadcast, send_recv };
enum class Algorithm { ring, tree, nvls, nvls_tree, collnet, direct };

/// Ranks of one communicator.
struct Group {
  int ranks = 1;
  int per_domain = 1;  ///< of them in one scale-up domain; all: the group never leaves it
  int sisters = 1;     ///< groups that drive the same NICs at the same time (each gets its share)
};

struct CollectiveTime {
  double time_s = 0;
  double latency_s = 0;                          ///< of it, whatever the rates
  double scaleout_s = 0;                         ///< of it, stretches with 1/(share of the scale-out rate)
  double scaleup_bytes = 0, scaleout_bytes = 0;  ///< one rank sends
  Algorithm algorithm = Algorithm::ring;

  double bus_bandwidth(Op op, double bytes, int ranks) const;  ///< byte/s, as NCCL's tests count it
};

/// As the library would choose its algorithm.
CollectiveTime collective_time(Interconnect const& links, Op op, double bytes, Group const& group);

}  // namespace ondol::workloads
