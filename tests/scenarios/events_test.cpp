#include "tests/scenarios/scratch.hpp"

namespace ondol::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::filesystem::path site(Scratch const& scratch, std::string const& more, std::string const& from = {},
                           std::string const& to = {}) {
  for (auto const* file : {"weather.csv", "jobs.csv"}) scratch.write(file, contents(fixtures / file));
  std::string text = contents(fixtures / "whole.toml");
  if (!from.empty()) text.replace(text.find(from), from.size(), to);
  return scratch.write("s.toml", text + more);
}

std::string event(std::string const& keys) {
  return "\n[[event]]\nstart = \"1 min\"\n" + keys + "\n";
}

std::vector<std::string> errors(std::string const& keys) {
  Scratch const scratch;
  std::vector<std::string> all;
  for (auto const& fault : faults_of(site(scratch, event(keys)))) all.push_back(fault.message);
  return all;
}

TEST(CoolingEvents, AreReadAsTheyStand) {
  Scratch const scratch;
  auto const s = read_scenario(
      site(scratch, event("what = \"chiller_trip\"\nplant = \"loop\"\nduration = \"5 min\"") +
                        event("what = \"crah_trip\"\nhall = \"a\"\nunits = 2") +
                        event("what = \"set_point\"\nside = \"liquid\"\nhall = \"a\"\ntemperature = \"40 degC\"")),
      with_fixtures());
  ASSERT_EQ(s.event.size(), 3U);
  EXPECT_TRUE(s.event[0].is_cooling());
  EXPECT_EQ(s.event[0].units, 0);
  EXPECT_EQ(s.event[1].units, 2);
  EXPECT_EQ(s.event[2].side, EventSpec::Side::liquid);
  EXPECT_DOUBLE_EQ(s.event[2].temperature.v, 313.15);
}

TEST(CoolingEvents, NameAPlantOrHallThatIsThere) {
  EXPECT_THAT(errors("what = \"chiller_trip\"\nplant = \"lop\""),
              ElementsAre(HasSubstr("there is no plant \"lop\". Did you mean \"loop\"?")));
  EXPECT_THAT(errors("what = \"cdu_trip\"\nhall = \"b\""), ElementsAre(HasSubstr("there is no hall \"b\"")));
  EXPECT_THAT(errors("what = \"pump_trip\""), ElementsAre(HasSubstr("needs \"plant\"")));
  EXPECT_THAT(errors("what = \"cdu_trip\"\nplant = \"loop\"\nhall = \"a\""), ElementsAre(HasSubstr("plant belongs to")));
}

TEST(CoolingEvents, TakeNoMoreThanThereIs) {
  EXPECT_THAT(errors("what = \"chiller_trip\"\nplant = \"loop\"\nunits = 2"),
              ElementsAre(HasSubstr("units = 2, but plant \"loop\" has 1 chiller. Leave units out for all?")));
  EXPECT_THAT(errors("what = \"pump_trip\"\nplant = \"loop\"\nunits = 3"), ElementsAre(HasSubstr("has 2 pumps")));
  EXPECT_THAT(errors("what = \"crah_trip\"\nhall = \"a\"\nunits = 4"), ElementsAre(HasSubstr("hall \"a\" has 3 air handlers")));
  EXPECT_THAT(errors("what = \"dry_cooler_trip\"\nplant = \"loop\""),
              ElementsAre(HasSubstr("plant \"loop\" has no dry coolers that could trip")));
  EXPECT_THAT(errors("what = \"tower_trip\"\nplant = \"loop\"\nunits = 1"), IsEmpty());
}

TEST(CoolingEvents, SetPointsHaveATemperatureAndASideThatIsThere) {
  EXPECT_THAT(errors("what = \"set_point\"\nplant = \"loop\""), ElementsAre(HasSubstr("needs \"temperature\"")));
  EXPECT_THAT(errors("what = \"set_point\"\nside = \"liquid\"\nhall = \"a\"\ntemperature = \"30 degC\""), IsEmpty());
  EXPECT_THAT(errors("what = \"set_point\"\nside = \"air\"\nplant = \"loop\"\ntemperature = \"30 degC\""),
              testing::Contains(HasSubstr("needs \"hall\"")));
  Scratch const scratch;
  auto const dry = event("what = \"set_point\"\nside = \"liquid\"\nhall = \"b\"\ntemperature = \"30 degC\"") +
                   "[[hall]]\nid = \"b\"\n[hall.air]\nplant = \"loop\"\ncrah = \"acme/wall\"\ncrahs = 1\nvolume = \"100 "
                   "m3\"\nfed_by = \"ups\"\n";
  auto const faults = faults_of(site(scratch, dry));
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(faults[0].message, HasSubstr("hall \"b\" has no [hall.liquid]. Write side = \"air\"?"));
  EXPECT_GT(faults[0].line, 0U);
}

TEST(CoolingEvents, PumpsHangOnABankThatTheUtilityReaches) {
  Scratch const scratch;
  auto const faults = faults_of(site(scratch, "", "flow = \"45 kg/s\"", "flow = \"45 kg/s\"\npumps_fed_by = \"upz\""));
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(faults[0].message, HasSubstr("there is no power bank \"upz\". Did you mean \"ups\"?"));
}

}  // namespace
}  // namespace ondol::schema
