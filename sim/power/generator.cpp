#include "sim/power/generator.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace ondol::sim {
namespace {

using State = GeneratorPlant::State;
constexpr double never_s = std::numeric_limits<double>::infinity();
constexpr double same_s = 1e-9, same_w = 1e-6, nothing_m3 = 1e-12;

void require(bool holds, char const* what) {
  if (!holds) throw std::invalid_argument(what);
}

}  // namespace

std::string_view name(GeneratorPlant::Event event) {
  static constexpr std::string_view names[] = {"ready", "failed", "on_bus", "stopped", "fuel_empty"};
  return names[static_cast<int>(event)];
}

void check(GeneratorParams const& p) {
  require(p.rated_w > 0, "generator: the rating must be positive");
  require(p.start_s >= 0 && p.attempt_s >= 0 && p.synchronise_s >= 0 && p.cool_down_s >= 0,
          "generator: times must not be negative");
  require(p.attempts > 0, "generator: at least one attempt to start is needed");
  require(p.block > 0 && p.block <= 1, "generator: the block must lie in (0, 1] of the capacity");
  require(p.block_interval_s > 0, "generator: the time between blocks must be positive");
  require(p.fuel_m3_per_s >= 0, "generator: fuel must not be negative");
  require(p.idle_fuel_share >= 0 && p.idle_fuel_share < 1, "generator: the idle share of the fuel must lie in [0, 1)");
}

GeneratorPlant::GeneratorPlant(GeneratorParams const& p, std::size_t sets, double tank_m3)
    : p_(p), sets_(sets), tank_m3_(tank_m3) {
  check(p_);
  require(sets > 0, "generator: at least one set is needed");
  require(tank_m3 >= 0, "generator: the tank must not hold less than nothing");
}

std::size_t GeneratorPlant::count(State state) const {
  return static_cast<std::size_t>(
      std::count_if(sets_.begin(), sets_.end(), [state](Set const& s) { return s.state == state; }));
}

void GeneratorPlant::call(std::span<int const> failed_attempts) {
  if (tank_m3_ <= 0) return;
  for (std::size_t i = 0; i < sets_.size(); ++i) {
    Set& set = sets_[i];
    if (set.state == State::cooling) set.state = State::on_bus;
    if (set.state != State::off) continue;
    int const failures = i < failed_attempts.size() ? failed_attempts[i] : 0;
    set.will_fail = failures >= p_.attempts;
    set.state = State::starting;
    set.left_s = std::min(failures, p_.attempts) * p_.attempt_s + (set.will_fail ? 0 : p_.start_s);
  }
}

void GeneratorPlant::release() {
  load_w_ = spent_w_ = synchronised_s_ = 0;
  for (Set& set : sets_) {
    if (set.state == State::starting) set.state = State::off;
    if (set.state != State::ready && set.state != State::on_bus) continue;
    set.state = State::cooling;
    set.left_s = p_.cool_down_s;
  }
}

void GeneratorPlant::fail(std::size_t set) {
  sets_[set].state = State::failed;
  spent_w_ = std::min(spent_w_, p_.block * capacity_w());
}

void GeneratorPlant::repair(std::size_t set) {
  if (sets_[set].state == State::failed) sets_[set].state = State::off;
}

double GeneratorPlant::acceptable_w() const {
  return std::min(capacity_w(), load_w_ + std::max(0.0, p_.block * capacity_w() - spent_w_));
}

double GeneratorPlant::time_to_accept_s(double load_w) const {
  double const block_w = p_.block * capacity_w(), more_w = load_w - load_w_;
  if (more_w <= 0) return 0;
  if (load_w > capacity_w() + same_w || more_w > block_w + same_w) return never_s;
  return std::max(0.0, (spent_w_ + more_w - block_w) * p_.block_interval_s / block_w);
}

bool GeneratorPlant::set_load(double load_w) {
  if (load_w > load_w_ && load_w > acceptable_w() + same_w) return false;
  spent_w_ += std::max(0.0, load_w - load_w_);
  load_w_ = load_w;
  return true;
}

double GeneratorPlant::burning_m3_per_s() const {
  std::size_t const loaded = on_bus(), idle = count(State::ready) + count(State::cooling);
  double burnt = static_cast<double>(idle) * sim::fuel_m3_per_s(p_, 0);
  if (loaded > 0) burnt += static_cast<double>(loaded) * sim::fuel_m3_per_s(p_, load_w_ / capacity_w());
  return burnt;
}

double GeneratorPlant::time_to_empty_s() const {
  double const burnt = burning_m3_per_s();
  return burnt > 0 ? tank_m3_ / burnt : never_s;
}

/// Until the next ready set is on the bus; the first one need not synchronise.
double GeneratorPlant::synchronising_s() const {
  if (count(State::ready) == 0) return never_s;
  return on_bus() == 0 ? 0 : std::max(0.0, p_.synchronise_s - synchronised_s_);
}

double GeneratorPlant::time_to_event_s() const {
  double time = std::min(synchronising_s(), time_to_empty_s());
  for (Set const& set : sets_)
    if (set.state == State::starting || set.state == State::cooling) time = std::min(time, set.left_s);
  return time;
}

std::optional<GeneratorPlant::Happened> GeneratorPlant::due() {
  if (burning_m3_per_s() > 0 && tank_m3_ <= nothing_m3) {
    tank_m3_ = 0;
    load_w_ = spent_w_ = synchronised_s_ = 0;
    for (Set& set : sets_)
      if (set.state != State::failed) set.state = State::off;
    return Happened{Event::fuel_empty};
  }
  for (std::size_t i = 0; i < sets_.size(); ++i) {
    Set& set = sets_[i];
    if (set.left_s > same_s) continue;
    if (set.state == State::starting) {
      set.state = set.will_fail ? State::failed : State::ready;
      return Happened{set.will_fail ? Event::failed : Event::ready, i};
    }
    if (set.state == State::cooling) {
      set.state = State::off;
      return Happened{Event::stopped, i};
    }
  }
  if (synchronising_s() > same_s) return std::nullopt;
  for (std::size_t i = 0; i < sets_.size(); ++i) {
    if (sets_[i].state != State::ready) continue;
    sets_[i].state = State::on_bus;
    synchronised_s_ = 0;
    return Happened{Event::on_bus, i};
  }
  return std::nullopt;
}

GeneratorPlant::Step GeneratorPlant::advance(double duration_s) {
  double const dt = std::min(duration_s, time_to_event_s());
  Step step{.elapsed_s = dt, .fuel_m3 = std::min(tank_m3_, burning_m3_per_s() * dt), .happened = {}};
  tank_m3_ -= step.fuel_m3;
  if (count(State::ready) > 0 && on_bus() > 0) synchronised_s_ += dt;
  for (Set& set : sets_)
    if (set.state == State::starting || set.state == State::cooling) set.left_s = std::max(0.0, set.left_s - dt);
  spent_w_ = std::max(0.0, spent_w_ - p_.block * capacity_w() * dt / p_.block_interval_s);
  step.happened = due();
  return step;
}

}  // namespace ondol::sim
