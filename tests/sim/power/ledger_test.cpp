#include "sim/power/ledger.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <set>

namespace ondol::sim {
namespace {

TEST(CompensatedSum, KeepsWhatPlainAdditionDrops) {
  CompensatedSum sum;
  for (double x : {1.0, 1e100, 1.0, -1e100}) sum.add(x);
  EXPECT_EQ(sum.value(), 2.0);
}

TEST(Ledger, OwnersHaveDistinctNames) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < owners; ++i) {
    EXPECT_FALSE(name(Owner(i)).empty());
    names.insert(name(Owner(i)));
  }
  EXPECT_EQ(names.size(), owners);
  EXPECT_EQ(name(Owner::site_base), "site_base");
  EXPECT_EQ(name(Owner::generator_loss), "generator_loss");
}

// 70 + 10 + 5 + 3 + 2 = 90 J at the equipment, + 1 J shelf, + 2 J UPS, + 6 J chillers, + 1 J site = 100 J.
TEST(Ledger, PueByHand) {
  Ledger l;
  l.add(Owner::accelerator, 70);
  l.add(Owner::host, 10);
  l.add(Owner::network, 5);
  l.add(Owner::fans, 3);
  l.add(Owner::psu_loss, 2);
  l.add(Owner::shelf_loss, 1);
  l.add(Owner::ups_loss, 2);
  l.add(Owner::chillers, 6);
  l.add(Owner::site_base, 1);
  l.add_metered(100);
  EXPECT_DOUBLE_EQ(l.it_category3_j(), 90);
  EXPECT_DOUBLE_EQ(l.it_category2_j(), 91);
  EXPECT_DOUBLE_EQ(l.pue_category3(), 100.0 / 90);
  EXPECT_DOUBLE_EQ(l.pue_category2(), 100.0 / 91);
  EXPECT_EQ(l.residual(), 0);
  l.add_metered(1);
  EXPECT_NEAR(l.residual(), 1.0 / 101, 1e-12);
}

TEST(Ledger, EmptyHasNoPue) {
  Ledger const l;
  EXPECT_EQ(l.residual(), 0);
  EXPECT_TRUE(std::isnan(l.pue_category2()));
}

TEST(Ledger, EnergyWithoutAMeterIsAResidual) {
  Ledger l;
  l.add(Owner::host, 5);
  EXPECT_DOUBLE_EQ(l.residual(), -1);
}

// A million steps of unequal size: the parts and the whole are added in different groupings and still agree to 1e-14.
TEST(Ledger, ResidualStaysSmallOverAMillionSteps) {
  Ledger l;
  std::mt19937 random{5};
  std::uniform_real_distribution<double> unit;
  for (int step = 0; step < 1'000'000; ++step) {
    double const dt = 60 * unit(random), a = 2e7 * unit(random), b = 1e3 * unit(random), c = 1e-2 * unit(random);
    l.add(Owner::accelerator, a * dt);
    l.add(Owner::fans, b * dt);
    l.add(Owner::site_base, c * dt);
    l.add_metered((a + b + c) * dt);
  }
  EXPECT_LT(std::abs(l.residual()), 1e-14);
}

}  // namespace
}  // namespace ondol::sim
