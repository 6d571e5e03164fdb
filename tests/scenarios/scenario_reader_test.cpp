#include "scenarios/schema/scenario_reader.hpp"

#include "tests/scenarios/scratch.hpp"

namespace ondol::schema {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Override change(std::string key, std::string value) {
  return {std::move(key), std::move(value), nullptr, nullptr};
}

TEST(ScenarioReader, reads_again_and_again_what_read_scenario_reads) {
  ScenarioReader reader(fixtures / "whole.toml", fixtures / "catalogue");
  auto const plain = read_scenario(fixtures / "whole.toml", with_fixtures());
  auto options = with_fixtures();
  options.overrides = {change("racks[0].count", "7"), change("psu.\"acme/3k\".rating", "\"2.5 kW\"")};
  auto const changed = read_scenario(fixtures / "whole.toml", options);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(reader.read(std::vector<Override>{}).resolved_toml, plain.resolved_toml);
    EXPECT_EQ(reader.read(options.overrides).resolved_toml, changed.resolved_toml);
    EXPECT_THROW(reader.read({change("racks[0].count", "0")}), InputError);
  }
  EXPECT_NE(plain.resolved_toml, changed.resolved_toml);
}

TEST(ScenarioReader, tells_faults_of_its_texts_each_time) {
  Scratch scratch;  // with a fault that the parsed tree no longer holds
  auto const file = scratch.write("s.toml", "extends = \"" + (fixtures / "small.toml").string() +
                                                "\"\n[site]\nlatitude = { value = 91, tier = \"guessed\" }\n");
  ScenarioReader reader(file, fixtures / "catalogue");
  for (int i = 0; i < 2; ++i) try {
      reader.read(std::vector<Override>{});
      ADD_FAILURE();
    } catch (InputError const& e) {
      EXPECT_THAT(brief(e.faults()), ElementsAre(HasSubstr("latitude = 91 is out of range"), HasSubstr("a tier is")));
    }
}

TEST(DataFiles, are_all_that_the_scenario_names) {
  auto const s = read_scenario(fixtures / "whole.toml", with_fixtures());
  EXPECT_THAT(data_files(s), ElementsAre(fixtures / "jobs.csv", fixtures / "weather.csv"));
}

}  // namespace
}  // namespace ondol::schema
