#include "sim/engine/carbon_series.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "scenarios/base/error.hpp"

namespace ondol::sim {
namespace {

std::string write(std::string const& name, int hours, std::string const& bad = "") {
  std::string const path = ::testing::TempDir() + name;
  std::ofstream out(path);
  out << "utc_time,ci_direct_g_per_kwh,other\n";
  for (int h = 0; h < hours; ++h) out << "t," << (h == 5 && !bad.empty() ? bad : std::to_string(400 + h % 24)) << ",x\n";
  return path;
}

TEST(CarbonSeries, ReadsAYearInSi) {
  auto const series = read_carbon_series(write("year.csv", 8760));
  ASSERT_EQ(series.size(), 8760U);
  EXPECT_DOUBLE_EQ(series[3] * 3.6e9, 403.0);  // kg/J -> g/kWh
}

TEST(CarbonSeries, RefusesShortYearsAndBadNumbersWithTheirLine) {
  EXPECT_THROW(read_carbon_series(write("short.csv", 100)), InputError);
  try {
    read_carbon_series(write("bad.csv", 8760, "nan"));
    FAIL();
  } catch (InputError const& e) {
    EXPECT_EQ(e.faults().front().line, 7U);
  }
}

}  // namespace
}  // namespace ondol::sim
