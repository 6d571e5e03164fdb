/// Key figures of runs, and of the places of sweeps, against each other.

#include "sim/sweep/comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <random>

#include "scenarios/base/error.hpp"
#include "sim/sweep/index_comparison.hpp"
#include "tests/sim/record/example_index.hpp"

namespace ondol::sim {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

double const nan = std::numeric_limits<double>::quiet_NaN();
double const inf = std::numeric_limits<double>::infinity();

std::string said(std::function<void()> const& act) {
  try {
    act();
    return "nothing";
  } catch (InputError const& e) {
    return e.faults().front().message;
  }
}

TEST(Tolerance, AbsoluteAndRelative) {
  auto const t = parse_tolerance({"pue=0.5, energy = 10%", "1"}, {"pue", "energy", "water"});
  EXPECT_TRUE(t["pue"].keeps(1, 1.5));
  EXPECT_FALSE(t["pue"].keeps(1, 1.5001));
  EXPECT_TRUE(t["energy"].keeps(-100, -110));
  EXPECT_FALSE(t["energy"].keeps(100, 111));
  EXPECT_FALSE(t["energy"].keeps(0, 1e-300));  // a share of nothing is nothing
  EXPECT_TRUE(t["water"].keeps(3, 4));
  EXPECT_FALSE(t["water"].keeps(3, 4.1));
}

TEST(Tolerance, NoValueAndInfinity) {
  Allowance const wide{1e300, false};
  EXPECT_TRUE(Allowance{}.keeps(nan, nan));
  EXPECT_FALSE(wide.keeps(nan, 1));
  EXPECT_FALSE(wide.keeps(1, nan));
  EXPECT_TRUE(Allowance{}.keeps(inf, inf));
  EXPECT_FALSE(wide.keeps(inf, 1));
  EXPECT_FALSE(wide.keeps(inf, -inf));
}

TEST(Tolerance, TheLastOfTwoCountsAndBadOnesAreSaid) {
  EXPECT_TRUE(parse_tolerance({"1", "2"}, {}).otherwise.keeps(0, 2));
  for (auto const* bad : {"", "x", "pue=", "pue=x", "-1", "nan", "inf", "1%%", "1 MWh", "%"})
    EXPECT_THAT(said([&] { parse_tolerance({bad}, {"pue"}); }), HasSubstr("not a distance")) << bad;
  EXPECT_THAT(said([] { parse_tolerance({"pu=1"}, {"pue"}); }), HasSubstr("did you mean \"pue\"?"));
}

ResultFile run(std::vector<Kpi> kpis) {
  ResultFile f;
  f.kpis = std::move(kpis);
  return f;
}

TEST(CompareFigures, OrderOfTheFirstThenWhatOthersHaveMore) {
  auto const found = compare_figures(
      {run({{"a", 1, "1", ""}, {"b", 2, "W", ""}}), run({{"c", 3, "1", ""}, {"b", 2, "kW", ""}, {"a", 1, "1", ""}})}, {});
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0].name, "a");
  EXPECT_TRUE(found[0].equal());
  EXPECT_THAT(found[0].beyond, ElementsAre(false, false));
  EXPECT_EQ(found[1].name, "b");  // in W, which the other does not have
  EXPECT_THAT(found[1].beyond, ElementsAre(false, true));
  EXPECT_FALSE(found[1].equal());
  EXPECT_EQ(found[2].name, "c");
  EXPECT_FALSE(found[2].values[0]);
  EXPECT_EQ(found[3].units, "kW");
}

/// A grid x by label, with f = 10 x + label number.
SweepIndex grid(std::vector<double> const& x, std::vector<std::string> const& labels, bool turned = false) {
  SweepIndex index;
  index.dimensions = {{"x", "", x.size()}, {"label", "", labels.size()}};
  index.coordinates = {{"x", "", "MW", {0}, x}, {"label", "", "", {1}, labels}};
  std::vector<double> f;
  std::vector<std::string> run, status;
  auto const add = [&](double value, std::string const& label) {
    f.push_back(10 * value + label[0]);
    run.push_back(std::to_string(value) + label);
    status.emplace_back("complete");
  };
  if (turned) {
    std::swap(index.dimensions[0], index.dimensions[1]);
    index.coordinates[0].dimensions = {1};
    index.coordinates[1].dimensions = {0};
    for (auto const& l : labels)
      for (double const v : x) add(v, l);
  } else {
    for (double const v : x)
      for (auto const& l : labels) add(v, l);
  }
  index.variables = {{"f", "", "W", {}, f}, {"run", "", "", {}, run}, {"status", "", "", {}, status}};
  return index;
}

IndexComparison compare(SweepIndex const& a, SweepIndex const& b, std::string const& tolerance = "0") {
  return compare_indices(a, b, parse_tolerance({tolerance}, figure_names(a)), {}, "a.h5", "b.h5");
}

TEST(CompareIndices, ItselfIsEqual) {
  auto const c = compare(example_index(), example_index());
  EXPECT_EQ(c.places, 12u);
  EXPECT_EQ(c.same_runs, 11u);  // one was skipped
  EXPECT_EQ(c.beyond(), 0u);
  ASSERT_EQ(c.variables.size(), 1u);  // texts and counts along one axis are no key figures
  EXPECT_EQ(c.variables[0].values, 10u);
}

TEST(CompareIndices, PlacesGoByValueWhateverTheOrderOfValuesAndDimensions) {
  auto const a = grid({1, 2, 3}, {"p", "q"});
  EXPECT_EQ(compare(a, grid({3, 1, 2}, {"q", "p"})).beyond(), 0u);
  auto const turned = compare(a, grid({2, 3, 1}, {"q", "p"}, true));
  EXPECT_EQ(turned.beyond(), 0u);
  EXPECT_EQ(turned.same_runs, 6u);
  EXPECT_EQ(compare(grid({0.1 + 0.2}, {"p"}), grid({0.3}, {"p"})).places, 1u);
}

