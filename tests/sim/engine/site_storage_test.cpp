#include "sim/engine/site_storage.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace ondol::sim {
namespace {

constexpr double mw = 1e6;

/// Two racks, each under a transformer of its own, both under the utility.
constexpr std::uint32_t rack = 0, transformer = 2, utility = 4;
PowerTreeSolver two_transformers() {
  LossCurve const loss = LossCurve::quadratic(0.002, 0.0, 0.02, Watts{5 * mw});
  return {FeedOrder{.first = {0, 1, 2, 3, 4}, .count = {1, 1, 1, 1, 0}, .feeders = {2, 3, 4, 4}}, {{}, {}, loss, loss, {}}};
}

StorageParams storage(std::vector<std::uint32_t> at) {
  StorageParams p;
  p.name = "store";
  p.vertices = std::move(at);
  p.battery.capacity_j = 3600 * mw;
  p.battery.discharge_limit_w = p.battery.charge_limit_w = 3 * mw;
  p.battery.round_trip_efficiency = 0.81;
  auto& c = p.control;
  c.discharge_w = c.charge_w = 3 * mw;
  c.discharge_efficiency = c.charge_efficiency = 0.9;
  c.ceiling_j = 3600 * mw;
  c.target_j = 1800 * mw;
  p.standby_w = 10e3;
  return p;
}

/// Sum of loads and of losses of the tree, less what storage gives, is the meter; what is given, lost and stored adds up to 0.
void expect_closed(SiteStorage const& s, PowerTreeSolver const& tree, double loads_w, double standby_w, double dt_s) {
  double losses_w = 0, given_w = 0;
  for (double const l : tree.loss_w()) losses_w += l;
  for (std::size_t i = 0; i < s.size(); ++i) {
    auto const& f = s.flow(i);
    given_w += f.given_w;
    EXPECT_NEAR((f.given_w + (f.loss_w - standby_w) + f.stored_w) * dt_s, 0, 1e-12 * 3 * mw * dt_s + 1e-15 * s.capacity_j(i));
  }
  double const drawn_w = loads_w + losses_w + standby_w * static_cast<double>(s.size()) - given_w;
  EXPECT_NEAR(tree.utility_w() * dt_s, drawn_w * dt_s, 1e-12 * 10 * mw * dt_s + 1e-15 * s.capacity_j(0));
}

// 3 and 1 MW: of what is given, three quarters go to the first transformer, and the meter is at the limit to a hundredth of a
// watt.
TEST(SiteStorage, MindsTheMeterBehindTheLossesOfItsTransformers) {
  auto p = storage({transformer, transformer + 1});
  p.control.limit_w = 3.5 * mw;
  std::vector<StorageParams> const all{p};
  SiteStorage s(all);
  auto tree = two_transformers();
  std::vector<double> const loads{3 * mw, 1 * mw, 0, 0, 0};
  s.advance(0, 60, loads, tree);
  EXPECT_NEAR(tree.utility_w(), 3.5 * mw, 0.01);
  EXPECT_GT(s.meter_without_w(), 4 * mw);
  EXPECT_NEAR((3 * mw + 5e3 - tree.output_w()[transformer]) / (1 * mw + 5e3 - tree.output_w()[transformer + 1]), 3.005 / 1.005,
              1e-9);
  expect_closed(s, tree, 4 * mw, p.standby_w, 60);
}

TEST(SiteStorage, GivesNoMoreThanHangsOnItsBank) {
  auto p = storage({transformer + 1});
  p.control.limit_w = 1 * mw;
  std::vector<StorageParams> const all{p};
  SiteStorage s(all);
  auto tree = two_transformers();
  s.advance(0, 60, std::vector<double>{3 * mw, 1 * mw, 0, 0, 0}, tree);
  EXPECT_NEAR(tree.output_w()[transformer + 1], 0, 0.01);
  EXPECT_NEAR(s.flow(0).given_w, 1 * mw + p.standby_w, 0.01);
  EXPECT_GT(s.totals(0).over_limit_w, 1.9 * mw);
  auto const events = s.take_events();
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].kind, "peak_limit_missed");
  EXPECT_TRUE(s.take_events().empty());
}

TEST(SiteStorage, TheSecondSeesWhatTheFirstLeaves) {
  auto first = storage({utility}), second = storage({transformer});
  first.control.limit_w = 5 * mw;
  second.control.limit_w = 4 * mw;
  std::vector<StorageParams> const all{first, second};
  SiteStorage s(all);
  auto tree = two_transformers();
  s.advance(0, 60, std::vector<double>{5 * mw, 2 * mw, 0, 0, 0}, tree);
  EXPECT_NEAR(tree.utility_w(), 4 * mw, 0.01);
  EXPECT_NEAR(s.flow(0).given_w, s.meter_without_w() + first.standby_w - 5 * mw, 0.01);
  EXPECT_LT(s.flow(1).given_w, 1.01 * mw);
}

TEST(SiteStorage, AForkGoesOnByItself) {
  auto p = storage({utility});
  p.control.ramp_w_per_s = 10e3;
  std::vector<StorageParams> const all{p};
  SiteStorage s(all);
  auto tree = two_transformers();
  s.advance(0, 60, std::vector<double>{3 * mw, 1 * mw, 0, 0, 0}, tree);
  auto copy = s.fork();
  std::vector<double> const more{4 * mw, 1 * mw, 0, 0, 0};
  copy.advance(60, 60, more, tree);
  EXPECT_EQ(s.totals(0).given_j, 0);
  s.advance(60, 60, more, tree);
  EXPECT_EQ(s.totals(0).given_j, copy.totals(0).given_j);
  EXPECT_GT(copy.totals(0).given_j, 0);
}

TEST(SiteStorageLaws, EnergyIsClosedOverRandomLoads) {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> u(0, 1);
  for (int n = 0; n < 50; ++n) {
    std::vector<StorageParams> all{storage({transformer, transformer + 1}), storage({u(random) < 0.5 ? utility : transformer})};
    for (auto& p : all) {
      p.control.ramp_w_per_s = 1e3 * std::exp(6 * u(random));
      p.control.response_s = 0.1 * u(random);
      p.initial_charge = u(random);
      if (u(random) < 0.5) p.control.limit_w = (1 + 6 * u(random)) * mw;
    }
    SiteStorage s(all);
    auto tree = two_transformers();
    double now = 0, loads_j = 0, losses_j = 0, meter_j = 0;
    double const before_j = s.state_of_charge(0) * s.capacity_j(0) + s.state_of_charge(1) * s.capacity_j(1);
    for (int i = 0; i < 200; ++i) {
      double const dt = u(random) < 0.5 ? 0.01 : 60 * u(random);
      std::vector<double> const loads{4 * mw * u(random), u(random) < 0.1 ? 0 : 4 * mw * u(random), 0, 0, 0};
      s.advance(now, dt, loads, tree);
      expect_closed(s, tree, loads[0] + loads[1], all[0].standby_w, dt);
      now += dt;
      loads_j += (loads[0] + loads[1]) * dt;
      for (double const l : tree.loss_w()) losses_j += l * dt;
      meter_j += tree.utility_w() * dt;
    }
    double const after_j = s.state_of_charge(0) * s.capacity_j(0) + s.state_of_charge(1) * s.capacity_j(1);
    EXPECT_NEAR(meter_j, loads_j + losses_j + s.totals(0).loss_j + s.totals(1).loss_j + after_j - before_j, 1e-11 * meter_j);
  }
}

}  // namespace
}  // namespace ondol::sim
