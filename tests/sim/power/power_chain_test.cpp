#include "sim/power/power_chain.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace ondol::sim {
namespace {

using Kind = ChainVertex::Kind;

/// A chain put together by names, loads first, and a clock that treats it as the engine does.
class Site {
 public:
  std::uint32_t load(std::string name, std::vector<std::string> feeders, double w, int priority = 0) {
    ChainVertex v;
    v.kind = Kind::load;
    v.name = name;
    v.tolerance = itic();
    v.sheddable = true;
    v.priority = priority;
    auto const at = add(v, feeders, {}, LossCurve{});
    w_[at] = w;
    return at;
  }
  std::uint32_t unit(std::string name, std::vector<std::string> feeders, double rating_w = 0, LossCurve loss = {}) {
    ChainVertex v;
    v.kind = Kind::unit;
    v.name = name;
    v.rating_w = rating_w;
    return add(v, feeders, {}, loss);
  }
  std::uint32_t ups(std::string name, std::vector<std::string> feeders, double rating_w, double capacity_j,
                    UpsMode normal = UpsMode::double_conversion) {
    ChainVertex v;
    v.kind = Kind::ups;
    v.name = name;
    v.rating_w = rating_w;
    v.ups = UpsParams{};
    v.ups->normal = normal;
    v.ups->inverter = {.continuous = 1, .steps = {{1.25, 600}, {1.5, 60}}, .beyond_s = 0.5, .recovery_s = 3600};
    v.ups->bypass = {.continuous = 1, .steps = {{1.25, 3600}}, .beyond_s = 60, .recovery_s = 3600};
    v.ups->restart_s = 60;
    v.ups->recharge_w = 0.1 * rating_w;
    if (capacity_j > 0)
      v.battery = BatteryParams{.capacity_j = capacity_j,
                                .discharge_limit_w = 2 * rating_w,
                                .charge_limit_w = 0.1 * rating_w,
                                .round_trip_efficiency = 0.81};
    return add(v, feeders, {}, LossCurve::affine(Watts{0}, 0.95));
  }
  std::uint32_t transfer(std::string name, std::vector<std::string> feeders, std::vector<std::string> alternates,
                         TransferSwitchParams params) {
    ChainVertex v;
    v.kind = Kind::transfer_switch;
    v.name = name;
    v.transfer = params;
    return add(v, feeders, alternates, LossCurve{});
  }
  std::uint32_t generators(std::string name, int sets, double rating_w) {
    ChainGenerators g;
    g.params.rated_w = rating_w;
    g.params.fuel_m3_per_s = 1e-4;
    std::uint32_t first = 0;
    for (int i = 0; i < sets; ++i) {
      ChainVertex v;
      v.kind = Kind::generator;
      v.name = name + "/" + std::to_string(i + 1);
      v.rating_w = rating_w;
      auto const at = add(v, {}, {}, LossCurve{});
      g.vertices.push_back(at);
      if (i == 0) first = at;
    }
    bank_[name] = g.vertices;
    p_.generators.push_back(g);
    return first;
  }
  std::uint32_t utility() {
    ChainVertex v;
    v.kind = Kind::utility;
    v.name = "utility";
    return add(v, {}, {}, LossCurve{});
  }
  void outage(double start_s, double duration_s, double voltage = 0) {
    p_.happenings.push_back({.start_s = start_s, .end_s = start_s + duration_s, .voltage = voltage, .vertex = 0});
  }
  void failure(std::string const& name, double start_s, double end_s = 1e300) {
    p_.happenings.push_back(
        {.what = ChainHappening::What::unit_failure, .start_s = start_s, .end_s = end_s, .vertex = of(name)});
  }
  void breaker(std::string const& name, double rated_w, double tau_s) {
    p_.vertices[of(name)].breaker = BreakerParams{.rated_a = rated_w, .tau_s = tau_s};
  }
  ChainParams& params() { return p_; }
  std::uint32_t of(std::string const& name) const {
    for (std::uint32_t v = 0; v < p_.vertices.size(); ++v)
      if (p_.vertices[v].name == name) return v;
    throw std::out_of_range(name);
  }

