#include "sim/power/power_chain.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <stdexcept>

namespace ondol::sim {

using Kind = ChainVertex::Kind;

namespace {

constexpr double same_s = 1e-9;  ///< dates closer than this are one
/// Change of a load below which its power of now stays: 0.1 %, far below what decides whether a breaker trips.
constexpr double load_resolution = 1e-3;
/// On the battery, or while the rectifier walks in, powers are held no longer than this.
constexpr double active_step_s = 1.0;
/// With something loaded beyond its rating: the date of a trip follows power closely.
constexpr double overload_step_s = 5.0;
/// What sets bear above their rating (assumed: prime power as usually defined, 10 % for an hour in twelve); beyond, until
/// their protection acts
/// (assumed: the delay of an overcurrent relay).
OverloadCurve generator_overload() {
  return {.continuous = 1, .steps = {{1.1, 3600}}, .beyond_s = 10, .recovery_s = 12 * 3600};
}

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g %%", 100 * share);
  return text;
}

}  // namespace

PowerChain::PowerChain(ChainParams params)
    : p_(std::move(params)),
      present_(p_.order, p_.curve, p_.second),
      mean_(present_),
      state_(p_.order),
      load_w_(p_.vertices.size()),
      mean_load_w_(p_.vertices.size()),
      volts_(p_.vertices.size(), 1.0),
      gap_until_s_(p_.vertices.size(), -never_s),
      generator_fed_(p_.vertices.size()),
      failed_(p_.vertices.size()),
      opened_(p_.vertices.size()),
      edge_open_(p_.order.feeders.size()),
      ups_at_(p_.vertices.size(), -1),
      switch_at_(p_.vertices.size(), -1),
      breaker_at_(p_.vertices.size(), -1),
      loads_(p_.vertices.size()) {
  if (p_.vertices.size() != p_.curve.size())
    throw std::invalid_argument("power chain: one vertex for each loss curve is needed");
  for (std::uint32_t v = 0; v < p_.vertices.size(); ++v) {
    auto const& it = p_.vertices[v];
    if (it.ups) {
      ups_at_[v] = static_cast<int>(ups_.size());
      ups_.push_back({.vertex = v, .machine = Ups(*it.ups), .battery = {}, .reason = {}});
      if (it.battery) ups_.back().battery.emplace(*it.battery);
    }
    if (it.transfer) {
      switch_at_[v] = static_cast<int>(switches_.size());
      switches_.push_back({.vertex = v, .machine = TransferSwitch(*it.transfer), .plants = {}, .reason = {}});
    }
    if (it.breaker) {
      breaker_at_[v] = static_cast<int>(breakers_.size());
      breakers_.push_back({.vertex = v, .edge = no_edge, .machine = Breaker(*it.breaker), .over_why = {}});
    }
    if (it.feed_breaker)
      for (std::uint32_t k = p_.order.first[v]; k < p_.order.first[v] + p_.order.feeders_of(v); ++k)
        breakers_.push_back({.vertex = v, .edge = k, .machine = Breaker(*it.feed_breaker), .over_why = {}});
  }
  for (auto const& g : p_.generators) {
    // An endless tank is one that no run empties.
    double const tank_m3 = std::isfinite(g.tank_m3) ? g.tank_m3 : 1e12;
    plants_.push_back({.params = g,
                       .machine = GeneratorPlant(g.params, g.vertices.size(), tank_m3),
                       .overload = OverloadMemory(generator_overload())});
  }
  plant_of_.assign(p_.vertices.size(), -1);
  set_of_.assign(p_.vertices.size(), -1);
  for (std::size_t g = 0; g < plants_.size(); ++g)
    for (std::size_t i = 0; i < plants_[g].params.vertices.size(); ++i) {
      plant_of_[plants_[g].params.vertices[i]] = static_cast<int>(g);
      set_of_[plants_[g].params.vertices[i]] = static_cast<int>(i);
    }
  for (auto& s : switches_) find_plants(s);
  std::stable_sort(p_.happenings.begin(), p_.happenings.end(),
                   [](ChainHappening const& a, ChainHappening const& b) { return a.start_s < b.start_s; });
}

