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

// 100 J from the meter, 10 J of which a battery keeps and 2 J it loses; then 20 J from a generator and 8 J from the battery,
// which loses 1 J more: 88 + 27 = 115 J at the equipment, 3 J lost, 2 J left in the battery.
TEST(Ledger, StoredEnergyIsNeitherOwnedNorMissing) {
  Ledger l;
  l.add_metered(100);
  l.add_stored(10);
  l.add(Owner::battery_loss, 2);
  l.add(Owner::host, 88);
  EXPECT_EQ(l.residual(), 0);
  l.add_generated(20);
  l.add_stored(-8);
  l.add(Owner::battery_loss, 1);
  l.add(Owner::host, 27);
  EXPECT_EQ(l.residual(), 0);
  EXPECT_DOUBLE_EQ(l.generated_j(), 20);
  EXPECT_DOUBLE_EQ(l.stored_j(), 2);
  EXPECT_DOUBLE_EQ(l.consumed_j(), 118);
  EXPECT_DOUBLE_EQ(l.pue_category3(), 118.0 / 115);
}

// An outage on batteries alone supplies nothing: the residual is then relative to what was consumed.
TEST(Ledger, BatteriesAloneCloseToo) {
  Ledger l;
  l.add_stored(-50);
  l.add(Owner::host, 48);
  EXPECT_DOUBLE_EQ(l.residual(), 2.0 / 48);
  l.add(Owner::battery_loss, 2);
  EXPECT_EQ(l.residual(), 0);
}

TEST(Ledger, EveryForgottenJouleShows) {
  Ledger l;
  l.add_metered(60);
  l.add_generated(40);
  l.add(Owner::host, 100);
  EXPECT_EQ(l.residual(), 0);
  l.add_stored(1);
  EXPECT_DOUBLE_EQ(l.residual(), -0.01);
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
