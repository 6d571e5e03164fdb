#include "topology/build/fabrics/reach.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "topology/build/fabrics/nic_choice.hpp"

namespace ondol::topology {
namespace {

using Index = std::uint32_t;

/// Nodes that are alike.
struct Group {
  std::vector<Index> nodes;
  std::vector<Index> speakers;  ///< accelerators of the first node that stand for all of it
  std::size_t sender = 0;       ///< group of senders that the nodes are in
};

class Inquiry {
 public:
  Inquiry(FabricShape const& shape, SwitchNetwork const& network)
      : shape_(shape), network_(network), choice_(shape, network), first_nic_(shape.node_count() + 1, 0) {
    for (auto const& nic : network.nics()) ++first_nic_[nic.node + 1];
    for (std::size_t n = 1; n < first_nic_.size(); ++n) first_nic_[n] += first_nic_[n - 1];
    // Static ways follow from the receiver's number: no two receivers are alike, nor two accelerators of one.
    bool const each_alone = network.damaged() && shape.routing == FabricShape::Routing::fixed;
    std::map<std::vector<Index>, std::size_t> known;
    for (Index n = 0; n < shape.node_count(); ++n) {
      auto const [it, fresh] = known.emplace(likeness(n), senders_.size());
      if (fresh) senders_.push_back({{}, speakers(n, false), senders_.size()});
      senders_[it->second].nodes.push_back(n);
      if (each_alone) receivers_.push_back({{n}, speakers(n, true), it->second});
    }
    if (!each_alone) receivers_ = senders_;
  }

  Reach answer() {
    bool const each = network_.damaged() || shape_.levels < 2;  // rails of one level meet on the nodes only
    std::vector<char> joined(senders_.size() * receivers_.size(), 1);
    for (std::size_t a = 0; a < (each ? senders_.size() : std::min<std::size_t>(1, senders_.size())); ++a)
      for (std::size_t b = 0; b < receivers_.size(); ++b)
        if (!ways(senders_[a], receivers_[b])) joined[a * receivers_.size() + b] = 0;
    if (each) find_cut_off(joined);
    return std::move(reach_);
  }

 private:
  Index first_accelerator(Index node) const {
    auto b = choice_.blocks().size() - 1;
    while (choice_.blocks()[b].first_node > node) --b;
    auto const& block = choice_.blocks()[b];
    return block.first_accelerator + (node - block.first_node) * block.per_node;
  }

  /// Switches and failures of the node's NICs; where one of its domain has failed, of the whole domain's.
  std::vector<Index> likeness(Index node) const {
    std::vector<Index> key;
    bool hurt = false;
    auto const put = [&](Index n) {
      for (Index i = first_nic_[n]; i < first_nic_[n + 1]; ++i) {
        key.push_back(2 * network_.nics()[i].at + (network_.nics()[i].failed ? 1 : 0));
        hurt = hurt || network_.nics()[i].failed;
      }
    };
    put(node);
    if (!network_.damaged()) return key;
    Index const first = choice_.domain_of(first_accelerator(node));
    auto const& block = choice_.block(first);
    Index const from = choice_.node_of(first), to = choice_.node_of(first + block.domain - 1);
    auto const own = key.size();
    for (Index n = from; n <= to; ++n)
      if (n != node) put(n);
    if (!hurt) key.resize(own);
    if (hurt) key.push_back(node - from);
    return key;
  }

  /// Accelerators of a node: all, or one for each switch of a NIC and each whose NICs have failed.
  std::vector<Index> speakers(Index node, bool each) const {
    Index const first = first_accelerator(node);
    auto const& block = choice_.block(first);
    std::vector<Index> all;
    std::set<Index> switches;
    for (Index a = first; a < first + block.per_node; ++a) {
      Index const begin = first_nic_[node] + (a - first) * block.nics / block.per_node;
      bool fresh = each;
      for (Index i = begin; i < begin + std::max<Index>(1, block.nics / block.per_node); ++i)
        fresh = switches.insert(network_.nics()[i].at).second || network_.nics()[i].failed || fresh;
      if (fresh) all.push_back(a);
    }
    return all;
  }

  /// Switch of its first NIC.
  Index unit(Index node) const { return network_.nics()[first_nic_[node]].at; }

  /// Whether all accelerators of a node of `a` have a way to all of a node of `b`, for each of the NICs that flows take.
  bool ways(Group const& a, Group const& b) {
    Index const from = a.nodes.front(), domain = choice_.domain_of(first_accelerator(from));
    auto const to = std::find_if(b.nodes.begin(), b.nodes.end(),
                                 [&](Index n) { return n != from && choice_.domain_of(first_accelerator(n)) != domain; });
    if (to == b.nodes.end()) return true;  // only itself, or over the scale-up fabric
    auto const other = *to == b.nodes.front() ? std::vector<Index>{} : speakers(*to, false);
    asked_.clear();
    for (Index i : a.speakers)
      for (Index j : other.empty() ? b.speakers : other) {
        auto const& block = choice_.block(j);
        for (std::uint64_t flow = 0; flow < std::max<Index>(1, block.nics / block.per_node); ++flow) {
          auto const pair = choice_.between(i, j, flow);
          if (!pair) return false;
          auto const &sends = network_.nics()[pair->sender], &receives = network_.nics()[pair->receiver];
          std::pair const question{sends.at, pair->receiver};
          if (std::find(asked_.begin(), asked_.end(), question) != asked_.end()) continue;
          asked_.push_back(question);
          hops_.clear();
          Choice const choice(shape_.routing, std::uint64_t{i} << 32 | j, receives.number, flow);
          if (!network_.way(sends.at, receives.at, choice, hops_)) return false;
          int const met = static_cast<int>(hops_.size()) + 1;
          reach_.hops_farthest = std::max(reach_.hops_farthest, met);
          if (unit(from) == unit(*to)) reach_.hops_unit = std::max(reach_.hops_unit, met);
        }
      }
    return true;
  }

  void find_cut_off(std::vector<char> const& joined) {
    std::size_t const all = receivers_.size();
    auto const both = [&](std::size_t a, std::size_t b) {
      return joined[receivers_[a].sender * all + b] && joined[receivers_[b].sender * all + a];
    };
    std::vector<std::size_t> partners(all, 0);
    for (std::size_t a = 0; a < all; ++a)
      for (std::size_t b = 0; b < all; ++b)
        if (both(a, b)) partners[a] += receivers_[b].nodes.size();
    auto const best = std::max_element(partners.begin(), partners.end());
    auto const reference = static_cast<std::size_t>(best - partners.begin());
    for (std::size_t b = 0; b < all; ++b)
      if (!both(b, reference) || partners[b] < *best)
        reach_.cut_off.insert(reach_.cut_off.end(), receivers_[b].nodes.begin(), receivers_[b].nodes.end());
    std::sort(reach_.cut_off.begin(), reach_.cut_off.end());
  }

  FabricShape const& shape_;
  SwitchNetwork const& network_;
  NicChoice choice_;
  std::vector<Index> first_nic_;
  std::vector<Group> senders_, receivers_;
  std::vector<SwitchNetwork::Hop> hops_;
  std::vector<std::pair<Index, Index>> asked_;
  Reach reach_;
};

}  // namespace

Reach reach(FabricShape const& shape, SwitchNetwork const& network) {
  return Inquiry(shape, network).answer();
}

}  // namespace ondol::topology
