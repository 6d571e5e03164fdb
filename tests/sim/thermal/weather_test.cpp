#include "sim/thermal/weather.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "scenarios/base/error.hpp"
#include "sim/thermal/psychrometrics.hpp"

namespace ondol::sim {
namespace {

using namespace std::chrono;

double unix_s(int y, unsigned m, unsigned d, double hour) {
  return static_cast<double>(sys_days{year{y} / month{m} / day{d}}.time_since_epoch().count()) * 86400.0 + hour * 3600.0;
}
double celsius(double k) {
  return k - 273.15;
}
double kelvin(double celsius) {
  return celsius + 273.15;
}
std::string const data = std::string(ONDOL_SOURCE_DIR) + "/scenarios/data/weather/";

Weather read(std::string const& path, WeatherFileOptions const& options) {
  return Weather::from_files({path}, options);
}

/// A file of its own for each test, so that tests may run side by side.
struct TemporaryFile {
  std::string path;
  explicit TemporaryFile(std::string const& text) {
    auto const* test = testing::UnitTest::GetInstance()->current_test_info();
    static int number = 0;
    path = (std::filesystem::temp_directory_path() /
            (std::string("ondol_weather_") + test->name() + std::to_string(number++) + ".csv"))
               .string();
    std::ofstream(path, std::ios::binary) << text;
  }
  ~TemporaryFile() { std::filesystem::remove(path); }
};

std::string hours(int year_number, int count, int skip = -1) {
  std::string text = "local_time,t_dry_c,rh_pct,wind_kmh\n";
  auto const first = sys_days{year{year_number} / 1 / 1};
  for (int h = 0; h < count; ++h) {
    if (h == skip) continue;
    year_month_day const date{first + days{h / 24}};
    char row[96];
    std::snprintf(row, sizeof row, "%04d-%02u-%02uT%02d:00,%.2f,50,3.0\n", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), h % 24,
                  static_cast<unsigned>(date.month()) + 0.01 * (h % 24));
    text += row;
  }
  return text;
}

std::string message_of(std::string const& text, WeatherFileOptions const& options = {}) {
  TemporaryFile const file(text);
  try {
    read(file.path, options);
  } catch (InputError const& e) {
    return std::to_string(e.faults().at(0).line) + ": " + e.faults().at(0).message;
  }
  return "accepted";
}

TEST(Weather, ConstantConditionsHold) {
  auto const w = Weather::constant(293.15, 0.5, 101325.0);
  EXPECT_DOUBLE_EQ(w.at(0).dry_bulb_k, w.at(1.7e9).dry_bulb_k);
  EXPECT_NEAR(w.at(0).wet_bulb_k, 293.15 - 6.2, 0.1);  // chart: 13.8 degC
  EXPECT_TRUE(w.covers(0, 1e12));
}

TEST(Weather, InterpolatesBetweenHoursInLocalTime) {
  TemporaryFile const file(
      "local_time,t_dry_c,rh_pct\n2024-05-01T00:00,10,40\n2024-05-01T01:00,14,60\n2024-05-01T02:00,12,80\n");
  auto const w = read(file.path, {.utc_offset_s = 9 * 3600.0, .typical_year = false});
  auto const s = w.at(unix_s(2024, 5, 1, 0.25 - 9.0));
  EXPECT_NEAR(celsius(s.dry_bulb_k), 11.0, 1e-9);
  double const ratio =
      0.75 * humidity_ratio_from_relative(283.15, 0.4, 101325.0) + 0.25 * humidity_ratio_from_relative(287.15, 0.6, 101325.0);
  EXPECT_NEAR(s.relative_humidity, relative_humidity(284.15, ratio, 101325.0), 1e-12);
  EXPECT_NEAR(humidity_ratio_from_wet_bulb(284.15, s.wet_bulb_k, 101325.0), ratio, 1e-10);
  EXPECT_TRUE(w.covers(unix_s(2024, 5, 1, -9), unix_s(2024, 5, 1, -6)));
  EXPECT_FALSE(w.covers(unix_s(2024, 5, 1, -9), unix_s(2024, 5, 1, -5)));
  EXPECT_NEAR(celsius(w.at(unix_s(2030, 1, 1, 0)).dry_bulb_k), 12.0, 1e-9);
}

TEST(Weather, TypicalYearServesAnyYear) {
  TemporaryFile const file(hours(2023, 8760));
  auto const w = read(file.path, {});
  EXPECT_NEAR(celsius(w.at(unix_s(1999, 7, 4, 5)).dry_bulb_k), 7.05, 1e-9);
  EXPECT_NEAR(celsius(w.at(unix_s(2051, 12, 31, 23.5)).dry_bulb_k), 0.5 * (12.23 + 1.0), 1e-9);  // over New Year
  EXPECT_NEAR(celsius(w.at(unix_s(2024, 2, 29, 6)).dry_bulb_k), 2.06, 1e-9);                     // takes 28 February
  EXPECT_NEAR(celsius(w.at(unix_s(2023, 2, 28, 23.5)).dry_bulb_k), 0.5 * (2.23 + 3.0), 1e-9);    // passes over it
}

TEST(Weather, FaultsNameTheLine) {
  EXPECT_THAT(message_of(hours(2023, 8760, 1000)), testing::HasSubstr("1002: hour 02-11T16:00 is missing"));
  EXPECT_THAT(message_of(hours(2023, 8760, 1000), {.typical_year = false}),
              testing::HasSubstr("1002: 2023-02-11T17:00 follows 2023-02-11T15:00; every step of 1 h"));
  EXPECT_THAT(message_of(hours(2023, 9000)), testing::HasSubstr("8762: hour 01-01T00:00 appears again"));
  std::string const head = "local_time,t_dry_c,rh_pct\n";
  EXPECT_THAT(message_of("time,temp\n1,2\n"), testing::HasSubstr("1: column local_time is missing"));
  EXPECT_THAT(message_of("local_time,t_dry_c\n2023-01-01T00:00,2\n"), testing::HasSubstr("1: column rh_pct is missing"));
  EXPECT_THAT(message_of(head + "2023-01-01T00:00,nan,50\n"), testing::HasSubstr("2: t_dry_c is nan"));
  EXPECT_THAT(message_of(head + "2023-01-01T00:00,,50\n"), testing::HasSubstr("2: t_dry_c is \"\", not a number"));
  EXPECT_THAT(message_of(head + "2023-01-01T00:00,5,150\n"), testing::HasSubstr("2: rh_pct is 150, outside 0..100"));
  EXPECT_THAT(message_of(head + "2023-01-01T00:00,5\n"), testing::HasSubstr("2: row has 2 columns, the header 3"));
  EXPECT_THAT(message_of(head + "2023-02-30T00:00,5,50\n"), testing::HasSubstr("2: local_time is \"2023-02-30T00:00\""));
  EXPECT_THAT(message_of(""), testing::HasSubstr("empty"));
  EXPECT_THAT(message_of(head), testing::HasSubstr("no rows"));
  EXPECT_THAT(message_of(head + "2023-01-01T00:00,5,50\n2023-01-01T00:00,5,50\n", {.typical_year = false}),
              testing::HasSubstr("3: 2023-01-01T00:00 follows 2023-01-01T00:00; times must rise"));
  EXPECT_THAT(message_of("local_time,t_dry_c,wet_bulb_c\n2023-01-01T00:00,5,6\n", {.typical_year = false}),
              testing::HasSubstr("2: wet_bulb_c is above t_dry_c"));
  EXPECT_THAT(message_of("local_time,t_dry_c,wet_bulb_c\n2023-01-01T00:00,40,2\n", {.typical_year = false}),
              testing::HasSubstr("2: wet_bulb_c is further below t_dry_c than in dry air"));
  EXPECT_THAT(message_of("LOCATION,a,b\n"), testing::HasSubstr("1: LOCATION line"));
  EXPECT_THROW(read("/nowhere/at/all.csv", {}), InputError);
  EXPECT_THROW(read(std::filesystem::temp_directory_path().string(), {}), InputError);
}

TEST(Weather, DamagedCompressionIsRefused) {
  std::string const text = hours(2023, 8760);
  TemporaryFile const file("");
  gzFile const gz = gzopen(file.path.c_str(), "wb");
  gzwrite(gz, text.data(), static_cast<unsigned>(text.size()));
  gzclose(gz);
  EXPECT_NO_THROW(read(file.path, {}));
  std::filesystem::resize_file(file.path, std::filesystem::file_size(file.path) / 2);
  EXPECT_THROW(read(file.path, {}), InputError);
}

TEST(Weather, ReadsATypicalYearOfEpw) {
  auto const w = read(data + "USA_IL_Chicago-OHare.Intl.AP.725300_TMY3.epw.gz", {});
  EXPECT_DOUBLE_EQ(w.utc_offset_s(), -6 * 3600.0);
  // First row of data: hour 1 of 1 January, its end at 01:00 local: -12.2 degC.
  auto const s = w.at(unix_s(2010, 1, 1, 1.0 + 6.0));
  EXPECT_NEAR(celsius(s.dry_bulb_k), -12.2, 1e-6);
  EXPECT_NEAR(s.pressure_pa, 99500.0, 1000.0);
  double warmest = 0, sum = 0;
  for (int h = 0; h < 8760; ++h) {
    auto const x = w.at(unix_s(2023, 1, 1, h));
    ASSERT_LE(x.wet_bulb_k, x.dry_bulb_k + 1e-6);
    warmest = std::max(warmest, x.dry_bulb_k);
    sum += x.dry_bulb_k;
  }
  EXPECT_NEAR(celsius(sum / 8760), 10.0, 1.0);  // annual mean at O'Hare about 10 degC
  EXPECT_NEAR(celsius(warmest), 35.0, 2.0);
}

TEST(Weather, FogKeepsTheWetBulbAtTheDryBulb) {
  TemporaryFile const file("local_time,t_dry_c,rh_pct\n2024-05-01T00:00,0,100\n2024-05-01T01:00,30,100\n");
  auto const w = read(file.path, {.typical_year = false});
  for (double hour = 0; hour <= 1; hour += 1.0 / 16) {
    auto const s = w.at(unix_s(2024, 5, 1, hour));
    EXPECT_LE(s.wet_bulb_k, s.dry_bulb_k) << hour;
    EXPECT_LE(s.relative_humidity, 1.0 + 1e-12) << hour;
    EXPECT_NEAR(s.wet_bulb_k, s.dry_bulb_k, 1e-6) << hour;
  }
}

TEST(Weather, RealYearsFollowOneAnother) {
  TemporaryFile const first(hours(2023, 8760)), second(hours(2024, 8784)), third(hours(2026, 8760));
  WeatherFileOptions const options{.utc_offset_s = 9 * 3600.0, .typical_year = false};
  auto const w = Weather::from_files({first.path, second.path}, options);
  EXPECT_DOUBLE_EQ(w.first_unix_s(), unix_s(2023, 1, 1, -9));
  EXPECT_DOUBLE_EQ(w.last_unix_s(), unix_s(2025, 1, 1, -9));
  EXPECT_NEAR(celsius(w.at(unix_s(2023, 12, 31, 23.5 - 9)).dry_bulb_k), 0.5 * (12.23 + 1.0), 1e-9);  // over the seam
  EXPECT_NEAR(celsius(w.at(unix_s(2024, 2, 29, 12 - 9)).dry_bulb_k), 2.12, 1e-9);                    // a day of its own
  try {
    Weather::from_files({first.path, third.path}, options);
    ADD_FAILURE() << "a missing year passed";
  } catch (InputError const& e) {
    EXPECT_EQ(e.faults().at(0).file, third.path);
    EXPECT_THAT(e.faults().at(0).message,
                testing::HasSubstr("begins at 2026-01-01T00:00, where 2024-01-01T00:00 should follow"));
  }
}

TEST(Weather, RowsMayStandAtAnyStep) {
  TemporaryFile const file("t_s,other_w,wet_bulb_c\n0,1,10\n15,1,11\n30,1,13\n");
  double const start = unix_s(2024, 4, 7, 0);
  auto const w = read(file.path, {.relative_humidity = 0.6, .start_unix_s = start});
  EXPECT_TRUE(w.assumes_dry_bulb());
  EXPECT_NEAR(celsius(w.at(start).wet_bulb_k), 10.0, 1e-5);
  EXPECT_NEAR(w.at(start).relative_humidity, 0.6, 1e-6);
  EXPECT_NEAR(celsius(w.at(start + 22.5).wet_bulb_k), 12.0, 0.02);
  EXPECT_NEAR(celsius(w.at(start + 1e6).wet_bulb_k), 13.0, 1e-5);
  EXPECT_TRUE(w.covers(start, start + 45));
  EXPECT_FALSE(w.covers(start, start + 46));

  auto const again = read(file.path, {.start_unix_s = start, .offset_s = 15, .repeat = true});
  EXPECT_NEAR(celsius(again.at(start).wet_bulb_k), 11.0, 1e-5);
  EXPECT_NEAR(celsius(again.at(start + 30).wet_bulb_k), 10.0, 1e-5);
  EXPECT_TRUE(again.covers(start, start + 1e9));

  EXPECT_THAT(message_of("time_s,wet_bulb_c\n0,10\n15,11\n45,12\n"),
              testing::HasSubstr("4: 45 s follows 15 s; every step of 15 s"));
}

TEST(Weather, QuarterHoursMakeATypicalYear) {
  std::string text = "local_time,t_dry_c,rh_pct\n";
  auto const first = sys_days{year{2023} / 1 / 1};
  for (int q = 0; q < 4 * 8760; ++q) {
    year_month_day const date{first + days{q / 96}};
    char row[96];
    std::snprintf(row, sizeof row, "%04d-%02u-%02u %02d:%02d:00,%d,50\n", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), q / 4 % 24, 15 * (q % 4), q % 4);
    text += row;
  }
  TemporaryFile const file(text);
  auto const w = read(file.path, {});
  EXPECT_NEAR(celsius(w.at(unix_s(2031, 3, 3, 7.5)).dry_bulb_k), 2.0, 1e-9);
  EXPECT_NEAR(celsius(w.at(unix_s(2028, 2, 29, 7.625)).dry_bulb_k), 2.5, 1e-9);
}