/// Generator plants above the alternates of a switch, each once, in order.
void PowerChain::find_plants(SwitchRun& s) const {
  std::vector<std::uint8_t> above(p_.vertices.size());
  std::uint32_t const first = p_.order.first[s.vertex] + p_.order.count[s.vertex];
  for (std::uint32_t k = first; k < p_.order.first[s.vertex] + p_.order.feeders_of(s.vertex); ++k)
    above[p_.order.feeders[k]] = 1;
  for (std::uint32_t v = 0; v < above.size(); ++v) {
    if (!above[v]) continue;
    for (std::uint32_t k = p_.order.first[v]; k < p_.order.first[v] + p_.order.feeders_of(v); ++k)
      above[p_.order.feeders[k]] = 1;
    auto const plant = static_cast<std::uint32_t>(plant_of_[v]);
    if (plant_of_[v] >= 0 && std::find(s.plants.begin(), s.plants.end(), plant) == s.plants.end()) s.plants.push_back(plant);
  }
}

void PowerChain::begin(std::span<double const> load_w) {
  std::copy(load_w.begin(), load_w.end(), load_w_.begin());
  spread_voltage(0);
  restructure(0);
  find_next(0);
  events_.clear();
}

// ------------------------------------------------------------------------------------------------ time
void PowerChain::set_load(std::uint32_t v, double w) {
  if (std::abs(w - load_w_[v]) <= load_resolution * std::max(w, load_w_[v])) return;
  load_w_[v] = w;
  changed_.push_back(v);
}

void PowerChain::update(double now_s) {
  advance_machines(now_s);
  if (active_) {
    restructure(now_s);
  } else if (!changed_.empty()) {
    present_.update(load_w_, changed_);
    take_powers(now_s);
  }
  changed_.clear();
  if (p_.shedding) watch(now_s);
  find_next(now_s);
}

/// Everything that keeps time, at the powers and conditions that held.
void PowerChain::advance_machines(double now_s) {
  double const dt = now_s - now_s_;
  now_s_ = now_s;
  if (dt <= 0) return;
  // One that nothing is due of keeps its time until something is asked of it.
  for (auto& u : ups_)
    if (active_ || u.due_s <= now_s) advance_ups(u, now_s);
  for (auto& s : switches_)
    for (double left = dt; left > 0;) {
      auto const step = s.machine.advance(left);
      left -= step.elapsed_s;
      if (step.happened) tell_switch(s, *step.happened, now_s);
      if (!step.happened && step.elapsed_s <= 0) break;
    }
  for (auto& g : plants_) {
    if (!g.called && g.machine.time_to_event_s() == never_s) continue;
    double const capacity = g.machine.capacity_w();
    if (capacity > 0) g.overload.advance(dt, g.load_w / capacity);
    for (double left = dt; left > 0;) {
      auto const step = g.machine.advance(left);
      left -= step.elapsed_s;
      counts_.fuel_m3 += step.fuel_m3;
      for (std::size_t i = 0; i < g.params.vertices.size(); ++i) {
        auto const s = g.machine.state(i);
        if (s == GeneratorPlant::State::on_bus || s == GeneratorPlant::State::ready || s == GeneratorPlant::State::cooling)
          counts_.generator_s += step.elapsed_s;
      }
      if (step.happened) {
        tell_generators(g, step);
        restless_ = true;
      }
      if (!step.happened && step.elapsed_s <= 0) break;
    }
  }
}

void PowerChain::advance_ups(UpsRun& u, double now_s) {
  for (double left = now_s - u.at_s; left > 0;) {
    auto const step = u.machine.advance(left);
    left -= step.elapsed_s;
    if (step.transition) pending_.emplace_back(&u, *step.transition);
    if (!step.transition && step.elapsed_s <= 0) break;
  }
  u.at_s = now_s;
}

double PowerChain::step_limit_s() const {
  return brisk_ ? active_step_s : over_ ? overload_step_s : never_s;
}

