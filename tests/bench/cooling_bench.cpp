// Three plants and five halls, as the flagship has them: what a call of 5 minutes costs in a year of weather, and what a minute
// costs when every hall changes its load.  Target: a year of 5-minute steps in less than a fifth of a minute.

#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

#include "scenarios/base/random.hpp"
#include "tests/sim/thermal/reference_plant.hpp"

namespace ondol::sim {
namespace {

CoolingSystem flagship(CoolingOptions::Control control) {
  using namespace test;
  std::vector<HallParams> halls(5);
  for (auto& hall : halls) hall.air = crahs(0, 16);
  halls[0].liquid = cdus(1);
  halls[1].liquid = cdus(2);
  halls[4].liquid = cdus(2, 2);
  return CoolingSystem({chilled_plant(), warm_plant(), warm_plant()}, std::move(halls), {5e-3, 600.0, control});
}

/// Dry bulb of day and year at a continental site.
WeatherSample weather(double t_s) {
  double const year = 2.0 * 3.14159265358979 / 31557600.0, day = 2.0 * 3.14159265358979 / 86400.0;
  return test::air(12.0 - 14.0 * std::cos(year * t_s) - 4.0 * std::cos(day * t_s), 0.65);
}

/// `change` of each load at each call, in steps of `dt` seconds.
void advance(benchmark::State& state, CoolingOptions::Control control, double dt_s, double change) {
  auto system = flagship(control);
  RandomStream random(3, "bench");
  std::vector<double> air(5, 1.5e6), liquid{15e6, 12e6, 0.0, 0.0, 2e6};
  double t_s = 0;
  system.initialise(air, liquid, weather(0.0));
  long stages = 0;
  for (auto _ : state) {
    auto a = air, l = liquid;
    for (auto& w : a) w *= 1.0 + change * random.uniform(-1.0, 1.0);
    for (auto& w : l) w *= 1.0 + change * random.uniform(-1.0, 1.0);
    stages += system.advance(dt_s, a, l, weather(t_s), weather(t_s + dt_s)).stages;
    t_s += dt_s;
  }
  state.counters["evaluations"] = benchmark::Counter(static_cast<double>(stages), benchmark::Counter::kAvgIterations);
}

BENCHMARK_CAPTURE(advance, year_of_5_minutes, CoolingOptions::Control::ideal, 300.0, 0.0)
    ->Iterations(105120)
    ->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(advance, changing_5_minutes, CoolingOptions::Control::ideal, 300.0, 0.02)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(advance, changing_minutes, CoolingOptions::Control::ideal, 60.0, 0.02)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(advance, changing_minutes_pi, CoolingOptions::Control::pi, 60.0, 0.02)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace ondol::sim