TEST(Weather, MeasuredWetBulbCountsBeforeHumidity) {
  TemporaryFile const file("local_time,t_dry_c,rh_pct,wet_bulb_c,pressure_pa\n2024-05-01T00:00,30,1,20,90000\n");
  auto const s = read(file.path, {.typical_year = false}).at(unix_s(2024, 5, 1, 0));
  EXPECT_NEAR(celsius(s.wet_bulb_k), 20.0, 1e-5);
  EXPECT_DOUBLE_EQ(s.pressure_pa, 90000.0);
  double const ratio = humidity_ratio_from_wet_bulb(s.dry_bulb_k, s.wet_bulb_k, s.pressure_pa);
  EXPECT_NEAR(s.relative_humidity, relative_humidity(s.dry_bulb_k, ratio, 90000.0), 1e-6);
}

// Seoul, 0.4 % cooling: 32.8 / 24.4 degC, range 8 K.
TEST(Weather, DesignDayHasItsHottestHoursInTheAfternoon) {
  auto const w = Weather::design_day({kelvin(32.8), kelvin(24.4), 8.0}, 101325.0, 9 * 3600.0);
  auto const at = [&](double hour) { return w.at(unix_s(2026, 8, 1, hour - 9)); };
  EXPECT_NEAR(celsius(at(14).dry_bulb_k), 32.8, 1e-9);
  EXPECT_NEAR(celsius(at(15).wet_bulb_k), 24.4, 1e-5);
  EXPECT_NEAR(celsius(at(5).dry_bulb_k), 24.8, 1e-9);
  EXPECT_NEAR(celsius(at(0).dry_bulb_k), 32.8 - 0.82 * 8, 1e-9);
  EXPECT_NEAR(celsius(at(11).dry_bulb_k), 32.8 - 0.23 * 8, 1e-9);
  for (double hour = 0; hour < 48; hour += 0.25) EXPECT_LE(at(hour).wet_bulb_k, at(hour).dry_bulb_k);
  // Dew point 21 degC: the air holds the humidity ratio all night, so it does not change.
  auto const ratio = [](WeatherSample const& s) {
    return humidity_ratio_from_relative(s.dry_bulb_k, s.relative_humidity, s.pressure_pa);
  };
  EXPECT_NEAR(ratio(at(5)), ratio(at(14)), 1e-9);
}

