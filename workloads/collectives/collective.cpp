#include "workloads/collectives/collective.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace ondol::workloads {
namespace {

double ramped(double bytes, double ramp, double rate) {
  return (bytes + std::sqrt(ramp * bytes)) / rate;
}

struct Level {
  double latency_s = 0, wire_s = 0;
  Algorithm algorithm = Algorithm::ring;
  double time() const { return latency_s + wire_s; }
};

/// `n` ranks of one domain, each with `wire` bytes to send.
Level on_curve(ScaleUpLinks const& l, LinkCurve const& c, double n, double wire) {
  double const link = l.peer_bytes_per_s > 0 ? std::min(l.bytes_per_s, l.peer_bytes_per_s * (n - 1)) : l.bytes_per_s;
  double const quick_latency = c.quick_base_s + c.quick_step_s * (n - 1),
               quick = quick_latency + wire / (c.quick_efficiency * link);
  double const rate = c.efficiency * link;
  double const fixed = c.bulk_base_s + c.bulk_step_s * (n - 1), copy = wire / (rate * (1 - c.own_share / n));
  double const bulk = std::hypot(fixed, copy) + std::sqrt(c.ramp_bytes * wire) / rate;
  Level r;
  if (quick <= bulk) {
    r.latency_s = quick_latency;
    r.wire_s = quick - quick_latency;
  } else {
    r.latency_s = std::min(fixed, bulk - wire / rate);
    r.wire_s = bulk - r.latency_s;
  }
  r.algorithm = l.peer_bytes_per_s > 0 ? Algorithm::direct : Algorithm::ring;
  return r;
}

LinkCurve const& curve(ScaleUpLinks const& l, Op op) {
  switch (op) {
    case Op::all_reduce:
      return l.all_reduce;
    case Op::reduce_scatter:
      return l.reduce_scatter;
    case Op::all_gather:
    case Op::broadcast:
      return l.all_gather;
    case Op::all_to_all:
    case Op::send_recv:
      break;
  }
  return l.all_to_all;
}

Level in_domain(ScaleUpLinks const& l, Op op, double bytes, int ranks) {
  if (ranks <= 1) return {};
  Level best = on_curve(l, curve(l, op), ranks, bytes * bus_factor(op, ranks));
  if (op == Op::all_to_all || op == Op::send_recv) best.algorithm = Algorithm::direct;
  if (op == Op::all_reduce && l.nvls_ranks > 0 && ranks >= l.nvls_ranks) {
    double const wire = ramped(bytes, l.nvls.ramp_bytes, l.nvls.efficiency * l.bytes_per_s);
    if (l.nvls.bulk_base_s + wire < best.time()) best = {l.nvls.bulk_base_s, wire, Algorithm::nvls};
  }
  return best;
}

/// What the busiest of k domains sends of an all-reduced buffer in a double binary tree, each tree with half of it: up once and
/// down twice as an inner node of one, up once as a leaf of the other; with three domains the roots have nothing above them.
double sent_in_trees(double k) {
  return k <= 2 ? 1 : k <= 3 ? 1.5 : 2;
}

/// One way to do it over domains; the levels run in parallel.
struct Way {
  double latency_s = 0;
  Level in;
  double out_s = 0, out_bytes = 0;
  Algorithm algorithm = Algorithm::ring;
  double time() const { return latency_s + std::max(in.time(), out_s); }
};

}  // namespace

std::string_view to_string(Op op) {
  return op_names[static_cast<int>(op)];
}

std::string_view to_string(Algorithm a) {
  static constexpr std::string_view names[] = {"ring", "tree", "nvls", "nvls-tree", "in-network", "direct"};
  return names[static_cast<int>(a)];
}

std::optional<Op> op_named(std::string_view name) {
  for (std::size_t i = 0; i < std::size(op_names); ++i)
    if (op_names[i] == name) return static_cast<Op>(i);
  return std::nullopt;
}

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

double CollectiveTime::bus_bandwidth(Op op, double bytes, int ranks) const {
  return time_s > 0 ? bytes * bus_factor(op, ranks) / time_s : 0;
}

double CollectiveTime::time_at_share(double share) const {
  if (scaleout_s <= 0 || share >= 1) return time_s;
  return time_s - std::max(scaleup_s, scaleout_s) + std::max(scaleup_s, scaleout_s / share);
}

