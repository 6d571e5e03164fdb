#include "kernels/activity/window.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <sstream>

namespace ondol::meter {
namespace {

Window full_window() {
  Window w;
  w.number = 7;
  w.kernel = "hbm_read";
  w.role = Role::ladder;
  w.fill = Fill::sparse50;
  w.toggle = 0.1 + 0.2;  // no short decimal
  w.sm_share = 1.0 / 3;
  w.seed = 18446744073709551615U;
  w.period_s = 0.14;
  w.repeat = 1;
  w.t0_s = 12.3456789012345;
  w.t1_s = 14.1;
  w.energy_counter_j = 1241.386;
  w.energy_instant_j = 1e-300;
  w.uncertainty_j = 0.955;
  w.reasons.bits = 0x84;
  w.flags.raise(Flag::thermal);
  w.flags.raise(Flag::brief);
  w.launches = 1798.04;
  w.awake = 0.25;
  w.work[Channel::hbm_read] = 7.7e12;
  w.gpm_dram = 0.9;
  return w;
}

std::string written(Window const& w) {
  std::ostringstream out;
  write_window_header(out);
  write_window(out, w);
  return out.str();
}

std::vector<Window> read(std::string const& text) {
  std::istringstream in(text);
  return read_windows(in, "windows.csv");
}

std::string complaint(std::string const& text) {
  try {
    read(text);
  } catch (std::runtime_error const& e) {
    return e.what();
  }
  return "accepted";
}

/// The written row with the field of `column` replaced.
std::string with(std::string const& column, std::string const& value) {
  auto const& columns = window_columns();
  auto const at = std::find(columns.begin(), columns.end(), column) - columns.begin();
  std::string text = written(full_window());
  std::size_t begin = text.find('\n') + 1;
  for (std::ptrdiff_t i = 0; i < at; ++i) begin = text.find(',', begin) + 1;
  return text.replace(begin, text.find_first_of(",\n", begin) - begin, value);
}

TEST(Windows, ReadBackToTheSameBits) {
  Window const w = full_window();
  std::string const text = written(w);
  auto const again = read(text);
  ASSERT_EQ(again.size(), 1u);
  Window const& r = again[0];
  EXPECT_EQ(written(r), text);
  EXPECT_EQ(r.toggle, w.toggle);
  EXPECT_EQ(r.seed, w.seed);
  EXPECT_EQ(r.t0_s, w.t0_s);
  EXPECT_EQ(r.energy_instant_j, w.energy_instant_j);
  EXPECT_EQ(r.energy_average_j, std::nullopt);
  EXPECT_EQ(r.role, Role::ladder);
  EXPECT_EQ(r.fill, Fill::sparse50);
  EXPECT_EQ(r.reasons.bits, 0x84u);
  EXPECT_TRUE(r.flags.raised(Flag::thermal) && r.flags.raised(Flag::brief) && !r.flags.raised(Flag::mig));
  EXPECT_EQ(r.work[Channel::hbm_read], 7.7e12);
  EXPECT_EQ(r.gpm_dram, 0.9);
}

TEST(Windows, RandomNumbersReadBackToTheSameBits) {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> exponent(-300, 300);
  for (int i = 0; i < 2000; ++i) {
    Window w = full_window();
    w.energy_counter_j = std::pow(10, exponent(random));
    w.work.amount[static_cast<std::size_t>(i) % channels] = std::pow(10, exponent(random));
    Window const r = read(written(w))[0];
    ASSERT_EQ(r.energy_counter_j, w.energy_counter_j);
    ASSERT_EQ(r.work.amount, w.work.amount);
  }
}

TEST(Windows, ColumnsAreThoseOfTheContract) {
  std::vector<std::string> const expected{"window",
                                          "kernel",
                                          "role",
                                          "fill",
                                          "toggle",
                                          "sm_share",
                                          "seed",
                                          "period_s",
                                          "repeat",
                                          "t0_s",
                                          "t1_s",
                                          "energy_counter_j",
                                          "energy_instant_j",
                                          "energy_average_j",
                                          "uncertainty_j",
                                          "memory_power_w",
                                          "temperature_c",
                                          "memory_temperature_c",
                                          "sm_clock_nvml_hz",
                                          "sm_clock_kernel_hz",
                                          "limit_w",
                                          "reasons",
                                          "flags",
                                          "launches",
                                          "awake"};
  auto const& columns = window_columns();
  ASSERT_EQ(columns.size(), expected.size() + channels + 5);
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), columns.begin()));
  EXPECT_EQ(columns[expected.size()], "work_tensor_fp64");
  EXPECT_EQ(columns.back(), "gpm_fp64");
}

