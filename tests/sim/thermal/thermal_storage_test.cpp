#include "sim/thermal/thermal_storage.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace ondol::sim {
namespace {

constexpr double water_j_per_m3_k = 998.0 * 4186.0;

TankParams tank(int layers = 10) {
  TankParams p;
  p.volume_m3 = 100.0;
  p.layers = layers;
  return p;
}

/// Explicit steps; returns the heat that flow and surroundings brought [J].
double run(StratifiedTank const& tank, std::vector<double>& t, double flow, double entering_k, double seconds,
           double step_s = 1.0) {
  std::vector<double> slope(t.size());
  double heat = 0;
  for (double done = 0; done < seconds; done += step_s) {
    heat +=
        step_s * (tank.slopes(t, flow, entering_k, slope) + std::abs(flow) * (entering_k - StratifiedTank::leaving_k(t, flow)));
    for (std::size_t i = 0; i < t.size(); ++i) t[i] += step_s * slope[i];
  }
  return heat;
}

TEST(StratifiedTank, KeepsEveryJoule) {
  auto params = tank();
  params.heat_loss_w_per_k = 500.0;
  StratifiedTank const store(params, water_j_per_m3_k);
  std::vector<double> t = {291.0, 290.5, 290.0, 288.0, 286.0, 284.0, 282.0, 281.0, 280.5, 280.0};
  for (double flow : {3e5, -3e5, 0.0}) {
    double const before = std::accumulate(t.begin(), t.end(), 0.0);
    double const heat = run(store, t, flow, flow > 0.0 ? 280.0 : 292.0, 1200.0);
    double const stored = store.layer_j_per_k() * (std::accumulate(t.begin(), t.end(), 0.0) - before);
    EXPECT_NEAR(stored, heat, 1e-9 * std::abs(heat)) << flow;
  }
}

// A row of stirred layers answers a step of the inlet with a gamma distribution: after one volume's flow the last
// of n layers has gone from 0 to 1 - sum_{i<n} exp(-n) n^i/i!.
TEST(StratifiedTank, SmearsTheThermoclineAsARowOfStirredLayersDoes) {
  for (int layers : {1, 5, 20}) {
    StratifiedTank const store(tank(layers), water_j_per_m3_k);
    std::vector<double> t(layers, 280.0);
    double const flow = 5e5, one_volume_s = 100.0 * water_j_per_m3_k / flow;
    run(store, t, -flow, 290.0, one_volume_s, 0.05);  // discharging: warm water from the top
    double term = std::exp(-layers), left = 0;
    for (int i = 0; i < layers; ++i) left += term, term *= static_cast<double>(layers) / (i + 1);
    EXPECT_NEAR((t.back() - 280.0) / 10.0, 1.0 - left, 0.01) << layers;
  }
}

TEST(StratifiedTank, GivesSevenTenthsOfTheVolumeBeforeItWarms) {
  StratifiedTank const store(tank(20), water_j_per_m3_k);
  std::vector<double> t(20, 280.0);
  double const flow = 5e5;
  run(store, t, -flow, 290.0, 0.7 * 100.0 * water_j_per_m3_k / flow);
  EXPECT_LT(StratifiedTank::leaving_k(t, -flow), 281.0);  // within a tenth of the span
  EXPECT_GT(t.front(), 289.9);
}

TEST(StratifiedTank, StandingWaterConductsSlowlyAndAnInversionOverturns) {
  StratifiedTank const store(tank(), water_j_per_m3_k);
  std::vector<double> layered(10, 280.0), inverted(10, 290.0);
  for (int i = 0; i < 5; ++i) layered[i] = 290.0, inverted[i] = 280.0;
  run(store, layered, 0.0, 285.0, 3600.0);
  EXPECT_GT(layered[4] - layered[5], 9.8);
  run(store, inverted, 0.0, 285.0, 6.0 * 3600.0);
  EXPECT_LT(inverted[9] - inverted[0], 1.0);
}

TEST(StratifiedTank, LosesHeatToItsSurroundings) {
  auto params = tank(1);
  params.heat_loss_w_per_k = 1000.0;
  params.ambient_k = 300.0;
  StratifiedTank const store(params, water_j_per_m3_k);
  std::vector<double> t = {280.0};
  double const seconds = 2.0 * 86400.0;
  run(store, t, 0.0, 285.0, seconds, 10.0);
  EXPECT_NEAR(t[0], 300.0 - 20.0 * std::exp(-1000.0 * seconds / (100.0 * water_j_per_m3_k)), 1e-3);
}

TEST(StratifiedTank, RefusesAnEmptyOne) {
  EXPECT_THROW(StratifiedTank(TankParams{}, water_j_per_m3_k), std::invalid_argument);
}

}  // namespace
}  // namespace ondol::sim