CollectiveTime collective_time(Interconnect const& links, Op op, double bytes, Group const& group) {
  CollectiveTime t;
  if (!(bytes >= 0) || std::isinf(bytes)) throw std::invalid_argument("a collective of no countable number of bytes");
  if (group.ranks <= 1 || bytes == 0) return t;
  int const g = std::clamp(group.per_domain, 1, group.ranks);
  auto const& out = links.scaleout;
  if (g > 1 && links.scaleup.bytes_per_s <= 0) throw std::invalid_argument("ranks of one domain that no link joins");
  if (g >= group.ranks) {
    auto const level = in_domain(links.scaleup, op, bytes, group.ranks);
    t.time_s = level.time();
    t.latency_s = level.latency_s;
    t.scaleup_s = level.wire_s;
    t.algorithm = level.algorithm;
    t.scaleup_bytes = level.algorithm == Algorithm::nvls ? bytes : bytes * bus_factor(op, group.ranks);
    return t;
  }
  if (out.bytes_per_s <= 0 || out.efficiency <= 0) throw std::invalid_argument("ranks of several domains that no link joins");

  double const n = group.ranks, k = std::ceil(n / g);
  double const rate = out.efficiency * out.bytes_per_s;
  double const level_s = out.hop_latency_s + out.chunk_latency_s * bytes / (bytes + out.chunk_bytes);
  Way best;
  double best_time = std::numeric_limits<double>::infinity();
  auto const offer = [&](Algorithm algorithm, double latency_s, Level const& in, double out_bytes, double out_rate) {
    Way const w{latency_s, in, ramped(out_bytes, out.ramp_bytes, out_rate), out_bytes, algorithm};
    if (w.time() < best_time) best = w, best_time = w.time();
  };
  auto const tree_of = [](Level const& in) { return in.algorithm == Algorithm::nvls ? Algorithm::nvls_tree : Algorithm::tree; };
  // A ring visits all ranks; between two NICs it passes the ranks of a domain.
  double const passes = op == Op::all_reduce ? 2 : 1;
  double const ring_s =
      out.base_latency_s + passes * ((k - 1) * out.ring_step_s + (n - k) * curve(links.scaleup, op).quick_step_s);
  auto const around = [&] {
    double const wire = op == Op::broadcast ? bytes : bytes * bus_factor(op, n);
    return g > 1 ? on_curve(links.scaleup, curve(links.scaleup, op), g, wire) : Level{};
  };
  switch (op) {
    case Op::all_reduce: {
      auto const in = in_domain(links.scaleup, op, bytes, g);
      offer(tree_of(in), out.base_latency_s + std::log2(k) * level_s, in, sent_in_trees(k) * bytes / g, rate);
      offer(Algorithm::ring, ring_s, around(), bytes * bus_factor(op, n) / g, rate);
      if (out.reduces) offer(Algorithm::collnet, out.base_latency_s + 2 * level_s, in, bytes / g, rate);
      break;
    }
    case Op::reduce_scatter:
    case Op::all_gather:
      offer(Algorithm::ring, ring_s, around(), bytes * bus_factor(op, n) / g, rate);
      // One rank a domain: the library has a tree of sends as well.
      if (g == 1) offer(Algorithm::tree, out.base_latency_s + std::log2(k) * level_s, {}, bytes * bus_factor(op, n), rate);
      break;
    case Op::broadcast:
      offer(Algorithm::ring, ring_s, around(), bytes / g, rate);
      break;
    case Op::all_to_all: {
      double const within = bytes * (g - 1) / n;
      auto const in = g > 1 ? on_curve(links.scaleup, links.scaleup.all_to_all, g, within) : Level{};
      offer(Algorithm::direct, out.base_latency_s + out.hop_latency_s + (n - g) * out.peer_step_s, in, bytes * (n - g) / n,
            out.all_to_all_efficiency * out.bytes_per_s);
      break;
    }
    case Op::send_recv:
      offer(Algorithm::direct, out.base_latency_s + out.hop_latency_s, {}, bytes, rate);
      break;
  }
  t.algorithm = best.algorithm;
  t.time_s = best_time;
  t.scaleup_s = best.in.time();
  t.scaleout_s = best.out_s;
  t.latency_s = best.latency_s;
  t.scaleout_bytes = best.out_bytes;
  if (g > 1)
    t.scaleup_bytes = op == Op::all_to_all                                                             ? bytes * (g - 1) / n
                      : best.algorithm == Algorithm::nvls_tree || best.algorithm == Algorithm::collnet ? bytes
                      : best.algorithm == Algorithm::ring ? bytes * bus_factor(op, n)
                                                          : bytes * bus_factor(op, g);
  return t;
}

}  // namespace ondol::workloads