TEST(Weather, WarmingKeepsTheRelativeHumidity) {
  TemporaryFile const file(hours(2023, 8760));
  auto const before = read(file.path, {});
  auto after = before;
  after.warm_by(2.0);
  double const t = unix_s(2023, 7, 1, 12);
  EXPECT_NEAR(after.at(t).dry_bulb_k - before.at(t).dry_bulb_k, 2.0, 1e-9);
  EXPECT_NEAR(after.at(t).relative_humidity, 0.5, 1e-9);
  EXPECT_NEAR(after.at(t).wet_bulb_k, wet_bulb_k(after.at(t).dry_bulb_k, 0.5, 101325.0), 1e-5);
}

std::string epw(int rows_per_hour, std::string const& period) {
  std::string text = "LOCATION,Here,,,,0,0,0,-6.0,100.0\n";
  for (int i = 0; i < 6; ++i) text += "x\n";
  text += "DATA PERIODS," + period + "\n";
  for (int i = 0; i < 2 * rows_per_hour; ++i)
    text += "2023,1,1," + std::to_string(1 + i / rows_per_hour) + ",0,?," + std::to_string(i) + ".0,0,50,99000\n";
  return text;
}

TEST(Weather, RowsOfAnEpwPartTheirHour) {
  TemporaryFile const file(epw(4, "1,4,Data,Sunday,1/1,12/31"));
  auto const w = read(file.path, {.typical_year = false});
  EXPECT_NEAR(celsius(w.at(unix_s(2023, 1, 1, 0.25 + 6)).dry_bulb_k), 0.0, 1e-9);
  EXPECT_NEAR(celsius(w.at(unix_s(2023, 1, 1, 2.0 + 6)).dry_bulb_k), 7.0, 1e-9);
  EXPECT_THAT(message_of(epw(1, "2,1,Data,Sunday,1/1,12/31")), testing::HasSubstr("8: EPW files of one data period"));
  EXPECT_THAT(message_of(epw(1, "1,7,Data,Sunday,1/1,12/31")), testing::HasSubstr("8: rows an hour must divide 60"));
}

