#include "kernels/meter/alias.hpp"

#include <array>
#include <cmath>
#include <utility>

namespace ondol::meter {
namespace {

/// The sensor's own period, where aliasing is worst, gets four phases; the others beat against it by themselves.
constexpr std::array<std::pair<double, int>, 4> plan{{{0.1, 4}, {0.06, 1}, {0.14, 1}, {0.23, 1}}};
constexpr double span_s = 1.4, margin_s = 5;

struct Level {
  double power_w = 0, awake = 0;
};

/// Mean power between two updates of the counter, with the load's share of time.
Level level(Bench const* bench, EnergyMeter& meter, Sampler& sampler, Clock& clock, double settle_s, double seconds,
            std::function<bool()> const& stop) {
  sampler.watch_until(clock.now_s() + settle_s, stop);
  Edge const a = meter.edge();
  sampler.watch_until(a.t_s + seconds, stop);
  Edge const b = meter.edge();
  auto const energy = energy_j(a, b);
  if (!energy) return {};
  return {*energy / (b.t_s - a.t_s), bench ? bench->between(a.t_s, b.t_s).awake : 0};
}

}  // namespace

AliasVerdict judge(std::vector<AliasPoint> const& points) {
  bool all_near = !points.empty(), one_far = false;
  for (AliasPoint const& p : points) {
    double const off = std::abs(p.ratio() - 1);
    all_near = all_near && off < 0.08;
    one_far = one_far || (std::abs(p.period_s - 0.1) < 0.01 && off > 0.15);
  }
  return all_near ? AliasVerdict::integral : one_far ? AliasVerdict::boxcar : AliasVerdict::unclear;
}

AliasTest test_aliasing(Bench& bench, EnergyMeter& meter, Sampler& sampler, Clock& clock, LoadSpec load, double scale,
                        std::function<bool()> const& stop) {
  AliasTest test;
  test.kernel = load.kernel;
  double const seconds = span_s * scale, bound_s = 2 * seconds + margin_s;
  load.period_s = 0;
  bench.start(load, bound_s);
  Level const high = level(&bench, meter, sampler, clock, 0.3, seconds, stop);
  bench.stop();
  Level const low = level(nullptr, meter, sampler, clock, 0.15, seconds, stop);
  test.high_w = high.power_w;
  test.low_w = low.power_w;
  for (auto const& [period_s, phases] : plan)
    for (int i = 0; i < phases && !stop() && high.awake > 0; ++i) {
      load.period_s = period_s;
      double const phase = static_cast<double>(i) / phases;
      Edge const edge = meter.edge();
      clock.sleep_until(edge.t_s + phase * period_s);
      bench.start(load, bound_s);
      Level const wave = level(&bench, meter, sampler, clock, 0.25, seconds, stop);
      bench.stop();
      if (wave.power_w <= 0) continue;
      double const duty = wave.awake / high.awake;
      test.points.push_back({period_s, phase, wave.power_w, low.power_w + duty * (high.power_w - low.power_w)});
    }
  test.verdict = judge(test.points);
  return test;
}

}  // namespace ondol::meter
