#include "sim/network/max_min.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <stdexcept>

namespace ondol::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Use = MaxMin::Use;
using Uses = std::vector<Use>;

// Link 0 of 10 holds a, b and c; link 1 of 2 holds a; link 2 of 5 holds b and d.
// a stops at 2; b and d at 2.5; c has what is left of link 0: 5.5.
TEST(MaxMin, LinksFillOneAfterTheOther) {
  MaxMin rates({10, 2, 5});
  auto const a = rates.add(Uses{{0}, {1}}), b = rates.add(Uses{{0}, {2}}), c = rates.add(Uses{{0}}), d = rates.add(Uses{{2}});
  EXPECT_EQ(rates.rate(a), 0);
  rates.solve();
  EXPECT_DOUBLE_EQ(rates.rate(a), 2);
  EXPECT_DOUBLE_EQ(rates.rate(b), 2.5);
  EXPECT_DOUBLE_EQ(rates.rate(c), 5.5);
  EXPECT_DOUBLE_EQ(rates.rate(d), 2.5);
  EXPECT_THAT(rates.changed(), ElementsAre(a, b, c, d));
}

TEST(MaxMin, RatesAreEqualAndWeightsAreUsage) {
  MaxMin rates({12});
  auto const one = rates.add(Uses{{0, 1}}), bundle = rates.add(Uses{{0, 3}}), twice = rates.add(Uses{{0}, {0}});
  rates.solve();
  EXPECT_DOUBLE_EQ(rates.rate(one), 2);
  EXPECT_DOUBLE_EQ(rates.rate(bundle), 2);
  EXPECT_DOUBLE_EQ(rates.rate(twice), 2);
  rates.remove(twice);
  rates.solve();
  EXPECT_DOUBLE_EQ(rates.rate(one), 3);
}

TEST(MaxMin, BoundsLeaveTheRestToOthers) {
  MaxMin rates({9});
  auto const a = rates.add(Uses{{0}}, 1), b = rates.add(Uses{{0}}), c = rates.add(Uses{{0}}, 20);
  rates.solve();
  EXPECT_DOUBLE_EQ(rates.rate(a), 1);
  EXPECT_DOUBLE_EQ(rates.rate(b), 4);
  EXPECT_DOUBLE_EQ(rates.rate(c), 4);
  rates.set_bound(a, MaxMin::unbounded);
  rates.set_bound(c, 0);
  rates.solve();
  EXPECT_DOUBLE_EQ(rates.rate(a), 4.5);
  EXPECT_EQ(rates.rate(c), 0);
}

TEST(MaxMin, DeadLinksAndEndlessOnes) {
  MaxMin rates({0, MaxMin::unbounded, 4});
  auto const dead = rates.add(Uses{{0}, {2}}), endless = rates.add(Uses{{1}}), nowhere = rates.add({}),
             held = rates.add(Uses{{1}}, 7), living = rates.add(Uses{{2}, {1}});
  rates.solve();
  EXPECT_EQ(rates.rate(dead), 0);
  EXPECT_EQ(rates.rate(endless), MaxMin::unbounded);
  EXPECT_EQ(rates.rate(nowhere), MaxMin::unbounded);
  EXPECT_EQ(rates.rate(held), 7);
  EXPECT_DOUBLE_EQ(rates.rate(living), 4);
  rates.set_capacity(0, 1);
  rates.set_capacity(1, 5);
  rates.solve();
  EXPECT_DOUBLE_EQ(rates.rate(dead), 1);
  EXPECT_DOUBLE_EQ(rates.rate(endless), 5.0 / 3);
  EXPECT_DOUBLE_EQ(rates.rate(living), 5.0 / 3);
}

TEST(MaxMin, RefusesWhatCannotBe) {
  EXPECT_THROW(MaxMin({1, -1}), std::invalid_argument);
  EXPECT_THROW(MaxMin({std::nan("")}), std::invalid_argument);
  MaxMin rates({1, 1});
  EXPECT_THROW(rates.add(Uses{{2}}), std::out_of_range);
  EXPECT_THROW(rates.add(Uses{{0, 0}}), std::invalid_argument);
  EXPECT_THROW(rates.add(Uses{{0}}, -1), std::invalid_argument);
  EXPECT_THROW(rates.set_capacity(2, 1), std::out_of_range);
  EXPECT_THROW(rates.rate(0), std::out_of_range);
  auto const a = rates.add(Uses{{0}});
  rates.remove(a);
  EXPECT_THROW(rates.remove(a), std::out_of_range);
  EXPECT_THROW(rates.set_bound(a, 1), std::out_of_range);
  rates.solve();
  EXPECT_THAT(rates.changed(), IsEmpty());
}

