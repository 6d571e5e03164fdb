#include "outage.hpp"

#include <algorithm>
#include <cstdio>
#include <string>

#include "sim/power/battery.hpp"
#include "sim/power/generator.hpp"
#include "sim/power/transfer_switch.hpp"
#include "sim/power/ups.hpp"

namespace ondol::validation {
namespace {

constexpr double load_w = 6e6;        // behind the UPS, of 8 MW
constexpr double cooling_w = 1e6;     // on the bus without a UPS
constexpr double needed_w = 7.5e6;    // three of four sets
constexpr double ramp_step_s = 0.25;  // of the walk-in
constexpr double litres = 1e-3, never_s = 1e300;

class Outage {
 public:
  Outage(double outage_s, sim::TransferSwitchParams const& change, double start_s)
      : back_s_(outage_s),
        switch_(change),
        plant_({.rated_w = 2.5e6, .start_s = start_s, .fuel_m3_per_s = 655.3 * litres / 3600}, 4, 20),
        ups_([] {
          sim::UpsParams p;
          p.recharge_w = 8e5;
          p.recharge_on_generator_w = 4e5;
          return p;
        }()),
        // Lead-acid for 5 min at 8 MW, by the rate law from an hour.
        battery_({.capacity_j = 8e6 * 300 * 1.863,
                  .discharge_limit_w = 9e6,
                  .charge_limit_w = 8e5,
                  .round_trip_efficiency = 0.8,
                  .rate_exponent = 1.25,
                  .taper_from = 0.8}) {}

  void play() {
    say("utility lost", battery_.state_of_charge());
    utility_ = false;
    sources();
    double const end_s = back_s_ + 3 * 3600;
    while (clock_s_ < end_s) pass(std::min(next(), end_s - clock_s_));
    say("end", battery_.state_of_charge());
  }

 private:
  void say(std::string const& what, double value) { std::printf("%.3f,%s,%.6g\n", clock_s_, what.c_str(), value); }

  double next() const {
    double dt = std::min({switch_.time_to_event_s(), plant_.time_to_event_s(), ups_.time_to_event_s(), gap_end_s_ - clock_s_});
    if (!utility_) dt = std::min(dt, back_s_ - clock_s_);
    if (ups_.mode() == sim::UpsMode::battery) dt = std::min(dt, battery_.time_to_empty_s(load_w));
    if (ups_.mode() == sim::UpsMode::double_conversion && ups_.rectifier_share() < 1) dt = std::min(dt, ramp_step_s);
    if (battery_.state_of_charge() < 1 && ups_.recharge_limit_w() > 0)
      dt = std::min(dt, battery_.time_to_full_s(ups_.recharge_limit_w()));
    return std::max(0.0, dt);
  }

  void pass(double dt) {
    clock_s_ += dt;
    if (ups_.mode() != sim::UpsMode::off) {
      double const from_battery_w = load_w * (1 - ups_.mean_rectifier_share(dt));
      bool const was_full = battery_.state_of_charge() == 1;
      if (from_battery_w > 0)
        battery_.advance(dt, from_battery_w);
      else
        battery_.charge(dt, ups_.recharge_limit_w());
      if (!was_full && battery_.state_of_charge() == 1) say("battery full", 1);
    }
    if (auto const e = plant_.advance(dt).happened) say(std::string(name(e->event)), static_cast<double>(plant_.on_bus()));
    if (auto const e = ups_.advance(dt).transition) say(std::string(name(e->cause)), battery_.state_of_charge());
    if (auto const e = switch_.advance(dt).happened) {
      say(std::string(name(e->event)), e->gap_s);
      if (e->event == sim::TransferSwitch::Event::start_asked) plant_.call();
      if (e->gap_s > 0) gap_end_s_ = clock_s_ + e->gap_s;
      if (e->event == sim::TransferSwitch::Event::retransferred) plant_.release();
    }
    if (!utility_ && clock_s_ >= back_s_) {
      utility_ = true;
      say("utility back", 0);
    }
    if (clock_s_ >= gap_end_s_) gap_end_s_ = never_s;
    sources();
  }

  void sources() {
    switch_.set(utility_, plant_.capacity_w() >= needed_w);
    bool const on_plant = switch_.side() == sim::TransferSwitch::Side::alternate;
    auto input = on_plant ? sim::UpsInput::generator : sim::UpsInput::utility;
    if (!switch_.has_output() || gap_end_s_ < never_s) input = sim::UpsInput::none;
    bool const empty = battery_.discharge_power_w() < load_w;
    if (auto const t = ups_.set({.input = input, .load = load_w / 8e6, .battery_empty = empty}))
      say(std::string(name(t->cause)), battery_.state_of_charge());
    if (!on_plant || input == sim::UpsInput::none) return;
    double const taken_w = std::min(ups_.recharge_limit_w(), battery_.charge_power_w());
    if (!plant_.set_load(cooling_w + load_w * ups_.rectifier_share() + taken_w)) say("block refused", plant_.acceptable_w());
  }

  double clock_s_ = 0, back_s_, gap_end_s_ = never_s;
  bool utility_ = true;
  sim::TransferSwitch switch_;
  sim::GeneratorPlant plant_;
  sim::Ups ups_;
  sim::Battery battery_;
};

}  // namespace

void play_outage(double outage_s, double override_s, double start_s, double transfer_s) {
  auto change = sim::automatic_transfer_switch();
  change.override_s = override_s;
  change.transfer_s = transfer_s;
  Outage(outage_s, change, start_s).play();
}

}  // namespace ondol::validation
