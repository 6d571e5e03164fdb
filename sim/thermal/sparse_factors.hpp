#pragma once
/// LU factors of a small sparse matrix of fixed pattern, without pivoting.
///
/// Made for M = I - g A where A moves heat between capacities: its columns, weighted by the capacities, are diagonally dominant
/// for every g >= 0, so elimination in the given order is stable [golub2013, section 4.1.1].  The pattern of the factors and
/// the list of operations are found once; a factorisation of 100 loop cells takes a few microseconds.

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace ondol::sim {

class SparseFactors {
 public:
  using Place = std::pair<std::size_t, std::size_t>;  ///< row, column
  SparseFactors() = default;
  /// The diagonal need not be named.
  SparseFactors(std::size_t size, std::span<Place const> entries);

  /// The unit matrix.
  void reset();
  void add(std::size_t row, std::size_t column, double value) { values_[place_[row * size_ + column]] += value; }
  void factor();
  /// Replaces b by the solution.
  void solve(std::span<double> b) const;

 private:
  struct Step {  ///< row -= factor x pivot row
    std::uint32_t factor, pivot, begin, end;
  };
  struct Term {
    std::uint32_t position, index;
  };
  std::size_t size_ = 0;
  std::vector<std::uint32_t> place_;  ///< dense map to positions in values_
  std::vector<double> values_;
  std::vector<Step> steps_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> updates_;  ///< target, source
  std::vector<std::uint32_t> diagonal_, lower_end_, upper_end_;
  std::vector<Term> lower_, upper_;
};

}  // namespace ondol::sim
