/// What has voltage, and what units, switches, generators and loads do about it.

#include <algorithm>
#include <cmath>

#include "sim/power/power_chain.hpp"

namespace ondol::sim {

using Kind = ChainVertex::Kind;

namespace {
constexpr double same_s = 1e-9;
constexpr double equal_voltage = 1e-9;
}  // namespace

double PowerChain::edge_voltage(std::uint32_t v, std::uint32_t edge) const {
  if (edge_open_[edge] || loads_[v].shed) return 0;
  bool const alternate = edge >= p_.order.first[v] + p_.order.count[v];
  if (switch_at_[v] >= 0) {
    bool const on_alternate =
        switches_[static_cast<std::size_t>(switch_at_[v])].machine.side() == TransferSwitch::Side::alternate;
    if (alternate != on_alternate) return 0;
  }
  return volts_[p_.order.feeders[edge]];
}

double PowerChain::input_voltage(std::uint32_t v) const {
  double highest = 0;
  for (std::uint32_t k = p_.order.first[v]; k < p_.order.first[v] + p_.order.feeders_of(v); ++k)
    highest = std::max(highest, edge_voltage(v, k));
  return highest;
}

std::uint32_t PowerChain::best_feeder(std::uint32_t v) const {
  std::uint32_t best = v;
  double highest = 0;
  for (std::uint32_t k = p_.order.first[v]; k < p_.order.first[v] + p_.order.feeders_of(v); ++k)
    if (double const here = edge_voltage(v, k); here > highest + equal_voltage) {
      highest = here;
      best = p_.order.feeders[k];
    }
  return best;
}

bool PowerChain::is_on_bus(std::uint32_t v) const {
  auto const& g = plants_[static_cast<std::size_t>(plant_of_[v])];
  return g.offered && g.machine.state(static_cast<std::size_t>(set_of_[v])) == GeneratorPlant::State::on_bus;
}

/// Sources first, so that one pass brings every change down to the loads.
void PowerChain::spread_voltage(double now_s) {
  run_generators();
  timed_ = false;
  for (std::uint32_t v = static_cast<std::uint32_t>(p_.vertices.size()); v-- > 0;) {
    auto const kind = p_.vertices[v].kind;
    double out = 0;
    auto const feeder = best_feeder(v);
    generator_fed_[v] = kind == Kind::generator || (feeder != v && generator_fed_[feeder]);
    switch (kind) {
      case Kind::utility:
        out = utility_voltage_;
        break;
      case Kind::generator:
        out = is_on_bus(v) ? 1.0 : 0.0;
        break;
      case Kind::ups:
        out = run_ups(v, input_voltage(v), now_s);
        break;
      case Kind::transfer_switch:
        out = run_switch(v, now_s);
        generator_fed_[v] = best_feeder(v) != v && generator_fed_[best_feeder(v)];
        break;
      case Kind::load:
        run_load(v, input_voltage(v), now_s);
        break;
      case Kind::unit:
        out = input_voltage(v);
        break;
    }
    if (gap_until_s_[v] <= now_s + same_s) gap_until_s_[v] = -never_s;
    volts_[v] = failed_[v] || opened_[v] || gap_until_s_[v] > now_s ? 0 : out;
    timed_ |= gap_until_s_[v] > now_s || loads_[v].drop_s < never_s || loads_[v].return_s < never_s;
  }
}

/// Calls the sets that switches ask for, and offers their bus once they can carry what waits for it, or no more will come.
void PowerChain::run_generators() {
  for (std::uint32_t i = 0; i < plants_.size(); ++i) {
    auto& g = plants_[i];
    bool asked = false;
    double waiting_w = 0;
    for (auto const& s : switches_) {
      if (!s.machine.asks_start() || std::find(s.plants.begin(), s.plants.end(), i) == s.plants.end()) continue;
      asked = true;
      waiting_w += s.before_w;
    }
    if (asked && !g.called) {
      g.machine.call();
      g.called = true;
      g.told_block = false;
      tell("generator_start", bank_name(g), "a transfer switch has lost its source: " + last_);
    } else if (!asked && g.called) {
      g.machine.release();
      g.called = g.offered = false;
      tell("generator_release", bank_name(g), "no load is left on it: " + last_);
    }
    if (!g.called) continue;
    for (auto step = g.machine.advance(0); step.happened; step = g.machine.advance(0)) tell_generators(g, step);
    bool more = false;
    for (std::size_t set = 0; set < g.params.vertices.size(); ++set)
      more |= g.machine.state(set) == GeneratorPlant::State::starting || g.machine.state(set) == GeneratorPlant::State::ready;
    g.offered = g.machine.on_bus() > 0 && (g.offered || !more || g.machine.capacity_w() >= waiting_w);
  }
}

double PowerChain::run_ups(std::uint32_t v, double input, double now_s) {
  auto& u = ups_[static_cast<std::size_t>(ups_at_[v])];
  advance_ups(u, now_s);
  auto c = u.machine.conditions();
  bool const good = !failed_[v] && input >= p_.vertices[v].input_minimum;
  c.input = !good ? UpsInput::none : generator_fed_[v] ? UpsInput::generator : UpsInput::utility;
  c.inverter_works = !failed_[v];
  double const w = battery_w(u);
  c.battery_empty = !u.battery || (w > 0 ? u.battery->time_to_empty_s(w) <= 1e-6 : u.battery->discharge_power_w() <= 0);
  u.reason = good ? "" : why(v);
  if (auto const t = u.machine.set(c)) take_transition(u, *t, now_s);
  for (auto step = u.machine.advance(0); step.transition; step = u.machine.advance(0))
    take_transition(u, *step.transition, now_s);
  switch (u.machine.mode()) {
    case UpsMode::double_conversion:
    case UpsMode::battery:
      return 1;
    case UpsMode::eco:
    case UpsMode::bypass:
      return input;
    case UpsMode::off:
      return 0;
  }
  return 0;
}

double PowerChain::run_switch(std::uint32_t v, double now_s) {
  auto& s = switches_[static_cast<std::size_t>(switch_at_[v])];
  double preferred = 0, alternate = 0;
  for (std::uint32_t k = p_.order.first[v]; k < p_.order.first[v] + p_.order.feeders_of(v); ++k)
    (k < p_.order.first[v] + p_.order.count[v] ? preferred : alternate) =
        std::max(k < p_.order.first[v] + p_.order.count[v] ? preferred : alternate, volts_[p_.order.feeders[k]]);
  double const least = p_.vertices[v].input_minimum;
  if (preferred >= least)
    s.reason.clear();
  else if (s.reason.empty())
    s.reason = last_;
  if (auto const h = s.machine.set(preferred >= least, alternate >= least)) tell_switch(s, *h, now_s);
  for (auto step = s.machine.advance(0); step.happened; step = s.machine.advance(0)) tell_switch(s, *step.happened, now_s);
  return s.machine.side() == TransferSwitch::Side::preferred ? preferred : alternate;
}

void PowerChain::run_load(std::uint32_t v, double volts, double now_s) {
  auto& l = loads_[v];
  auto const& it = p_.vertices[v];
  double const allowed_s = l.shed ? 0.0 : it.tolerance.allowed_s(volts);
  if (l.powered) {
    if (allowed_s == never_s) {
      if (std::exchange(l.sagging, false)) rode_.push_back(v);
      l.drop_s = never_s;
      return;
    }
    if (!std::exchange(l.sagging, true)) l.sag_since_s = now_s;
    l.drop_s = l.sag_since_s + allowed_s;
    if (l.drop_s > now_s + same_s) return;
    l.powered = l.sagging = false;
    l.drop_s = never_s;
    l.before_w = std::exchange(load_w_[v], 0.0);
    switched_.push_back(v);
    restless_ = true;
    if (!l.shed) tell("power_lost", it.name, why(v));
    return;
  }
  if (allowed_s < never_s) {
    l.return_s = never_s;
    return;
  }
  if (l.return_s == never_s) {
    l.return_s = now_s + it.restart_s;
    l.back_why = last_;
  }
  if (l.return_s > now_s + same_s) return;
  if (generator_fed_[v])
    if (double const wait_s = generators_accept(v, l.before_w); wait_s > 0) {
      l.return_s = now_s + wait_s;
      return;
    }
  l.powered = true;
  l.return_s = never_s;
  load_w_[v] = l.before_w;
  switched_.push_back(v);
  restless_ = true;
  tell("power_back", it.name, l.back_why);
}

double PowerChain::generators_accept(std::uint32_t v, double more_w) {
  auto at = v;
  for (auto up = best_feeder(at); up != at; up = best_feeder(at)) at = up;
  if (plant_of_[at] < 0) return 0;
  auto& g = plants_[static_cast<std::size_t>(plant_of_[at])];
  double const load_w = g.machine.load_w();
  if (g.machine.set_load(load_w + more_w)) return 0;
  double const wait_s = g.machine.time_to_accept_s(load_w + more_w);
  if (wait_s < never_s) return std::max(wait_s, 1e-3);
  // More than a block at once, though the sets can carry it: taken when all of the block is free.
  double const capacity_w = g.machine.capacity_w(), free_w = g.machine.acceptable_w() - load_w;
  if (load_w + more_w > capacity_w) return 10;  // looked at again; sets may still come, or racks be cut off
  if (free_w < g.params.params.block * capacity_w * (1 - 1e-9)) return 0.5;
  g.machine.set_load(g.machine.acceptable_w());
  return 0;
}

}  // namespace ondol::sim
