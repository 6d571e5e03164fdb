#pragma once
/// Which nodes a job gets.  Whole nodes first, a run of neighbours where one is long enough (racks are neighbours, so a job
/// stays in few racks), the shortest such run, lowest index; without one, the longest runs.  What is left of a job after its
/// whole nodes, and jobs smaller than a node, go to the node with the fewest free accelerators that still fits (best fit
/// [johnson1974binpacking]).  Equal states give equal placements.
///
/// Free is not the same as placeable: eight free accelerators on eight nodes hold no eight-accelerator job.  `fits` knows;
/// schedulers ask it, never `free`.
/// Page: docs/models/scheduling.md

#include <cstdint>
#include <span>
#include <vector>

namespace ondol::workloads {

/// Accelerators of one node of the pool.
struct NodeShare {
  std::uint32_t node = 0;
  int accelerators = 0;
  bool operator==(NodeShare const&) const = default;
};

class PoolNodes {
 public:
  PoolNodes(int nodes, int accelerators_per_node);

  int free() const { return free_; }  ///< accelerators, in service
  int free(std::uint32_t node) const { return free_of_[node]; }
  int accelerators_per_node() const { return per_node_; }
  bool fits(int accelerators) const;
  /// Throws std::logic_error when it does not fit.
  std::vector<NodeShare> place(int accelerators);
  void take(std::span<NodeShare const> shares);
  void release(std::span<NodeShare const> shares);
  /// Takes an empty node out of service, or gives it back.  Throws std::logic_error when jobs hold it.
  void set_in_service(std::uint32_t node, bool in_service);

 private:
  void set_free(std::uint32_t node, int accelerators);
  std::uint64_t* level(int k) { return bits_.data() + static_cast<std::size_t>(k) * words_; }
  std::uint64_t const* level(int k) const { return bits_.data() + static_cast<std::size_t>(k) * words_; }
  void take_whole(int nodes, std::vector<NodeShare>& shares);

  int per_node_;
  std::size_t words_;
  int free_ = 0;
  std::vector<int> free_of_;         ///< by node; -1: out of service
  std::vector<int> count_;           ///< nodes with exactly k free
  std::vector<std::uint64_t> bits_;  ///< level k: set of nodes with exactly k free
};

}  // namespace ondol::workloads
