#include "sim/power/supply_bank.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace ondol::sim {

SupplyBank::SupplyBank(LossCurve curve, int units, StagingParams const& staging)
    : curve_(std::move(curve)), units_(units), staging_(staging) {
  if (units <= 0) throw std::invalid_argument("staging: at least one unit is needed");
  if (!(staging.rated_w > 0)) throw std::invalid_argument("staging: the rating must be positive");
  if (staging.spare < 0 || staging.spare >= units) throw std::invalid_argument("staging: spare units must be fewer than all");
  if (staging.standby_w < 0) throw std::invalid_argument("staging: standby power must not be negative");
}

void SupplyBank::losses_w(std::span<double const> output_w, std::span<double> loss_w) const {
  std::size_t const n = output_w.size();
  if (units_ <= 0) return std::fill(loss_w.begin(), loss_w.end(), 0.0);
  if (staging_.rated_w > 0) {
    for (std::size_t i = 0; i < n; ++i) loss_w[i] = this->loss_w(output_w[i]);
    return;
  }
  double const units = units_;
  for (std::size_t i = 0; i < n; ++i) loss_w[i] = output_w[i] / units;
  curve_.losses_w(loss_w, loss_w);
  for (std::size_t i = 0; i < n; ++i) loss_w[i] *= units;
}

int SupplyBank::active(double output_w) const {
  if (staging_.rated_w <= 0) return units_;
  int const bear = std::max(1, static_cast<int>(std::ceil(output_w / staging_.rated_w)));
  int best = std::min(units_, bear + staging_.spare);
  for (int n = best + 1; n <= units_; ++n)
    if (shared_loss_w(n, output_w) < shared_loss_w(best, output_w)) best = n;
  return best;
}

}  // namespace ondol::sim
