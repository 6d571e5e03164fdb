#pragma once
/// Maximum flow on small capacitated networks, by Boost's push-relabel [cherkassky1997].
/// Capacities are whole numbers (watts, byte/s), so that the algorithm ends and results are exact.

#include <cstddef>
#include <cstdint>
#include <memory>

namespace ondol::topology {

class FlowNetwork {
 public:
  using Index = std::uint32_t;

  explicit FlowNetwork(std::size_t vertices);
  ~FlowNetwork();
  FlowNetwork(FlowNetwork const&) = delete;
  FlowNetwork& operator=(FlowNetwork const&) = delete;

  Index add_vertex();
  /// Number of the edge, for `set_capacity`.
  std::size_t add_edge(Index from, Index to, double capacity, double capacity_back = 0.0);
  void set_capacity(std::size_t edge, double capacity);
  double capacity(std::size_t edge) const;

  double max_flow(Index source, Index sink);
  /// What the edge carried in the last `max_flow`.
  double flow(std::size_t edge) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ondol::topology
