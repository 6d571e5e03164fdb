#include <cmath>

#include "tests/scenarios/scratch.hpp"

namespace ondol::schema {
namespace {

using ::testing::HasSubstr;

constexpr char const* entries = R"(
[power_unit."acme/ups"]
loss = { form = "affine", constant = "13 kW", efficiency = 0.98, uncertainty = 0.1, tier = "assumed", why = "a test" }
[psu."acme/3k"]
loss = { form = "table", load = [0.1, 0.5, 1.0], efficiency = [0.9, 0.96, 0.94], uncertainty = 0.2 }
[node."acme/air8"]
host_idle = { value = "800 W", uncertainty = 0.3 }
host_active = { value = "1.8 kW", uncertainty = 0.3 }
[accelerator."acme/one"]
matmul_efficiency = { value = 0.9, uncertainty = 0.05 }
slowdown_temperature = { value = "87 degC", uncertainty = 0.01 }
[crah."acme/wall"]
fan_power = { value = "5 kW", uncertainty = 0.25 }
)";

class CatalogueDraw : public ::testing::Test {
 protected:
  std::filesystem::path write(std::string const& more = entries) {
    return scratch.write("s" + std::to_string(number++) + ".toml",
                         "extends = \"" + (fixtures / "small.toml").string() + "\"\n" + more);
  }
  static Scenario drawn(std::filesystem::path const& file, int draw, std::vector<std::string> const& more = {}) {
    auto options = with_fixtures();
    options.set = more;
    options.set.push_back("simulation.catalogue_draw=" + std::to_string(draw));
    return read_scenario(file, options);
  }
  static double fan(Scenario const& s, char const* id = "acme/wall") { return s.catalogue.crah.at(id).fan_power.v; }

