#include "sim/sweep/search.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace ondol::sim {
namespace {

using Aim = SearchSpec::Aim;
using testing::DoubleEq;
using testing::ElementsAre;

using Margins = std::function<std::vector<double>(double)>;

struct Asked {
  SearchResult result;
  std::vector<double> values;  ///< in the order of asking
  std::vector<std::vector<double>> batches;
  double answer() const { return result.answer ? result.trials[*result.answer].value : std::nan(""); }
  double beyond() const { return result.beyond ? result.trials[*result.beyond].value : std::nan(""); }
};

Asked ask(SearchSpec const& spec, Margins const& margins) {
  Asked asked;
  asked.result = search(spec, [&](std::vector<double> const& values) {
    std::vector<Judgement> out;
    for (double v : values) out.push_back({margins(v), ""});
    asked.values.insert(asked.values.end(), values.begin(), values.end());
    asked.batches.push_back(values);
    return out;
  });
  return asked;
}

/// Every point of the range, by value.
std::vector<double> all_points(SearchSpec const& spec) {
  std::vector<double> out;
  for (int i = 0;; ++i) {
    double const v = spec.from + i * spec.resolution;
    if (v >= spec.to - 1e-9 * spec.resolution) break;
    out.push_back(v);
  }
  out.push_back(spec.to);
  return out;
}

/// What trying every point says: the outermost value before the first that breaks, from the easy end.
double by_brute_force(SearchSpec const& spec, Margins const& margins) {
  auto points = all_points(spec);
  if (spec.aim == Aim::smallest) std::reverse(points.begin(), points.end());
  double answer = std::nan("");
  for (double p : points) {
    auto const m = margins(p);
    if (std::any_of(m.begin(), m.end(), [](double x) { return !(x >= 0); })) break;
    answer = p;
  }
  return answer;
}

TEST(Search, FindsTheLastWholeNumberBelowALine) {
  auto const asked = ask({1, 100, 1, Aim::largest, 1}, [](double racks) { return std::vector{2.0 - 0.0437 * racks}; });
  EXPECT_EQ(asked.answer(), 45);  // 2 MW / 43.7 kW = 45.8
  EXPECT_EQ(asked.beyond(), 46);
  EXPECT_EQ(asked.result.binding, 0u);
  EXPECT_LE(asked.values.size(), 8u);  // five looks, the crossing, its neighbour, and one to spare; bisection takes ten
}

TEST(Search, OfTwoLimitsTheFirstToBreakBinds) {
  Margins const two = [](double x) { return std::vector{50 - x, 30 - 0.5 * x, 41.5 - x}; };
  auto const asked = ask({0, 100, 1, Aim::largest, 2}, two);
  EXPECT_EQ(asked.answer(), 41);
  EXPECT_EQ(asked.result.binding, 2u);
}

TEST(Search, SmallestComesFromTheOtherEnd) {
  auto const asked = ask({0, 10, 0.5, Aim::smallest, 1}, [](double units) { return std::vector{units - 3.3}; });
  EXPECT_EQ(asked.answer(), 3.5);
  EXPECT_EQ(asked.beyond(), 3.0);
  EXPECT_EQ(asked.result.trials[asked.result.easy].value, 10);
}

TEST(Search, OnTheLimitIsKept) {
  EXPECT_EQ(ask({0, 10, 1, Aim::largest, 1}, [](double x) { return std::vector{7 - x}; }).answer(), 7);
}

TEST(Search, TriesNeatValuesAndBothEnds) {
  auto const asked = ask({0, 0.95, 0.1, Aim::largest, 11, 11}, [](double) { return std::vector{1.0}; });
  auto values = asked.values;
  std::sort(values.begin(), values.end());
  EXPECT_THAT(values, ElementsAre(0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95));  // to the last bit
  EXPECT_EQ(asked.answer(), 0.95);
  EXPECT_FALSE(asked.result.beyond);
  EXPECT_FALSE(asked.result.binding);
}

TEST(Search, TellsWhatBreaksAtTheEasyEnd) {
  auto const asked = ask({5, 9, 1, Aim::largest, 1}, [](double x) { return std::vector{1.0, 4.5 - x}; });
  EXPECT_FALSE(asked.result.answer);
  EXPECT_EQ(asked.beyond(), 5);
  EXPECT_EQ(asked.result.binding, 1u);
  EXPECT_EQ(asked.batches.size(), 1u);  // nothing to narrow
}

TEST(Search, SeesKeptBrokenKept) {
  auto const asked =
      ask({0, 16, 1, Aim::largest, 1}, [](double x) { return std::vector{std::abs(x - 10) < 2.5 ? -1.0 : 1.0}; });
  EXPECT_EQ(asked.answer(), 7);
  EXPECT_EQ(asked.beyond(), 8);
  EXPECT_FALSE(asked.result.kept_beyond.empty());
  for (auto i : asked.result.kept_beyond) EXPECT_GT(asked.result.trials[i].value, 12);
}

TEST(Search, FailedRunsAreBrokenAndSaidSo) {
  auto const result = search({0, 20, 1, Aim::largest, 2}, [](std::vector<double> const& values) {
    std::vector<Judgement> out;
    for (double v : values) out.push_back(v > 13 ? Judgement{{}, "ended by signal 9"} : Judgement{{1.0}, ""});
    return out;
  });
  ASSERT_TRUE(result.answer && result.beyond);
  EXPECT_EQ(result.trials[*result.answer].value, 13);
  EXPECT_EQ(result.trials[*result.beyond].judgement.failed, "ended by signal 9");
  EXPECT_FALSE(result.binding);
}

TEST(Search, NotANumberAndInfinityAreNoTrouble) {
  double const inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(ask({0, 50, 1, Aim::largest, 1}, [&](double x) { return std::vector{x > 21 ? std::nan("") : inf}; }).answer(), 21);
  EXPECT_EQ(ask({0, 50, 1, Aim::largest, 3}, [&](double x) { return std::vector{x > 21 ? -inf : inf}; }).answer(), 21);
}

TEST(Search, RefusesRangesThatAreNone) {
  auto const kept = [](double) { return std::vector{1.0}; };
  EXPECT_THROW(ask({5, 5, 1}, kept), std::invalid_argument);
  EXPECT_THROW(ask({5, 1, 1}, kept), std::invalid_argument);
  EXPECT_THROW(ask({0, 1, 0}, kept), std::invalid_argument);
  EXPECT_THROW(ask({0, 1, -1}, kept), std::invalid_argument);
  EXPECT_THROW(ask({0, 1, 1e-16}, kept), std::invalid_argument);
}

/// A random spec; the values of its points are whole multiples of 1/8, so that sums are exact.
SearchSpec random_spec(std::mt19937& random) {
  auto const in = [&](int a, int b) { return std::uniform_int_distribution(a, b)(random); };
  SearchSpec spec;
  spec.resolution = in(1, 12) / 8.0;
  spec.from = in(-80, 80) / 8.0;
  spec.to = spec.from + in(1, 2000) * spec.resolution + (in(0, 1) ? spec.resolution / 2 : 0);
  spec.aim = in(0, 1) ? Aim::largest : Aim::smallest;
  spec.batch = in(1, 9);
  return spec;
}

TEST(Search, IsBruteForceWhereLimitsAreMonotone) {
  std::mt19937 random(20260701);
  for (int i = 0; i < 3000; ++i) {
    auto const spec = random_spec(random);
    double const span = spec.to - spec.from;
    // Up to three limits, each straight, bent either way, or a jump, that break somewhere in the range or about it.
    std::vector<Margins> limits;
    for (int n = std::uniform_int_distribution(1, 3)(random); n > 0; --n) {
      double const at = spec.from + span * std::uniform_real_distribution(-0.2, 1.3)(random);
      double const sign = spec.aim == Aim::largest ? 1 : -1;
      double const scale = std::pow(10, std::uniform_real_distribution(-6.0, 6.0)(random));
      double const power = std::vector{1.0, 0.2, 3.0, 9.0, 0.0}[static_cast<std::size_t>(i) % 5];
      limits.push_back([=](double x) {
        double const left = sign * (at - x) / span;
        return std::vector{scale * std::copysign(power == 0 ? 1.0 : std::pow(std::abs(left), power), left)};
      });
    }
    Margins const all = [&](double x) {
      std::vector<double> out;
      for (auto const& limit : limits) out.push_back(limit(x).front());
      return out;
    };
    auto const asked = ask(spec, all);
    double const truth = by_brute_force(spec, all);
    if (std::isnan(truth)) {
      EXPECT_FALSE(asked.result.answer);
      continue;
    }
    ASSERT_EQ(asked.answer(), truth) << i << ": " << spec.from << " to " << spec.to << " by " << spec.resolution;
    EXPECT_TRUE(asked.result.kept_beyond.empty());
    if (asked.result.beyond) {
      EXPECT_LE(std::abs(asked.beyond() - truth), spec.resolution);
      ASSERT_TRUE(asked.result.binding);
      EXPECT_LT(all(asked.beyond())[*asked.result.binding], 0);
    }
    double const rounds = 1 + 3 * std::log2(span / spec.resolution + 2);
    EXPECT_LE(asked.batches.size(), rounds) << i;
    auto values = asked.values;
    std::sort(values.begin(), values.end());
    EXPECT_EQ(std::adjacent_find(values.begin(), values.end()), values.end()) << "a point was tried twice";
  }
}

TEST(Search, IsSafeWhereTheyAreNot) {
  std::mt19937 random(7);
  int seen = 0;
  for (int i = 0; i < 2000; ++i) {
    auto const spec = random_spec(random);
    double const a = std::uniform_real_distribution(0.0, 6.0)(random), b = std::uniform_real_distribution(1.0, 40.0)(random);
    Margins const wavy = [&](double x) {
      double const u = (x - spec.from) / (spec.to - spec.from);
      return std::vector{std::sin(a + b * u) + 0.4, 2 - std::cos(b * u)};
    };
    auto const asked = ask(spec, wavy);
    auto const& r = asked.result;
    auto const kept = [&](double x) { return wavy(x)[0] >= 0; };
    if (!r.answer) {
      EXPECT_FALSE(kept(r.trials[r.easy].value));
    } else {
      // All tried up to the answer keep, and the next point of the range, where there is one, was tried and breaks.
      double const out = spec.aim == Aim::largest ? 1 : -1;
      for (auto const& t : r.trials) EXPECT_TRUE(t.judgement.kept() || out * (asked.answer() - t.value) < 0);
      if (r.beyond) {
        EXPECT_FALSE(kept(asked.beyond()));
        EXPECT_LE(std::abs(asked.beyond() - asked.answer()), spec.resolution * (1 + 1e-12));
      } else {
        EXPECT_EQ(asked.answer(), out > 0 ? spec.to : spec.from);
      }
    }
    for (auto k : r.kept_beyond) EXPECT_TRUE(kept(r.trials[k].value));
    seen += !r.kept_beyond.empty();
  }
  EXPECT_GT(seen, 1000);  // most of them were found out
}

TEST(Search, ABatchIsFilled) {
  auto const asked = ask({0, 1000, 1, Aim::largest, 4}, [](double x) { return std::vector{x > 700 ? -1.0 : 1.0}; });
  EXPECT_EQ(asked.answer(), 700);
  for (std::size_t i = 0; i + 2 < asked.batches.size(); ++i) EXPECT_EQ(asked.batches[i].size() % 4, 0u);
  EXPECT_LE(asked.batches.size(), 6u);
}

}  // namespace
}  // namespace ondol::sim
