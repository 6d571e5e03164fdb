#include "tests/scenarios/scratch.hpp"

namespace ondol::schema {
namespace {

using ::testing::HasSubstr;

std::filesystem::path const source = ONDOL_SOURCE_DIR;

TEST(Catalogue, of_the_fixtures_reads_whole) {
  Provenance origin;
  auto const c = read_catalogue(fixtures / "catalogue", origin);
  EXPECT_EQ(c.accelerator.size(), 2U);
  EXPECT_EQ(c.dry_cooler.at("acme/dry").fluid_in.v, 323.15);
  EXPECT_EQ(c.chiller.at("acme/chiller").capacity_curve[2], -0.001);
  EXPECT_EQ(origin.at("psu.acme/3k.loss.efficiency").reason, "typical");
  EXPECT_EQ(origin.at("accelerator.acme/one-lite.memory").source, "acme-sheet");  // of the entry it extends
  EXPECT_EQ(origin.at("accelerator.acme/one-lite.power_limit").source, "");
}

TEST(Catalogue, shipped_with_the_program_reads_without_a_fault) {
  Provenance origin;
  auto const c = read_catalogue(source / "scenarios" / "catalogue", origin);
  EXPECT_GE(c.accelerator.size(), 20U);
  EXPECT_GE(c.rack.size(), 5U);
  for (auto const& [path, o] : origin) {
    if (o.is_default) continue;
    EXPECT_NE(o.tier, Tier::user) << path;
    EXPECT_GT(o.line, 0U) << path;
  }
}

TEST(Catalogue, examples_read_without_a_fault_and_dump_to_themselves) {
  Scratch scratch;
  std::size_t n = 0;
  for (auto const& e : std::filesystem::directory_iterator(source / "scenarios" / "examples")) {
    if (e.path().extension() != ".toml") continue;
    ReadOptions options;
    options.catalogue = source / "scenarios" / "catalogue";
    auto const s = read_scenario(e.path(), options);
    auto const again = read_scenario(scratch.write("again.toml", dump(s, true)), options);
    EXPECT_EQ(again.resolved_toml, s.resolved_toml) << e.path();
    ++n;
  }
  EXPECT_GE(n, 5U);
}

TEST(Catalogue, faults_name_the_file_and_all_come_at_once) {
  Scratch scratch;
  scratch.write("a.toml", "[psu.x]\nname = \"x\"\nrating = \"3 J\"\n\n[psus.y]\n");
  scratch.write("b.toml", "[psu.x]\nname = \"x\"\n[rack.r]\nname = \"r\"\nnode = \"n\"\nnodes = 2\nrated_power = \"1 kW\"\n");
  Provenance origin;
  try {
    read_catalogue(scratch.folder, origin);
    FAIL() << "no fault found";
  } catch (InputError const& e) {
    auto const said = brief(e.faults());
    EXPECT_THAT(said, ::testing::ElementsAre("1:1+7 psu.x needs \"loss\" (loss by load)",
                                             "3:10+5 rating = \"3 J\" is an energy, not a power (units that fit: W, kW, MW).",
                                             "5:2+4 unknown kind of catalogue entry \"psus\". Did you mean \"psu\"?",
                                             HasSubstr("1:6 psu \"x\" was declared before, in line 1 of"),
                                             "5:8+3 there is no node \"n\" in the catalogue"));
    EXPECT_THAT(e.faults()[4].file, HasSubstr("b.toml"));
  }
}

TEST(Catalogue, missing_or_empty_folder_says_so) {
  Scratch scratch;
  Provenance origin;
  EXPECT_THAT([&] { read_catalogue(scratch.folder / "none", origin); },
              ::testing::ThrowsMessage<InputError>(HasSubstr("the catalogue folder cannot be read")));
  EXPECT_THAT([&] { read_catalogue(scratch.folder, origin); },
              ::testing::ThrowsMessage<InputError>(HasSubstr("holds no .toml file")));
}

}  // namespace
}  // namespace ondol::schema
