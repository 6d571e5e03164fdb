#include "tests/scenarios/scratch.hpp"

namespace ondol::schema {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The fabric of whole.toml with `from` replaced by `to`.
std::filesystem::path changed(Scratch const& scratch, std::string const& from, std::string const& to) {
  std::string text = contents(fixtures / "whole.toml");
  auto const fabric = text.find("[[fabric]]"), at = text.find(from, fabric);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  for (auto const* file : {"weather.csv", "jobs.csv"}) scratch.write(file, contents(fixtures / file));
  return scratch.write("s.toml", text);
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

TEST(Fabric, is_read_as_it_stands) {
  auto const s = read_scenario(fixtures / "whole.toml", with_fixtures());
  ASSERT_EQ(s.fabric.size(), 1U);
  EXPECT_THAT(s.fabric[0].pools, ElementsAre("air", "wet"));
  EXPECT_FALSE(s.fabric[0].port_bandwidth);
  EXPECT_THAT(s.fabric[0].failed, ElementsAre("spine/1"));
  EXPECT_EQ(s.catalogue.optic.size(), 2U);
  EXPECT_EQ(fabric_of(s, "wet"), &s.fabric[0]);
  EXPECT_EQ(fabric_of(s, "dry"), nullptr);
}

TEST(Fabric, needs_pools_and_the_keys_of_its_kind) {
  EXPECT_THAT(errors("\"air\", \"wet\"", ""), ElementsAre(HasSubstr("pools is empty")));
  std::string const other =
      "[[fabric]]\nid = \"other\"\npools = [\"wet\"]\nnetwork_switch = \"acme/switch16\"\n"
      "node_cable = \"acme/copper\"\noptic = \"acme/module\"\nhall = \"a\"\nfed_by = \"ups\"\n[scheduler]";
  EXPECT_THAT(errors("[scheduler]", other), ElementsAre(HasSubstr("pool \"wet\" is already joined by fabric \"back-end\"")));
  EXPECT_THAT(errors("unit_nodes = 4\noversubscription = 2", "kind = \"torus\""),
              ElementsAre(HasSubstr("needs \"dimensions\", such as [8, 8, 4]")));
  EXPECT_THAT(errors("oversubscription = 2", "kind = \"dragonfly\""),
              ElementsAre(HasSubstr("needs \"groups\" and \"routers_per_group\"")));
  EXPECT_THAT(errors("nics = 2", "routing = \"valiant\""), ElementsAre(HasSubstr("belongs to kind = \"dragonfly\"")));
}

TEST(Fabric, cables_fit_the_ports_of_its_switches) {
  EXPECT_THAT(errors("nics = 2", "port_bandwidth = \"800 Gbit/s\""),
              ElementsAre(HasSubstr("cables of 800 Gbit/s do not fit acme/switch16, whose ports have 400 Gbit/s")));
  EXPECT_THAT(errors("nics = 2", "port_bandwidth = \"10 Gbit/s\""),
              ElementsAre(HasSubstr("cut a port of acme/switch16 in 40; up to 8 parts can be, of 50 Gbit/s each")));
  EXPECT_THAT(errors("nics = 2", "port_bandwidth = \"1e-9 bit/s\""), ElementsAre(HasSubstr("cut a port of acme/switch16 in")));
  EXPECT_THAT(errors("nics = 2", "port_bandwidth = \"50 Gbit/s\""), IsEmpty());
}

TEST(Fabric, warns_of_modules_and_nics_that_are_too_slow) {
  EXPECT_THAT(warnings("nics = 2", "nics = 2"), IsEmpty());
  EXPECT_THAT(warnings("\"acme/module\"", "\"acme/module200\""),
              ElementsAre(HasSubstr("need more than one module of acme/module200 at each end, which has 200 Gbit/s")));
  // the NICs of the air nodes carry 8 x 200 Gbit/s
  EXPECT_THAT(warnings("nics = 2", "nics = 1"), IsEmpty());
  EXPECT_THAT(warnings("nics = 2", "nics = 8"),
              ElementsAre(HasSubstr("8 ports of 400 Gbit/s are more than the 1600 Gbit/s that the NICs of acme/air8 carry")));
}

TEST(Fabric, warns_of_jobs_that_count_on_more_than_it_carries) {
  EXPECT_THAT(warnings("nics = 2", "nics = 1"), IsEmpty());
  EXPECT_THAT(warnings("nics = 2", "nics = 1\nport_bandwidth = \"200 Gbit/s\""),
              Contains(HasSubstr("network_bandwidth is more than the 50 Gbit/s that fabric \"back-end\" carries")));
}

TEST(Fabric, warns_of_keys_that_its_levels_do_not_use) {
  EXPECT_THAT(warnings("nics = 2", "nics = 2\nlevels = 3\npod_nodes = 8\ncore_switch = \"acme/switch16\""), IsEmpty());
  EXPECT_THAT(warnings("nics = 2", "nics = 2\npod_nodes = 8\ncore_switch = \"acme/switch16\"\ncore_oversubscription = 3"),
              ::testing::UnorderedElementsAre("pod_nodes has no effect with fewer than three levels",
                                              "core_switch has no effect with fewer than three levels",
                                              "core_oversubscription has no effect with fewer than three levels"));
  EXPECT_THAT(warnings("nics = 2", "nics = 2\nlevels = 1\nspine_switch = \"acme/switch16\""),
              ::testing::UnorderedElementsAre("oversubscription has no effect with fewer than two levels",
                                              "spine_switch has no effect with fewer than two levels"));
}

}  // namespace
}  // namespace ondol::schema
