#include "sim/engine/cooling_history.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace ondol::sim {
namespace {

constexpr double june_30_23h = 1782828000.0;  // 2026-06-30T23:00+09:00

CoolingSample sample(double begin_s, double span_s, double wet_begin_k, double wet_end_k) {
  CoolingSample s;
  s.begin_unix_s = june_30_23h + begin_s;
  s.span_s = span_s;
  s.it_w = 100;
  s.consumed_w = 120;
  s.owner_w[static_cast<std::size_t>(Owner::chillers)] = 8;
  s.water_kg = span_s * 2e-5;
  s.evaporated_kg = 0.8 * s.water_kg;
  s.wet_bulb_begin_k = wet_begin_k;
  s.wet_bulb_end_k = wet_end_k;
  s.dry_bulb_begin_k = s.dry_bulb_end_k = 300;
  return s;
}

TEST(CoolingHistory, CutsAnIntervalAtTheMonthOfTheSite) {
  CoolingHistory history(9 * 3600.0);
  // Four hours, the first of them in June; the wet bulb rises from 290 to 294 K.
  history.add(sample(0, 4 * 3600.0, 290, 294));
  ASSERT_EQ(history.months().size(), 2U);
  auto const& june = history.months()[0];
  auto const& july = history.months()[1];
  EXPECT_EQ(june.month, 6);
  EXPECT_EQ(july.month, 7);
  EXPECT_NEAR(june.sums.span_s, 3600.0, 1e-9);
  EXPECT_NEAR(june.sums.it_j, 100 * 3600.0, 1e-6);
  EXPECT_NEAR(june.sums.wet_bulb_k(), 290.5, 1e-9);
  EXPECT_NEAR(july.sums.wet_bulb_k(), 292.5, 1e-9);
  EXPECT_NEAR(july.sums.owner_j[static_cast<std::size_t>(Owner::chillers)], 8 * 3 * 3600.0, 1e-6);
  EXPECT_NEAR(july.sums.pue(), 1.2, 1e-12);
  EXPECT_NEAR(july.sums.wue_kg_per_j(), 2e-5 / 100, 1e-18);
}

TEST(CoolingHistory, SumsDoNotDependOnHowTheTimeIsCut) {
  CoolingHistory whole(9 * 3600.0), cut(9 * 3600.0);
  whole.add(sample(0, 7200, 290, 296));
  double at = 0, wet = 290;
  for (double const span : {100.0, 1111.0, 2389.0, 1800.0, 1799.5, 0.5}) {
    double const next = wet + 6.0 * span / 7200;
    cut.add(sample(at, span, wet, next));
    at += span;
    wet = next;
  }
  ASSERT_EQ(whole.months().size(), cut.months().size());
  for (std::size_t m = 0; m < whole.months().size(); ++m) {
    auto const &a = whole.months()[m].sums, &b = cut.months()[m].sums;
    EXPECT_NEAR(a.consumed_j, b.consumed_j, 1e-6);
    EXPECT_NEAR(a.water_kg, b.water_kg, 1e-12);
    EXPECT_NEAR(a.wet_bulb_k(), b.wet_bulb_k(), 1e-9);
  }
  EXPECT_NEAR(whole.hottest_by_wet_bulb().sums.wet_bulb_k(), cut.hottest_by_wet_bulb().sums.wet_bulb_k(), 1e-9);
  EXPECT_EQ(whole.hottest_by_wet_bulb().begin_unix_s, june_30_23h + 3600);
}

TEST(CoolingHistory, FindsTheHottestHours) {
  CoolingHistory history(9 * 3600.0);
  double const wet[] = {290, 295, 297, 295, 297, 291};
  for (int h = 0; h < 6; ++h) {
    auto s = sample(3600.0 * h, 3600, wet[h], wet[h]);
    s.dry_bulb_begin_k = s.dry_bulb_end_k = h == 4 ? 308 : 303;
    if (h == 2) s.consumed_w = 140, s.limited_nodes = 3, s.nodes = 12, s.supply_excess_k = 2.5;
    history.add(s);
  }
  auto const hour = history.hottest_by_wet_bulb();
  EXPECT_EQ(hour.begin_unix_s, june_30_23h + 2 * 3600);  // of equal ones the first
  EXPECT_NEAR(hour.sums.pue(), 1.4, 1e-12);
  EXPECT_NEAR(hour.sums.limited_node_s / hour.sums.node_s, 0.25, 1e-12);
  EXPECT_EQ(hour.sums.supply_excess_k, 2.5);
  EXPECT_EQ(history.hottest_by_dry_bulb().begin_unix_s, june_30_23h + 4 * 3600);
}

TEST(CoolingHistory, TakesAPartWhereThereIsNoWholeHour) {
  CoolingHistory history(9 * 3600.0);
  history.add(sample(600, 1200, 290, 290));
  EXPECT_NEAR(history.hottest_by_wet_bulb().sums.span_s, 1200, 1e-9);
  // A whole hour beats a warmer part.
  history.add(sample(1800, 5400, 288, 288));
  history.add(sample(7200, 60, 299, 299));
  EXPECT_NEAR(history.hottest_by_wet_bulb().sums.wet_bulb_k(), 288, 1e-9);
}

TEST(CoolingHistory, CountsHoursWithoutCompressors) {
  CoolingHistory history(0);
  auto s = sample(0, 7200, 280, 280);
  s.chillers = 1.5;
  s.with_chillers = 0.75;
  s.reused_w = 20;
  history.add(s);
  EXPECT_NEAR(history.all().chiller_s, 1.5 * 7200, 1e-9);
  EXPECT_NEAR(history.all().free_s, 0.25 * 7200, 1e-9);
  EXPECT_NEAR(history.all().ere(), 1.0, 1e-12);  // (120 - 20)/100
}

}  // namespace
}  // namespace ondol::sim
