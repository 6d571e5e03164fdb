#include "sim/engine/hourly_file.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "scenarios/base/error.hpp"
#include "sim/power/civil_time.hpp"

namespace ondol::sim {
namespace {

/// Rows of hours from a date, valued 400, 401, ...; `change` may alter a row.
std::string write(
    std::string const& name, int hours, std::int64_t first_hour,
    std::string (*change)(int, std::string) = [](int, std::string row) { return row; }) {
  std::string const path = ::testing::TempDir() + name;
  std::ofstream out(path);
  out << "when,price,other\n";
  for (int h = 0; h < hours; ++h)
    out << change(h, hour_text((first_hour + h) * 3600, 0) + "," + std::to_string(400 + h) + ",x") << "\n";
  return path;
}

HourlyColumn const plain{"when", "price", 0.5, 9 * 3600, false, 0};

std::pair<std::size_t, std::string> fault(std::string const& file, HourlyColumn const& what) {
  try {
    read_hourly(file, what);
  } catch (InputError const& e) {
    return {e.faults().front().line, e.faults().front().message};
  }
  return {0, "none"};
}

std::int64_t const march = days_since_1970(2026, 3, 1) * 24;

TEST(HourlyFile, ReadsValuesAndTheirDates) {
  auto const s = read_hourly(write("march.csv", 48, march), plain);
  ASSERT_EQ(s.value.size(), 48U);
  EXPECT_DOUBLE_EQ(s.value[3], 201.5);
  EXPECT_EQ(s.first_unix_s, march * 3600 - 9 * 3600);
}

TEST(HourlyFile, SaysWhereAnHourIsMissingOrDouble) {
  auto const gap = write("gap.csv", 9, march, [](int h, std::string row) { return h == 5 ? std::string() : row; });
  EXPECT_EQ(fault(gap, plain),
            (std::pair{std::size_t{8}, std::string("2026-03-01 06:00 where 2026-03-01 05:00 should follow: each hour must be "
                                                   "there once, in order")}));
  auto const twice = write("twice.csv", 9, march, [](int h, std::string row) { return h == 5 ? row + "\n" + row : row; });
  EXPECT_EQ(fault(twice, plain).first, 8U);
}

TEST(HourlyFile, RefusesWhatIsNoNumberOrNoHour) {
  auto const with = [&](char const* name, std::string (*change)(int, std::string)) {
    return fault(write(name, 9, march, change), plain);
  };
  EXPECT_EQ(with("nan.csv", [](int h, std::string row) { return h == 2 ? "2026-03-01 02:00,nan,x" : row; }),
            (std::pair{std::size_t{4}, std::string("\"nan\" is not a number")}));
  EXPECT_EQ(with("low.csv", [](int h, std::string row) { return h == 2 ? "2026-03-01 02:00,-3,x" : row; }),
            (std::pair{std::size_t{4}, std::string("price = -3 is below 0")}));
  for (auto const* date : {"2026-02-30 02:00,1", "2026-03-01 02:30,1", "01.03.2026 02:00,1", ",1", "2026-03-01T02:00Z,1"}) {
    auto const path = ::testing::TempDir() + "date.csv";
    std::ofstream(path) << "when,price\n" << date << "\n";
    EXPECT_EQ(fault(path, plain).first, 2U) << date;
  }
  auto wrong = plain;
  wrong.column = "prices";
  EXPECT_EQ(fault(write("column.csv", 2, march), wrong),
            (std::pair{std::size_t{1}, std::string("has no column \"prices\"; its columns are when,price,other")}));
  std::ofstream(::testing::TempDir() + "none.csv") << "when,price\n";
  EXPECT_EQ(fault(::testing::TempDir() + "none.csv", plain).second, "holds no hours");
}

TEST(HourlyFile, ATypicalYearIsOneWholeYear) {
  auto typical = plain;
  typical.typical_year = true;
  EXPECT_EQ(fault(write("leap.csv", 8784, days_since_1970(2024, 1, 1) * 24), typical).second, "none");
  EXPECT_EQ(fault(write("plain.csv", 8760, days_since_1970(2025, 1, 1) * 24), typical).second, "none");
  for (auto const& [hours, first] : {std::pair{8760, days_since_1970(2024, 1, 1) * 24},
                                     {8784, days_since_1970(2025, 1, 1) * 24},
                                     {8760, days_since_1970(2025, 1, 1) * 24 + 1},
                                     {100, march}})
    EXPECT_NE(fault(write("part.csv", hours, first), typical).second.find("a typical year is one whole calendar year"),
              std::string::npos)
        << hours;
}

}  // namespace
}  // namespace ondol::sim
