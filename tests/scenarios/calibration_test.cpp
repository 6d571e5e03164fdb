#include "tests/scenarios/scratch.hpp"

namespace ondol::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST(CalibrationFile, reads_whole) {
  Provenance origin;
  auto const c = read_catalogue(fixtures / "catalogue", origin);
  EXPECT_EQ(c.accelerator.at("acme/one-lite").calibration, "acme/one");  // inherited
  auto const& k = c.calibration.at("acme/one");
  EXPECT_EQ(k.reference_clock, Hertz{1.8e9});
  EXPECT_EQ(k.reference_temperature, from_celsius(45));
  EXPECT_EQ(k.limit_held, 0.98);
  EXPECT_EQ(k.control.of(meter::index(meter::Channel::tensor_bf16)), 0.3e-12);
  EXPECT_EQ(k.control.of(meter::index(meter::Channel::integer)), 7e-12);  // an operation is counted like a FLOP
  EXPECT_EQ(k.control.of(meter::index(meter::Channel::hbm_read)), 94e-12);
  EXPECT_EQ(k.control.of(meter::index(meter::Channel::l2)), std::nullopt);
  EXPECT_EQ(k.data.of(meter::index(meter::Channel::tensor_bf16)), 0.22e-12);
  EXPECT_THAT(k.parameters, ElementsAre("idle", "control.tensor_bf16", "data.tensor_bf16"));
  ASSERT_THAT(k.covariance, SizeIs(3));
  EXPECT_EQ(k.covariance[1][2], -0.0012);
  EXPECT_EQ(k.thermal->fast_time, Seconds{1.5});
  EXPECT_FALSE(k.thermal->slow_time);
  EXPECT_EQ(k.quality->windows_fit, 120);
  EXPECT_EQ(k.quality->held_out_bias, -0.01);
  EXPECT_EQ(origin.at("calibration.acme/one.name").tier, Tier::literature);
  EXPECT_EQ(origin.at("calibration.acme/one.control.tensor_bf16").uncertainty, 0.03);
}

/// What is said of the fixture's calibration with `from` replaced by `to`.
std::vector<std::string> said_of(std::string const& from, std::string const& to) {
  Scratch scratch;
  std::string text = contents(fixtures / "catalogue" / "calibrations" / "acme.toml");
  auto const at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  scratch.write("calibrations/acme.toml", text);
  scratch.write("devices.toml", "[fluid.water]\nname = \"w\"\nspecific_heat = \"4.2 kJ/kg/K\"\ndensity = \"1000 kg/m3\"\n");
  Provenance origin;
  try {
    read_catalogue(scratch.folder, origin);
  } catch (InputError const& e) {
    return brief(e.faults());
  }
  return {};
}