void PowerChain::find_next(double now_s) {
  double next = pending_.empty() && asked_.empty() && !restless_ ? never_s : now_s;
  auto const at = [&next, now_s](double wait_s) { next = std::min(next, now_s + wait_s); };
  for (auto& u : ups_) {
    if (u.at_s == now_s) u.due_s = now_s + u.machine.time_to_event_s();
    next = std::min(next, u.due_s);
    if (!u.battery || !active_) continue;
    if (double const w = battery_w(u); w > 0) at(u.battery->time_to_empty_s(w));
    if (!u.full && u.machine.recharge_limit_w() > 0) at(u.battery->time_to_full_s(u.machine.recharge_limit_w()));
  }
  for (auto const& s : switches_) at(s.machine.time_to_event_s());
  for (auto const& g : plants_) {
    at(g.machine.time_to_event_s());
    if (double const capacity = g.machine.capacity_w(); capacity > 0 && g.called)
      at(g.overload.time_to_expiry_s(g.load_w / capacity));
  }
  for (auto const& b : breakers_) next = std::min(next, b.trip_s);
  if (timed_) {
    for (double const gap : gap_until_s_)
      if (gap > -never_s) next = std::min(next, gap);
    for (auto const& l : loads_) next = std::min({next, l.drop_s, l.return_s});
  }
  for (auto const& h : p_.happenings) {
    if (h.start_s > happened_s_) next = std::min(next, h.start_s);
    if (h.end_s > happened_s_) next = std::min(next, h.end_s);
  }
  next = std::min({next, shed_s_, restore_s_});
  next_s_ = std::max(next, now_s);
}

// ------------------------------------------------------------------------------------------------ what happens
void PowerChain::step(double now_s) {
  happen(now_s);
  for (int round = 0;; ++round) {
    if (round > 1000) throw std::logic_error("power chain: no end of happenings at one date");
    restless_ = false;
    spread_voltage(now_s);
    restructure(now_s);
    if (p_.shedding) shed(now_s);
    if (!restless_) break;
  }
  if (!rode_.empty()) {
    tell("ride_through", rode_.size() == 1 ? p_.vertices[rode_[0]].name : std::to_string(rode_.size()) + " loads",
         "voltage came back within what they bear");
    rode_.clear();
  }
  bool const rides =
      std::any_of(loads_.begin(), loads_.end(), [](LoadRun const& l) { return l.sagging; }) ||
      std::any_of(ups_.begin(), ups_.end(), [](UpsRun const& u) { return u.machine.mode() == UpsMode::battery; });
  if (rides_ && !rides) ++counts_.ride_throughs;
  rides_ = rides;
  find_next(now_s);
}