TEST(Windows, EnergyIsTheBestThatIsKnown) {
  Window w = full_window();
  EXPECT_EQ(w.energy_j(), 1241.386);
  w.energy_counter_j.reset();
  EXPECT_EQ(w.energy_j(), 1e-300);
  w.energy_instant_j.reset();
  EXPECT_EQ(w.energy_j(), std::nullopt);
  EXPECT_EQ(w.power_w(), std::nullopt);
}

TEST(Windows, MalformedRowsAreRefusedWithTheirPlace) {
  using testing::StartsWith;
  EXPECT_THAT(complaint(with("energy_counter_j", "nan")), StartsWith("windows.csv:2:"));
  EXPECT_THAT(complaint(with("energy_counter_j", "inf")), testing::HasSubstr("energy_counter_j = \"inf\" is not finite"));
  EXPECT_THAT(complaint(with("window", "")), "windows.csv:2:1: window = \"\" is not a whole number");
  EXPECT_THAT(complaint(with("kernel", "")), StartsWith("windows.csv:2:3: kernel"));
  for (auto const& [column, value] : std::vector<std::pair<std::string, std::string>>{{"window", "1.5"},
                                                                                      {"role", "fitted"},
                                                                                      {"role", ""},
                                                                                      {"fill", "ones"},
                                                                                      {"seed", "-1"},
                                                                                      {"toggle", ""},
                                                                                      {"t0_s", ""},
                                                                                      {"t1_s", "12"},
                                                                                      {"uncertainty_j", "1 J"},
                                                                                      {"energy_instant_j", "1e999"},
                                                                                      {"reasons", "4"},
                                                                                      {"flags", "hot"},
                                                                                      {"flags", "mig+"},
                                                                                      {"flags", "+mig"},
                                                                                      {"work_l2", ""},
                                                                                      {"gpm_sm", "x"}})
    EXPECT_THAT(complaint(with(column, value)), StartsWith("windows.csv:2:")) << column << " = " << value;
}

TEST(Windows, TablesThatAreNoneAreRefused) {
  std::string const good = written(full_window());
  std::string const row = good.substr(good.find('\n') + 1);
  EXPECT_EQ(complaint(""), "windows.csv:1:1: the file is empty");
  EXPECT_THAT(complaint(good.substr(0, good.size() - 4)), testing::HasSubstr("no end"));
  EXPECT_THAT(complaint(good + row), testing::HasSubstr("windows.csv:3:1: window 7 stands twice"));
  EXPECT_THAT(complaint(good + "1,2,3\n"), testing::HasSubstr("windows.csv:3:5: 3 fields where the header has 50"));
  std::string unknown = good;
  unknown.replace(unknown.find("toggle"), 6, "togggle");
  EXPECT_THAT(complaint(unknown), testing::HasSubstr("unknown column \"togggle\""));
  std::string twice = good;
  twice.replace(twice.find("gpm_fp64"), 8, "gpm_fp32");
  EXPECT_THAT(complaint(twice), testing::HasSubstr("column \"gpm_fp32\" stands twice"));
  std::string missing = good;
  missing.erase(missing.find(",gpm_fp64"), 9);
  EXPECT_THAT(complaint(missing), testing::HasSubstr("column \"gpm_fp64\" is missing"));
}

TEST(Windows, FlagsAreWordsJoinedByPlus) {
  Flags f;
  EXPECT_EQ(text(f), "");
  f.raise(Flag::stale_counter);
  f.raise(Flag::mig);
  EXPECT_EQ(text(f), "mig+stale_counter");
  EXPECT_EQ(flags_from("stale_counter+mig"), f);
  EXPECT_EQ(name(Flag::brief), "short");
}

TEST(Windows, FilesReadBack) {
  auto const path = std::filesystem::path(testing::TempDir()) / "windows-files.csv";
  std::vector<Window> const one{full_window()};
  write_windows(path, one);
  EXPECT_EQ(read_windows(path).size(), 1u);
  std::filesystem::remove(path);
  EXPECT_THROW(read_windows(path), std::runtime_error);
}

}  // namespace
}  // namespace ondol::meter
