#include "tests/scenarios/scratch.hpp"

namespace ondol::schema {
namespace {

using ::testing::HasSubstr;

void expect_round_trip(std::filesystem::path const& file, ReadOptions const& options) {
  Scratch scratch;
  auto const first = read_scenario(file, options);
  for (bool const origins : {false, true}) {
    auto const again = read_scenario(scratch.write("again.toml", dump(first, origins)), options);
    EXPECT_EQ(dump(again, false), dump(first, false)) << file;
    // the bits, not only their text
    EXPECT_EQ(again.simulation.start, first.simulation.start);
    EXPECT_EQ(again.site.carbon.factor, first.site.carbon.factor);
    auto const expect_same_origin = [&](std::string const& path) {
      EXPECT_EQ(first.origin.at(path).tier, again.origin.at(path).tier) << path;
      EXPECT_EQ(first.origin.at(path).source, again.origin.at(path).source) << path;
      EXPECT_EQ(first.origin.at(path).reason, again.origin.at(path).reason) << path;
      EXPECT_EQ(first.origin.at(path).is_default, again.origin.at(path).is_default) << path;
      EXPECT_EQ(first.origin.at(path).uncertainty, again.origin.at(path).uncertainty) << path;
    };
    for (auto const& [id, a] : first.catalogue.accelerator) {
      auto const& b = again.catalogue.accelerator.at(id);
      EXPECT_EQ(a.slowdown_temperature, b.slowdown_temperature) << id;
      EXPECT_EQ(a.fp4_peak, b.fp4_peak) << id;
      for (auto const* key : {"memory", "memory_efficiency", "calibration"})
        expect_same_origin("accelerator." + id + "." + key);
    }
    for (auto const& [id, a] : first.catalogue.calibration) {
      auto const& b = again.catalogue.calibration.at(id);
      EXPECT_EQ(a.covariance, b.covariance) << id;
      EXPECT_EQ(a.quality->held_out_bias, b.quality->held_out_bias) << id;
      for (std::size_t i = 0; i < meter::channels; ++i) {
        EXPECT_EQ(a.control.of(i), b.control.of(i)) << meter::channel_names[i];
        EXPECT_EQ(a.data.of(i), b.data.of(i)) << meter::channel_names[i];
      }
      for (auto const* key :
           {"idle", "context", "voltage_floor", "control.tensor_bf16", "control.tensor_fp8", "reference_temperature"})
        expect_same_origin("calibration." + id + "." + key);
    }
  }
}

TEST(Dump, reads_back_to_the_same_scenario) {
  expect_round_trip(fixtures / "whole.toml", with_fixtures());
  expect_round_trip(fixtures / "small.toml", with_fixtures());
}

TEST(Dump, of_awkward_texts_reads_back) {
  Scratch scratch;
  auto const file =
      scratch.write("s.toml", "extends = \"" + (fixtures / "small.toml").string() +
                                  "\"\n[site]\nname = \"한글 \\\"quoted\\\" back\\\\slash\\ttab\\nline\"\n[racks.x]\n");
  EXPECT_FALSE(faults_of(file).empty());  // racks is a list
  auto const good = scratch.write("g.toml", "extends = \"" + (fixtures / "small.toml").string() +
                                                "\"\n[site]\nname = \"한글 \\\"quoted\\\" back\\\\slash\\ttab\\nline\"\n");
  expect_round_trip(good, with_fixtures());
  EXPECT_EQ(read_scenario(good, with_fixtures()).site.name, "한글 \"quoted\" back\\slash\ttab\nline");
}

TEST(Dump, names_the_origin_of_each_value) {
  auto const text = dump(read_scenario(fixtures / "whole.toml", with_fixtures()), true);
  EXPECT_THAT(text, HasSubstr("duration = \"7 d\"  # whole.toml:6\n"));
  EXPECT_THAT(text, HasSubstr("halls = true  # default\n"));
  EXPECT_THAT(text, HasSubstr("power_limit = \"700 W\"  # devices.toml:6, datasheet [acme-sheet]\n"));
  EXPECT_THAT(text, HasSubstr("idle = { value = \"75 W\", tier = \"measured\", source = \"power-paper\", uncertainty = 0.05 }  "
                              "# acme.toml:9, measured [power-paper], +/- 5 %\n"));
  EXPECT_THAT(
      text,
      HasSubstr(
          "pump_power = { value = \"15 kW\", tier = \"assumed\", why = \"two bar and 60 %\" }  # whole.toml:53, assumed"));
}

TEST(Dump, is_complete_without_the_catalogue_it_came_from) {
  Scratch scratch;
  auto const first = read_scenario(fixtures / "whole.toml", with_fixtures());
  scratch.write("catalogue/other.toml",
                "[psu.other]\nname = \"o\"\nrating = \"1 kW\"\nloss = { form = \"affine\", efficiency = 1 }\n"
                "[accelerator.\"acme/one\"]\nfp4_peak = \"1 PFLOP/s\"\n");
  auto options = with_fixtures();
  options.catalogue = scratch.folder / "catalogue";
  auto const again = read_scenario(scratch.write("again.toml", first.resolved_toml), options);
  EXPECT_EQ(again.resolved_toml, first.resolved_toml);
  EXPECT_FALSE(again.catalogue.accelerator.at("acme/one").fp4_peak);
}

}  // namespace
}  // namespace ondol::schema
