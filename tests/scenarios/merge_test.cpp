#include "tests/scenarios/scratch.hpp"

namespace ondol::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

/// The small scenario beside the test's own files.
struct Merge : ::testing::Test {
  Merge() { scratch.write("base.toml", contents(fixtures / "small.toml")); }

  Scenario read(std::string const& text, ReadOptions const& options = with_fixtures()) {
    return read_scenario(scratch.write("s.toml", text), options);
  }
  std::vector<std::string> faults(std::string const& text, ReadOptions const& options = with_fixtures()) {
    return brief(faults_of(scratch.write("s.toml", text), options));
  }
  static ReadOptions set(std::vector<std::string> assignments) {
    auto o = with_fixtures();
    o.set = std::move(assignments);
    return o;
  }

  Scratch scratch;
  std::string const extends = "extends = \"base.toml\"\n";
};

TEST_F(Merge, lays_tables_over_tables_key_by_key) {
  auto const s = read(extends + "[simulation]\nduration = \"2 d\"\n[site]\nbase_load = \"3 kW\"\n");
  EXPECT_EQ(s.simulation.duration, Seconds{172800});
  EXPECT_EQ(s.simulation.start, 1782831600);  // of the base
  EXPECT_EQ(s.site.base_load, Watts{3000});
  EXPECT_EQ(s.site.grid_capacity, Watts{1e6});
  EXPECT_EQ(s.origin.at("simulation.duration").line, 3U);
  EXPECT_THAT(s.origin.at("site.grid_capacity").file, HasSubstr("base.toml"));
}

TEST_F(Merge, matches_named_list_elements_and_appends_new_ones) {
  auto const s =
      read(extends +
           "[[power]]\nid = \"main\"\nunits = 3\n[[power]]\nid = \"more\"\nunit = \"acme/ups\"\nfed_by = [\"main\"]\n"
           "[[steady]]\nname = \"burn\"\naccelerators = 16\n");
  ASSERT_THAT(s.power, SizeIs(2));
  EXPECT_EQ(s.power[0].units, 3);
  EXPECT_EQ(s.power[0].unit, "acme/ups");
  EXPECT_EQ(s.power[1].id, "more");
  EXPECT_EQ(s.steady.at(0).accelerators, 16);
}

TEST_F(Merge, replaces_lists_without_names_and_loss_curves_whole) {
  auto const s = read(extends +
                      "[[racks]]\nrack = \"acme/air32\"\ncount = 1\nhall = \"a\"\npool = \"air\"\nfed_by = [\"main\"]\n"
                      "[power_unit.\"acme/ups\".loss]\nform = \"quadratic\"\nno_load = 0.02\n");
  ASSERT_THAT(s.racks, SizeIs(1));
  EXPECT_EQ(s.racks[0].count, 1);
  auto const& ups = s.catalogue.power_unit.at("acme/ups");
  EXPECT_EQ(ups.loss.form, LossCurve::Form::quadratic);
  EXPECT_EQ(ups.loss.constant, Watts{0});  // of the affine curve it replaces
  EXPECT_EQ(ups.rating, Watts{1e6});       // of the catalogue's entry
}

TEST_F(Merge, follows_a_chain_of_files_and_resolves_names_from_the_file_that_holds_them) {
  scratch.write("deep/weather.csv", "hour,dry_bulb\n");
  scratch.write("deep/mid.toml", "extends = \"../base.toml\"\n[site.weather]\nfile = \"weather.csv\"\n");
  auto const s = read("extends = \"deep/mid.toml\"\n[site]\nname = \"top\"\n");
  EXPECT_EQ(s.site.weather.file, (scratch.folder / "deep" / "weather.csv").string());
  EXPECT_EQ(s.site.name, "top");
}

TEST_F(Merge, refuses_circles_and_missing_files) {
  EXPECT_THAT(faults("extends = \"s.toml\"\n"), ElementsAre("1:11+8 files extend each other in a circle: s.toml -> s.toml"));
  scratch.write("other.toml", "# comment\nextends = \"s.toml\"\n");
  auto const circle = faults_of(scratch.write("s.toml", "extends = \"other.toml\"\n"), with_fixtures());
  EXPECT_THAT(brief(circle), ElementsAre("2:11+8 files extend each other in a circle: s.toml -> other.toml -> s.toml"));
  EXPECT_THAT(circle[0].file, HasSubstr("other.toml"));
  EXPECT_THAT(faults("extends = \"none.toml\"\n"),
              ElementsAre(HasSubstr("1:11+11 extends \"none.toml\", but there is no file")));
  EXPECT_THAT(faults("extends = 3\n"), ElementsAre("1:11 \"extends\" takes the name of another scenario file"));
}

