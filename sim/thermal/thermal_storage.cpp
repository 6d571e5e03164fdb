#include "sim/thermal/thermal_storage.hpp"

#include <cmath>
#include <numbers>
#include <stdexcept>

namespace ondol::sim {

namespace {

constexpr double still_water_w_per_m_k = 0.6;
constexpr double slenderness = 1.5;  // height over diameter, assumed
constexpr double overturning = 1e4;  // times the conduction, assumed

}  // namespace

StratifiedTank::StratifiedTank(TankParams const& p, double fluid_j_per_m3_k) : params_(p) {
  if (!(p.volume_m3 > 0.0) || p.layers < 1 || !(p.heat_loss_w_per_k >= 0.0))
    throw std::invalid_argument("tank: needs a volume, at least one layer and a heat loss that is not negative");
  layer_j_per_k_ = p.volume_m3 / p.layers * fluid_j_per_m3_k;
  double const width = std::cbrt(4.0 * p.volume_m3 / (std::numbers::pi * slenderness));
  double const area = std::numbers::pi / 4.0 * width * width, thickness = slenderness * width / p.layers;
  conduction_w_per_k_ = still_water_w_per_m_k * area / thickness;
}

double StratifiedTank::slopes(std::span<double const> t, double flow, double entering_k, std::span<double> slope) const {
  std::size_t const n = t.size();
  double gained_w = 0;
  for (std::size_t i = 0; i < n; ++i) {
    double const loss_w = params_.heat_loss_w_per_k / static_cast<double>(n) * (params_.ambient_k - t[i]);
    double const upstream = flow >= 0.0 ? (i + 1 < n ? t[i + 1] : entering_k) : (i > 0 ? t[i - 1] : entering_k);
    slope[i] = std::abs(flow) * (upstream - t[i]) + loss_w;
    gained_w += loss_w;
  }
  for (std::size_t i = 0; i + 1 < n; ++i) {
    double const down_w = conduction_w_per_k_ * (t[i] < t[i + 1] ? overturning : 1.0) * (t[i] - t[i + 1]);
    slope[i] -= down_w;
    slope[i + 1] += down_w;
  }
  for (double& s : slope) s /= layer_j_per_k_;
  return gained_w;
}

}  // namespace ondol::sim
