#include "tests/scenarios/scratch.hpp"

namespace ondol::schema {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// What a site with generators, a switch and breakers adds to whole.toml.
std::string const chain = R"(
[[power]]
id = "diesel"
unit = "own/diesel"
[[power]]
id = "ats"
unit = "own/ats"
fed_by = ["utility"]
alternate = ["diesel"]
[[event]]
what = "utility_dip"
start = "1 min"
duration = "200 ms"
voltage = 0.4
[[event]]
what = "unit_failure"
start = "2 min"
bank = "ats"
[shedding]
[power_unit."own/diesel"]
name = "Set"
kind = "generator"
rating = "1 MW"
loss = { form = "quadratic", no_load = 0.0 }
generator = { start_time = "8 s", fuel_full_load = "260 L/h", tank = "2 m3" }
[power_unit."own/ats"]
name = "Switch"
kind = "transfer_switch"
rating = "2 MW"
loss = { form = "quadratic", no_load = 0.0 }
transfer = { delay = "2 s", return_delay = "10 min" }
[breaker."own/breaker"]
name = "Breaker"
element = "i2t"
time_constant = "200 s"
)";

std::filesystem::path changed(Scratch const& scratch, std::string const& from, std::string const& to) {
  std::string more = chain;
  if (!from.empty()) {
    auto const at = more.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    more.replace(at, from.size(), to);
  }
  for (auto const* file : {"weather.csv", "jobs.csv"}) scratch.write(file, contents(fixtures / file));
  return scratch.write("s.toml", contents(fixtures / "whole.toml") + more);
}

std::vector<std::string> errors(std::string const& from, std::string const& to) {
  Scratch const scratch;
  std::vector<std::string> all;
  for (auto const& fault : faults_of(changed(scratch, from, to))) all.push_back(fault.message);
  return all;
}

std::vector<std::string> warnings(std::string const& from, std::string const& to) {
  Scratch const scratch;
  std::vector<std::string> all;
  for (auto const& fault : read_scenario(changed(scratch, from, to), with_fixtures()).warnings) all.push_back(fault.message);
  return all;
}

TEST(Power, is_read_as_it_stands) {
  Scratch const scratch;
  auto const s = read_scenario(changed(scratch, "", ""), with_fixtures());
  EXPECT_THAT(s.warnings, IsEmpty());
  auto const& ats = s.power.back();
  EXPECT_THAT(ats.alternate, ElementsAre("diesel"));
  EXPECT_EQ(s.catalogue.power_unit.at("own/ats").transfer->return_delay.v, 600);
  EXPECT_NEAR(s.catalogue.power_unit.at("own/diesel").generator->fuel_full_load.v, 0.26 / 3600, 1e-12);
  ASSERT_EQ(s.event.size(), 2U);
  EXPECT_EQ(s.event[0].voltage, 0.4);
  EXPECT_EQ(s.event[1].unit, 1);
  EXPECT_FALSE(s.event[1].duration);
  EXPECT_EQ(s.shedding->restore_delay.v, 60);
}

TEST(Power, tells_the_place_of_a_fault_and_the_nearest_spelling) {
  Scratch const scratch;
  auto const faults = faults_of(changed(scratch, "bank = \"ats\"", "bank = \"atz\""));
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(faults[0].message, HasSubstr("there is no power bank \"atz\". Did you mean \"ats\"?"));
  EXPECT_GT(faults[0].line, 0U);
  EXPECT_THAT(errors("what = \"utility_dip\"", "what = \"utility_dipp\""), Contains(HasSubstr("Write \"utility_dip\"?")));
}

TEST(Power, sources_are_joined_only_by_transfer_switches) {
  EXPECT_THAT(errors("fed_by = [\"utility\"]\nalternate = [\"diesel\"]", "fed_by = [\"utility\", \"diesel\"]"),
              Contains(HasSubstr("\"ats\" would be fed by \"utility\" and \"diesel\" at once")));
  EXPECT_THAT(errors("id = \"ats\"\nunit = \"own/ats\"", "id = \"ats\"\nunit = \"acme/ups\""),
              Contains(HasSubstr("alternate belongs to units of kind = \"transfer_switch\"; acme/ups is none")));
  EXPECT_THAT(errors("alternate = [\"diesel\"]", ""), Contains(HasSubstr("needs \"alternate\", the bank it turns to")));
  EXPECT_THAT(errors("alternate = [\"diesel\"]", "alternate = [\"ats\"]"), Contains(HasSubstr("ats <- ats")));
}

TEST(Power, every_bank_but_generators_is_fed) {
  EXPECT_THAT(errors("fed_by = [\"utility\"]\nalternate", "alternate"), ElementsAre(HasSubstr("needs \"fed_by\"")));
  EXPECT_THAT(errors("unit = \"own/diesel\"", "unit = \"own/diesel\"\nfed_by = [\"utility\"]"),
              ElementsAre(HasSubstr("a generator is a source")));
  EXPECT_THAT(errors("alternate = [\"diesel\"]", "alternate = [\"ups\"]"),
              Contains(HasSubstr("generators \"diesel\" feed nothing")));
}

