#include "sim/power/hourly_series.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <stdexcept>

#include "sim/power/civil_time.hpp"

namespace ondol::sim {
namespace {

double utc(int year, int month, int day, double hour = 0) {
  return double(days_since_1970(year, month, day)) * 86400 + hour * 3600;
}

TEST(CivilTime, KnowsItsDates) {
  auto const c = civil_hour(days_since_1970(2026, 5, 5) * 24 + 13);
  EXPECT_EQ(c.year, 2026);
  EXPECT_EQ(c.month, 5);
  EXPECT_EQ(c.day, 5);
  EXPECT_EQ(c.hour, 13);
  EXPECT_EQ(c.weekday, 2) << "a Tuesday";
  EXPECT_EQ(civil_hour(-1).year, 1969);
  EXPECT_EQ(civil_hour(-1).hour, 23);
}

TEST(HourlySeries, OfItsOwnDates) {
  HourlySeries s;
  s.value = {1, 2, 3};
  s.first_unix_s = std::int64_t(utc(2026, 3, 1));
  EXPECT_EQ(s.at(utc(2026, 3, 1, 0.99)), 1);
  EXPECT_EQ(s.at(utc(2026, 3, 1, 2.5)), 3);
  EXPECT_TRUE(s.covers(utc(2026, 3, 1), utc(2026, 3, 1, 3)));
  EXPECT_FALSE(s.covers(utc(2026, 3, 1), utc(2026, 3, 1, 3.01)));
  EXPECT_FALSE(s.covers(utc(2026, 2, 28, 23.9), utc(2026, 3, 1, 1)));
  EXPECT_THROW(s.at(utc(2026, 3, 1, 3)), std::out_of_range);
  EXPECT_THROW(s.at(utc(2026, 2, 28, 23)), std::out_of_range);
}

// A typical year counts in the file's own time zone: 1 January 00:00 in Korea is 31 December 15:00 UTC.
TEST(HourlySeries, OfATypicalYearInItsTimeZone) {
  HourlySeries s;
  s.value.resize(8784);
  std::iota(s.value.begin(), s.value.end(), 0.0);
  s.typical_year = true;
  s.utc_offset_s = 9 * 3600;
  EXPECT_EQ(s.at(utc(2025, 12, 31, 15)), 0);
  EXPECT_EQ(s.at(utc(2025, 12, 31, 14)), 8783);
  EXPECT_EQ(s.at(utc(2028, 2, 28, 15)), 59 * 24) << "29 February of a leap year has its own hours";
  EXPECT_EQ(s.at(utc(2026, 2, 28, 15)), 60 * 24) << "and is left out in others: 1 March";
  EXPECT_TRUE(s.covers(0, 1e12));
}

}  // namespace
}  // namespace ondol::sim
