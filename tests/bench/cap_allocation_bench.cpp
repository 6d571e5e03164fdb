// Power budgets of all racks on two sides of busways under shared UPS and one utility, two of three limits in force.
// Target: 386 racks in < 1 ms, 5,000 racks in < 20 ms.

#include <benchmark/benchmark.h>

#include <random>

#include "sim/control/cap_allocation.hpp"

namespace ondol::sim {
namespace {

CapProblem hall(std::uint32_t racks) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::uint32_t const busways = racks / 16 + 1, ups = 12;
  CapProblem p;
  p.headroom_w.assign(2 * busways + ups + 1, 0);
  for (std::uint32_t i = 0; i < racks; ++i) {
    double const demand_w = 40e3 + 90e3 * uniform(random);
    p.racks.push_back(
        {demand_w, 0.3 * demand_w, 72, static_cast<int>(i % 4), static_cast<std::uint32_t>(p.shares.size()), 3 + ups});
    p.shares.push_back({i % busways, 0.5});
    p.shares.push_back({busways + i % busways, 0.5});
    for (std::uint32_t k = 0; k < ups; ++k) p.shares.push_back({2 * busways + k, 1.0 / ups});
    p.shares.push_back({2 * busways + ups, 1.06});
    for (std::uint32_t k = 0; k < p.racks.back().shares; ++k) {
      auto const& s = p.shares[p.racks.back().first_share + k];
      p.headroom_w[s.limit] += 0.8 * s.share * demand_w;
    }
  }
  return p;
}

void allocate(benchmark::State& state) {
  auto const p = hall(static_cast<std::uint32_t>(state.range(0)));
  for (auto _ : state) benchmark::DoNotOptimize(allocate_caps(p));
}
BENCHMARK(allocate)->Arg(386)->Arg(5000)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace ondol::sim
