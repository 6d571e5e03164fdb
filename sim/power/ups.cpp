#include "sim/power/ups.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace ondol::sim {
namespace {

constexpr double never_s = std::numeric_limits<double>::infinity();
constexpr double same_s = 1e-9;

void require(bool holds, char const* what) {
  if (!holds) throw std::invalid_argument(what);
}

}  // namespace

std::string_view name(UpsMode mode) {
  static constexpr std::string_view names[] = {"double_conversion", "eco", "battery", "bypass", "off"};
  return names[static_cast<int>(mode)];
}

std::string_view name(UpsCause cause) {
  static constexpr std::string_view names[] = {"input_lost",    "input_returned", "walk_in_done",    "eco_resumed", "overload",
                                               "retransferred", "battery_empty",  "inverter_failed", "restarted"};
  return names[static_cast<int>(cause)];
}

OverloadCurve usual_inverter_overload() {
  return {.continuous = 1, .steps = {{1.1, 3600}, {1.25, 600}, {1.5, 60}}, .beyond_s = 0.2};
}

OverloadCurve usual_bypass_overload() {
  return {.continuous = 1.1, .steps = {{1.25, 600}, {1.5, 60}, {10, 0.016}}, .beyond_s = 0};
}

void check(UpsParams const& p) {
  require(p.normal == UpsMode::double_conversion || p.normal == UpsMode::eco, "UPS: normal mode is double conversion or eco");
  check(p.inverter);
  check(p.bypass);
  require(p.eco_gap_s >= 0 && p.bypass_gap_s >= 0, "UPS: transfer times must not be negative");
  require(p.qualify_s >= 0 && p.walk_in_s >= 0 && p.eco_return_s >= 0 && p.retransfer_s >= 0 && p.restart_s >= 0,
          "UPS: delays must not be negative");
  require(p.recharge_w >= 0 && p.recharge_on_generator_w >= 0, "UPS: recharge power must not be negative");
}

Ups::Ups(UpsParams p) : p_(std::move(p)), mode_(p_.normal), inverter_(p_.inverter), bypass_(p_.bypass) {
  check(p_);
}

std::optional<Ups::Transition> Ups::go(UpsMode to, UpsCause cause, double gap_s) {
  Transition const t{mode_, to, cause, to == UpsMode::off ? never_s : gap_s};
  mode_ = to;
  since_s_ = 0;
  return t;
}

std::optional<Ups::Transition> Ups::set(Conditions const& c) {
  bool const had_input = now_.input != UpsInput::none, input = c.input != UpsInput::none;
  if (!input || !had_input) good_s_ = 0;
  bool const was_well = bearable() && now_.inverter_works;
  now_ = c;
  if (!was_well || !bearable() || !now_.inverter_works) bearable_s_ = 0;
  bool const battery = c.inverter_works && !c.battery_empty && !inverter_.expired();
  switch (mode_) {
    case UpsMode::double_conversion:
      if (!c.inverter_works) return go(input ? UpsMode::bypass : UpsMode::off, UpsCause::inverter_failed);
      if (!input) return go(battery ? UpsMode::battery : UpsMode::off, UpsCause::input_lost);
      if (c.battery_empty) walking_ = false;  // nothing else is there to give the rest
      break;
    case UpsMode::eco:
      if (!input) return go(battery ? UpsMode::battery : UpsMode::off, UpsCause::input_lost, p_.eco_gap_s);
      break;
    case UpsMode::battery:
      if (!c.inverter_works) return go(input ? UpsMode::bypass : UpsMode::off, UpsCause::inverter_failed);
      if (c.battery_empty) {
        walking_ = false;
        return go(input ? UpsMode::double_conversion : UpsMode::off, UpsCause::battery_empty);
      }
      break;
    case UpsMode::bypass:
      if (!input) return go(battery ? UpsMode::battery : UpsMode::off, UpsCause::input_lost, p_.bypass_gap_s);
      break;
    case UpsMode::off:
      break;
  }
  return std::nullopt;
}