TEST(CompareIndices, WhereTheyLieFurthestApart) {
  auto const a = grid({1, 2, 3}, {"p", "q"});
  auto b = a;
  auto& f = std::get<std::vector<double>>(b.variables[0].values);
  f[1] += 3;
  f[4] -= 5;
  auto c = compare(a, b, "4");
  EXPECT_EQ(c.variables[0].different, 2u);
  EXPECT_EQ(c.variables[0].beyond, 1u);
  EXPECT_EQ(c.variables[0].where, "x = 3 MW, label = p");
  EXPECT_EQ(c.variables[0].other - c.variables[0].first, -5);
  EXPECT_EQ(compare(a, b, "5").beyond(), 0u);
  f[1] += 2;  // as far: the first of them is told
  EXPECT_EQ(compare(a, b).variables[0].where, "x = 1 MW, label = q");
  f[1] -= 2;
  f[0] = nan;  // no distance, and beyond every tolerance; the furthest stays
  c = compare(a, b, "1e300");
  EXPECT_EQ(c.variables[0].beyond, 1u);
  EXPECT_EQ(c.variables[0].values, 5u);
  EXPECT_EQ(c.variables[0].where, "x = 3 MW, label = p");
}

TEST(CompareIndices, PlacesThatOnlyOneHas) {
  auto const c = compare(grid({1, 2}, {"p", "q"}), grid({2, 5}, {"q", "r", "p"}));
  EXPECT_EQ(c.places, 2u);
  EXPECT_THAT(c.only_first, ElementsAre("x = 1 MW"));
  EXPECT_THAT(c.only_other, ElementsAre("x = 5 MW", "label = r"));
  EXPECT_EQ(c.variables[0].different, 0u);
  EXPECT_GT(c.beyond(), 0u);
}

TEST(CompareIndices, RunsThatEndedInAnotherWay) {
  auto const a = grid({1, 2}, {"p"});
  auto b = a;
  std::get<std::vector<std::string>>(b.variables[2].values)[1] = "failed";
  auto const c = compare(a, b);
  EXPECT_EQ(c.status_differs, 1u);
  EXPECT_EQ(c.status_where, "x = 2 MW, label = p: complete, failed");
  EXPECT_EQ(c.beyond(), 1u);
}

TEST(CompareIndices, SamplesAreTheSameOnlyWithTheirAxes) {
  SweepIndex a;
  a.dimensions = {{"sample", "", 2}};
  a.coordinates = {{"x", "", "MW", {0}, std::vector<double>{0.25, 0.75}}};
  a.variables = {{"f", "", "W", {}, std::vector<double>{1, 2}}};
  auto b = a;
  b.coordinates[0].values = std::vector<double>{0.25, 0.5};
  EXPECT_EQ(compare(a, b).places, 1u);
  EXPECT_THAT(compare(a, b).only_first, ElementsAre("sample = 1"));
}

TEST(CompareIndices, FiguresThatOneLacksOrHasInOtherUnits) {
  auto const a = grid({1}, {"p"});
  auto b = a;
  b.variables[0].units = "kW";
  auto const c = compare(a, b, "1e300");
  ASSERT_EQ(c.variables.size(), 2u);
  EXPECT_TRUE(c.variables[0].in_first && !c.variables[0].in_other);
  EXPECT_TRUE(!c.variables[1].in_first && c.variables[1].in_other);
  EXPECT_EQ(c.beyond(), 2u);
}

TEST(CompareIndices, WhatCannotBeHeldTogetherIsSaid) {
  auto const a = grid({1}, {"p"});
  auto b = a;
  b.dimensions[0].name = b.coordinates[0].name = "y";
  EXPECT_THAT(said([&] { compare(a, b); }), AllOf(HasSubstr("other dimensions"), HasSubstr("x, label"), HasSubstr("y, label")));
  b = a;
  b.coordinates[0].units = "kW";
  EXPECT_THAT(said([&] { compare(a, b); }), HasSubstr("axis x is in MW in a.h5 and in kW in b.h5"));
  EXPECT_THAT(said([&] { compare(a, grid({1}, {"r"})); }), HasSubstr("no place"));
}

/// Shuffled copies with one value moved: exactly that place is found.
TEST(CompareIndices, RandomGrids) {
  std::mt19937 random(1);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<double> x(1 + random() % 6);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i) * 0.1;
    std::vector<std::string> labels;
    for (std::size_t i = 0, n = 1 + random() % 5; i < n; ++i) labels.push_back(std::string(1, static_cast<char>('a' + i)));
    auto const a = grid(x, labels);
    std::shuffle(x.begin(), x.end(), random);
    std::shuffle(labels.begin(), labels.end(), random);
    bool const turned = random() % 2;
    auto b = grid(x, labels, turned);
    EXPECT_EQ(compare(a, b).beyond(), 0u);
    auto& f = std::get<std::vector<double>>(b.variables[0].values);
    auto const at = random() % f.size();
    f[at] += 1;
    auto const c = compare(a, b).variables[0];
    EXPECT_EQ(c.different, 1u);
    auto const& label = labels[turned ? at / x.size() : at % labels.size()];
    EXPECT_THAT(c.where, ::testing::EndsWith("label = " + label));
    EXPECT_NEAR(c.other - 1, c.first, 1e-9);
  }
}

}  // namespace
}  // namespace ondol::sim
