#pragma once
/// Time of one collective operation among ranks that are spread evenly over scale-up domains: the closed form.
///
/// Within a domain of n ranks (W wire bytes of a rank, b link rate, e efficiency, o own share, r ramp):
///   T = min(quick, bulk),   quick = q0 + q1 (n-1) + W/(q2 b)
///   bulk  = hypot(c0 + c1 (n-1), W/(e b (1 - o/n))) + sqrt(r W)/(e b)
///   all-reduce in the switch (NVLS):  c0 + S/(e b) + sqrt(r S)/(e b)
/// Over k domains of g ranks, pipelined, so that the slower level counts:
///   tree, NVLS tree:  T = L + log2(k) (h + t S/(S + s)) + max(T_domain(S), (W_out + sqrt(r W_out))/(e b_out))
///                     W_out = S/g for k = 2, 1.5 S/g for 3, else 2 S/g: what an inner node of a double binary tree sends
///                     [sanders2009trees]
///   in-network:       as the tree, W_out = S/g, one level up and down
///   ring:             T = L + steps between domains x l + steps within x q1 + max(..., W/g at the NIC) [thakur2005collectives]
///   all-to-all:       pairwise; T = L + h + (n-g) x peer step + max(...), within (g-1)/n S, out (n-g)/n S
/// The algorithm is the one that is fastest by these times: so the library chooses, by its own tables [nvidia2025nccl].
///
/// `bytes` counts as NCCL's tests do: all-reduce, broadcast: the buffer of a rank; reduce-scatter, all-gather: the whole
/// gathered buffer; all-to-all: what a rank holds for all; send-receive: the message.
/// Valid: NCCL 2.26-2.29 on NVLink 3-5, 512 B .. 16 GiB, up to 8,192 ranks; errors: docs/validation.md.  Ignores: placement and
/// contention, unequal domains, the memory and multiprocessors that a collective takes from kernels.

#include <optional>
#include <string_view>

#include "workloads/demand/interconnect.hpp"

namespace ondol::workloads {

enum class Op { all_reduce, reduce_scatter, all_gather, all_to_all, broadcast, send_recv };
enum class Algorithm { ring, tree, nvls, nvls_tree, collnet, direct };

inline constexpr std::string_view op_names[] = {"all-reduce", "reduce-scatter", "all-gather",
                                                "all-to-all", "broadcast",      "send-recv"};
std::string_view to_string(Op op);
std::string_view to_string(Algorithm algorithm);
std::optional<Op> op_named(std::string_view name);

/// Ranks of one communicator.
struct Group {
  int ranks = 1;
  int per_domain = 1;  ///< of them in one scale-up domain; all: the group never leaves it
};

struct CollectiveTime {
  double time_s = 0;
  double latency_s = 0;                          ///< of it, whatever the rates
  double scaleup_s = 0, scaleout_s = 0;          ///< on the links of each level, in parallel: the longer counts
  double scaleup_bytes = 0, scaleout_bytes = 0;  ///< one rank sends
  Algorithm algorithm = Algorithm::ring;

  double bus_bandwidth(Op op, double bytes, int ranks) const;  ///< byte/s, as NCCL's tests count it
  /// With a share of the scale-out rate; 1: alone on the fabric.
  double time_at_share(double share) const;
};

/// Bus bandwidth over algorithm bandwidth, as NCCL's tests count [nvidia2025ncclperf].
double bus_factor(Op op, double ranks);

/// As the library would choose its algorithm.  Throws std::invalid_argument for bytes that are negative or no number, and for
/// ranks that no link joins: several in one domain without scale-up links, several domains without scale-out links.
CollectiveTime collective_time(Interconnect const& links, Op op, double bytes, Group const& group);

}  // namespace ondol::workloads
