#include <cmath>

#include "tests/scenarios/scratch.hpp"

namespace ondol::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::filesystem::path const sweeps = std::filesystem::path(ONDOL_SOURCE_DIR) / "scenarios" / "sweeps";

/// A sweep file over the small scenario, with `text` after its base.
class Sweeping {
 public:
  SweepSpec read(std::string const& text, std::vector<std::string> const& set = {}) {
    return read_sweep(scratch.write("sweep.toml", "base = \"" + (fixtures / "small.toml").string() + "\"\n" + text), set);
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

std::vector<std::string> labels(AxisSpec const& axis) {
  std::vector<std::string> out;
  for (auto const& v : axis.values) out.push_back(v.label);
  return out;
}

std::vector<std::string> values(AxisSpec const& axis) {
  std::vector<std::string> out;
  for (auto const& v : axis.values)
    for (auto const& s : v.sets) out.push_back(s.key + "=" + s.value);
  return out;
}

TEST(Sweep, reads_the_sweep_of_set_point_and_climate) {
  auto const s = read_sweep(sweeps / "set_point_climate.toml");
  EXPECT_EQ(s.name, "set-point-by-climate");
  EXPECT_EQ(s.base.lexically_normal(), (sweeps / "../examples/one_hall.toml").lexically_normal());
  ASSERT_THAT(s.set, SizeIs(1));
  EXPECT_EQ(s.set[0].key, "simulation.duration");
  EXPECT_EQ(s.set[0].value, "\"2 d\"");
  ASSERT_THAT(s.axis, SizeIs(2));
  EXPECT_EQ(s.axis[0].units, "degC");
  EXPECT_THAT(labels(s.axis[0]), ElementsAre("10 degC", "12 degC", "14 degC", "16 degC"));
  EXPECT_EQ(s.axis[0].values[1].number, 12);
  EXPECT_EQ(s.axis[0].values[1].sets[0].value, "\"12 degC\"");
  EXPECT_EQ(s.axis[1].units, "");
  EXPECT_THAT(labels(s.axis[1]), ElementsAre("chicago", "seoul", "singapore"));
  EXPECT_TRUE(std::isnan(s.axis[1].values[0].number));
  auto const weather = (sweeps / "../data/weather/seoul_2023.csv.gz").lexically_normal().string();
  EXPECT_EQ(s.axis[1].values[1].sets[0].value, "\"" + weather + "\"");
  EXPECT_THAT(s.axis[1].values[1].sets[0].written->source_line, HasSubstr("seoul_2023"));
}

TEST(Sweep, ranges_keep_their_ends_and_write_neat_values) {
  Sweeping w;
  auto const of = [&](std::string const& axis) { return w.read("[[axis]]\nname = \"a\"\n" + axis).axis[0]; };
  auto const cap = of("key = \"site.grid_capacity\"\nrange = { from = \"0.5 MW\", to = \"1 MW\", steps = 6 }");
  EXPECT_THAT(labels(cap), ElementsAre("0.5 MW", "0.6 MW", "0.7 MW", "0.8 MW", "0.9 MW", "1 MW"));
  EXPECT_EQ(cap.values[1].number, 0.6);
  EXPECT_EQ(cap.units, "MW");
  EXPECT_THAT(labels(of("key = \"site.grid_capacity\"\nrange = { from = \"900 kW\", to = \"1 MW\", step = \"50000 W\" }")),
              ElementsAre("900 kW", "950 kW", "1000 kW"));
  EXPECT_THAT(
      labels(of("key = \"site.grid_capacity\"\nrange = { from = \"1 kW\", to = \"1 MW\", steps = 4, scale = \"log\" }")),
      ElementsAre("1 kW", "10 kW", "100 kW", "1000 kW"));
  auto const count = of("key = \"racks[0].count\"\nrange = { from = 1, to = 5, step = 2 }");
  EXPECT_TRUE(count.whole);
  EXPECT_EQ(count.units, "1");
  EXPECT_THAT(values(count), ElementsAre("racks[0].count=1", "racks[0].count=3", "racks[0].count=5"));
  EXPECT_THAT(values(of("key = \"site.latitude\"\nrange = { from = 0.1, to = 0.3, steps = 3 }")),
              ElementsAre("site.latitude=0.1", "site.latitude=0.2", "site.latitude=0.3"));
}

TEST(Sweep, an_axis_moves_several_keys) {
  Sweeping w;
  auto const s = w.read(R"(
[[axis]]
name = "cap"
scale = { "racks[*].power_limit" = "700 W" }
range = { from = "50 %", to = "100 %", steps = 3 }
[[axis]]
name = "mix"
scale = { "racks[0].count" = 40 }
complement = { "racks[1].count" = 36 }
values = [0.25, "50 %"]
[[axis]]
name = "seed"
keys = ["simulation.seed", "simulation.calibration_draw"]
values = [3, 4]
)");
  EXPECT_THAT(values(s.axis[0]), ElementsAre("racks[*].power_limit=\"350 W\"", "racks[*].power_limit=\"525 W\"",
                                             "racks[*].power_limit=\"700 W\""));
  EXPECT_EQ(s.axis[0].units, "1");
  EXPECT_EQ(s.axis[0].values[1].number, 0.75);
  EXPECT_EQ(s.axis[0].values[1].label, "75 %");
  EXPECT_THAT(values(s.axis[1]),
              ElementsAre("racks[0].count=10", "racks[1].count=27", "racks[0].count=20", "racks[1].count=18"));
  EXPECT_THAT(values(s.axis[2]), ElementsAre("simulation.seed=3", "simulation.calibration_draw=3", "simulation.seed=4",
                                             "simulation.calibration_draw=4"));
}

TEST(Sweep, cases_from_the_file_and_from_a_table) {
  Sweeping w;
  w.scratch.write(
      "cases.csv",
      "# of a planner\nname, racks[0].count, simulation.duration, site.name\nsmall, 1, 2 h, \"a, \"\"b\"\"\"\nlarge, 4, , x\n");
  auto const s = w.read(R"(
[[axis]]
name = "size"
file = "cases.csv"
[[axis]]
name = "tariff"
[[axis.case]]
name = "as it is"
[[axis.case]]
name = "dear"
[axis.case.set]
site.carbon = { factor = "0.5 kg/kWh" }
"site.elevation" = "10 m"
)");
  EXPECT_THAT(labels(s.axis[0]), ElementsAre("small", "large"));
  EXPECT_THAT(values(s.axis[0]), ElementsAre("racks[0].count=1", "simulation.duration=\"2 h\"", "site.name=\"a, \\\"b\\\"\"",
                                             "racks[0].count=4", "site.name=\"x\""));
  EXPECT_THAT(values(s.axis[1]), ElementsAre("site.carbon={ factor = \"0.5 kg/kWh\" }", "site.elevation=\"10 m\""));
}

TEST(Sweep, files_of_values_and_tables_are_named_from_anywhere) {
  Sweeping w;
  w.scratch.write("w/dry.csv", "x");
  auto const s = w.read(R"(
[[axis]]
name = "weather"
key = "site.weather.file"
values = ["w/dry.csv"]
[[axis]]
name = "carbon"
key = "site.carbon"
values = [{ file = "w/dry.csv" }]
labels = ["dry"]
)");
  auto const file = (w.scratch.folder / "w/dry.csv").lexically_normal().string();
  EXPECT_THAT(values(s.axis[0]), ElementsAre("site.weather.file=\"" + file + "\""));
  EXPECT_THAT(values(s.axis[1]), ElementsAre("site.carbon={ file = \"" + file + "\" }"));
  EXPECT_THAT(labels(s.axis[1]), ElementsAre("dry"));
}

TEST(Sweep, distributions_are_in_the_unit_of_their_axis) {
  Sweeping w;
  auto const s = w.read(R"(design = "sobol"
samples = 8
[[axis]]
name = "t"
key = "site.weather.dry_bulb"
distribution = { kind = "normal", mean = "20 degC", deviation = "2 K", from = "285.15 K", to = "25 degC" }
[[axis]]
name = "p"
key = "site.grid_capacity"
distribution = { kind = "triangular", from = "1 MW", to = "2 MW", mode = "1500 kW" }
)");
  auto const& t = *s.axis[0].distribution;
  EXPECT_EQ(s.axis[0].units, "K");  // the unit that comes first
  EXPECT_DOUBLE_EQ(t.from, 285.15);
  EXPECT_DOUBLE_EQ(t.mean, 293.15);
  EXPECT_DOUBLE_EQ(t.deviation, 2);
  EXPECT_EQ(s.axis[1].distribution->mode, 1.5);
  EXPECT_EQ(s.axis[1].units, "MW");
}

TEST(Sweep, takes_ensembles_as_a_number_or_a_table_and_extends_others) {
  Sweeping w;
  EXPECT_EQ(w.read("ensemble = 64").ensemble.members, 64);
  w.scratch.write("common.toml", "base = \"" + (fixtures / "small.toml").string() +
                                     "\"\n[[axis]]\nname = \"n\"\nkey = \"racks[0].count\"\nvalues = [1, 2]\n");
  auto const s = read_sweep(w.scratch.write("top.toml", R"(extends = "common.toml"
[ensemble]
members = 3
catalogue = false
seeds = true
assume = { assumed = 0.1 }
[[axis]]
name = "n"
values = [3]
)"),
                            {"racks[0].count = 7", "site.name=here"});
  EXPECT_EQ(s.ensemble.members, 3);
  EXPECT_FALSE(s.ensemble.catalogue);
  EXPECT_EQ(s.ensemble.assume.at("assumed"), 0.1);
  EXPECT_THAT(values(s.axis.at(0)), ElementsAre("racks[0].count=3"));
  ASSERT_THAT(s.set, SizeIs(2));
  EXPECT_EQ(s.set[0].key + "|" + s.set[0].value, "racks[0].count|7");
  EXPECT_EQ(s.set[1].value, "\"here\"");
}

TEST(SweepFaults, of_axes) {
  Sweeping w;
  auto const of = [&](std::string const& axis) { return w.faults("[[axis]]\nname = \"a\"\n" + axis); };
  struct {
    char const* axis;
    char const* says;
  } const slips[] = {
      {"key = \"racks[0].coutn\"\nvalues = [1]", "4:17+5 unknown key \"coutn\" in racks. Did you mean \"count\"?"},
      {"key = \"sitee.name\"\nvalues = [\"x\"]", "4:8+5 unknown key \"sitee\". Did you mean \"site\"?"},
      {"key = \"racks[0].count\"\nvalues = []", "5:10+2 values is empty: an axis needs one value at least"},
      {"key = \"racks[0].count\"", "2:1+8 the axis a has no values: give values, range"},
      {"values = [1]", "2:1+8 the axis a needs \"key\""},
      {"key = \"racks[0].count\"\nvalues = [1]\nrange = { from = 1, to = 3, steps = 3 }",
       "6:9+31 the axis a has both values and range"},
      {"key = \"racks[0].count\"\nvalues = [1, 2, 1]", "5:17 \"1\" is listed twice in the axis a"},
      {"key = \"site.grid_capacity\"\nvalues = [\"1 MW\", \"1000 kW\"]", "5:19+9 \"1000 kW\" is listed twice in the axis a"},
      {"key = \"site.grid_capacity\"\nvalues = [\"20 degC\"]",
       "5:11+9 grid_capacity = \"20 degC\" is a temperature, not a power"},
      {"key = \"site.grid_capacity\"\nvalues = [12]", "5:11+2 grid_capacity = 12 has no unit (power expected)"},
      {"key = \"racks[0].count\"\nvalues = [0]", "5:11 count = 0 is out of range"},
      {"key = \"site.latitude\"\nvalues = [nan]", "5:11+3 latitude = nan is not a finite number"},
      {"key = \"site.grid_capacity\"\nrange = { from = \"1 MW\", to = \"2 kWh\", steps = 3 }",
       "5:31+7 to = \"2 kWh\" is an energy, not a power"},
      {"key = \"site.grid_capacity\"\nrange = { from = \"1 MW\", to = \"2 MW\" }", "5:9+30 a range needs \"steps\""},
      {"key = \"site.grid_capacity\"\nrange = { from = \"1 MW\", to = \"2 MW\", step = \"0.3 MW\" }",
       "5:46+8 this step does not end at 2 MW: the last value would be 1.9 MW"},
      {"key = \"racks[0].count\"\nrange = { from = 1, to = 3, steps = 9 }",
       "5:9+31 two steps of the range are the same value, 1"},
      {"key = \"racks[0].count\"\nrange = { from = 0, to = 3, steps = 4 }", "5:18 count = 0 is out of range"},
      {"key = \"racks[0].count\"\ndistribution = { kind = \"uniform\", from = 1, to = 3 }",
       "5:16+38 a distribution is for sampled designs"},
      {"key = \"site.name\"\nrange = { from = 1, to = 3, steps = 9 }",
       "5:9+31 a range is of numbers, and site.name takes none"},
      {"key = \"site.name\"\nfiles = [\"sweep.toml\"]", "5:9+14 site.name takes no file"},
      {"key = \"site.weather.file\"\nfiles = [\"sweeps.toml\"]", "5:10+13 there is no file"},
      {"kee = \"racks[0].count\"\nvalues = [1]", "4:1+3 unknown key \"kee\" in axis[0]. Did you mean \"key\"?"},
      {"key = \"site.name\"\n[[axis.case]]\nname = \"x\"", "4:7+11 key does not go with cases"},
      {"[[axis.case]]\nname = \"x\"\nset = { \"racks[0].count\" = \"many\" }", "6:28+6 count takes a bare whole number"},
      {"scale = { \"site.name\" = \"x\" }\nvalues = [0.5]", "4:25+3 site.name is no number"},
      {"scale = { \"racks[0].count\" = 4 }\nvalues = [\"5 MW\"]", "5:11+6 a value = \"5 MW\" is a power, not a share"},
  };
  for (auto const& slip : slips) {
    auto const said = of(slip.axis);
    ASSERT_THAT(said, SizeIs(1)) << slip.axis << ::testing::PrintToString(said);
    EXPECT_TRUE(said[0].starts_with(slip.says)) << slip.axis << "\n  said     " << said[0] << "\n  expected " << slip.says;
  }
}

TEST(SweepFaults, of_the_whole_come_in_one_pass) {
  Sweeping w;
  auto const said = w.faults(R"(desing = "grid"
samples = 4
responses = ["pue", "pue"]
[ensemble]
members = 0
[[axis]]
name = "member"
key = "racks[0].count"
values = [1]
[[axis]]
name = "2b"
key = "racks[0].count"
values = [1]
)");
  EXPECT_THAT(said,
              ElementsAre("2:1+6 unknown key \"desing\". Did you mean \"design\"?",
                          HasSubstr("3:11 samples belongs to latin_hypercube"), HasSubstr("4:21+5 \"pue\" is listed twice"),
                          HasSubstr("6:11 members = 0 is out of range"), HasSubstr("8:8+8 the name \"member\" is taken"),
                          HasSubstr("12:8+4 an axis is named by a word")));
  EXPECT_THAT(w.faults("axis = []\n"), ElementsAre(HasSubstr("the sweep changes nothing")));
  EXPECT_THAT(w.faults("design = \"sobol\"\n[[axis]]\nname = \"a\"\nkey = \"racks[0].count\"\nvalues = [1]\n"),
              ElementsAre(HasSubstr("2:10+7 a sampled design needs \"samples\"")));
  EXPECT_THAT(w.faults("design = \"zip\"\n[[axis]]\nname = \"a\"\nkey = \"racks[0].count\"\nvalues = [1]\n[[axis]]\nname = "
                       "\"b\"\nkey = \"simulation.seed\"\nvalues = [1, 2]\n"),
              ElementsAre(HasSubstr("7:1+8 axes of a zip go together value by value: b has 2, a has 1")));
  EXPECT_THAT(w.faults("[[axis]]\nname = \"a\"\nkey = \"racks[0].count\"\nvalues = [1]\n[[axis]]\nname = "
                       "\"b\"\nkey = \"racks[0].count\"\nvalues = [1, 2]\n"),
              ElementsAre(HasSubstr("6:1+8 the axes a and b both move racks[0].count")));
  Scratch scratch;
  scratch.write("hall.toml", "x = 1");
  try {
    read_sweep(scratch.write("s.toml", "base = \"halls.toml\"\nensemble = 2\n"));
    ADD_FAILURE();
  } catch (InputError const& e) {
    EXPECT_THAT(brief(e.faults()), ElementsAre(HasSubstr("did you mean")));
  }
}

TEST(SweepFaults, of_conditions_stand_in_their_text) {
  Sweeping w;
  std::string const axis = "[[axis]]\nname = \"cap\"\nkey = \"site.grid_capacity\"\nvalues = [\"1 MW\", \"2 MW\"]\n";
  EXPECT_THAT(w.faults(axis + "[[skip]]\nwhen = 'cpa > \"1 MW\"'\n[[skip]]\nwhen = 'cap > 2'\n"),
              ElementsAre(HasSubstr("7:9+3 there is no axis \"cpa\". Did you mean \"cap\"?"),
                          HasSubstr("9:15 the other side is a power")));
  auto const s = w.read(axis + "[[skip]]\nwhen = 'cap > \"1500 kW\"'\nwhy = \"no such feed\"\n");
  EXPECT_EQ(s.skip[0].why, "no such feed");
  EXPECT_FALSE(skipped(s, {&s.axis[0].values[0]}));
  EXPECT_TRUE(skipped(s, {&s.axis[0].values[1]}));
}

TEST(SweepFaults, of_a_run_quote_the_sweep_file) {
  Sweeping w;
  auto const s = w.read(
      "[[axis]]\nname = \"p\"\nkey = \"racks.nowhere.pool\"\nvalues = [\"x\"]\n[[axis]]\nname = \"r\"\nkey = "
      "\"racks[0].rack\"\nvalues = [\"acme/none\"]\n");
  auto options = with_fixtures();
  options.overrides = s.axis[0].values[0].sets;
  options.overrides.push_back(s.axis[1].values[0].sets[0]);
  auto const faults = faults_of(fixtures / "small.toml", options);
  EXPECT_THAT(brief(faults), ElementsAre(HasSubstr("4:7+20 no element \"nowhere\" in this list"),
                                         HasSubstr("9:11+11 there is no rack \"acme/none\"")));
  EXPECT_THAT(faults[1].file, HasSubstr("sweep.toml"));
  EXPECT_EQ(faults[1].source_line, "values = [\"acme/none\"]");
}

TEST(Sweep, a_star_sets_every_element_of_a_list) {
  auto options = with_fixtures();
  options.set = {"racks[*].power_limit=\"300 W\""};
  auto const s = read_scenario(fixtures / "whole.toml", options);
  for (auto const& racks : s.racks) EXPECT_EQ(racks.power_limit, Watts{300});
}

}  // namespace
}  // namespace ondol::schema