TEST(Power, what_the_utility_never_reaches_is_told_where_it_hangs) {
  std::string const racks = "[[racks]]\nrack = \"acme/air32\"\ncount = 1\nhall = \"a\"\npool = \"lost\"\n";
  EXPECT_THAT(errors("[shedding]", racks + "fed_by = [\"diesel\"]\n[shedding]"),
              ElementsAre(HasSubstr("no way leads from the utility to \"diesel\", which feeds racks")));
  EXPECT_THAT(errors("[shedding]", racks + "fed_by = [\"ats\"]\n[shedding]"), IsEmpty());
  Scratch const scratch;
  auto const faults = faults_of(changed(scratch, "[shedding]", racks + "fed_by = [\"diesel\"]\n[shedding]"));
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_GT(faults[0].line, 0U);
}

TEST(Power, ratings_below_the_racks_behind_are_told_at_every_level) {
  std::string const racks =
      "[[power]]\nid = \"below\"\nunit = \"acme/ups\"\nunits = 100\nfed_by = [\"ats\"]\n"
      "[[racks]]\nrack = \"acme/air32\"\ncount = 100\nhall = \"a\"\npool = \"many\"\nfed_by = [\"below\"]\n";
  auto const told = warnings("[shedding]", racks + "[shedding]");
  EXPECT_THAT(told, Contains(HasSubstr("bank \"ats\" is rated 2 MW, its racks ")));
  EXPECT_THAT(told, Contains(HasSubstr("bank \"diesel\" is rated 1 MW, its racks ")));
}

TEST(Power, keys_belong_to_their_kinds) {
  EXPECT_THAT(errors("alternate = [\"diesel\"]", "alternate = [\"diesel\"]\nmode = \"eco\""),
              ElementsAre(HasSubstr("mode belongs to units of kind = \"ups\"")));
  EXPECT_THAT(errors("alternate = [\"diesel\"]", "alternate = [\"diesel\"]\nlength = \"20 m\""),
              ElementsAre(HasSubstr("length belongs to units of kind = \"cable\"")));
  EXPECT_THAT(errors("generator = {", "ups = { walk_in = \"3 s\" }\ngenerator = {"),
              ElementsAre(HasSubstr("ups belongs to kind = \"ups\"")));
  EXPECT_THAT(errors("voltage = 0.4", "bank = \"ats\""), Contains(HasSubstr("bank belongs to what = \"unit_failure\"")));
  EXPECT_THAT(errors("voltage = 0.4", ""), ElementsAre(HasSubstr("needs \"voltage\"")));
  EXPECT_THAT(errors("bank = \"ats\"", "bank = \"ats\"\nunit = 2"), ElementsAre(HasSubstr("has 1 unit, there is no unit 2")));
  EXPECT_THAT(errors("bank = \"ats\"", "bank = \"utility\""),
              ElementsAre(HasSubstr("its failure is what = \"utility_outage\"")));
}

TEST(Power, numbers_stay_in_their_ranges) {
  EXPECT_THAT(errors("alternate = [\"diesel\"]", "alternate = [\"diesel\"]\npower_factor = 0.0"),
              ElementsAre(HasSubstr("power_factor")));
  EXPECT_THAT(errors("delay = \"2 s\"", "delay = \"-2 s\""), ElementsAre(HasSubstr("delay")));
  EXPECT_THAT(errors("rating = \"1 MW\"", "rating = \"0 MW\""), ElementsAre(HasSubstr("rating")));
  EXPECT_THAT(errors("fuel_full_load = \"260 L/h\"", "fuel_full_load = \"260 L/h\", fuel_no_load = \"300 L/h\""),
              ElementsAre(HasSubstr("fuel_no_load is above fuel_full_load")));
  EXPECT_THAT(errors("start = \"2 min\"\nbank = \"ats\"",
                     "start = \"2 min\"\nbank = \"ats\"\n[[event]]\nwhat = \"utility_outage\"\nstart = \"60.1 s\""),
              ElementsAre(HasSubstr("overlaps with another event of the utility")));
}

TEST(Power, warns_of_breakers_below_what_stands_behind_them) {
  std::string const breaker = "alternate = [\"diesel\"]\nbreaker = \"own/breaker\"";
  EXPECT_THAT(warnings("alternate = [\"diesel\"]", breaker), IsEmpty());
  EXPECT_THAT(warnings("alternate = [\"diesel\"]", breaker + "\nbreaker_rating = \"1.5 MW\""),
              ElementsAre(HasSubstr("the breakers of \"ats\" are rated 1.5 MW, below the 2 MW of its units")));
  EXPECT_THAT(warnings("alternate = [\"diesel\"]", "alternate = [\"diesel\"]\nbreaker_rating = \"1.5 MW\""),
              ElementsAre(HasSubstr("no effect without breaker")));
  EXPECT_THAT(warnings("start = \"2 min\"", "start = \"200 d\""), ElementsAre(HasSubstr("the run is over before this event")));
}

}  // namespace
}  // namespace ondol::schema
