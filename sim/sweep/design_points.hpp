#pragma once
/// Points of sampled designs in the open unit cube, one row a sample, one column an axis.
///
/// Latin hypercube: each axis has one point in each of `samples` equal strata, in an order of its own. [mckay1979]
/// Sobol: the sequence with the direction numbers of Joe and Kuo [joe2008], scrambled as Owen does [owen1998]: digit by digit,
/// each flipped or not as a hash of the digits before it says.  Any block of 2^k points that starts at a multiple of 2^k keeps
/// one point in each of 2^k strata of every axis; means of smooth functions converge faster than with a mere shift.
/// Saltelli: A and B are the two halves of one Sobol sequence in 2 D dimensions; for each of N points the rows A, then A with
/// its j-th column from B for j = 1 ... D, then B: N (D + 2) rows in the order that first and total indices are computed from
/// [saltelli2010], as SALib's `sobol.analyze(..., calc_second_order=False)` takes them.
/// Each axis draws from streams named after it: another axis beside it moves no draw of a Latin hypercube.

#include <cstdint>
#include <string>
#include <vector>

namespace ondol::sim {

using DesignPoints = std::vector<std::vector<double>>;

DesignPoints latin_hypercube(std::vector<std::string> const& axes, std::uint32_t samples, std::uint64_t seed);
DesignPoints sobol_points(std::vector<std::string> const& axes, std::uint32_t samples, std::uint64_t seed);
DesignPoints saltelli_points(std::vector<std::string> const& axes, std::uint32_t samples, std::uint64_t seed);

}  // namespace ondol::sim
