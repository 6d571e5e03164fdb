#include "tests/scenarios/scratch.hpp"

namespace ondol::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class Sizing : public ::testing::Test {
 protected:
  SizeSpec read(std::string const& text) {
    return read_size(scratch.write("size.toml", "base = \"" + (fixtures / "small.toml").string() + "\"\n" + text));
  }
  std::vector<std::string> faults(std::string const& text) {
    try {
      read(text);
    } catch (InputError const& e) {
      return brief(e.faults());
    }
    return {};
  }
  Scratch scratch;
};

constexpr char const* limit = "[[limit]]\nof = \"peak_power\"\nat_most = \"1.5 MW\"\n";

TEST_F(Sizing, takes_key_range_limits_and_cases) {
  auto const s = read(R"(ensemble = 8
[size]
name = "supply"
key = "site.weather.dry_bulb"
from = "10 degC"
to = "303.15 K"
resolution = "0.5 K"
aim = "smallest"
share = 0.9
[[limit]]
of = "peak_power"
at_most = "1500 kW"
[[limit]]
of = "throttled_hours"
at_least = "30 min"
at_most = "2 h"
in = ["one out"]
[[limit]]
of = "n_minus_1"
[[limit]]
of = "pue"
at_most = 1.3
[[case]]
name = "one out"
lose = ["power"]
start = "2 h"
[[case]]
name = "dear"
set = { "racks[0].count" = 2 }
)");
  EXPECT_EQ(s.axis.name, "supply");
  EXPECT_EQ(s.axis.units, "degC");
  EXPECT_EQ(s.axis.distribution->from, 10);
  EXPECT_EQ(s.axis.distribution->to, 30);
  EXPECT_EQ(s.resolution, 0.5);
  EXPECT_EQ(s.aim, SizeSpec::Aim::smallest);
  EXPECT_EQ(s.share, 0.9);
  EXPECT_EQ(s.ensemble.members, 8);
  ASSERT_THAT(s.limit, SizeIs(4));
  EXPECT_EQ(s.limit[0].at_most, 1500);
  EXPECT_EQ(s.limit[0].units, "kW");
  EXPECT_EQ(s.limit[1].at_least, 0.5);
  EXPECT_EQ(s.limit[1].units, "h");
  EXPECT_THAT(s.limit[1].in, ElementsAre("one out"));
  EXPECT_EQ(s.limit[3].units, "1");
  ASSERT_THAT(s.cases, SizeIs(2));
  EXPECT_EQ(s.cases[0].start_s, 7200);
  EXPECT_EQ(s.cases[1].set.at(0).value, "2");
  EXPECT_EQ(value_at(s.axis, 12.5).sets.at(0).value, "\"12.5 degC\"");
}

TEST_F(Sizing, whole_numbers_are_exact) {
  auto const s = read(std::string("[size]\nkey = \"racks[0].count\"\nfrom = 1\nto = 9\nresolution = 1\n") + limit);
  EXPECT_TRUE(s.axis.whole);
  EXPECT_EQ(s.resolution, 1);
  EXPECT_EQ(value_at(s.axis, 3.4).sets.at(0).value, "3");
}

TEST_F(Sizing, faults_come_in_one_pass) {
  EXPECT_THAT(faults(R"([size]
key = "racks[0].count"
from = 9
to = 2
resolution = 0
[[limit]]
of = "peak_power"
[[limit]]
of = "pue"
at_most = "1.3 MWs"
[[case]]
name = "x"
)"),
              ElementsAre(HasSubstr("5:6 \"to\" must be above \"from\""), HasSubstr("6:14 resolution must be above 0"),
                          HasSubstr("7:1+9 the limit of peak_power needs"),
                          HasSubstr("11:11+9 at_most = \"1.3 MWs\" has an unknown unit"),
                          HasSubstr("12:1+8 the case \"x\" needs either")));
  EXPECT_THAT(faults("[size]\nkey = \"racks[0].coutn\"\nfrom = 1\nto = 2\nresolution = 1\n" + std::string(limit)),
              ElementsAre(HasSubstr("3:17+5 unknown key \"coutn\"")));
  EXPECT_THAT(faults("[size]\nkey = \"site.grid_capacity\"\nfrom = \"1 MW\"\nto = \"2 degC\"\nresolution = \"1 kW\"\n" +
                     std::string(limit)),
              ElementsAre(HasSubstr("5:6+8 to = \"2 degC\" is a temperature, not a power")));
}

}  // namespace
}  // namespace ondol::schema
