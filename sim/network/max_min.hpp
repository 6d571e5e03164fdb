#pragma once
/// Max-min fair rates of flows over links of given capacity, by progressive filling [bertsekas1992datanetworks, 6.5.2].
/// A change re-solves only the flows that it touches: those joined to it through shared links.

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace ondol::sim {

class MaxMin {
 public:
  using Flow = std::uint32_t;
  using Link = std::uint32_t;

  explicit MaxMin(std::vector<double> capacity);
  ~MaxMin();

  /// `weight`: alike flows bundled into one, which takes so many shares; `limit`: most that one of them takes.
  Flow add(std::span<Link const> links, double weight, double limit);
  void remove(Flow flow);
  void set_capacity(Link link, double capacity);

  /// Rates after all changes since the last call; returns the flows whose component was solved again, ascending.
  std::vector<Flow> const& solve();
  double rate(Flow flow) const;  ///< of one of the bundle's flows
  double load(Link link) const;  ///< sum over its flows

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace ondol::sim