/// Declared happenings and the thresholds whose date has come.
void PowerChain::happen(double now_s) {
  for (auto const& h : p_.happenings) {
    bool const begins = h.start_s > happened_s_ && h.start_s <= now_s + same_s;
    // What two events hold is free when both are over.
    bool const held = std::any_of(p_.happenings.begin(), p_.happenings.end(), [&](ChainHappening const& o) {
      return o.what == h.what && o.vertex == h.vertex && o.start_s <= now_s + same_s && o.end_s > now_s + same_s;
    });
    bool const ends = h.end_s > happened_s_ && h.end_s <= now_s + same_s && !held;
    auto const& name = p_.vertices[h.vertex].name;
    switch (h.what) {
      case ChainHappening::What::utility_voltage:
        if (begins) {
          utility_voltage_ = h.voltage;
          last_ = h.voltage < 0.05 ? "the utility failed" : "the utility dipped";
          tell(h.voltage < 0.05 ? "utility_outage" : "utility_dip", "utility",
               "declared, " + percent(h.voltage) + " of the voltage left");
        }
        if (ends) {
          utility_voltage_ = 1;
          last_ = "the utility came back";
          tell("utility_return", "utility", "declared");
        }
        break;
      case ChainHappening::What::unit_failure:
        if (begins) {
          failed_[h.vertex] = 1;
          for (auto& g : plants_)
            for (std::size_t i = 0; i < g.params.vertices.size(); ++i)
              if (g.params.vertices[i] == h.vertex) g.machine.fail(i);
          last_ = name + " failed";
          tell("unit_failure", name, "declared");
        }
        if (ends) {
          failed_[h.vertex] = 0;
          for (auto& g : plants_)
            for (std::size_t i = 0; i < g.params.vertices.size(); ++i)
              if (g.params.vertices[i] == h.vertex) {
                g.machine.repair(i);
                if (g.called) g.machine.call();
              }
          last_ = name + " was repaired";
          tell("unit_repair", name, "declared");
        }
        break;
      case ChainHappening::What::breaker_open:
        if (begins || ends) {
          opened_[h.vertex] = begins;
          last_ = "the breaker of " + name + (begins ? " was opened" : " was closed");
          tell(begins ? "breaker_open" : "breaker_close", name, "declared");
        }
        break;
    }
  }
  happened_s_ = now_s + same_s;
  for (auto& b : breakers_) {
    if (b.trip_s > now_s + same_s) continue;
    double const load = b.w / b.machine.params().rated_a;
    b.machine.advance(now_s - b.at_s, b.w);
    b.machine.open();
    b.at_s = now_s;
    b.trip_s = never_s;
    ++counts_.breaker_trips;
    auto const& name = p_.vertices[b.vertex].name;
    std::string subject = name;
    if (b.edge == no_edge) {
      opened_[b.vertex] = 2;
    } else {
      edge_open_[b.edge] = 1;
      subject += ", feed from " + p_.vertices[p_.order.feeders[b.edge]].name;
    }
    char text[80];
    std::snprintf(text, sizeof text, "%.2f x its rating for %.3g s", load, std::max(0.0, now_s - b.over_since_s));
    tell("breaker_trip", subject, text + (b.over_why.empty() ? std::string() : ", after " + b.over_why));
    last_ = "the breaker of " + subject + " tripped";
  }
  for (auto const& [u, t] : std::exchange(pending_, {})) take_transition(*u, t, now_s);
  for (auto const& asked : std::exchange(asked_, {})) obey(asked, now_s);
  for (auto& g : plants_) {
    if (!g.called || !g.overload.expired() || g.machine.on_bus() == 0) continue;
    tell("generator_overload", bank_name(g), percent(g.load_w / g.machine.capacity_w()) + " of the capacity on the bus");
    for (std::size_t i = 0; i < g.params.vertices.size(); ++i) g.machine.fail(i);
    last_ = "the generators tripped by overload";
  }
}

void PowerChain::take_transition(UpsRun& u, Ups::Transition const& t, double now_s) {
  if (t.gap_s > 0 && t.to != UpsMode::off) gap_until_s_[u.vertex] = now_s + t.gap_s;
  tell_ups(u, t);
  restless_ = true;
}

// ------------------------------------------------------------------------------------------------ powers
double PowerChain::fraction(std::uint32_t v, double output_w) const {
  return p_.vertices[v].rating_w > 0 ? output_w / p_.vertices[v].rating_w : 0.0;
}

/// That the battery gives now, at its terminals.
double PowerChain::battery_w(UpsRun const& u) const {
  return u.machine.has_output() ? present_.store_w(u.vertex) : 0.0;
}