  Scratch scratch;
  int number = 0;
};

TEST_F(CatalogueDraw, NoneLeavesEveryValueAsItIsStated) {
  auto const file = write();
  EXPECT_EQ(dump(drawn(file, 0, {"simulation.assumed_uncertainty={ assumed = 0.2 }"}), false).find(", draw ="),
            std::string::npos);
  EXPECT_EQ(fan(drawn(file, 0)), 5000);
}

TEST_F(CatalogueDraw, EqualNumbersGiveEqualValuesWhateverElseTheScenarioHolds) {
  double const x = fan(drawn(write(), 3));
  EXPECT_NE(x, 5000);
  EXPECT_EQ(fan(drawn(write(), 3)), x);
  EXPECT_NE(fan(drawn(write(), 4)), x);
  std::string const another =
      std::string("[cdu.\"aaa/first\"]\nextends = \"acme/cdu\"\npump_power = { value = \"9 kW\", uncertainty = 0.3 }\n") +
      entries;
  EXPECT_EQ(fan(drawn(write(another), 3)), x);
  auto options = with_fixtures();
  options.set = {"simulation.catalogue_draw=3"};
  options.seed = 2;
  EXPECT_NE(fan(read_scenario(write(), options)), x);
}

TEST_F(CatalogueDraw, WhatEntriesShareByExtendingMovesAlike) {
  std::string const more =
      std::string(entries) +
      "[crah.\"my/wall\"]\nextends = \"acme/wall\"\nname = \"mine\"\n"
      "[crah.\"my/other\"]\nextends = \"acme/wall\"\nfan_power = { value = \"5 kW\", uncertainty = 0.25 }\n"
      "[[hall]]\nid = \"b\"\nair = { plant = \"loop\", crah = \"my/wall\", crahs = 3, volume = \"900 m3\", fed_by = \"main\" "
      "}\n"
      "[[hall]]\nid = \"c\"\nair = { plant = \"loop\", crah = \"my/other\", crahs = 3, volume = \"900 m3\", fed_by = \"main\" "
      "}\n";
  auto const s = drawn(write(more), 1);
  EXPECT_NE(fan(s), 5000);
  EXPECT_EQ(fan(s, "my/wall"), fan(s));   // one number, said once
  EXPECT_NE(fan(s, "my/other"), fan(s));  // another number, of equal value
}

TEST_F(CatalogueDraw, MeanAndSpreadAreThoseStated) {
  auto const file = write();
  double sum = 0, squares = 0, share = 0, share_squares = 0, hot = 0, hot_squares = 0;
  int const n = 2000;
  for (int i = 1; i <= n; ++i) {
    auto const s = drawn(file, i);
    double const f = fan(s) / 5000, e = s.catalogue.accelerator.at("acme/one").matmul_efficiency,
                 t = s.catalogue.accelerator.at("acme/one").slowdown_temperature.v - 273.15;
    EXPECT_GT(f, 0);
    EXPECT_GT(e, 0);
    EXPECT_LE(e, 1);
    sum += f;
    squares += f * f;
    share += e;
    share_squares += e * e;
    hot += t;
    hot_squares += t * t;
  }
  auto const deviation = [n](double total, double square) { return std::sqrt(square / n - total / n * (total / n)); };
  EXPECT_NEAR(sum / n, 1, 4 * 0.25 / std::sqrt(n));  // four standard errors
  EXPECT_NEAR(deviation(sum, squares), 0.25, 0.02);
  EXPECT_NEAR(share / n, 0.9, 4 * 0.045 / std::sqrt(n));
  EXPECT_NEAR(deviation(share, share_squares), 0.045, 0.004);
  EXPECT_NEAR(hot / n, 87, 4 * 0.87 / std::sqrt(n));
  EXPECT_NEAR(deviation(hot, hot_squares), 0.87, 0.06);
}

TEST_F(CatalogueDraw, ALossCurveMovesAsAWhole) {
  auto const s = drawn(write(), 5);
  auto const& table = s.catalogue.psu.at("acme/3k").loss;
  EXPECT_THAT(table.load, testing::ElementsAre(0.1, 0.5, 1.0));
  double const f = (1 / table.load_efficiency[0] - 1) / (1 / 0.9 - 1);
  EXPECT_GT(std::abs(f - 1), 1e-3);
  EXPECT_NEAR((1 / table.load_efficiency[1] - 1) / (1 / 0.96 - 1), f, 1e-12);
  EXPECT_NEAR((1 / table.load_efficiency[2] - 1) / (1 / 0.94 - 1), f, 1e-12);
  auto const& affine = s.catalogue.power_unit.at("acme/ups").loss;
  EXPECT_NEAR((1 / affine.efficiency - 1) / (1 / 0.98 - 1), affine.constant.v / 13000, 1e-12);
}

TEST_F(CatalogueDraw, HostPowersMoveTogetherSoThatActiveStaysAboveIdle) {
  auto const file = write();
  for (int i = 1; i < 50; ++i) {
    auto const& node = drawn(file, i).catalogue.node.at("acme/air8");
    EXPECT_NEAR(node.host_active.v / node.host_idle.v, 1800.0 / 800, 1e-12);
  }
}

TEST_F(CatalogueDraw, AssumedUncertaintiesReachTheirTierButNoNameplates) {
  auto const file = write(R"(
[crah."acme/wall"]
rated_heat = { value = "180 kW", tier = "assumed", why = "a test" }
fan_power = { value = "5 kW", tier = "assumed", why = "a test" }
rated_approach = { value = "6 K", tier = "datasheet" }
)");
  auto const s = drawn(file, 1, {"simulation.assumed_uncertainty={ assumed = 0.2 }"});
  EXPECT_NE(fan(s), 5000);
  EXPECT_EQ(s.origin.at("crah.acme/wall.fan_power").uncertainty, 0.2);
  EXPECT_EQ(s.catalogue.crah.at("acme/wall").rated_heat.v, 180e3);
  EXPECT_EQ(s.catalogue.crah.at("acme/wall").rated_approach.v, 6);
  EXPECT_EQ(fan(drawn(file, 1)), 5000);
  auto options = with_fixtures();
  options.set = {"simulation.assumed_uncertainty={ asumed = 0.2 }"};
  EXPECT_THAT(brief(faults_of(file, options)),
              testing::ElementsAre(HasSubstr("\"asumed\" is no tier of the catalogue. Did you mean \"assumed\"?")));
}

TEST_F(CatalogueDraw, ADumpHoldsTheDrawnValuesAndGivesTheSameBits) {
  auto const first = drawn(write(), 7, {"simulation.assumed_uncertainty={ assumed = 0.1, datasheet = 0.05 }"});
  auto const text = dump(first, true);
  EXPECT_THAT(text, HasSubstr("uncertainty = 0.25, draw = 7 }"));
  EXPECT_THAT(text, HasSubstr("+/- 25 %, draw 7"));
  auto const again = read_scenario(scratch.write("again.toml", text), with_fixtures());
  EXPECT_EQ(fan(again), fan(first));
  EXPECT_EQ(dump(again, false), dump(first, false));
}

TEST_F(CatalogueDraw, ADumpOfOneDrawIsNoneOfAnother) {
  auto const file = scratch.write("again.toml", dump(drawn(write(), 7), false));
  for (auto const* other : {"0", "8"}) {
    auto options = with_fixtures();
    options.set = {std::string("simulation.catalogue_draw=") + other};
    EXPECT_THAT(brief(faults_of(file, options)), testing::ElementsAre(HasSubstr("is of draw 7 of the catalogue"))) << other;
  }
}

}  // namespace
}  // namespace ondol::schema