// Reanalysis of one year against the typical year 2007-2021 of the Seoul station: different years and a grid cell, so
// within 3 K by month and 1.5 K over the year.
TEST(Weather, SeoulMonthsAreNearTheTypicalYear) {
  constexpr std::array<double, 12> wet = {-4.4, -2.4, 1.9, 7.9, 13.0, 17.9, 22.0, 21.8, 17.8, 11.1, 5.4, -2.7};
  constexpr std::array<double, 12> dry = {-1.8, 1.0, 6.3, 12.7, 18.2, 23.4, 25.8, 26.3, 22.1, 15.7, 8.2, -0.1};
  auto const w = read(data + "seoul_2024.csv.gz", {.utc_offset_s = 9 * 3600.0, .elevation_m = 33.0});
  double year_wet = 0, year_dry = 0;
  for (unsigned m = 1; m <= 12; ++m) {
    double wet_sum = 0, dry_sum = 0;
    int n = 0;
    auto const last = static_cast<unsigned>(year_month_day_last{year{2023} / month{m} / std::chrono::last}.day());
    for (unsigned d = 1; d <= last; ++d)
      for (int h = 0; h < 24; ++h, ++n) {
        auto const s = w.at(unix_s(2023, m, d, h - 9.0));
        wet_sum += celsius(s.wet_bulb_k), dry_sum += celsius(s.dry_bulb_k);
      }
    std::printf("Seoul 2024 month %2u: dry %6.2f (typical %5.1f)  wet %6.2f (typical %5.1f)\n", m, dry_sum / n, dry[m - 1],
                wet_sum / n, wet[m - 1]);
    EXPECT_NEAR(wet_sum / n, wet[m - 1], 3.5) << m;
    EXPECT_NEAR(dry_sum / n, dry[m - 1], 3.5) << m;
    year_wet += wet_sum / n / 12, year_dry += dry_sum / n / 12;
  }
  EXPECT_NEAR(year_wet, 9.2, 1.7);
  EXPECT_NEAR(year_dry, 13.2, 1.5);
}

}  // namespace
}  // namespace ondol::sim
