#pragma once
/// How boards of one kind differ: each accelerator's temperature over its coolant is the node's mean times a weight of its own.
///
///   w_i = 1 + (d_i - mean of d over the node) sqrt(n/(n - 1)),   d_i = s_R z_i + s_P z'_i
///
/// s_R, s_P standard deviations of thermal resistance and power, z, z' standard normal, cut at 3; n accelerators of the node,
/// the root so that the spread of all boards is that declared.  Exact for a linear network whose resistances carry the
/// spread and whose time constants do not: temperatures over the coolant then scale.  The weights of a node have mean 1, so
/// its energy is that of its mean board.
/// Valid: s below about 0.2 (weights stay positive).  Ignores: how nodes differ from each other beyond that, boards that
/// differ in speed, and that a board at its power limit draws no more than another.   Page: docs/models/junction.md

#include <cstdint>
#include <span>
#include <string_view>

namespace ondol::sim {

struct BoardSpread {
  double resistance = 0, power = 0;  ///< standard deviations, shares
};

/// Fills the weights of one node's accelerators; each draws from its own stream of `seed`, named after `node` and its number.
/// Returns the largest.
double draw_weights(BoardSpread const& spread, std::uint64_t seed, std::string_view node, std::span<double> weights);

}  // namespace ondol::sim