/// Whether feeders carry, as voltages and positions have it.
void PowerChain::set_up_state() {
  active_ = brisk_ = false;
  for (std::uint32_t v = 0; v < p_.vertices.size(); ++v) {
    auto const& it = p_.vertices[v];
    double const input = input_voltage(v);
    bool dead = false;
    state_.fed[v] = 1;
    state_.extra_w[v] = 0;
    switch (it.kind) {
      case Kind::load:
        dead = !loads_[v].powered;
        if (!dead && input < live_voltage) {
          state_.fed[v] = 0;
          active_ = brisk_ = true;
        }
        break;
      case Kind::utility:
        dead = volts_[v] < live_voltage;
        break;
      case Kind::generator:
        dead = !is_on_bus(v);
        break;
      case Kind::ups: {
        auto& u = ups_[static_cast<std::size_t>(ups_at_[v])];
        auto const mode = u.machine.mode();
        dead = mode == UpsMode::off || failed_[v];
        bool const on_bypass = mode == UpsMode::eco || mode == UpsMode::bypass;
        state_.second[v] = on_bypass;
        // Between two modes the load hangs on nothing, and a unit without output takes nothing.
        state_.fed[v] = on_bypass ? 1.0 : u.machine.rectifier_share();
        if (!dead && state_.fed[v] < 1) active_ = brisk_ = true;
        double const limit = u.battery && !u.full ? u.machine.recharge_limit_w() : 0.0;
        if (!dead && limit > 0) {
          state_.extra_w[v] = std::min(limit, u.battery->charge_power_w());
          active_ = true;
        }
        break;
      }
      default:
        dead = failed_[v] || input < live_voltage;
    }
    state_.dead[v] = dead;
    double const highest = input;
    for (std::uint32_t k = p_.order.first[v]; k < p_.order.first[v] + p_.order.feeders_of(v); ++k) {
      double const here = edge_voltage(v, k);
      state_.carries[k] = !dead && here >= live_voltage && here >= highest - 1e-9;
    }
  }
}

void PowerChain::restructure(double now_s) {
  auto const before = version_;
  set_up_state();
  present_.set_state(state_);
  present_.solve(load_w_);
  changed_.clear();
  version_ = before + 1;
  take_powers(now_s);
}

/// What follows from new powers: loads of UPS, generators and breakers.
void PowerChain::take_powers(double now_s) {
  for (auto& u : ups_) {
    double const load = fraction(u.vertex, present_.output_w()[u.vertex]);
    if (load == u.machine.conditions().load) continue;
    advance_ups(u, now_s);
    auto c = u.machine.conditions();
    c.load = load;
    if (auto const t = u.machine.set(c)) pending_.emplace_back(&u, *t);
  }
  for (auto& s : switches_)
    if (volts_[s.vertex] >= live_voltage) s.before_w = present_.output_w()[s.vertex];
  for (auto& g : plants_) {
    g.load_w = 0;
    for (auto const v : g.params.vertices) g.load_w += present_.source_w(v);
    if (g.machine.set_load(g.load_w)) continue;
    double const taken = g.machine.acceptable_w();
    if (!g.told_block && g.load_w - taken > 0.01 * g.machine.capacity_w() && g.load_w <= g.machine.capacity_w()) {
      g.told_block = true;
      tell("generator_block_exceeded", bank_name(g), "load rose faster than the sets take it");
    }
    g.machine.set_load(taken);
  }
  over_ = std::any_of(ups_.begin(), ups_.end(), [](UpsRun const& u) { return u.machine.conditions().load > 1; });
  for (auto& b : breakers_) {
    double const w = b.edge == no_edge ? present_.output_w()[b.vertex] : present_.edge_w(b.edge);
    over_ |= w > b.machine.params().rated_a && b.machine.is_closed();
    if (w == b.w && b.at_s > 0) continue;
    b.machine.advance(now_s - b.at_s, b.w);
    b.at_s = now_s;
    b.w = w;
    double const wait = b.machine.is_closed() ? b.machine.time_to_trip_s(w) : never_s;
    b.trip_s = wait < never_s ? now_s + wait : never_s;
    if (w <= b.machine.params().rated_a) {
      b.over_since_s = never_s;
    } else if (b.over_since_s == never_s) {
      b.over_since_s = now_s;
      b.over_why = last_;
    }
  }
}

