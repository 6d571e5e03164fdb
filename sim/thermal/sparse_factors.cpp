#include "sim/thermal/sparse_factors.hpp"

#include <algorithm>

namespace ondol::sim {

SparseFactors::SparseFactors(std::size_t size, std::span<Place const> entries) : size_(size) {
  std::vector<char> filled(size * size, 0);
  for (std::size_t i = 0; i < size; ++i) filled[i * size + i] = 1;
  for (auto const& [row, column] : entries) filled[row * size + column] = 1;
  for (std::size_t k = 0; k < size; ++k)
    for (std::size_t i = k + 1; i < size; ++i)
      if (filled[i * size + k])
        for (std::size_t j = k + 1; j < size; ++j) filled[i * size + j] |= filled[k * size + j];
  place_.assign(size * size, 0);
  std::uint32_t count = 0;
  for (std::size_t e = 0; e < filled.size(); ++e)
    if (filled[e]) place_[e] = count++;
  values_.resize(count);
  auto const at = [&](std::size_t i, std::size_t j) { return place_[i * size + j]; };
  for (std::size_t k = 0; k < size; ++k)
    for (std::size_t i = k + 1; i < size; ++i) {
      if (!filled[i * size + k]) continue;
      Step step{at(i, k), at(k, k), static_cast<std::uint32_t>(updates_.size()), 0};
      for (std::size_t j = k + 1; j < size; ++j)
        if (filled[k * size + j]) updates_.emplace_back(at(i, j), at(k, j));
      step.end = static_cast<std::uint32_t>(updates_.size());
      steps_.push_back(step);
    }
  for (std::size_t i = 0; i < size; ++i) {
    diagonal_.push_back(at(i, i));
    for (std::size_t j = 0; j < size; ++j)
      if (j != i && filled[i * size + j]) (j < i ? lower_ : upper_).push_back({at(i, j), static_cast<std::uint32_t>(j)});
    lower_end_.push_back(static_cast<std::uint32_t>(lower_.size()));
    upper_end_.push_back(static_cast<std::uint32_t>(upper_.size()));
  }
}

void SparseFactors::reset() {
  std::fill(values_.begin(), values_.end(), 0.0);
  for (auto const d : diagonal_) values_[d] = 1.0;
}

void SparseFactors::factor() {
  for (auto const& step : steps_) {
    double const factor = values_[step.factor] / values_[step.pivot];
    values_[step.factor] = factor;
    if (factor == 0.0) continue;
    for (std::uint32_t u = step.begin; u < step.end; ++u) values_[updates_[u].first] -= factor * values_[updates_[u].second];
  }
}

void SparseFactors::solve(std::span<double> b) const {
  std::uint32_t term = 0;
  for (std::size_t i = 0; i < size_; ++i)
    for (; term < lower_end_[i]; ++term) b[i] -= values_[lower_[term].position] * b[lower_[term].index];
  for (std::size_t i = size_; i-- > 0;) {
    for (std::uint32_t t = i > 0 ? upper_end_[i - 1] : 0; t < upper_end_[i]; ++t)
      b[i] -= values_[upper_[t].position] * b[upper_[t].index];
    b[i] /= values_[diagonal_[i]];
  }
}

}  // namespace ondol::sim
