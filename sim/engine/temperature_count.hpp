#pragma once
/// Temperatures of many accelerators, counted in bins so that their distribution costs one look at each.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace ondol::sim {

class TemperatureCount {
 public:
  static constexpr double lowest_k = 233.15, width_k = 0.25;

  void clear() {
    bins_.fill(0);
    total_ = 0;
  }
  void add(double k) {
    double const at = std::clamp((k - lowest_k) * (1.0 / width_k), 0.0, static_cast<double>(bins_.size() - 1));
    ++bins_[static_cast<std::size_t>(at)];
    ++total_;
  }
  /// Temperature that a share of them does not exceed, linear within a bin; NaN of none.
  double quantile_k(double share) const {
    double left = share * static_cast<double>(total_);
    for (std::size_t i = 0; i < bins_.size(); ++i) {
      double const here = bins_[i];
      if (here > 0 && left <= here) return lowest_k + width_k * (static_cast<double>(i) + left / here);
      left -= here;
    }
    return std::numeric_limits<double>::quiet_NaN();
  }

 private:
  std::array<std::uint32_t, 800> bins_{};  ///< to 160 degC
  std::uint64_t total_ = 0;
};

}  // namespace ondol::sim
