#include "workloads/collectives/collective.hpp"

#include <algorithm>

namespace ondol::workloads {
namespace {

/// Bus bandwidth over algorithm bandwidth, as NCCL's tests count [nccl_tables].
double bus_factor(Op op, double ranks) {
  switch (op) {
    case Op::all_reduce:
      return 2 * (ranks - 1) / ranks;
    case Op::reduce_scatter:
    case Op::all_gather:
    case Op::all_to_all:
      return (ranks - 1) / ranks;
    case Op::broadcast:
    case Op::send_recv:
      break;
  }
  return 1;
}

}  // namespace

double CollectiveTime::bus_bandwidth(Op op, double bytes, int ranks) const {
  return time_s > 0 ? bytes * bus_factor(op, ranks) / time_s : 0;
}

CollectiveTime collective_time(Interconnect const& links, Op op, double bytes, Group const& group) {
  CollectiveTime t;
  if (group.ranks <= 1 || bytes <= 0) return t;
  auto const rate = [bytes](LinkLevel const& l) { return l.efficiency * l.bytes_per_s * bytes / (bytes + l.half_bytes); };
  bool const inside = group.ranks <= group.per_domain;
  double const sent = bytes * bus_factor(op, group.ranks);
  if (inside || links.scaleout.bytes_per_s <= 0) {
    t.scaleup_bytes = sent;
    t.time_s = sent / rate(links.scaleup);
  } else {
    // Hierarchical: each NIC carries its share of what leaves the domain.
    double const domains = static_cast<double>(group.ranks) / group.per_domain;
    t.scaleout_bytes = bytes * bus_factor(op, domains) / group.per_domain;
    t.scaleup_bytes = group.per_domain > 1 ? bytes * bus_factor(op, group.per_domain) : 0;
    t.scaleout_s = t.scaleout_bytes * group.sisters / (links.scaleout.efficiency * links.scaleout.bytes_per_s);
    t.time_s = std::max(t.scaleout_s, t.scaleup_bytes > 0 ? t.scaleup_bytes / rate(links.scaleup) : 0.0);
  }
  return t;
}

}  // namespace ondol::workloads
