#pragma once
/// Air that returns from the exhausts of rows of racks to their inlets, by a matrix of shares [tang2006]:
///
///   T_in,i = (1 - sum_j M_ij) T_supply + sum_j M_ij T_ex,j,   T_ex,j = T_in,j + dT_j,   dT_j = Q_j/(rho cp V_j)
///
/// M_ij: share of the inlet air of row i that left row j.  A mixing balance, so with K = (I - M)^-1 M
///
///   T_in = T_supply + K dT
///
/// K is found once; it has no negative entry, so that no inlet is colder than the supply.  Valid for M >= 0 with row sums
/// below 1. A matrix with the share r on its diagonal is rack_air.hpp's recirculation for each row.  Ignores: buoyancy that
/// changes M with the flows, differences within a row.   Page: docs/models/rack-air.md

#include <cstddef>
#include <span>
#include <vector>

namespace ondol::sim {

class Recirculation {
 public:
  /// None: no air returns.  Throws std::invalid_argument where M is not square, has an entry below 0 or a row sum of 1 or more.
  Recirculation() = default;
  explicit Recirculation(std::vector<std::vector<double>> const& shares);

  std::size_t rows() const { return rows_; }
  /// Rise of the inlet of a row above the supply, from the rises of all rows' air through their racks [K].
  double inlet_rise_k(std::size_t row, std::span<double const> rise_k) const;
  /// Of the row that gets most back: inlet rise with the same rise in all rows, over that rise.
  double largest_gain() const;

 private:
  std::size_t rows_ = 0;
  std::vector<double> gain_;  ///< K, row by row
};

}  // namespace ondol::sim