double Ups::time_to_event_s() const {
  bool const input = now_.input != UpsInput::none;
  switch (mode_) {
    case UpsMode::double_conversion: {
      double const expiry_s = inverter_.time_to_expiry_s(now_.load);
      if (walking_) return std::min(expiry_s, std::max(0.0, p_.walk_in_s - walked_s_));
      if (p_.normal == UpsMode::eco && bearable()) return std::min(expiry_s, std::max(0.0, p_.eco_return_s - since_s_));
      return expiry_s;
    }
    case UpsMode::battery:
      return std::min(inverter_.time_to_expiry_s(now_.load), input ? std::max(0.0, p_.qualify_s - good_s_) : never_s);
    case UpsMode::eco:
      return bypass_.time_to_expiry_s(now_.load);
    case UpsMode::bypass: {
      double const back_s = bearable() && now_.inverter_works ? std::max(0.0, p_.retransfer_s - bearable_s_) : never_s;
      return std::min(bypass_.time_to_expiry_s(now_.load), back_s);
    }
    case UpsMode::off:
      return input ? std::max(0.0, p_.restart_s - std::min(good_s_, since_s_)) : never_s;
  }
  return never_s;
}

void Ups::walk() {
  walking_ = true;
  walked_s_ = 0;
}

/// The transition for which the time has come.
std::optional<Ups::Transition> Ups::due() {
  bool const input = now_.input != UpsInput::none;
  switch (mode_) {
    case UpsMode::double_conversion:
      if (inverter_.expired() && !bearable()) return go(UpsMode::bypass, UpsCause::overload);
      if (walking_ && walked_s_ > p_.walk_in_s - same_s) {
        walking_ = false;
        since_s_ = 0;
        return Transition{mode_, mode_, UpsCause::walk_in_done, 0};
      }
      if (p_.normal == UpsMode::eco && bearable() && !walking_ && since_s_ > p_.eco_return_s - same_s)
        return go(UpsMode::eco, UpsCause::eco_resumed);
      break;
    case UpsMode::battery:
      if (inverter_.expired() && !bearable()) return go(input ? UpsMode::bypass : UpsMode::off, UpsCause::overload);
      if (input && good_s_ > p_.qualify_s - same_s) {
        walk();
        return go(UpsMode::double_conversion, UpsCause::input_returned);
      }
      break;
    case UpsMode::eco:
    case UpsMode::bypass:
      if (bypass_.expired() && now_.load > p_.bypass.continuous) return go(UpsMode::off, UpsCause::overload);
      if (mode_ == UpsMode::bypass && bearable() && now_.inverter_works && bearable_s_ > p_.retransfer_s - same_s) {
        walking_ = false;  // the rectifier has been running
        return go(UpsMode::double_conversion, UpsCause::retransferred);
      }
      break;
    case UpsMode::off:
      if (input && std::min(good_s_, since_s_) > p_.restart_s - same_s) {
        walk();
        walking_ = !now_.battery_empty;
        return go(now_.inverter_works ? UpsMode::double_conversion : UpsMode::bypass, UpsCause::restarted);
      }
      break;
  }
  return std::nullopt;
}

Ups::Step Ups::advance(double duration_s) {
  double const dt = std::min(duration_s, time_to_event_s());
  double const load = has_output() ? now_.load : 0;
  inverter_.advance(dt, inverter_feeds() ? load : 0);
  bypass_.advance(dt, inverter_feeds() ? 0 : load);
  since_s_ += dt;
  if (now_.input != UpsInput::none) good_s_ += dt;
  if (bearable() && now_.inverter_works) bearable_s_ += dt;
  if (mode_ == UpsMode::double_conversion && walking_) walked_s_ += dt;
  return {dt, due()};
}

double Ups::rectifier_share() const {
  if (mode_ != UpsMode::double_conversion) return 0;
  return walking_ && walked_s_ < p_.walk_in_s ? walked_s_ / p_.walk_in_s : 1;
}

double Ups::mean_rectifier_share(double duration_s) const {
  double const now = rectifier_share();
  bool const walks = mode_ == UpsMode::double_conversion && now < 1;
  return walks ? std::min(1.0, now + duration_s / 2 / p_.walk_in_s) : now;
}

double Ups::recharge_limit_w() const {
  bool const feeds = mode_ == UpsMode::eco || mode_ == UpsMode::bypass || mode_ == UpsMode::double_conversion;
  if (!feeds || walking_ || now_.input == UpsInput::none) return 0;
  return now_.input == UpsInput::generator ? p_.recharge_on_generator_w : p_.recharge_w;
}

}  // namespace ondol::sim