ChainMeans const& PowerChain::settle(double dt, std::span<double const> mean_load_w, Solve const& solve) {
  means_ = {};
  bool const repays = std::any_of(loads_.begin(), loads_.end(), [](LoadRun const& l) { return l.owed_j > 0; });
  std::copy(mean_load_w.begin(), mean_load_w.end(), mean_load_w_.begin());
  double stored_j = 0, loss_j = 0, given_j = 0;
  if (active_ || repays) {
    for (std::uint32_t v = 0; repays && v < loads_.size(); ++v) {
      auto& owed = loads_[v].owed_j;
      if (owed <= 0 || state_.dead[v] || state_.fed[v] < 1) continue;
      mean_load_w_[v] += owed / dt;
      stored_j += std::exchange(owed, 0.0);
    }
    for (auto& u : ups_) {
      auto const v = u.vertex;
      if (state_.dead[v]) continue;
      if (!state_.second[v]) state_.fed[v] = u.machine.mean_rectifier_share(dt);
      state_.extra_w[v] = 0;
      if (double const limit = u.battery && !u.full ? u.machine.recharge_limit_w() : 0.0; limit > 0) {
        auto const flow = u.battery->charge(dt, limit);
        state_.extra_w[v] = -flow.terminal_j / dt + u.owed_j / dt;
        loss_j += flow.loss_j;
        given_j += flow.terminal_j;
        stored_j += -flow.terminal_j - flow.loss_j + std::exchange(u.owed_j, 0.0);
        u.full = u.battery->state_of_charge() >= 1 - 1e-12;
      }
    }
    mean_.set_state(state_);
    solved_version_ = version_ - 1;  // with shares of its own: the next interval starts from the state again
  } else if (solved_version_ != version_) {
    mean_.set_state(state_);
    solved_version_ = version_;
  }
  if (solve)
    solve(mean_load_w_, mean_);
  else
    mean_.solve(mean_load_w_);
  if (active_) {
    for (auto& u : ups_) {
      double const w = mean_.store_w(u.vertex);
      if (w == 0 || !u.battery) continue;
      auto const flow = u.battery->advance(dt, w);  // below 0: storage behind the UPS gives more than its load takes
      // The battery may run empty a moment before the date that followed from the power of then.
      double const short_j = w * dt - flow.terminal_j;
      u.owed_j += short_j;
      loss_j += flow.loss_j;
      given_j += flow.terminal_j;
      stored_j -= flow.terminal_j + flow.loss_j + short_j;
      u.full = false;
    }
    for (std::uint32_t v = 0; v < loads_.size(); ++v)
      if (p_.vertices[v].kind == Kind::load && state_.fed[v] < 1) {
        double const j = mean_.store_w(v) * dt;
        loads_[v].owed_j += j;
        stored_j -= j;
      }
  }
  for (std::uint32_t v = 0; v < p_.vertices.size(); ++v) {
    if (p_.vertices[v].kind == Kind::utility) means_.utility_w += mean_.source_w(v);
    if (p_.vertices[v].kind == Kind::generator) means_.generator_w += mean_.source_w(v);
  }
  if (dt > 0) {
    means_.battery_w = given_j / dt;
    means_.battery_loss_w = loss_j / dt;
    means_.stored_w = stored_j / dt;
  }
  return means_;
}

double PowerChain::state_of_charge(std::uint32_t v) const {
  if (ups_at_[v] < 0 || !ups_[static_cast<std::size_t>(ups_at_[v])].battery) return std::nan("");
  return ups_[static_cast<std::size_t>(ups_at_[v])].battery->state_of_charge();
}

double PowerChain::breaker_heat(std::uint32_t v) const {
  if (breaker_at_[v] < 0) return std::nan("");
  Breaker now = breakers_[static_cast<std::size_t>(breaker_at_[v])].machine;
  auto const& b = breakers_[static_cast<std::size_t>(breaker_at_[v])];
  now.advance(now_s_ - b.at_s, b.w);
  return now.heat_fraction();
}

double PowerChain::load_fraction(std::uint32_t v) const {
  return fraction(v, present_.output_w()[v]);
}

std::vector<std::uint32_t> PowerChain::take_switched_loads() {
  std::sort(switched_.begin(), switched_.end());
  switched_.erase(std::unique(switched_.begin(), switched_.end()), switched_.end());
  return std::exchange(switched_, {});
}

}  // namespace ondol::sim
