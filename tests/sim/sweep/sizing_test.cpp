#include "sim/sweep/sizing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/topology/site.hpp"

namespace ondol::sim {
namespace {

using schema::CaseSpec;
using schema::LimitSpec;
using schema::SizeSpec;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::vector<std::string> names(std::vector<SizingCase> const& cases) {
  std::vector<std::string> out;
  for (auto const& c : cases) out.push_back(c.name);
  return out;
}

std::string refusal(std::function<void()> const& call) {
  try {
    call();
  } catch (InputError const& e) {
    return e.what();
  }
  return "not refused";
}

CaseSpec losing(std::vector<std::string> lose) {
  CaseSpec c;
  c.name = "one out";
  c.lose = std::move(lose);
  return c;
}

// ------------------------------------------------------------------------------------------------ cases

TEST(SizingCases, BeginWithTheScenarioAsItIs) {
  CaseSpec hot;
  hot.name = "hot";
  hot.set = {{"site.weather.warming", "\"3 K\"", {}, {}}};
  auto const cases = sizing_cases({hot}, topology::test::site(), 0);
  EXPECT_THAT(names(cases), ElementsAre(as_declared, "hot"));
  EXPECT_THAT(cases[0].sets, IsEmpty());
  EXPECT_EQ(cases[1].sets[0].key, "site.weather.warming");
}

TEST(SizingCases, LoseOneOfEachBankAndMachine) {
  auto s = topology::test::site();
  s.power.push_back(topology::test::bank("diesel", "generator-1m", 2, {}));
  EXPECT_THAT(names(sizing_cases({losing({"power"})}, s, 0)),
              ElementsAre(as_declared, "one out: a unit of tr", "one out: a unit of ups", "one out: a unit of pdu"));
  EXPECT_THAT(
      names(sizing_cases({losing({"cooling"})}, s, 0)),
      ElementsAre(as_declared, "one out: a chiller of plant", "one out: a tower of plant", "one out: an air handler of a"));
  EXPECT_THAT(names(sizing_cases({losing({"diesel", "a"})}, s, 0)),
              ElementsAre(as_declared, "one out: a unit of diesel", "one out: an air handler of a"));
  s.plant[0].pumps_needed = 1;
  EXPECT_THAT(names(sizing_cases({losing({"plant"})}, s, 0)), testing::Contains("one out: a pump of plant"));
}

TEST(SizingCases, AddAnEventToThoseThatAreThere) {
  auto s = topology::test::site();
  s.event.resize(2);
  auto c = losing({"ups"});
  c.duration_s = 1800;
  auto const set = sizing_cases({c}, s, 43200)[1].sets.at(0);
  EXPECT_EQ(set.key, "event[2]");
  EXPECT_EQ(set.value, R"({ what = "unit_failure", bank = "ups", unit = 1, start = "43200.0 s", duration = "1800.0 s" })");
  c.start_s = 60;
  EXPECT_THAT(sizing_cases({c}, s, 43200)[1].sets.at(0).value, HasSubstr(R"(start = "60.0 s")"));
}

TEST(SizingCases, RefuseWhatCannotBeLost) {
  auto const said = refusal([] { sizing_cases({losing({"upss", "nothing-like-it"})}, topology::test::site(), 0); });
  EXPECT_THAT(said, HasSubstr("did you mean \"ups\"?"));
  EXPECT_THAT(said, HasSubstr("there are power, cooling, tr, ups, pdu, plant, a"));
}

// ------------------------------------------------------------------------------------------------ limits

std::vector<Kpi> const known{{"peak_power", 0, "MW", "Peak"},      {"hottest_inlet", 0, "degC", "Inlet"},
                             {"throttled", 0, "1", "Throttled"},   {"mean_wait", 0, "min", "Wait"},
                             {"cost_total", 0, "million KRW", ""}, {"report_ramp", 0, "MW/min", ""}};
std::vector<SizingCase> const one_case{{as_declared, as_declared, false, {}}};

LimitSpec limit(std::string of, std::optional<double> at_most, std::string units, std::optional<double> at_least = {}) {
  LimitSpec l;
  l.of = std::move(of);
  l.at_most = at_most;
  l.at_least = at_least;
  l.units = std::move(units);
  return l;
}
SizeSpec with(std::vector<LimitSpec> limits) {
  SizeSpec s;
  s.limit = std::move(limits);
  return s;
}

TEST(SizingLimits, AreTurnedIntoTheUnitsOfTheKeyFigure) {
  auto const limits = sizing_limits(
      with({limit("peak_power", 1800, "kW"), limit("hottest_inlet", 27, "degC"), limit("throttled", 0.01, ""),
            limit("throttled", 1, "%"), limit("mean_wait", 2, "h"), limit("cost_total", 3e7, "KRW"),
            limit("report_ramp", 100, "kW/s"), limit("n_minus_1", {}, "kW", 500), limit("peak_power", 3, "MW", 1)}),
      one_case, known);
  std::vector<double> values;
  for (auto const& l : limits) values.push_back(l.at_most.value_or(l.at_least.value_or(-1)));
  EXPECT_NEAR(values[0], 1.8, 1e-12);
  EXPECT_EQ(values[1], 27);
  EXPECT_EQ(values[2], 0.01);
  EXPECT_EQ(values[3], 0.01);
  EXPECT_NEAR(values[4], 120, 1e-9);
  EXPECT_NEAR(values[5], 30, 1e-9);
  EXPECT_NEAR(values[6], 6, 1e-9);
  EXPECT_EQ(limits[0].text(), "peak_power <= 1.8 MW");
  EXPECT_EQ(limits[8].text(), "1 MW <= peak_power <= 3 MW");
  EXPECT_DOUBLE_EQ(limits[8].margin(1.25), 0.25);
  EXPECT_DOUBLE_EQ(limits[8].margin(3.5), -0.5);
}

TEST(SizingLimits, OnTheFacilityNeedNoKeyFigure) {
  auto const limits = sizing_limits(with({limit("n_minus_1", {}, "")}), one_case, {});
  EXPECT_EQ(limits[0].at_least, 0);
  EXPECT_EQ(limits[0].units, "MW");
}

TEST(SizingLimits, RefuseWhatTheyCannotJudge) {
  auto spec = with({limit("peak_powr", 2, "MW"), limit("hottest_inlet", 2, "MW"), limit("peak_power", 2, ""),
                    limit("throttled", 2, "h"), limit("mean_wait", 1, "min")});
  spec.limit.back().in = {"as declred"};
  auto const said = refusal([&] { sizing_limits(spec, one_case, known); });
  EXPECT_THAT(said, HasSubstr("did you mean \"peak_power\"?"));
  EXPECT_THAT(said, HasSubstr("\"hottest_inlet\" is told in degC, which MW cannot be turned into"));
  EXPECT_THAT(said, HasSubstr("\"peak_power\" is told in MW, which a number without unit is not"));
  EXPECT_THAT(said, HasSubstr("\"throttled\" is a plain number, which h cannot be turned into"));
  EXPECT_THAT(said, HasSubstr("did you mean \"as declared\"?"));
}

// ------------------------------------------------------------------------------------------------ points

Outcome outcome(double peak_mw, double inlet_c = 20) {
  Outcome o;
  o.kpis = {{"peak_power", peak_mw, "MW", ""}, {"hottest_inlet", inlet_c, "degC", ""}};
  return o;
}
Outcome failed(std::string why) {
  Outcome o;
  o.status = Outcome::Status::failed;
  o.error = std::move(why);
  return o;
}

TEST(SizingPoint, TellsTheWorstCaseOfEachLimit) {
  std::vector<SizingCase> const cases{
      {as_declared, as_declared, false, {}}, {"hot", "hot", false, {}}, {"dark", "dark", false, {}}};
  auto spec = with({limit("peak_power", 2, "MW"), limit("hottest_inlet", 27, "degC"), limit("hottest_inlet", 40, "degC")});
  spec.limit[1].in = {as_declared};
  auto const limits = sizing_limits(spec, cases, known);
  auto const p = judge_point(limits, cases, {{outcome(1.5, 22)}, {outcome(1.9, 33)}, {outcome(1.7, 45)}}, {}, 1);
  EXPECT_DOUBLE_EQ(p.limits[0].margin, 2 - 1.9);
  EXPECT_EQ(p.limits[0].in_case, 1u);
  EXPECT_DOUBLE_EQ(p.limits[1].margin, 5);  // for the undisturbed run alone
  EXPECT_EQ(p.limits[1].in_case, 0u);
  EXPECT_DOUBLE_EQ(p.limits[2].margin, -5);
  EXPECT_FALSE(p.judgement().kept());
}

TEST(SizingPoint, IsKeptWhenEnoughMembersKeepAll) {
  auto const limits = sizing_limits(with({limit("peak_power", 2, "MW"), limit("hottest_inlet", 27, "degC")}), one_case, known);
  // Each limit alone is kept by four of five, both together by three.
  std::vector<std::vector<Outcome>> const runs{
      {outcome(1.9, 20), outcome(2.5, 20), outcome(1.0, 26), outcome(1.5, 28), outcome(1.6, 21)}};
  auto const kept = judge_point(limits, one_case, runs, {}, 0.6);
  EXPECT_TRUE(kept.judgement().kept());
  EXPECT_EQ(kept.kept, 3u);
  EXPECT_EQ(kept.members, 5u);
  auto const broken = judge_point(limits, one_case, runs, {}, 0.8);
  EXPECT_FALSE(broken.judgement().kept());
  EXPECT_EQ(broken.member, 3u);  // 28 degC misses by less than 2.5 MW does
  EXPECT_FALSE(judge_point(limits, one_case, runs, {}, 0.61).judgement().kept());
}

TEST(SizingPoint, FailedRunsDoNotKeep) {
  auto const limits = sizing_limits(with({limit("peak_power", 2, "MW")}), one_case, known);
  auto const all = judge_point(limits, one_case, {{failed("out of memory")}}, {}, 1);
  EXPECT_EQ(all.failed, "out of memory");
  EXPECT_FALSE(all.judgement().kept());
  auto const one = judge_point(limits, one_case, {{failed("out of memory"), outcome(1)}}, {}, 0.5);
  EXPECT_TRUE(one.judgement().kept());
}

TEST(SizingPoint, WhatARunDoesNotTellIsNotKept) {
  auto const limits = sizing_limits(with({limit("peak_power", 2, "MW"), limit("throttled", 1, "")}), one_case, known);
  EXPECT_FALSE(judge_point(limits, one_case, {{outcome(1)}}, {}, 1).judgement().kept());
  EXPECT_FALSE(judge_point(limits, one_case, {{outcome(std::nan(""))}}, {}, 1).judgement().kept());
}

TEST(SizingPoint, ACaseWithoutTheKeyFigureDoesNotBreakIt) {
  std::vector<SizingCase> const cases{{as_declared, as_declared, false, {}}, {"dark", "dark", true, {}}};
  auto const limits = sizing_limits(with({limit("throttled", 1, "")}), cases, known);
  auto dark = outcome(1);
  dark.kpis.push_back({"throttled", 0.2, "1", ""});
  auto const p = judge_point(limits, cases, {{outcome(1)}, {dark}}, {}, 1);
  EXPECT_TRUE(p.judgement().kept());
  EXPECT_EQ(p.limits[0].in_case, 1u);
}

TEST(SizingPoint, FacilityLimitsNeedNoRun) {
  auto const limits = sizing_limits(with({limit("n_minus_1", {}, "")}), one_case, {});
  auto const p = judge_point(limits, one_case, {}, {{-0.2, "ups/3"}}, 1);
  EXPECT_DOUBLE_EQ(p.limits[0].margin, -0.2);
  EXPECT_EQ(p.limits[0].note, "ups/3");
  EXPECT_TRUE(judge_point(limits, one_case, {}, {{0.0, "ups/3"}}, 1).judgement().kept());
}

}  // namespace
}  // namespace ondol::sim