TEST_F(Merge, takes_catalogue_entries_from_the_scenario_over_those_of_the_folder) {
  auto const s =
      read(extends + "[accelerator.\"acme/one\"]\npower_limit = \"650 W\"\n[calibration.\"acme/one\"]\nawake = \"61 W\"\n");
  auto const& a = s.catalogue.accelerator.at("acme/one");
  EXPECT_EQ(a.power_limit, Watts{650});
  EXPECT_EQ(s.catalogue.calibration.at("acme/one").idle, Watts{75});
  EXPECT_EQ(s.catalogue.calibration.at("acme/one").awake, Watts{61});
  EXPECT_EQ(s.origin.at("accelerator.acme/one.power_limit").tier, Tier::user);
  auto const& idle = s.origin.at("calibration.acme/one.idle");
  EXPECT_EQ(idle.tier, Tier::measured);
  EXPECT_EQ(idle.source, "power-paper");
  EXPECT_EQ(idle.uncertainty, 0.05);
  auto const& flop = s.origin.at("calibration.acme/one.control.tensor_fp8");
  EXPECT_EQ(flop.tier, Tier::assumed);
  EXPECT_EQ(flop.source, "");  // that of the entry does not cover an assumption
  EXPECT_EQ(flop.reason, "as the generation before");
  EXPECT_EQ(s.origin.at("accelerator.acme/one.memory").source, "acme-sheet");
  EXPECT_TRUE(s.origin.at("accelerator.acme/one.memory_efficiency").is_default);
}

TEST_F(Merge, entries_extend_entries) {
  auto const s = read(extends +
                      "[node.\"acme/air8\"]\naccelerator = \"mine\"\n[accelerator.mine]\nextends = \"acme/one-lite\"\n"
                      "calibration = \"mine\"\n[calibration.mine]\nextends = \"acme/one\"\nidle = \"60 W\"\n");
  auto const& a = s.catalogue.accelerator.at("mine");
  EXPECT_EQ(a.power_limit, Watts{400});  // of acme/one-lite
  EXPECT_EQ(s.catalogue.calibration.at("mine").idle, Watts{60});
  EXPECT_EQ(s.catalogue.calibration.at("mine").context, Watts{40});  // of acme/one
  EXPECT_EQ(a.bf16_peak, FlopPerSecond{989e12});                     // of acme/one
  EXPECT_EQ(a.id, "mine");
  EXPECT_FALSE(s.catalogue.accelerator.contains("acme/one"));
  auto const text = extends + "[accelerator.a]\nextends = \"b\"\n[accelerator.b]\nextends = \"a\"\n";
  EXPECT_THAT(faults(text), ::testing::Contains("5:11+3 accelerator entries extend each other in a circle through \"a\""));
  EXPECT_THAT(
      faults(
          extends +
          "[psu.mine]\nextends = \"acme/4k\"\nname = \"m\"\nrating = \"1 W\"\nloss = { form = \"affine\", efficiency = 1 }\n"),
      ElementsAre("3:11+9 extends \"acme/4k\", but there is no such psu. Did you mean \"acme/3k\"?"));
}

TEST_F(Merge, set_reaches_every_value) {
  auto const s =
      read(extends, set({"racks[0].count=3", "hall.a.air.supply_temperature=\"24 degC\"", "site.name=Haenam",
                         "simulation.duration=3 h", "steady.burn.activity = { sm = 0.5 }", "power[0].fed_by=[\"utility\"]",
                         "calibration.\"acme/one\".idle=80 W", "record.racks=false"}));
  EXPECT_EQ(s.racks[0].count, 3);
  EXPECT_DOUBLE_EQ(s.hall[0].air->supply_temperature.v, 297.15);
  EXPECT_EQ(s.site.name, "Haenam");
  EXPECT_EQ(s.simulation.duration, Seconds{10800});
  EXPECT_EQ(s.steady[0].activity.sm, 0.5);
  EXPECT_EQ(s.steady[0].activity.compute, 0.0);
  EXPECT_EQ(s.catalogue.calibration.at("acme/one").idle, Watts{80});
  EXPECT_FALSE(s.record.racks);
  EXPECT_EQ(s.origin.at("racks[0].count").file, "--set");
}

