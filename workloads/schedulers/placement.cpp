#include "workloads/schedulers/placement.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace ondol::workloads {

PoolNodes::PoolNodes(int nodes, int accelerators_per_node)
    : per_node_(accelerators_per_node),
      words_((static_cast<std::size_t>(nodes) + 63) / 64),
      free_of_(static_cast<std::size_t>(nodes), -1),
      count_(static_cast<std::size_t>(accelerators_per_node) + 1, 0),
      bits_((static_cast<std::size_t>(accelerators_per_node) + 1) * words_, 0) {
  for (std::uint32_t n = 0; n < free_of_.size(); ++n) set_free(n, per_node_);
}

void PoolNodes::set_free(std::uint32_t node, int accelerators) {
  auto const word = node / 64;
  auto const bit = std::uint64_t{1} << (node % 64);
  if (int const old = free_of_[node]; old >= 0) {
    level(old)[word] &= ~bit;
    --count_[old];
    free_ -= old;
  }
  free_of_[node] = accelerators;
  if (accelerators >= 0) {
    level(accelerators)[word] |= bit;
    ++count_[accelerators];
    free_ += accelerators;
  }
}

bool PoolNodes::fits(int accelerators) const {
  int const whole = accelerators / per_node_, rest = accelerators % per_node_;
  if (accelerators > free_ || whole > count_[per_node_]) return false;
  if (rest == 0 || count_[per_node_] > whole) return true;
  for (int k = rest; k < per_node_; ++k)
    if (count_[k] > 0) return true;
  return false;
}

void PoolNodes::take_whole(int nodes, std::vector<NodeShare>& shares) {
  struct Run {
    std::uint32_t first;
    int length;
  };
  std::vector<Run> runs;
  auto const* const empty = level(per_node_);
  for (std::size_t word = 0; word < words_; ++word)
    for (auto rest = empty[word]; rest != 0; rest &= rest - 1) {
      auto const node = static_cast<std::uint32_t>(word * 64 + static_cast<std::size_t>(std::countr_zero(rest)));
      if (!runs.empty() && runs.back().first + static_cast<std::uint32_t>(runs.back().length) == node)
        ++runs.back().length;
      else
        runs.push_back({node, 1});
    }
  // The shortest run that is long enough, else the longest: fewest pieces, least broken-up remainder.
  while (nodes > 0) {
    auto const best = std::min_element(runs.begin(), runs.end(), [nodes](Run const& a, Run const& b) {
      bool const a_holds = a.length >= nodes, b_holds = b.length >= nodes;
      if (a_holds != b_holds) return a_holds;
      return a_holds ? a.length < b.length : a.length > b.length;
    });
    int const taken = std::min(nodes, best->length);
    for (int i = 0; i < taken; ++i) shares.push_back({best->first + static_cast<std::uint32_t>(i), per_node_});
    nodes -= taken;
    best->length = 0;
  }
}

std::vector<NodeShare> PoolNodes::place(int accelerators) {
  if (accelerators <= 0 || !fits(accelerators))
    throw std::logic_error("PoolNodes::place: the job does not fit; ask fits() first");
  int const whole = accelerators / per_node_, rest = accelerators % per_node_;
  std::vector<NodeShare> shares;
  if (whole > 0) {
    take_whole(whole, shares);
    take(shares);
  }
  for (int k = rest; rest > 0 && k <= per_node_; ++k) {
    if (count_[k] == 0) continue;
    auto const* const set = level(k);
    std::size_t word = 0;
    while (set[word] == 0) ++word;
    NodeShare const share{static_cast<std::uint32_t>(word * 64 + static_cast<std::size_t>(std::countr_zero(set[word]))), rest};
    take({&share, 1});
    shares.push_back(share);
    break;
  }
  return shares;
}

void PoolNodes::take(std::span<NodeShare const> shares) {
  for (auto const& s : shares) {
    if (free_of_[s.node] < s.accelerators) throw std::logic_error("PoolNodes::take: more than the node has free");
    set_free(s.node, free_of_[s.node] - s.accelerators);
  }
}

void PoolNodes::release(std::span<NodeShare const> shares) {
  for (auto const& s : shares) {
    if (free_of_[s.node] < 0 || free_of_[s.node] + s.accelerators > per_node_)
      throw std::logic_error("PoolNodes::release: more than the node lent");
    set_free(s.node, free_of_[s.node] + s.accelerators);
  }
}

void PoolNodes::set_in_service(std::uint32_t node, bool in_service) {
  bool const is = free_of_[node] >= 0;
  if (is == in_service) return;
  if (is && free_of_[node] != per_node_) throw std::logic_error("PoolNodes::set_in_service: jobs hold the node");
  set_free(node, in_service ? per_node_ : -1);
}

}  // namespace ondol::workloads
