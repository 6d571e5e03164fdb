#include "sim/sweep/plan.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>

namespace ondol::sim {
namespace {

using schema::AxisSpec;
using schema::AxisValue;
using schema::DistributionSpec;
using schema::SweepSpec;
using testing::ElementsAre;
using testing::HasSubstr;
using Design = SweepSpec::Design;

AxisSpec axis(std::string name, std::vector<double> const& values) {
  AxisSpec a;
  a.name = name;
  a.key = "key." + name;
  a.units = "MW";
  a.spelling = "MW";
  a.written.file = "sweep.toml";
  a.keys.emplace_back().key = a.key;
  a.keys.back().spelling = a.spelling;
  for (double const v : values) {
    AxisValue value;
    value.number = v;
    value.label = std::to_string(static_cast<int>(v)) + " MW";
    value.sets.push_back({a.key, "\"" + value.label + "\"", {}, {}});
    a.values.push_back(value);
  }
  return a;
}

AxisSpec drawn(std::string name, double from, double to) {
  auto a = axis(std::move(name), {});
  a.distribution = DistributionSpec{};
  a.distribution->from = from;
  a.distribution->to = to;
  return a;
}

SweepSpec sweep(Design design, std::vector<AxisSpec> axes, int samples = 0) {
  SweepSpec s;
  s.file = "sweep.toml";
  s.design = design;
  s.axis = std::move(axes);
  s.samples = samples;
  return s;
}

std::string text(std::vector<schema::Override> const& sets) {
  std::string out;
  for (auto const& s : sets) out += s.key + "=" + s.value + ";";
  return out;
}

std::string refusal(SweepSpec const& s) {
  try {
    plan(s);
  } catch (InputError const& e) {
    return e.what();
  }
  return "";
}

TEST(Plan, GridTurnsItsLastAxisFastest) {
  auto s = sweep(Design::grid, {axis("a", {1, 2}), axis("b", {3, 4, 5})});
  s.set.push_back({"x", "1", {}, {}});
  auto const p = plan(s);
  ASSERT_EQ(p.dimensions.size(), 2);
  EXPECT_EQ(p.dimensions[1].name, "b");
  EXPECT_EQ(p.dimensions[1].size, 3);
  ASSERT_EQ(p.runs.size(), 6);
  EXPECT_EQ(p.runs[1].label, "a = 1 MW, b = 4 MW");
  EXPECT_EQ(text(p.runs[1].sets), "x=1;key.a=\"1 MW\";key.b=\"4 MW\";");
  EXPECT_THAT(p.runs[5].at, ElementsAre(1, 2));
  EXPECT_THAT(p.coordinates[1].numbers, ElementsAre(3, 4, 5));
  EXPECT_EQ(p.coordinates[1].dimension, 1);
}

TEST(Plan, MembersAreTheLastDimensionAndNothingButOverrides) {
  auto s = sweep(Design::grid, {axis("a", {1, 2})});
  s.ensemble.members = 3;
  s.ensemble.assume = {{"assumed", 0.1}, {"datasheet", 0.05}};
  auto const p = plan(s);
  ASSERT_EQ(p.runs.size(), 6);
  EXPECT_EQ(p.runs[4].label, "a = 2 MW, member 2");
  EXPECT_THAT(p.runs[4].at, ElementsAre(1, 1));
  EXPECT_EQ(text(p.runs[4].sets),
            "key.a=\"2 MW\";simulation.calibration_draw=2;simulation.catalogue_draw=2;"
            "simulation.assumed_uncertainty={ assumed = 0.1, datasheet = 0.05 };");
  EXPECT_EQ(p.dimensions.back().name, "member");
  EXPECT_THAT(p.coordinates.back().numbers, ElementsAre(1, 2, 3));
}

TEST(Plan, SeedsOfMembersDifferAndStayWhenMembersAreAdded) {
  SweepSpec s;
  s.ensemble.members = 50;
  s.ensemble.calibration = s.ensemble.catalogue = false;
  s.ensemble.seeds = true;
  auto const fifty = plan(s);
  std::set<std::string> seeds;
  for (auto const& r : fifty.runs) seeds.insert(text(r.sets));
  EXPECT_EQ(seeds.size(), 50);
  s.ensemble.members = 3;
  EXPECT_EQ(text(plan(s).runs[2].sets), text(fifty.runs[2].sets));
  EXPECT_EQ(fifty.runs[2].label, "member 3");
}

TEST(Plan, ZipGoesAlongCases) {
  auto const p = plan(sweep(Design::zip, {axis("a", {1, 2}), axis("b", {3, 4})}));
  ASSERT_EQ(p.dimensions.size(), 1);
  EXPECT_EQ(p.dimensions[0].name, "case");
  ASSERT_EQ(p.runs.size(), 2);
  EXPECT_EQ(p.runs[1].label, "a = 2 MW, b = 4 MW");
  EXPECT_EQ(p.coordinates[1].dimension, 0);
}

TEST(Plan, ZipOfUnequalLengthsIsRefusedWithBoth) {
  EXPECT_THAT(refusal(sweep(Design::zip, {axis("a", {1, 2}), axis("b", {3, 4, 5})})),
              testing::AllOf(HasSubstr("\"b\" has 3 values"), HasSubstr("\"a\" in line 0 has 2")));
}

TEST(Plan, AThousandMillionRunsAreRefusedWithTheNumber) {
  std::vector<double> const thousand(1000, 1.0);
  EXPECT_THAT(refusal(sweep(Design::grid, {axis("a", thousand), axis("b", thousand), axis("c", thousand)})),
              testing::AllOf(HasSubstr("1000000000 runs"), HasSubstr("1000 (a) x 1000 (b) x 1000 (c)")));
  std::vector<AxisSpec> many;
  for (int i = 0; i < 12; ++i) many.push_back(axis("a" + std::to_string(i), thousand));
  EXPECT_THAT(refusal(sweep(Design::grid, many)), HasSubstr("about 1.0e+36 runs"));
}

TEST(Plan, RulesThinAGridForAllMembersAlike) {
  auto const folder = std::filesystem::path(ONDOL_BINARY_DIR) / "tests" / "scratch" / "plan";
  std::filesystem::create_directories(folder);
  auto const read = [&](std::string const& when) {
    std::ofstream(folder / "base.toml") << "[site]\n";
    std::ofstream(folder / "sweep.toml") << "name = \"thin\"\nbase = \"base.toml\"\nensemble = 2\n"
                                            "[[axis]]\nname = \"a\"\nkey = \"site.base_load\"\nvalues = [\"1 MW\", \"2 MW\"]\n"
                                            "[[axis]]\nname = \"b\"\nkey = \"simulation.seed\"\nvalues = [3, 4, 5]\n"
                                            "[[skip]]\nwhen = '"
                                         << when << "'\nwhy = \"a test\"\n";
    return schema::read_sweep(folder / "sweep.toml");
  };
  auto const p = plan(read("a >= \"2 MW\" and b > 3"));
  EXPECT_EQ(p.skipped, 2);
  ASSERT_EQ(p.runs.size(), 8);
  EXPECT_THAT(p.runs[6].at, ElementsAre(1, 0, 0));
  EXPECT_EQ(p.dimensions[1].size, 3);
  EXPECT_THAT(refusal(read("b > 0")), HasSubstr("leaves out all 6 combinations"));
}

TEST(Plan, NothingToVaryAndMissingValuesAreRefused) {
  EXPECT_THAT(refusal(SweepSpec{}), HasSubstr("nothing varies"));
  EXPECT_THAT(refusal(sweep(Design::grid, {axis("a", {})})), HasSubstr("has no values"));
  EXPECT_THAT(refusal(sweep(Design::grid, {drawn("a", 0, 1)})), HasSubstr("only sampled designs"));
  EXPECT_THAT(refusal(sweep(Design::sobol, {drawn("a", 0, 1)})), HasSubstr("samples = N"));
}

/// Points of one axis as the plan gives them.
std::vector<double> along(Plan const& p, std::size_t axis) {
  return p.coordinates[axis].numbers;
}

/// Whether `count` points from `first` on have one in each of as many equal strata of [0, 1).
bool stratified(std::vector<double> const& x, std::size_t first, std::size_t count) {
  std::set<std::size_t> strata;
  for (std::size_t i = first; i < first + count; ++i)
    strata.insert(static_cast<std::size_t>(x[i] * static_cast<double>(count)));
  return strata.size() == count && *strata.rbegin() < count;
}

TEST(Plan, LatinHypercubeHasOnePointInEachStratum) {
  auto const p = plan(sweep(Design::latin_hypercube, {drawn("a", 0, 1), drawn("b", 0, 1)}, 37));
  ASSERT_EQ(p.runs.size(), 37);
  EXPECT_EQ(p.dimensions[0].name, "sample");
  for (std::size_t d : {0U, 1U}) EXPECT_TRUE(stratified(along(p, d), 0, 37)) << d;
  EXPECT_NE(along(p, 0), along(p, 1));
}

TEST(Plan, AnAxisMoreMovesNoDrawOfTheOthers) {
  auto const two = plan(sweep(Design::latin_hypercube, {drawn("a", 0, 1), drawn("b", 0, 1)}, 16));
  auto const three = plan(sweep(Design::latin_hypercube, {drawn("c", 0, 1), drawn("a", 0, 1), drawn("b", 0, 1)}, 16));
  EXPECT_EQ(along(two, 0), along(three, 1));
  EXPECT_EQ(along(two, 1), along(three, 2));
  auto other = sweep(Design::latin_hypercube, {drawn("a", 0, 1), drawn("b", 0, 1)}, 16);
  other.seed = 2;
  EXPECT_NE(along(plan(other), 0), along(two, 0));
}

TEST(Plan, EveryPowerOfTwoBlockOfSobolIsStratified) {
  std::vector<AxisSpec> axes;
  for (int d = 0; d < 9; ++d) axes.push_back(drawn("a" + std::to_string(d), 0, 1));
  auto const p = plan(sweep(Design::sobol, axes, 256));
  for (std::size_t d = 0; d < axes.size(); ++d)
    for (std::size_t block = 1; block <= 256; block *= 2)
      for (std::size_t first = 0; first < 256; first += block)
        EXPECT_TRUE(stratified(along(p, d), first, block)) << "axis " << d << ", " << block << " from " << first;
}

TEST(Plan, FirstTwoSobolAxesFillEveryElementaryBox) {  // a (0, m, 2)-net, which plain random or Latin points are not
  auto const p = plan(sweep(Design::sobol, {drawn("a", 0, 1), drawn("b", 0, 1)}, 64));
  auto const x = along(p, 0), y = along(p, 1);
  for (int split = 0; split <= 6; ++split) {
    std::set<std::pair<int, int>> boxes;
    for (std::size_t i = 0; i < 64; ++i)
      boxes.emplace(static_cast<int>(x[i] * (1 << split)), static_cast<int>(y[i] * (1 << (6 - split))));
    EXPECT_EQ(boxes.size(), 64) << split;
  }
}

TEST(Plan, SobolPointsOfTwoSeedsDifferAndHaveTheMeanOfTheCube) {
  auto s = sweep(Design::sobol, {drawn("a", 0, 1), drawn("b", 0, 1)}, 512);
  auto const one = plan(s);
  s.seed = 2;
  auto const two = plan(s);
  EXPECT_NE(along(one, 0), along(two, 0));
  double product = 0;
  for (std::size_t i = 0; i < 512; ++i) product += along(one, 0)[i] * along(one, 1)[i] / 512;
  EXPECT_NEAR(product, 0.25, 2e-3);  // 512 random points: 0.01
}

TEST(Plan, SaltelliRowsComeInTheOrderOfTheIndices) {
  auto const p = plan(sweep(Design::saltelli, {drawn("a", 0, 1), drawn("b", 0, 1), drawn("c", 0, 1)}, 8));
  ASSERT_EQ(p.runs.size(), 8 * 5);
  for (std::size_t i = 0; i < 40; i += 5)
    for (std::size_t d = 0; d < 3; ++d) {
      auto const x = along(p, d);
      EXPECT_NE(x[i], x[i + 4]);  // A and B
      for (std::size_t j = 0; j < 3; ++j) EXPECT_EQ(x[i + 1 + j], j == d ? x[i + 4] : x[i]);
    }
}

/// First and total indices by the estimators of [saltelli2010], as the analysis has them, on the function of Ishigami with its
/// known answer: sin a + 7 sin^2 b + 0.1 c^4 sin a within +-pi.
TEST(Plan, SaltelliRowsGiveTheIndicesOfIshigami) {
  double const pi = 3.141592653589793;
  auto const p = plan(sweep(Design::saltelli, {drawn("a", -pi, pi), drawn("b", -pi, pi), drawn("c", -pi, pi)}, 4096));
  auto const a = along(p, 0), b = along(p, 1), c = along(p, 2);
  std::vector<double> y;
  for (std::size_t i = 0; i < a.size(); ++i)
    y.push_back(std::sin(a[i]) + 7 * std::pow(std::sin(b[i]), 2) + 0.1 * std::pow(c[i], 4) * std::sin(a[i]));
  double mean = 0, square = 0;
  for (std::size_t i = 0; i < y.size(); i += 5)
    for (double const x : {y[i], y[i + 4]}) {
      mean += x / 8192;
      square += x * x / 8192;
    }
  double const variance = square - mean * mean;
  double const first[] = {0.3139, 0.4424, 0}, total[] = {0.5576, 0.4424, 0.2437};
  for (std::size_t j = 0; j < 3; ++j) {
    double s = 0, t = 0;
    for (std::size_t i = 0; i < y.size(); i += 5) {
      s += y[i + 4] * (y[i + 1 + j] - y[i]) / 4096;
      t += std::pow(y[i] - y[i + 1 + j], 2) / 8192;
    }
    EXPECT_NEAR(s / variance, first[j], 0.02) << j;
    EXPECT_NEAR(t / variance, total[j], 0.01) << j;
  }
}

TEST(Plan, ManySamplesStayApartAndTheLargestDesignsAreRefused) {
  EXPECT_THAT(refusal(sweep(Design::saltelli, {drawn("a", 0, 1)}, 1 << 20)), HasSubstr("3145728 runs: 1048576 (samples) x 3"));
  auto const p = plan(sweep(Design::sobol, {drawn("a", 300, 300.001)}, 4096));
  std::set<double> const different(p.coordinates[0].numbers.begin(), p.coordinates[0].numbers.end());
  EXPECT_EQ(different.size(), 4096);
}

}  // namespace
}  // namespace ondol::sim
