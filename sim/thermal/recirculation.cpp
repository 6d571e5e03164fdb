#include "sim/thermal/recirculation.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

namespace ondol::sim {

Recirculation::Recirculation(std::vector<std::vector<double>> const& shares) : rows_(shares.size()), gain_(rows_ * rows_) {
  std::size_t const n = rows_;
  for (auto const& row : shares) {
    if (row.size() != n) throw std::invalid_argument("recirculation: the matrix must have as many columns as rows");
    if (std::any_of(row.begin(), row.end(), [](double m) { return !(m >= 0.0); }))
      throw std::invalid_argument("recirculation: a share of air is at least 0");
    if (!(std::accumulate(row.begin(), row.end(), 0.0) < 1.0))
      throw std::invalid_argument("recirculation: shares of a row's inlet air must sum to less than 1");
  }
  // Gauss-Jordan without pivots: I - M has a dominant diagonal.
  std::vector<double> a(n * n);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      a[i * n + j] = (i == j ? 1.0 : 0.0) - shares[i][j];
      gain_[i * n + j] = shares[i][j];
    }
  for (std::size_t k = 0; k < n; ++k) {
    double const inverse = 1.0 / a[k * n + k];
    for (std::size_t j = 0; j < n; ++j) {
      a[k * n + j] *= inverse;
      gain_[k * n + j] *= inverse;
    }
    for (std::size_t i = 0; i < n; ++i) {
      double const factor = a[i * n + k];
      if (i == k || factor == 0) continue;
      for (std::size_t j = 0; j < n; ++j) {
        a[i * n + j] -= factor * a[k * n + j];
        gain_[i * n + j] -= factor * gain_[k * n + j];
      }
    }
  }
}

double Recirculation::inlet_rise_k(std::size_t row, std::span<double const> rise_k) const {
  return std::inner_product(rise_k.begin(), rise_k.end(), gain_.begin() + static_cast<std::ptrdiff_t>(row * rows_), 0.0);
}

double Recirculation::largest_gain() const {
  double largest = 0;
  for (std::size_t i = 0; i < rows_; ++i) {
    auto const row = gain_.begin() + static_cast<std::ptrdiff_t>(i * rows_);
    largest = std::max(largest, std::accumulate(row, row + static_cast<std::ptrdiff_t>(rows_), 0.0));
  }
  return largest;
}

}  // namespace ondol::sim