  void begin() {
    // Feeders by name become entries now that all are known.
    for (std::uint32_t v = 0; v < p_.vertices.size(); ++v) {
      p_.order.first.push_back(static_cast<std::uint32_t>(p_.order.feeders.size()));
      auto const& [feeders, alternates] = feeders_[v];
      for (auto const* list : {&feeders, &alternates}) {
        std::uint32_t n = 0;
        for (auto const& name : *list) {
          auto const bank = bank_.find(name);
          for (auto const f : bank == bank_.end() ? std::vector{of(name)} : bank->second) {
            p_.order.feeders.push_back(f);
            ++n;
          }
        }
        (list == &feeders ? p_.order.count : p_.order.alternates).push_back(n);
      }
    }
    p_.second.assign(p_.curve.size(), LossCurve{});
    chain.emplace(p_);
    std::vector<double> loads(p_.vertices.size());
    for (auto const& [v, w] : w_) loads[v] = w;
    chain->begin(loads);
  }

  void go(double until_s) {
    while (now_s < until_s) {
      double const next = std::max(std::min({until_s, chain->next_s(), now_s + chain->step_limit_s(), now_s + 60}),
                                   std::nextafter(now_s, until_s));
      std::vector<double> loads(p_.vertices.size());
      double drawn = 0;
      for (auto const& [v, w] : w_)
        if (chain->has_power(v)) drawn += loads[v] = w;
      double const dt = next - now_s;
      auto const& m = chain->settle(dt, loads);
      double losses = m.battery_loss_w;
      for (double const loss : chain->mean().loss_w()) losses += loss;
      supplied_j += (m.utility_w + m.generator_w) * dt;
      stored_j += m.stored_w * dt;
      owned_j += (drawn + losses) * dt;
      utility_j += m.utility_w * dt;
      now_s = next;
      chain->update(now_s);
      if (chain->next_s() <= now_s) chain->step(now_s);
      for (auto& e : chain->take_events()) events.emplace_back(now_s, e);
      for (auto const& [v, w] : w_)
        if (chain->has_power(v)) chain->set_load(v, w);
      chain->update(now_s);
    }
  }
  /// From now on.
  void draw(std::string const& name, double w) {
    w_[of(name)] = w;
    chain->set_load(of(name), w);
    chain->update(now_s);
  }
  double residual() const { return (supplied_j - stored_j - owned_j) / owned_j; }
  double date(std::string const& kind, std::string const& subject = {}) const {
    for (auto const& [at, e] : events)
      if (e.kind == kind && (subject.empty() || e.subject == subject)) return at;
    return -1;
  }

  std::string cause(std::string const& kind, std::string const& subject) const {
    for (auto const& [at, e] : events)
      if (e.kind == kind && e.subject == subject) return e.cause;
    return {};
  }

  std::optional<PowerChain> chain;
  std::vector<std::pair<double, ChainEvent>> events;
  double now_s = 0, supplied_j = 0, stored_j = 0, owned_j = 0, utility_j = 0;

