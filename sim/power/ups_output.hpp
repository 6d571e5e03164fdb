#pragma once
/// What UPS outputs deliver towards the IT equipment: the IT energy of category 1 of ISO/IEC 30134-2.           [iso30134-2]
///
/// From the loads up, each vertex hands the IT part of its input to its feeders, as they share its load; the part of a unit
/// that also carries fans or pumps is its output's part:  it_in = input x it_out / output.  At the first UPS on the way up the
/// IT part of its output counts, distribution losses below it included, and goes no further.  IT load that reaches the utility
/// or a generator without a UPS counts as it is at the input of its rack (category 2). Feeders that deliver nothing are taken
/// as dead.  Ignores: unequal sharing between live feeders. Page: docs/models/energy-ledger.md

#include <cstdint>
#include <span>
#include <vector>

#include "sim/power/power_tree_solver.hpp"

namespace ondol::sim {

class UpsOutput {
 public:
  /// Per vertex, in solving order: whether it is a UPS, and whether its own load is IT (a rack, switches of a fabric).
  UpsOutput(FeedOrder order, std::vector<std::uint8_t> is_ups, std::vector<std::uint8_t> is_it);

  /// IT part of the UPS outputs, given the solved tree.
  double it_w(std::span<double const> load_w, std::span<double const> output_w, std::span<double const> input_w);

 private:
  FeedOrder order_;
  std::vector<std::uint8_t> is_ups_, is_it_;
  std::vector<double> it_out_w_, bare_w_;  // IT part of the output; the same at the inputs of the racks
};

}  // namespace ondol::sim