TEST(MaxMin, SolvesOnlyWhatHangsTogetherWithATouch) {
  MaxMin rates(std::vector<double>(30, 6));
  std::vector<MaxMin::Variable> all;
  for (topology::LinkIndex island = 0; island < 10; ++island)
    for (topology::LinkIndex k = 0; k < 2; ++k) all.push_back(rates.add(Uses{{3 * island + k}, {3 * island + 2}}));
  rates.solve();
  EXPECT_EQ(rates.solved(), 20);
  rates.solve();
  EXPECT_EQ(rates.solved(), 0);
  EXPECT_THAT(rates.changed(), IsEmpty());
  rates.set_capacity(3, 2);  // holds one of the second island
  rates.solve();
  EXPECT_EQ(rates.solved(), 2);
  EXPECT_THAT(rates.changed(), ElementsAre(all[2], all[3]));
  rates.set_capacity(6, 5);  // not what holds its variable
  rates.remove(all[19]);
  rates.solve();
  EXPECT_EQ(rates.solved(), 3);
  EXPECT_THAT(rates.changed(), ElementsAre(all[18]));
  auto const bridge = rates.add(Uses{{2}, {5}});
  rates.solve();
  EXPECT_EQ(rates.solved(), 5);
  rates.remove(bridge);
  rates.solve();
  EXPECT_EQ(rates.solved(), 4) << "both islands, each alone";
}

struct Drawn {
  Uses uses;
  double bound;
};

Drawn draw(std::mt19937& random, std::uint32_t links) {
  std::uniform_int_distribution<std::uint32_t> link(0, links - 1), length(1, 5), choice(0, 3);
  std::uniform_real_distribution<double> size(0.1, 4);
  Drawn d{{}, choice(random) == 0 ? size(random) : MaxMin::unbounded};
  for (auto n = length(random); n > 0; --n) d.uses.push_back({link(random), choice(random) == 0 ? size(random) : 1});
  return d;
}

/// The definition, looked up link by link.
void expect_max_min(MaxMin const& rates, std::vector<double> const& capacity,
                    std::vector<std::pair<MaxMin::Variable, Drawn>> const& all) {
  constexpr double slack = 1e-9;
  std::vector<double> load(capacity.size()), largest(capacity.size());
  for (auto const& [v, drawn] : all)
    for (auto const& use : drawn.uses) {
      load[use.link] += use.weight * rates.rate(v);
      largest[use.link] = std::max(largest[use.link], rates.rate(v));
    }
  for (std::size_t l = 0; l < capacity.size(); ++l) EXPECT_LE(load[l], capacity[l] * (1 + slack)) << l;
  for (auto const& [v, drawn] : all) {
    double const rate = rates.rate(v);
    EXPECT_LE(rate, drawn.bound);
    bool held = rate == drawn.bound;
    for (auto const& use : drawn.uses)
      held = held || (load[use.link] >= capacity[use.link] * (1 - slack) && rate >= largest[use.link] * (1 - slack) - 1e-12);
    EXPECT_TRUE(held) << v << " could rise above " << rate;
  }
}

TEST(MaxMin, IsWhatItsDefinitionSays) {
  std::mt19937 random{7};
  std::uniform_real_distribution<double> size(0, 10);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<double> capacity(1 + trial % 40);
    for (auto& c : capacity) c = std::max(0.0, size(random) - 0.5);  // some are dead
    MaxMin rates(capacity);
    std::vector<std::pair<MaxMin::Variable, Drawn>> all;
    for (int n = 0; n < 3 + trial; ++n) {
      auto drawn = draw(random, static_cast<std::uint32_t>(capacity.size()));
      auto const v = rates.add(drawn.uses, drawn.bound);
      all.emplace_back(v, std::move(drawn));
    }
    rates.solve();
    expect_max_min(rates, capacity, all);
  }
}

TEST(MaxMin, StepByStepIsAsAllAtOnce) {
  std::mt19937 random{11};
  std::uniform_real_distribution<double> size(0.1, 10);
  std::vector<double> capacity(60);
  for (auto& c : capacity) c = size(random);
  MaxMin rates(capacity);
  std::vector<std::pair<MaxMin::Variable, Drawn>> all;
  for (int step = 0; step < 400; ++step) {
    auto const before = [&] {
      std::vector<double> r;
      for (auto const& [v, drawn] : all) r.push_back(rates.rate(v));
      return r;
    };
    switch (auto const what = random() % 4; all.size() < 5 ? 0 : what) {
      case 0:
      case 1: {
        auto drawn = draw(random, 60);
        auto const v = rates.add(drawn.uses, drawn.bound);
        all.emplace_back(v, std::move(drawn));
        break;
      }
      case 2: {
        auto const gone = all.begin() + static_cast<std::ptrdiff_t>(random() % all.size());
        rates.remove(gone->first);
        all.erase(gone);
        break;
      }
      default: {
        auto const link = static_cast<topology::LinkIndex>(random() % 60);
        capacity[link] = size(random);
        rates.set_capacity(link, capacity[link]);
        auto& [v, drawn] = all[random() % all.size()];
        drawn.bound = size(random);
        rates.set_bound(v, drawn.bound);
      }
    }
    auto const old = before();
    rates.solve();
    expect_max_min(rates, capacity, all);

    MaxMin fresh(capacity);
    std::vector<MaxMin::Variable> same;
    for (auto const& [v, drawn] : all) same.push_back(fresh.add(drawn.uses, drawn.bound));
    fresh.solve();
    std::vector<MaxMin::Variable> moved;
    for (std::size_t i = 0; i < all.size(); ++i) {
      ASSERT_NEAR(rates.rate(all[i].first), fresh.rate(same[i]), 1e-10) << "step " << step;
      if (rates.rate(all[i].first) != old[i]) moved.push_back(all[i].first);
    }
    std::sort(moved.begin(), moved.end());
    ASSERT_EQ(moved, std::vector(rates.changed().begin(), rates.changed().end())) << "step " << step;
  }
}

}  // namespace
}  // namespace ondol::sim
