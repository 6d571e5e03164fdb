#pragma once
/// Time of a collective by the rates of its flows on the routes of a fabric: the closed form, stretched where links are shared.
///
///   share = (W_out / b_out) / max over links l of (bytes on l / capacity of l),   at most 1
///   T     = latency + max(T_domain, (W_out + sqrt(r W_out)) / (e b_out share))        [collective.hpp, time_at_share]
///
/// Chunks follow each other through all steps of a collective, so its flows keep the pace of the slowest: together they are one
/// variable of max-min rates, of which each link gives up the bytes that cross it (`usage`), and the fullest link sets the
/// pace. Where all flows are of one size that is the rate of the slowest flow by max-min among them, and the time until the
/// last one ends (fluid_times.hpp).  W_out, b_out: what the closed form has one rank send at its NIC's rate; so the share is 1
/// and the time exactly the closed form's where only NICs are full.
///
/// Valid: one collective alone, domains of any size.  Ignores: what other traffic takes (contention), queues and congestion
/// control, load that an unequal placement adds within domains (the mean size counts there).

#include <cstdint>
#include <map>
#include <tuple>
#include <vector>

#include "sim/network/collective_flows.hpp"
#include "sim/network/max_min.hpp"

namespace ondol::sim {

/// What flows that keep step take of each link: its bytes, by link ascending.
std::vector<MaxMin::Use> usage(FlowSet const& flows);

struct CollectiveAtRates {
  struct Busy {
    topology::LinkIndex link = 0;
    double share = 0;  ///< of the time of the fullest
  };
  workloads::CollectiveTime alone;  ///< the closed form
  double share = 1;                 ///< of the NIC's rate that the slowest flow gets
  double time_s = 0;
  std::vector<Busy> busiest;  ///< links between domains, the fullest first; a handful
};

class CollectiveRates {
 public:
  explicit CollectiveRates(topology::Routes const& routes) : routes_(routes) {}

  /// Throws InputError where `bytes` are negative or no number, ranks are not of the fabric, or nothing joins two of them.
  CollectiveAtRates time(workloads::Interconnect const& links, workloads::Op op, double bytes, Ranks ranks);
  /// Placements whose flows were laid out, the others were remembered.
  std::size_t laid_out() const { return known_.size(); }

 private:
  struct Pace {
    double s_per_byte = 0;  ///< time of the fullest link, of each byte of the collective
    std::vector<CollectiveAtRates::Busy> busiest;
  };
  Pace const& pace(workloads::Op op, workloads::Algorithm algorithm, Ranks ranks);

  topology::Routes const& routes_;
  std::map<std::tuple<workloads::Op, workloads::Algorithm, std::vector<std::uint32_t>>, Pace> known_;
};

/// Ranks as the closed form counts them: domains of their mean size, rounded up.
workloads::Group group(topology::Routes const& routes, Ranks ranks);

}  // namespace ondol::sim
