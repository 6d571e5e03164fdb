#include "sim/network/collective_flows.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "scenarios/base/error.hpp"

namespace ondol::sim {
namespace {

using topology::Routes;
using workloads::Algorithm;
using workloads::Op;
using Rank = std::uint32_t;
using Domain = std::vector<Rank>;

/// Larger all-to-alls are sent to some distances only: half a second and 100 MB.
constexpr std::size_t most_pairs = std::size_t{1} << 20;

/// Adds flows on their routes.
class Sender {
 public:
  explicit Sender(Routes const& routes) : routes_(routes) {}

  /// Into how many flows the bytes of a pair part: one for each NIC of an accelerator, and for each connection of a NIC where
  /// the fabric has ways for them.
  void count_flows(std::vector<Domain> const& domains) {
    constexpr std::uint64_t most = 16;
    std::vector<topology::LinkIndex> last;
    Rank const from = domains[0][0];
    for (nics_ = 0; nics_ < most; ++nics_) {
      way(from, domains[1][0], nics_);
      if (way_.empty() || std::find(last.begin(), last.end(), way_.back()) != last.end()) break;
      last.push_back(way_.back());
    }
    nics_ = std::max<std::uint64_t>(1, nics_);
    flows_of_pair_ = nics_;
    for (std::size_t d = 1; d < domains.size() && flows_of_pair_ == nics_; ++d) {
      way(from, domains[d][0], 0);
      auto const first = way_;
      way(from, domains[d][0], nics_);
      if (way_ != first) flows_of_pair_ = nics_ * connections;
    }
  }
  void one_connection() { flows_of_pair_ = nics_; }
  std::size_t flows_of_pair() const { return flows_of_pair_; }

  void between(Rank from, Rank to, double bytes) {
    for (std::uint64_t flow = 0; flow < flows_of_pair_; ++flow) {
      way(from, to, flow);
      flows_.add(way_, bytes / static_cast<double>(flows_of_pair_));
    }
  }
  void within(Rank from, Rank to, double bytes) {
    way(from, to, 0);
    flows_.add(way_, bytes);
  }
  bool direct(Rank from, Rank to) {
    way(from, to, 0);
    return way_.size() == 1;
  }

  /// An edge of the algorithm: rank i of g sends the part from i/g to (i+1)/g, rank j of h gets that from j/h to (j+1)/h.
  void edge(Domain const& from, Domain const& to, double bytes) {
    std::size_t const g = from.size(), h = to.size();
    for (std::size_t i = 0, j = 0, at = 0; at < g * h;) {
      std::size_t const end = std::min((i + 1) * h, (j + 1) * g);
      between(from[i], to[j], bytes * static_cast<double>(end - at) / static_cast<double>(g * h));
      if (end == (i + 1) * h) ++i;
      if (end == (j + 1) * g) ++j;
      at = end;
    }
  }

  FlowSet take() { return std::move(flows_); }

 private:
  void way(Rank from, Rank to, std::uint64_t flow) {
    way_.clear();
    if (!routes_.route(from, to, flow, way_))
      throw InputError("no way is left from accelerator " + routes_.name(from) + " to " + routes_.name(to));
  }