TEST(CalibrationFile, faults_have_place_and_advice) {
  EXPECT_THAT(said_of("idle", "idle"), IsEmpty());
  struct Case {
    char const *from, *to, *says;
  };
  for (auto const& [from, to, says] : {
           Case{"integer =", "intger =",
                "22:1+6 unknown key \"intger\" in calibration.acme/one.control. Did you mean \"integer\"?"},
           Case{"\"7 pJ/op\"", "7", "22:11 integer = 7 has no unit (energy per operation expected). Write \"7 pJ/FLOP\"?"},
           Case{"\"7 pJ/op\"", "\"7 pJ/B\"", "22:11+8 integer = \"7 pJ/B\" is an energy per byte, not an energy per operation"},
           Case{"\"94 pJ/B\"", "\"94 pJ/FLOP\"",
                "23:12+12 hbm_read = \"94 pJ/FLOP\" is an energy per operation, not an energy per byte"},
           Case{"idle = {", "idel = {", "9:1+4 unknown key \"idel\" in calibration.acme/one. Did you mean \"idle\"?"},
           Case{"date = \"2026-11-25\"", "format = 2", "5:10 format 2 is newer than this program, which reads up to 1"},
           Case{"2026-11-25", "25.11.2026",
                "5:8+12 date = \"25.11.2026\" is no day: write year-month-day, such as \"2026-11-25\""},
           Case{"\"300 MHz\"", "\"2 GHz\"", "7:17+7 minimum_clock is above reference_clock"},
           Case{"voltage_slope = 0.6", "voltage_slope = 1.6",
                "13:17+3 voltage_slope = 1.6 is out of range: from 0 to 1 is allowed"},
           Case{"\"data.tensor_bf16\"]", "\"data.tensor_b16\"]",
                "16:46+17 \"data.tensor_b16\" is no value of this calibration. Did you mean \"data.tensor_bf16\"?"},
           Case{"\"data.tensor_bf16\"]", "\"data.hbm_read\"]", "16:46+15 \"data.hbm_read\" is no value of this calibration"},
           Case{"[[0.0025, 0.0, 0.0], ", "[", "17:14+48 covariance has 2 rows for 3 parameters"},
           Case{"[0.0025, 0.0, 0.0]", "[0.0025, 0.0]", "17:15+13 row 1 of covariance has 2 numbers for 3 parameters"},
           Case{"[0.0025, 0.0, 0.0]", "[0.0025, \"0\", 0.0]",
                "17:24+3 covariance takes a bare number (no quotes, no unit), not a text"},
           Case{"-0.0012]", "-0.0011]",
                "17:59+22 covariance is not symmetric: -0.0012 of data.tensor_bf16 with control.tensor_bf16, but -0.0011"},
           Case{"0.0009, -0.0012], [0.0, -0.0012", "0.0009, -0.0022], [0.0, -0.0022",
                "17:59+22 covariance is not positive semidefinite: with this row, of data.tensor_bf16, some sum"},
           Case{"[calibration.\"acme/one\".data]\n", "[calibration.\"acme/one\".data]\nl2 = \"1 pJ/B\"\n",
                "27:6+8 data energy of l2 without its control energy"},
       }) {
    auto const said = said_of(from, to);
    ASSERT_THAT(said, SizeIs(1)) << to << "\n" << ::testing::PrintToString(said);
    EXPECT_THAT(said[0], StartsWith(says)) << to;
  }
}

TEST(CalibrationFile, is_required_of_an_accelerator) {
  Scratch scratch;
  auto const small = "extends = \"" + (fixtures / "small.toml").string() + "\"\n";
  auto const said =
      brief(faults_of(scratch.write("s.toml", small + "[accelerator.\"acme/one\"]\ncalibration = \"acme/on\"\n")));
  EXPECT_THAT(said, ElementsAre("3:15+9 there is no calibration \"acme/on\" in the catalogue. Did you mean \"acme/one\"?"));
  auto const cold = faults_of(scratch.write("t.toml", small + "[accelerator.\"acme/one\"]\npower_limit = \"60 W\"\n"));
  EXPECT_THAT(brief(cold), ElementsAre(HasSubstr("idle of calibration \"acme/one\" is 75 W, above power_limit = 60 W")));
  Provenance origin;
  scratch.write(
      "catalogue/a.toml",
      "[accelerator.a]\nname = \"a\"\nvendor = \"v\"\npower_limit = \"1 W\"\nbf16_peak = \"1 TFLOP/s\"\nmemory = \"1 GB\"\n"
      "memory_bandwidth = \"1 TB/s\"\n");
  try {
    read_catalogue(scratch.folder / "catalogue", origin);
    FAIL() << "no fault found";
  } catch (InputError const& e) {
    EXPECT_THAT(brief(e.faults()),
                ElementsAre("1:1+15 accelerator.a needs \"calibration\" (energy of its operations and bytes)",
                            "1:1+15 there is no interconnect \"generic/switched\" in the catalogue"));
  }
}

}  // namespace
}  // namespace ondol::schema
