#include "sim/thermal/board_spread.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "scenarios/base/random.hpp"

namespace ondol::sim {

double draw_weights(BoardSpread const& spread, std::uint64_t seed, std::string_view node, std::span<double> weights) {
  std::fill(weights.begin(), weights.end(), 1.0);
  if (weights.size() < 2 || (spread.resistance == 0 && spread.power == 0)) return 1.0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    RandomStream random(seed, std::string(node) + "/" + std::to_string(i));
    double const resistance = std::clamp(random.normal(), -3.0, 3.0), power = std::clamp(random.normal(), -3.0, 3.0);
    weights[i] = spread.resistance * resistance + spread.power * power;
  }
  double const n = static_cast<double>(weights.size());
  double const mean = std::accumulate(weights.begin(), weights.end(), 0.0) / n, wider = std::sqrt(n / (n - 1));
  for (double& w : weights) w = 1 + (w - mean) * wider;
  return *std::max_element(weights.begin(), weights.end());
}

}  // namespace ondol::sim
