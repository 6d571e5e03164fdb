#include "sim/thermal/recirculation.hpp"

#include <gtest/gtest.h>

#include <random>
#include <stdexcept>

#include "sim/thermal/rack_air.hpp"

namespace ondol::sim {
namespace {

using Matrix = std::vector<std::vector<double>>;

TEST(Recirculation, OfARowAloneIsThatOfItsRacks) {
  Recirculation const air(Matrix{{0.1}});
  double const rise = rack_air_rise_k(40e3, 3.0, 1.2);
  EXPECT_NEAR(295.0 + air.inlet_rise_k(0, std::vector{rise}), rack_inlet_k(295.0, 0.1, 40e3, 3.0, 1.2), 1e-12);
}

// Row 2 breathes a fifth of row 1's exhaust, row 1 a tenth of its own: T1 = 0.9 x 20 + 0.1 (T1 + 9) -> 21; T2 = 0.8 x 20 + 0.2
// x 30 = 22.
TEST(Recirculation, TwoRowsByHand) {
  Recirculation const air(Matrix{{0.1, 0.0}, {0.2, 0.0}});
  std::vector<double> const rise{9.0, 15.0};
  EXPECT_NEAR(20 + air.inlet_rise_k(0, rise), 21, 1e-12);
  EXPECT_NEAR(20 + air.inlet_rise_k(1, rise), 22, 1e-12);
  EXPECT_NEAR(air.largest_gain(), 0.2 * (1 + 0.1 / 0.9), 1e-12);
}

TEST(Recirculation, BalancesTheAirOfEveryRow) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> u(0, 1);
  for (int n = 1; n < 12; ++n) {
    Matrix m(n, std::vector<double>(n));
    std::vector<double> rise(n);
    for (auto& row : m) {
      double sum = 0, keep = u(random);
      for (auto& x : row) sum += x = u(random);
      for (auto& x : row) x *= keep / sum;
    }
    for (auto& x : rise) x = 30 * u(random);
    Recirculation const air(m);
    for (int i = 0; i < n; ++i) {
      double share = 0, mixed = 0;
      for (int j = 0; j < n; ++j) {
        share += m[i][j];
        mixed += m[i][j] * (295 + air.inlet_rise_k(j, rise) + rise[j]);
      }
      EXPECT_NEAR(295 + air.inlet_rise_k(i, rise), (1 - share) * 295 + mixed, 1e-9);
      EXPECT_GE(air.inlet_rise_k(i, rise), 0);
    }
  }
}

TEST(Recirculation, RefusesWhatIsNoMixture) {
  EXPECT_THROW(Recirculation(Matrix{{0.5, 0.5}, {0.0, 0.1}}), std::invalid_argument);
  EXPECT_THROW(Recirculation(Matrix{{-0.1}}), std::invalid_argument);
  EXPECT_THROW(Recirculation(Matrix{{0.1, 0.1}}), std::invalid_argument);
}

}  // namespace
}  // namespace ondol::sim