 private:
  std::uint32_t add(ChainVertex v, std::vector<std::string> feeders, std::vector<std::string> alternates, LossCurve loss) {
    p_.vertices.push_back(std::move(v));
    p_.curve.push_back(std::move(loss));
    feeders_.emplace_back(std::move(feeders), std::move(alternates));
    return static_cast<std::uint32_t>(p_.vertices.size() - 1);
  }
  ChainParams p_;
  std::map<std::uint32_t, double> w_;
  std::vector<std::pair<std::vector<std::string>, std::vector<std::string>>> feeders_;
  std::map<std::string, std::vector<std::uint32_t>> bank_;
};

// 95 kW behind 95 % take 100 kW.  12 s on the battery, at 90 % each way: 100 kW x (10 s + 3 s of qualifying) / 0.9 from it, and
// half of 15 s of walk-in.
TEST(PowerChain, AnOutageOfTenSecondsIsRiddenOnTheBattery) {
  Site s;
  s.load("rack", {"ups"}, 95e3);
  s.ups("ups", {"utility"}, 100e3, 1e7);
  s.utility();
  s.outage(100, 10);
  s.begin();
  s.go(99);
  EXPECT_NEAR(s.utility_j, 99 * 100e3, 1);
  s.go(128.5);
  EXPECT_EQ(s.date("utility_outage"), 100);
  EXPECT_EQ(s.date("ups_on_battery"), 100);
  EXPECT_EQ(s.date("power_lost"), -1);
  EXPECT_NEAR(s.date("ups_input_back"), 113, 1e-6);
  EXPECT_NEAR(s.date("ups_walked_in"), 128, 1e-6);
  EXPECT_EQ(s.chain->counts().ride_throughs, 1);
  double const given_j = 100e3 * (13 + 7.5);
  EXPECT_NEAR(s.chain->state_of_charge(0 + 1), 1 - given_j / 0.9 / 1e7, 1e-3);
  EXPECT_LT(std::abs(s.residual()), 1e-12);
  s.go(3600);
  EXPECT_NEAR(s.chain->state_of_charge(1), 1, 1e-12);
  EXPECT_NEAR(s.stored_j, 0, 1e-3) << "the battery holds again what it held";
  EXPECT_LT(std::abs(s.residual()), 1e-12);
}

// 1 MJ at 100 kW / 0.9: 9 s.
TEST(PowerChain, AnEmptyBatteryDropsItsLoad) {
  Site s;
  s.load("rack", {"ups"}, 95e3);
  s.ups("ups", {"utility"}, 100e3, 1e6);
  s.utility();
  s.outage(100, 1000);
  s.begin();
  s.go(200);
  EXPECT_NEAR(s.date("ups_off"), 109, 1e-3);
  EXPECT_NEAR(s.date("power_lost", "rack"), 109.02, 1e-3) << "its supply holds for 20 ms";
  EXPECT_FALSE(s.chain->has_power(0));
  EXPECT_EQ(s.chain->dark_w(0), 95e3);
  EXPECT_LT(std::abs(s.residual()), 1e-9);
  s.go(1300);
  EXPECT_NEAR(s.date("power_back", "rack"), 1160, 1e-3) << "the unit starts by itself 60 s after the return";
  EXPECT_TRUE(s.chain->has_power(0));
  EXPECT_LT(std::abs(s.residual()), 1e-9);
}

TEST(PowerChain, WhatIsLeftOfABankTakesOver) {
  Site s;
  auto const rack = s.load("rack", {"ups-1", "ups-2", "ups-3"}, 150e3);
  for (auto const* name : {"ups-1", "ups-2", "ups-3"}) s.ups(name, {"transformer"}, 100e3, 1e7);
  s.unit("transformer", {"utility"});
  s.utility();
  s.failure("ups-2", 10);
  s.begin();
  EXPECT_NEAR(s.chain->load_fraction(s.of("ups-1")), 0.5, 1e-12);
  s.go(20);
  EXPECT_NEAR(s.chain->load_fraction(s.of("ups-1")), 0.75, 1e-12);
  EXPECT_EQ(s.chain->load_fraction(s.of("ups-2")), 0);
  EXPECT_EQ(s.chain->mean().loss_w()[s.of("ups-2")], 0) << "a dead unit loses nothing";
  EXPECT_TRUE(s.chain->has_power(rack));
  EXPECT_LT(std::abs(s.residual()), 1e-12);
}

// 2N: each side carries half; when one is gone the cord on the other takes all.
TEST(PowerChain, TheOtherCordTakesAll) {
  Site s;
  auto const rack = s.load("rack", {"a", "b"}, 80e3);
  s.unit("a", {"utility"});
  s.unit("b", {"utility"});
  s.utility();
  s.failure("a", 5);
  s.begin();
  EXPECT_EQ(s.chain->present().output_w()[s.of("a")], 40e3);
  s.go(6);
  EXPECT_EQ(s.chain->present().output_w()[s.of("b")], 80e3);
  EXPECT_TRUE(s.chain->has_power(rack));
  EXPECT_EQ(s.date("power_lost"), -1);
}

// A thermal breaker of 50 kW at 80 kW: heat 2.56 of 1.44, from (40/50)^2 = 0.64: tau ln((2.56 - 0.64)/(2.56 - 1.44)).
TEST(PowerChain, ALostCordOverloadsABreakerAndTheRackGoesDark) {
  Site s;
  auto const rack = s.load("rack", {"a", "b"}, 80e3);
  s.unit("a", {"utility"});
  s.unit("b", {"utility"});
  s.utility();
  s.breaker("b", 50e3, 100);
  s.failure("a", 5000);
  s.begin();
  s.go(4000);
  EXPECT_NEAR(s.chain->breaker_heat(s.of("b")), 0.64 / 1.44, 1e-9);
  s.go(6000);
  double const trip_s = 5000 + 100 * std::log((2.56 - 0.64) / (2.56 - 1.44));
  EXPECT_NEAR(s.date("breaker_trip", "b"), trip_s, 1e-6);
  EXPECT_NEAR(s.date("power_lost"), trip_s + 0.02, 1e-6);
  EXPECT_FALSE(s.chain->has_power(rack));
  EXPECT_EQ(s.chain->counts().breaker_trips, 1);
  auto const trip =
      std::find_if(s.events.begin(), s.events.end(), [](auto const& e) { return e.second.kind == "breaker_trip"; });
  EXPECT_EQ(trip->second.cause, "1.60 x its rating for 53.9 s, after a failed");
}

TEST(PowerChain, ADipOf200MillisecondsDropsRawLoadsAloneAndEcoModeBridgesItsGap) {
  for (auto const mode : {UpsMode::double_conversion, UpsMode::eco}) {
    Site s;
    auto const safe = s.load("safe", {"ups"}, 50e3);
    auto const raw = s.load("raw", {"transformer"}, 20e3);
    s.ups("ups", {"transformer"}, 100e3, 1e7, mode);
    s.unit("transformer", {"utility"});
    s.utility();
    s.outage(50, 0.2, 0.3);
    s.begin();
    s.go(60);
    EXPECT_TRUE(s.chain->has_power(safe));
    EXPECT_EQ(s.date("power_lost", "safe"), -1);
    EXPECT_NEAR(s.date("power_lost", "raw"), 50.02, 1e-9);
    EXPECT_NEAR(s.date("power_back", "raw"), 50.2, 1e-9);
    EXPECT_TRUE(s.chain->has_power(raw));
    EXPECT_EQ(s.date("ride_through", "safe") >= 0, mode == UpsMode::eco) << "only eco mode leaves a gap to bridge";
    EXPECT_LT(std::abs(s.residual()), 1e-9);
  }
}

// Utility out at 100 s: switches ask after 3 s, sets are ready 10 s later and synchronise 5 s each; the bus is offered when two
// of three carry the 150 kW that wait, and the switch goes over.
TEST(PowerChain, GeneratorsStartSynchroniseAndTakeTheLoad) {
  Site s;
  auto const rack = s.load("rack", {"ups"}, 142.5e3);
  s.ups("ups", {"switch"}, 200e3, 2e7);
  s.transfer("switch", {"utility"}, {"gen"},
             {.override_s = 3, .transfer_s = 0, .gap_s = 0.1, .retransfer_s = 300, .return_gap_s = 0.1});
  s.generators("gen", 3, 100e3);
  s.utility();
  s.outage(100, 600);
  s.begin();
  s.go(99);
  EXPECT_NEAR(s.utility_j, 99 * 150e3, 1);
  s.go(3000);
  EXPECT_EQ(s.date("power_lost"), -1);
  EXPECT_NEAR(s.date("generator_start"), 103, 1e-6);
  EXPECT_NEAR(s.date("generator_on_bus", "gen/1"), 113, 1e-6);
  EXPECT_NEAR(s.date("generator_on_bus", "gen/2"), 118, 1e-6);
  EXPECT_NEAR(s.date("transfer"), 118, 1e-6);
  EXPECT_NEAR(s.date("ups_input_back"), 118.1 + 3, 1e-3);
  EXPECT_NEAR(s.date("utility_return"), 700, 1e-9);
  EXPECT_NEAR(s.date("retransfer"), 1000, 1e-6);
  EXPECT_NEAR(s.date("generator_stopped"), 1300, 1e-3);
  EXPECT_EQ(s.chain->counts().transfers, 2);
  EXPECT_GT(s.chain->counts().fuel_m3, 0);
  EXPECT_TRUE(s.chain->has_power(rack));
  EXPECT_LT(std::abs(s.residual()), 1e-9);
}

// A plant beside the UPS has voltage again when the switch has turned, and starts 60 s later; whatever else happened meanwhile,
// that is why it is back, and why the switch turned is the utility's failure, not that a UPS went off since.
TEST(PowerChain, CausesAreThoseOfTheirOwnBeginning) {
  Site s;
  auto const plant = s.load("plant", {"switch"}, 10e3);
  s.load("rack", {"ups"}, 100e3);
  s.ups("ups", {"switch"}, 200e3, 5e5);
  s.transfer("switch", {"utility"}, {"gen"},
             {.override_s = 3, .transfer_s = 0, .gap_s = 0.1, .retransfer_s = 300, .return_gap_s = 0.1});
  s.generators("gen", 2, 200e3);
  s.utility();
  s.params().vertices[plant].restart_s = 60;
  s.outage(100, 600);
  s.begin();
  s.go(300);
  ASSERT_GT(s.date("ups_off"), 100);
  ASSERT_LT(s.date("ups_off"), 110);
  EXPECT_EQ(s.cause("transfer", "switch"), "to its alternate, after the utility failed");
  EXPECT_EQ(s.cause("power_back", "plant"), "switch went to its alternate");
}

// One of two sets is repaired at 50 s and starts with the other; the other fails on the bus and is repaired at 200 s, while
// both are still called: it starts again, and is there 10 + 5 s later.  Two failures at once are over with the later one.
TEST(PowerChain, SetsThatAreRepairedCanBeCalledAgain) {
  Site s;
  s.load("rack", {"ups"}, 50e3);
  s.ups("ups", {"switch"}, 200e3, 2e7);
  s.transfer("switch", {"utility"}, {"gen"},
             {.override_s = 3, .transfer_s = 0, .gap_s = 0.1, .retransfer_s = 300, .return_gap_s = 0.1});
  s.generators("gen", 2, 100e3);
  s.utility();
  s.failure("gen/1", 10, 50);
  s.failure("gen/1", 20, 40);
  s.outage(100, 600);
  s.failure("gen/2", 150, 200);
  s.begin();
  s.go(3000);
  EXPECT_NEAR(s.date("unit_repair", "gen/1"), 50, 1e-6);
  EXPECT_NEAR(s.date("generator_on_bus", "gen/1"), 113, 1e-6);
  EXPECT_NEAR(s.date("unit_repair", "gen/2"), 200, 1e-6);
  auto const again = std::count_if(s.events.begin(), s.events.end(), [](auto const& event) {
    auto const& [at, e] = event;
    return e.kind == "generator_on_bus" && e.subject == "gen/2" && std::abs(at - 215) < 1e-6;
  });
  EXPECT_EQ(again, 1);
  EXPECT_EQ(s.date("power_lost"), -1);
  EXPECT_LT(std::abs(s.residual()), 1e-9);
}

// A catcher: the block's own UPS fails, a static switch turns to the shared one within 4 ms, which the racks bridge.
TEST(PowerChain, ACatcherTakesOverThroughAStaticSwitch) {
  Site s;
  auto const rack = s.load("rack", {"sts"}, 50e3);
  s.transfer("sts", {"block"}, {"catcher"}, static_transfer_switch());
  s.ups("block", {"utility"}, 100e3, 1e7);
  s.ups("catcher", {"utility"}, 100e3, 1e7);
  s.utility();
  s.failure("block", 20);
  s.begin();
  EXPECT_EQ(s.chain->load_fraction(s.of("catcher")), 0);
  s.go(30);
  EXPECT_NEAR(s.chain->load_fraction(s.of("catcher")), 0.5, 1e-12);
  EXPECT_TRUE(s.chain->has_power(rack));
  EXPECT_EQ(s.date("power_lost"), -1);
  EXPECT_NEAR(s.date("transfer"), 20, 1e-9);
  EXPECT_LT(std::abs(s.residual()), 1e-12);
}

// 240 kW on three units of 100 kW; two are left: 120 %.  The least priority goes until 190 kW or less remain, the larger of two
// equals first; they come back in reverse order when there is room again.
TEST(PowerChain, RacksAreShedInOrderAndRestoredInReverse) {
  Site s;
  s.load("low", {"ups-1", "ups-2", "ups-3"}, 30e3, 1);
  s.load("low-big", {"ups-1", "ups-2", "ups-3"}, 40e3, 1);
  s.load("high", {"ups-1", "ups-2", "ups-3"}, 170e3, 5);
  for (auto const* name : {"ups-1", "ups-2", "ups-3"}) s.ups(name, {"utility"}, 100e3, 1e7);
  s.utility();
  s.params().happenings.push_back(
      {.what = ChainHappening::What::unit_failure, .start_s = 10, .end_s = 100, .vertex = s.of("ups-2")});
  s.params().shedding = SheddingParams{.delay_s = 2, .margin = 0.05, .restore_s = 30};
  s.begin();
  s.go(20);
  EXPECT_NEAR(s.date("load_shed", "low-big"), 12, 1e-6);
  EXPECT_NEAR(s.date("load_shed", "low"), 12, 1e-6);
  EXPECT_TRUE(s.chain->has_power(s.of("high")));
  EXPECT_NEAR(s.chain->load_fraction(s.of("ups-1")), 0.85, 1e-9);
  s.go(300);
  EXPECT_GT(s.date("load_restored", "low"), 100);
  EXPECT_TRUE(s.chain->has_power(s.of("low")));
  EXPECT_TRUE(s.chain->has_power(s.of("low-big")));
  EXPECT_LT(std::abs(s.residual()), 1e-9);
}

// 180 kW on two units of 100 kW.  Nothing happens but that a load grows to 195 kW: 107.5 %, and two seconds later the other
// goes. It shrinks to 100 kW while the utility is out: on batteries nothing comes back, only 30 s after they are relieved, 3 s
// and 15 s after the utility.
TEST(PowerChain, ALoadThatGrowsIsShedForAndNothingComesBackOnBatteries) {
  Site s;
  s.load("low", {"ups-1", "ups-2"}, 20e3, 1);
  s.load("high", {"ups-1", "ups-2"}, 160e3, 5);
  for (auto const* name : {"ups-1", "ups-2"}) s.ups(name, {"utility"}, 100e3, 3e7);
  s.utility();
  s.params().happenings.push_back({.start_s = 40, .end_s = 140, .voltage = 0, .vertex = s.of("utility")});
  s.params().shedding = SheddingParams{.delay_s = 2, .margin = 0, .restore_s = 30};
  s.begin();
  s.go(20);
  s.draw("high", 195e3);
  s.go(45);
  EXPECT_NEAR(s.date("load_shed", "low"), 22, 1e-6);
  s.draw("high", 100e3);
  s.go(300);
  EXPECT_GT(s.date("load_restored", "low"), 140 + 30);
  EXPECT_LT(s.date("load_restored", "low"), 140 + 3 + 15 + 30 + 1);
  EXPECT_LT(std::abs(s.residual()), 1e-9);
}

// Two equal racks on a UPS with room.  Whoever limits powers has the first cut off at 10 s: it stays out in spite of the room,
// through an outage that ends at 60 s, until it is let back at 90 s.
TEST(PowerChain, WhatIsHeldOffStaysOutUntilItIsLetBack) {
  Site s;
  auto const rack = s.load("one", {"ups"}, 30e3, 1);
  s.load("other", {"ups"}, 30e3, 1);
  s.ups("ups", {"utility"}, 100e3, 1e7);
  s.utility();
  s.outage(50, 10);
  s.params().shedding = SheddingParams{.delay_s = 2, .margin = 0.05, .restore_s = 5};
  s.begin();
  s.go(10);
  s.chain->hold_off(rack, "a limit");
  s.go(89);
  EXPECT_NEAR(s.date("load_shed", "one"), 10, 1e-6);
  EXPECT_FALSE(s.chain->has_power(rack));
  EXPECT_TRUE(s.chain->has_power(s.of("other")));
  EXPECT_NEAR(s.chain->load_fraction(s.of("ups")), 0.3, 1e-9);
  s.go(90);
  s.chain->let_back(rack);
  s.go(100);
  EXPECT_NEAR(s.date("load_restored", "one"), 90, 1e-6);
  EXPECT_NEAR(s.chain->load_fraction(s.of("ups")), 0.6, 1e-9);
  EXPECT_LT(std::abs(s.residual()), 1e-9);
}

// A rack of 50 kW is let back while another draws 60 kW of the 95 kW that leave the margin free: it comes by the chain's own
// rule, once the other draws 40 kW.
TEST(PowerChain, WhoIsLetBackWaitsForRoomAsOthersDo) {
  Site s;
  auto const rack = s.load("low", {"ups"}, 50e3, 1);
  s.load("high", {"ups"}, 40e3, 2);
  s.ups("ups", {"utility"}, 100e3, 1e7);
  s.utility();
  s.params().shedding = SheddingParams{.delay_s = 2, .margin = 0.05, .restore_s = 5};
  s.begin();
  s.go(10);
  s.chain->hold_off(rack, "a limit");
  s.go(20);
  s.draw("high", 60e3);
  s.chain->let_back(rack);
  s.go(30);
  EXPECT_EQ(s.date("load_restored", "low"), -1);
  s.draw("high", 40e3);
  s.go(60);
  EXPECT_GT(s.date("load_restored", "low"), 30 - 1e-6);
  EXPECT_LT(s.date("load_restored", "low"), 36 + 1e-6);
}

}  // namespace
}  // namespace ondol::sim
