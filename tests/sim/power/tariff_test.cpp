#include "sim/power/tariff.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <numeric>
#include <stdexcept>

namespace ondol::sim {
namespace {

constexpr double per_kwh = 1 / 3.6e6;
constexpr std::int64_t kst = 9 * 3600;

/// Seconds since 1970 of a local date in Korea.
double korea(int year, unsigned month, unsigned day, double hour = 0) {
  using namespace std::chrono;
  auto const days = sys_days{std::chrono::year{year} / std::chrono::month{month} / std::chrono::day{day}};
  return double(days.time_since_epoch().count()) * 86400 + hour * 3600 - double(kst);
}

std::vector<int> hours(int from, int to) {
  std::vector<int> h(std::size_t(to - from));
  std::iota(h.begin(), h.end(), from);
  return h;
}

// Light 22-08 at 100 won/kWh, day 08-22 at 200 on weekdays and Saturday, Sunday daytime at 50; 7200 won/kW a month.
TariffParams simple() {
  auto night = hours(0, 8);
  night.insert(night.end(), {22, 23});
  return {
      .bands = {{.name = "light", .months = {}, .hours = night, .days = {}, .won_per_j = 100 * per_kwh},
                {.name = "day",
                 .months = {},
                 .hours = hours(8, 22),
                 .days = {DayType::weekday, DayType::saturday},
                 .won_per_j = 200 * per_kwh},
                {.name = "sunday", .months = {}, .hours = hours(8, 22), .days = {DayType::sunday}, .won_per_j = 50 * per_kwh}},
      .adder_won_per_j = 10 * per_kwh,
      .demand_won_per_w_month = 7.2,
      .tax = 0.1,
      .utc_offset_s = kst,
      .levy = 0,
      .hourly_won_per_j = {},
      .holidays = {},
      .ratchet = {},
      .power_factor = {}};
}

// Friday 2026-05-01 21:30 to 22:30 local at 10 kW: 5 kWh at 200 and 5 kWh at 100 won.
TEST(Tariff, SplitsAtTheHour) {
  EnergyBill e(simple(), {});
  e.add(korea(2026, 5, 1, 21.5), 3600, 10e3);
  Bill const b = e.bill();
  EXPECT_NEAR(b.energy_won, 5 * 200 + 5 * 100, 1e-6);
  EXPECT_NEAR(b.adder_won, 100, 1e-9);
  EXPECT_NEAR(b.energy_j, 3.6e7, 1e-3);
  EXPECT_NEAR(b.band_energy_j[0], 1.8e7, 1e-3);
}

// Whole week Monday 2026-05-04 .. Sunday 2026-05-10 at 1 kW:
//   light 7 x 10 kWh x 100 = 7000; day 6 x 14 x 200 = 16800; Sunday 14 x 50 = 700; adder 168 x 10 = 1680
//   demand 1 kW x 7200 x 7/31 = 1625.806; tax 10 %
TEST(Tariff, WeekByHand) {
  EnergyBill e(simple(), {.kg_per_j = 0.4173 * per_kwh, .hourly_kg_per_j = {}, .renewable_share = {}});
  e.add(korea(2026, 5, 4), 7 * 86400.0, 1000);
  Bill const b = e.bill();
  EXPECT_NEAR(b.energy_won, 24500, 1e-6);
  EXPECT_NEAR(b.adder_won, 1680, 1e-6);
  EXPECT_NEAR(b.demand_won, 7200 * 7 / 31.0, 1e-6);
  EXPECT_NEAR(b.tax_won, 0.1 * (24500 + 1680 + 7200 * 7 / 31.0), 1e-6);
  EXPECT_NEAR(b.total_won, 1.1 * (24500 + 1680 + 7200 * 7 / 31.0), 1e-6);
  EXPECT_NEAR(b.carbon_kg, 168 * 0.4173, 1e-9);
}

// Two hours around the end of Sunday 31 May 2026 local, at 2 kW then 3 kW from midnight.
TEST(Tariff, MonthsAreLocalAndPayTheirOwnDemand) {
  EnergyBill e(simple(), {});
  e.add(korea(2026, 5, 31, 23), 3600, 2000);
  e.add(korea(2026, 6, 1), 3600, 3000);
  Bill const b = e.bill();
  ASSERT_EQ(b.months.size(), 2u);
  EXPECT_EQ(b.months[0].month, 5);
  EXPECT_EQ(b.months[1].month, 6);
  EXPECT_DOUBLE_EQ(b.months[0].peak_w, 2000);
  EXPECT_DOUBLE_EQ(b.months[1].peak_w, 3000);
  EXPECT_DOUBLE_EQ(b.months[0].covered_s, 3600);
  EXPECT_DOUBLE_EQ(b.months[1].length_s, 30 * 86400.0);
  EXPECT_NEAR(b.demand_won, 2 * 7200 * 3600 / (31 * 86400.0) + 3 * 7200 * 3600 / (30 * 86400.0), 1e-9);
}

TEST(Tariff, DemandIsTheMeanOfFullFifteenMinutes) {
  EnergyBill e(simple(), {});
  double const t = korea(2026, 5, 4, 10);
  e.add(t, 60, 100e3);  // one minute at 100 kW in a window of 15: (100 + 14 x 1)/15 = 7.6 kW
  e.add(t + 60, 840, 1e3);
  e.add(t + 900, 900, 5e3);
  e.add(t + 1800, 30, 90e3);  // unfinished window: not yet a demand
  EXPECT_NEAR(e.bill().months[0].peak_w, 7600, 1e-9);
  EnergyBill brief(simple(), {});
  brief.add(t, 30, 90e3);
  EXPECT_NEAR(brief.bill().months[0].peak_w, 90e3, 1e-6) << "a run shorter than a window has only this";
}

// The bill does not depend on how the same power is cut into calls.
TEST(Tariff, CutsDoNotMatter) {
  EnergyBill whole(simple(), {.kg_per_j = 1e-7, .hourly_kg_per_j = {}, .renewable_share = {}}),
      cut(simple(), {.kg_per_j = 1e-7, .hourly_kg_per_j = {}, .renewable_share = {}});
  double const start = korea(2026, 12, 30, 5.3), length = 5 * 86400.0 + 1234.5;
  whole.add(start, length, 4321);
  double const step = 37.7;
  for (double t = 0; t < length; t += step) cut.add(start + t, std::min(step, length - t), 4321);
  Bill const a = whole.bill(), b = cut.bill();
  EXPECT_NEAR(b.total_won / a.total_won, 1, 1e-12);
  EXPECT_NEAR(b.energy_j / a.energy_j, 1, 1e-12);
  EXPECT_NEAR(b.carbon_kg / a.carbon_kg, 1, 1e-12);
  ASSERT_EQ(b.months.size(), 2u);
  EXPECT_EQ(b.months[1].year, 2027);
  EXPECT_NEAR(std::accumulate(a.band_energy_j.begin(), a.band_energy_j.end(), 0.0) / a.energy_j, 1, 1e-12);
}

/// A typical year whose value is the number of the hour.
HourlySeries numbered() {
  HourlySeries series;
  series.value.resize(8760);
  std::iota(series.value.begin(), series.value.end(), 0.0);
  series.typical_year = true;
  return series;
}

TEST(Tariff, CarbonByHourOfTheYearInUtc) {
  EnergyBill e(simple(), {.kg_per_j = 0, .hourly_kg_per_j = numbered(), .renewable_share = {}});
  // 1 January 2027 08:00 in Korea is 31 December 23:00 UTC: the last hour; an hour later the first.
  EXPECT_EQ(e.carbon_kg_per_j(korea(2027, 1, 1, 8)), 8759);
  EXPECT_EQ(e.carbon_kg_per_j(korea(2027, 1, 1, 9)), 0);
  EXPECT_EQ(e.carbon_kg_per_j(korea(2028, 3, 1, 9)), (31 + 28) * 24) << "leap year in a series without one";
  EXPECT_EQ(e.carbon_kg_per_j(korea(2028, 2, 29, 10)), (31 + 27) * 24 + 1) << "29 February reads the 28th";
  e.add(korea(2027, 1, 1, 9.5), 3600, 2.0);  // half an hour of hour 0, half of hour 1
  EXPECT_NEAR(e.bill().carbon_kg, 1800 * 2.0 * 1, 1e-9);
}

TEST(Tariff, PriceOfAnHour) {
  EnergyBill const e(simple(), {});
  EXPECT_NEAR(e.price_won_per_j(korea(2026, 5, 10, 12)) / per_kwh, 60, 1e-9);
  EXPECT_NEAR(e.price_won_per_j(korea(2026, 5, 9, 12)) / per_kwh, 210, 1e-9);
}

TEST(Tariff, SaturdayIsItsOwnDay) {
  auto t = simple();
  t.bands[1].days = {DayType::weekday};
  t.bands[2].days = {DayType::saturday, DayType::sunday};
  EnergyBill const e(t, {});
  for (auto const& [day, won] : {std::pair{8u, 210.0}, {9u, 60.0}, {10u, 60.0}, {11u, 210.0}})  // Friday to Monday
    EXPECT_NEAR(e.price_won_per_j(korea(2026, 5, day, 12)) / per_kwh, won, 1e-9) << day;
}

TEST(Tariff, RefusesGapsOverlapsAndDisorder) {
  auto gap = simple();
  gap.bands.pop_back();
  EXPECT_THROW(EnergyBill(gap, {}), std::invalid_argument);
  auto overlap = simple();
  overlap.bands[2].days = {};
  EXPECT_THROW(EnergyBill(overlap, {}), std::invalid_argument);
  auto brief = numbered();
  brief.value.resize(2);
  EXPECT_THROW(EnergyBill(simple(), {.kg_per_j = 0, .hourly_kg_per_j = brief, .renewable_share = {}}), std::invalid_argument);
  auto odd = simple();
  odd.utc_offset_s = 1000;
  EXPECT_THROW(EnergyBill(odd, {}), std::invalid_argument);
  EnergyBill e(simple(), {});
  e.add(korea(2026, 5, 2), 60, 1);
  EXPECT_THROW(e.add(korea(2026, 5, 1), 60, 1), std::invalid_argument);
}

// Children's Day, Tuesday 5 May 2026, noon: as a Sunday, and so are its demand and no other day.
TEST(Tariff, HolidaysCountAsSundays) {
  auto t = simple();
  t.holidays = {days_since_1970(2026, 5, 5)};
  EnergyBill e(t, {});
  EXPECT_NEAR(e.price_won_per_j(korea(2026, 5, 5, 12)) / per_kwh, 60, 1e-9);
  EXPECT_NEAR(e.price_won_per_j(korea(2026, 5, 6, 12)) / per_kwh, 210, 1e-9);
  e.add(korea(2026, 5, 5, 23.5), 9.5 * 3600, 1000);  // to 09:00 of Wednesday: 8.5 h light, 1 h day
  EXPECT_NEAR(e.bill().energy_won, 8.5 * 100 + 200, 1e-9);
}

// Three hours of a series at 90, 0 and -30 won/kWh from 10:00 of 1 May: half an hour at the first, then the others whole.
TEST(Tariff, HourlyPrices) {
  TariffParams t;
  t.utc_offset_s = kst;
  t.adder_won_per_j = 10 * per_kwh;
  t.hourly_won_per_j.value = {90 * per_kwh, 0, -30 * per_kwh};
  t.hourly_won_per_j.first_unix_s = std::int64_t(korea(2026, 5, 1, 10));
  EnergyBill e(t, {});
  e.add(korea(2026, 5, 1, 10.5), 2.5 * 3600, 2000);
  EXPECT_NEAR(e.bill().energy_won, 1 * 90 - 2 * 30, 1e-9);
  EXPECT_NEAR(e.bill().total_won, 30 + 5 * 10, 1e-9) << "5 kWh with an adder of 10 won";
  EXPECT_NEAR(e.price_won_per_j(korea(2026, 5, 1, 12.9)) / per_kwh, -20, 1e-9);
}

// A year from 1 January 2026: 2 kW in July, else 1 kW; 7200 won/kW a month.  Looking back at December-February and
// July-September: July to December pay for 2 kW, and so does all that follows within eleven months: 6 x 1 + 6 x 2 = 18.
TEST(Tariff, RatchetKeepsThePeaksOfItsMonths) {
  auto t = simple();
  t.ratchet = DemandRatchet{.months = {12, 1, 2, 7, 8, 9}, .share = 1, .contract_share = 0.3, .contract_w = 2000};
  auto const year = [&](TariffParams const& with, unsigned month) {
    EnergyBill e(with, {});
    for (unsigned m = 1; m <= 12; ++m) {
      double const end = m == 12 ? korea(2027, 1, 1) : korea(2026, m + 1, 1);
      e.add(korea(2026, m, 1), end - korea(2026, m, 1), m == month ? 2000 : 1000);
    }
    return e.bill();
  };
  EXPECT_NEAR(year(t, 7).demand_won, 18 * 7200, 1e-6);
  EXPECT_NEAR(year(t, 5).demand_won, 13 * 7200, 1e-6) << "May is not looked back at";
  t.ratchet->share = 0.8;
  EXPECT_NEAR(year(t, 7).demand_won, (6 + 2 + 5 * 1.6) * 7200, 1e-6);
  t.ratchet->past_peak_w = 3000;  // of the winter before: 2.4 kW for eleven months, then the own July's 1.6
  EXPECT_NEAR(year(t, 7).demand_won, (11 * 2.4 + 1.6) * 7200, 1e-6);
  t.ratchet->past_peak_w = 0;
  t.ratchet->contract_w = 10e3;
  EXPECT_NEAR(year(t, 7).demand_won, 12 * 3 * 7200, 1e-6) << "30 % of the contract power at least";
  EXPECT_EQ(year(simple(), 7).demand_won, 13 * 7200.0);
}

TEST(Tariff, LooksBackElevenMonthsAndNoFurther) {
  auto t = simple();
  t.ratchet = DemandRatchet{.months = {7}, .share = 1, .contract_share = 0, .contract_w = 0};
  EnergyBill e(t, {});
  e.add(korea(2026, 7, 1), 3600, 2000);
  e.add(korea(2027, 6, 1), 3600, 1000);
  e.add(korea(2027, 7, 1), 3600, 500);
  auto const months = e.bill().months;
  EXPECT_DOUBLE_EQ(months[1].charged_w, 2000);
  EXPECT_DOUBLE_EQ(months[2].charged_w, 500);
}

TEST(Tariff, PeakHasADate) {
  EnergyBill e(simple(), {});
  e.add(korea(2026, 5, 4, 10), 1800, 1e3);
  e.add(korea(2026, 5, 4, 10.5), 900, 5e3);
  e.add(korea(2026, 5, 4, 10.75), 900, 2e3);
  EXPECT_EQ(e.bill().months[0].peak_unix_s, korea(2026, 5, 4, 10.5));
}

// 1 kW for the whole of May: 7200 won.  At 0.95 of a basis of 0.90: 1 % less; above that no more; at 0.5 as at 0.6: 6 % more.
TEST(Tariff, PowerFactorMovesTheDemandCharge) {
  auto t = simple();
  for (auto const& [pf, won] : {std::pair{0.9, 0.0}, {0.95, -72.0}, {1.0, -72.0}, {0.85, 72.0}, {0.5, 432.0}}) {
    t.power_factor = PowerFactorClause{.basis = 0.9, .best = 0.95, .worst = 0.6, .rate = 0.2, .power_factor = pf};
    EnergyBill e(t, {});
    e.add(korea(2026, 5, 1), 31 * 86400.0, 1000);
    EXPECT_NEAR(e.bill().power_factor_won, won, 1e-9) << pf;
    EXPECT_NEAR(e.bill().total_won, 1.1 * (e.bill().energy_won + e.bill().adder_won + 7200 + won), 1e-6) << pf;
  }
}

TEST(Tariff, LevyIsLikeTax) {
  auto t = simple();
  t.levy = 0.027;
  EnergyBill e(t, {});
  e.add(korea(2026, 5, 4), 86400, 1000);
  auto const b = e.bill();
  EXPECT_NEAR(b.levy_won, 0.027 * (b.energy_won + b.adder_won + b.demand_won), 1e-9);
  EXPECT_NEAR(b.total_won, 1.127 * (b.energy_won + b.adder_won + b.demand_won), 1e-6);
}

TEST(Tariff, NoBandsIsFree) {
  EnergyBill e({}, {});
  e.add(0, 3600, 1000);
  EXPECT_EQ(e.bill().total_won, 0);
  EXPECT_DOUBLE_EQ(e.bill().energy_j, 3.6e6);
}

}  // namespace
}  // namespace ondol::sim