TEST_F(Merge, set_tells_what_is_wrong_with_it) {
  auto const said = [&](std::string const& assignment) {
    auto const all = faults_of(scratch.folder / "base.toml", set({assignment}));
    return all.size() == 1 ? all[0].file + ":" + brief(all)[0] : "no single fault";
  };
  EXPECT_EQ(said("racks[0].count=twelve"), "--set:1:16+6 count takes a bare whole number (no quotes), not a text");
  EXPECT_EQ(said("racks[0].cont=3"), "--set:1:10+4 unknown key \"cont\" in racks[0]. Did you mean \"count\"?");
  EXPECT_EQ(said("racks[7].count=3"), "--set:1:1+8 there is no element 7: \"racks\" has 1");
  EXPECT_EQ(said("hall.b.rows=3"), "--set:1:6 no element \"b\" in this list of 1");
  EXPECT_EQ(said("racks.a.count=3"),
            "--set:1:7 no element \"a\" in this list of 1; its elements have no name, address them by index: [0]");
  EXPECT_EQ(said("racks"), "--set:1:1+5 an override is written key=value, such as racks[0].count=12");
  EXPECT_EQ(said("racks[x].count=3"),
            "--set:1:1+14 not a path of keys; write it like hall.a.air.supply_temperature or racks[0].count");
  EXPECT_EQ(said("site.grid_capacity.x=3"), "--set:1:20 what stands before it is a text, which has no keys");
  EXPECT_EQ(said("site.grid_capacity=\"5 kWh\""),
            "--set:1:20+7 grid_capacity = \"5 kWh\" is an energy, not a power (units that fit: W, kW, MW).");
}

TEST_F(Merge, until_and_seed_replace_those_of_the_file) {
  auto o = with_fixtures();
  o.until = "12 h";
  o.seed = 99;
  auto s = read(extends, o);
  EXPECT_EQ(s.simulation.duration, Seconds{43200});
  EXPECT_EQ(s.simulation.seed, 99U);
  o.until = "2026-07-03T00:00:00+09:00";
  EXPECT_EQ(read(extends, o).simulation.duration, Seconds{172800});
  o.until = "2026-07-03";  // local time of the site: UTC unless it says otherwise
  EXPECT_EQ(read(extends, o).simulation.duration, Seconds{172800 + 32400});
  EXPECT_EQ(read(extends + "[site]\ntime_zone = \"+09:00\"\n", o).simulation.duration, Seconds{172800});
  for (auto const& [until, says] : {std::pair{"2026-07-01T00:00:00+09:00", "the run would end before it starts or at once"},
                                    std::pair{"2020-01-01", "the run would end before it starts or at once"},
                                    std::pair{"2199-01-01", "the run would last longer than a century"},
                                    std::pair{"soon", "--until takes a date and time"}, std::pair{"-3 d", "out of range"}}) {
    o.until = until;
    EXPECT_THAT(faults(extends, o), ElementsAre(HasSubstr(says))) << until;
  }
  o.until.reset();
  o.seed = 0xFFFFFFFFFFFFFFFFULL;
  EXPECT_THAT(faults(extends, o), ElementsAre(HasSubstr("a seed is at most 9223372036854775807")));
}

TEST_F(Merge, a_start_without_offset_is_local_time_of_the_site) {
  auto const s = read(extends + "[simulation]\nstart = 2026-07-01T00:00:00\n[site]\ntime_zone = \"+09:00\"\n");
  EXPECT_EQ(s.simulation.start, 1782831600);
  EXPECT_THAT(faults(extends + "[site]\ntime_zone = \"KST\"\n"),
              ElementsAre("3:13+5 time_zone = \"KST\" is not an offset such as \"+09:00\""));
}

}  // namespace
}  // namespace ondol::schema
