#include "workloads/training/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

namespace ondol::workloads {

std::vector<double> stage_layers(int layers, int stages) {
  int const most = (layers + stages - 1) / stages;
  std::vector<double> all(static_cast<std::size_t>(stages), most);
  int missing = most * stages - layers;
  for (std::size_t first = 0, last = all.size() - 1; missing > 0; --missing)
    all[missing % 2 == (most * stages - layers) % 2 ? last-- : first++] -= 1;
  return all;
}

PipelineTime pipeline_time(std::vector<double> const& stages, double micro_batches, double interleave) {
  double const slowest = *std::max_element(stages.begin(), stages.end());
  double const sum = std::accumulate(stages.begin(), stages.end(), 0.0);
  return {micro_batches * slowest + (sum - slowest) / interleave, micro_batches * sum / static_cast<double>(stages.size())};
}

double warm_up(double stages, double interleave, double micro_batches) {
  double const ramp = interleave > 1 ? 2 * (stages - 1) + (interleave - 1) * stages : stages - 1;
  return std::min(ramp, interleave * micro_batches);
}

double expected_maximum(double n) {
  if (n <= 1) return 0;
  if (n < 3) return 1 / std::sqrt(std::numbers::pi);
  double const a = std::sqrt(2 * std::log(n));
  constexpr double euler = std::numbers::egamma;
  return a - (std::log(std::log(n)) + std::log(4 * std::numbers::pi)) / (2 * a) + euler / a;
}

}  // namespace ondol::workloads