  Routes const& routes_;
  std::uint64_t nics_ = 1, flows_of_pair_ = 1;
  std::vector<topology::LinkIndex> way_;
  FlowSet flows_;
};

/// Parent of place p > 0 of a binary tree over 0 .. k-1: counted in order, odd places are its leaves and the root 0 stands
/// above.
std::size_t parent(std::size_t p, std::size_t k) {
  std::size_t const step = p & (~p + 1), above = (p ^ step) | 2 * step;
  return above < k ? above : p ^ step;
}

void send_in_trees(Sender& sender, std::vector<Domain> const& domains, double bytes) {
  std::size_t const k = domains.size();
  // The second tree puts leaves where the first has inner nodes: from the other end, or one place on where k is odd.
  auto const second = [k](std::size_t p) { return k % 2 == 0 ? k - 1 - p : (p + 1) % k; };
  for (int tree = 0; tree < 2; ++tree)
    for (std::size_t p = 1; p < k; ++p) {
      auto const& low = domains[tree == 0 ? p : second(p)];
      auto const& high = domains[tree == 0 ? parent(p, k) : second(parent(p, k))];
      sender.edge(low, high, bytes / 2);
      sender.edge(high, low, bytes / 2);
    }
}

void send_by_doubling(Sender& sender, std::vector<Domain> const& domains, double bytes) {
  std::size_t const k = domains.size();
  for (std::size_t step = 1; step < k; step *= 2)
    for (std::size_t d = 0; d < k; ++d)
      sender.edge(domains[d], domains[(d + step) % k],
                  bytes * static_cast<double>(std::min(step, k - step)) / static_cast<double>(k));
}

/// A flow of an all-to-all: between the places of two ranks.
struct Pair {
  std::uint32_t from, to;
  double bytes;
};

/// Makes what place i sends, and what it gets, `wanted[i]`: rows and columns scaled in turn [sinkhorn1967].
void balance(std::vector<Pair>& pairs, std::vector<double> const& wanted) {
  constexpr int most_rounds = 1000;
  std::vector<double> sum(wanted.size());
  for (int round = 0; round < most_rounds; ++round) {
    double error = 0;
    for (auto end : {&Pair::from, &Pair::to}) {
      std::fill(sum.begin(), sum.end(), 0.0);
      for (auto const& p : pairs) sum[p.*end] += p.bytes;
      for (std::size_t i = 0; i < sum.size(); ++i) error = std::max(error, std::abs(sum[i] / wanted[i] - 1));
      for (auto& p : pairs) p.bytes *= wanted[p.*end] / sum[p.*end];
    }
    if (error < 1e-13) return;
  }
}

void send_to_all(Sender& sender, std::vector<Domain> const& domains, double bytes) {
  sender.one_connection();  // there are peers enough
  Domain place;
  std::vector<std::size_t> domain;
  std::size_t largest = 0;
  for (std::size_t d = 0; d < domains.size(); ++d) {
    place.insert(place.end(), domains[d].begin(), domains[d].end());
    domain.resize(place.size(), d);
    largest = std::max(largest, domains[d].size());
  }
  std::size_t const n = place.size();
  double const each = bytes / static_cast<double>(n);
  std::size_t const shifts = n >= 2 * largest ? n - 2 * largest + 1 : 0;  // from `largest` on all lead to another domain
  std::size_t const kept = std::max<std::size_t>(8, most_pairs / (n * sender.flows_of_pair()));
  if (kept >= n || shifts <= kept) {
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        if (domain[i] != domain[j]) sender.between(place[i], place[j], each);
    return;
  }
  std::vector<double> wanted(n);
  bool even = true;
  for (std::size_t i = 0; i < n; ++i) {
    wanted[i] = each * static_cast<double>(n - domains[domain[i]].size());
    even = even && wanted[i] == wanted[0];
  }
  std::vector<Pair> pairs;
  for (std::size_t m = 0; m < kept; ++m) {
    // Spread over all distances, at uneven steps so that no rail or leaf is met again and again.
    double const where =
        (static_cast<double>(m) + std::fmod(0.6180339887 * static_cast<double>(m), 1.0)) / static_cast<double>(kept);
    std::size_t const shift = largest + static_cast<std::size_t>(where * static_cast<double>(shifts));
    for (std::size_t i = 0; i < n; ++i)
      pairs.push_back(
          {static_cast<std::uint32_t>(i), static_cast<std::uint32_t>((i + shift) % n), wanted[i] / static_cast<double>(kept)});
  }
  if (!even) balance(pairs, wanted);
  for (auto const& p : pairs) sender.between(place[p.from], place[p.to], p.bytes);
}

/// What a rank sends within its domain of `g` ranks.
double within_bytes(Op op, Algorithm algorithm, double bytes, double n, double g) {
  if (op == Op::all_to_all) return bytes * (g - 1) / n;
  if (algorithm == Algorithm::nvls || algorithm == Algorithm::nvls_tree || algorithm == Algorithm::collnet ||
      op == Op::broadcast)
    return bytes;
  return bytes * workloads::bus_factor(op, algorithm == Algorithm::tree ? g : n);
}

}  // namespace

std::vector<Domain> by_domain(Routes const& routes, Ranks ranks) {
  std::vector<Domain> domains;
  std::map<Rank, std::size_t> number;
  std::vector<bool> taken(routes.accelerators());
  for (Rank rank : ranks) {
    if (rank >= taken.size())
      throw InputError("accelerator " + std::to_string(rank + std::size_t{1}) + " of a fabric of " +
                       std::to_string(taken.size()));
    if (taken[rank]) throw InputError("two ranks on accelerator " + routes.name(rank));
    taken[rank] = true;
    auto const [it, added] = number.emplace(routes.domain_of(rank), domains.size());
    if (added) domains.emplace_back();
    domains[it->second].push_back(rank);
  }
  return domains;
}

FlowSet flows_between_domains(Routes const& routes, Op op, Algorithm algorithm, double bytes, Ranks ranks) {
  Sender sender(routes);
  auto const domains = by_domain(routes, ranks);
  std::size_t const k = domains.size();
  if (k < 2 || !(bytes > 0)) return {};
  sender.count_flows(domains);
  auto const n = static_cast<double>(ranks.size());
  switch (op) {
    case Op::all_to_all:
      send_to_all(sender, domains, bytes);
      break;
    case Op::send_recv:
      sender.between(domains.front().front(), domains.back().back(), bytes);
      break;
    case Op::broadcast:
      for (std::size_t d = 0; d + 1 < k; ++d) sender.edge(domains[d], domains[d + 1], bytes);
      break;
    case Op::all_reduce:
      if (algorithm == Algorithm::tree || algorithm == Algorithm::nvls_tree) {
        send_in_trees(sender, domains, bytes);
        break;
      }
      [[fallthrough]];
    case Op::reduce_scatter:
    case Op::all_gather:
      if (algorithm == Algorithm::tree) {
        send_by_doubling(sender, domains, bytes);
        break;
      }
      double const around = algorithm == Algorithm::collnet ? bytes : bytes * workloads::bus_factor(op, n);
      for (std::size_t d = 0; d < k; ++d) sender.edge(domains[d], domains[(d + 1) % k], around);
      break;
  }
  return sender.take();
}

FlowSet flows_within_domains(Routes const& routes, Op op, Algorithm algorithm, double bytes, Ranks ranks) {
  Sender sender(routes);
  auto const domains = by_domain(routes, ranks);
  if (!(bytes > 0)) return {};
  auto const n = static_cast<double>(ranks.size());
  if (op == Op::send_recv) {
    if (domains.size() == 1 && ranks.size() > 1) sender.within(ranks.front(), ranks.back(), bytes);
    return sender.take();
  }
  for (auto const& domain : domains) {
    std::size_t const g = domain.size();
    if (g < 2) continue;
    double const sent = within_bytes(op, algorithm, bytes, n, static_cast<double>(g));
    bool const to_all = op == Op::all_to_all || sender.direct(domain[0], domain[1]);
    std::size_t const senders = op == Op::broadcast && !to_all ? g - 1 : g;  // a chain has an end
    for (std::size_t i = 0; i < senders; ++i)
      for (std::size_t step = 1; step < (to_all ? g : 2); ++step)
        sender.within(domain[i], domain[(i + step) % g], to_all ? sent / static_cast<double>(g - 1) : sent);
  }
  return sender.take();
}

FlowSet collective_flows(Routes const& routes, Op op, Algorithm algorithm, double bytes, Ranks ranks) {
  FlowSet all = flows_between_domains(routes, op, algorithm, bytes, ranks);
  FlowSet const within = flows_within_domains(routes, op, algorithm, bytes, ranks);
  for (std::size_t i = 0; i < within.size(); ++i) all.add(within.route(i), within.bytes[i]);
  return all;
}

}  // namespace ondol::sim
