#include "sim/thermal/staging.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "sim/thermal/heat_rejection.hpp"

namespace ondol::sim {

namespace {

constexpr double least_w = 1.0;  // what is asked below this is rounding
constexpr double forever_s = std::numeric_limits<double>::infinity();

std::string run(int n) {
  return n == 1 ? "1 runs" : std::to_string(n) + " run";
}

}  // namespace

bool PlantStager::Timer::ripe(bool holds, double dt_s, double delay_s) {
  if (!holds) {
    *this = {};
    return false;
  }
  held_s = running ? held_s + dt_s : 0.0;  // seen at the end of the step for the first time
  running = true;
  return held_s >= delay_s * (1.0 - 1e-12);
}

PlantStager::PlantStager(PlantStagingParams const& params, int chillers)
    : params_(params), units_(static_cast<std::size_t>(chillers)) {
  if (!(params.minimum_on_s >= 0.0) || !(params.minimum_off_s >= 0.0) || !(params.delay_s >= 0.0) ||
      !(params.changeover_k >= 0.0))
    throw std::invalid_argument("staging: times and the changeover must not be negative");
  if (!(params.down < params.up))
    throw std::invalid_argument("staging: down must be below up, or machines start and stop without end");
}

void PlantStager::begin(RejectionPoint const& ideal) {
  running_ = std::min(ideal.chillers, static_cast<int>(units_.size()));
  for (std::size_t i = 0; i < units_.size(); ++i) units_[i] = {static_cast<int>(i) < running_, forever_s};
  free_cooling_ = ideal.free_w > 0.0 || running_ == 0 ? FreeCooling::allowed : FreeCooling::off;
  full_ = running_ == 0;
  more_ = fewer_ = colder_ = useless_ = {};
  decisions_.clear();
}

bool PlantStager::start_one(int available) {
  if (running_ >= available) return false;
  auto const rested = std::max_element(units_.begin(), units_.end(), [](Unit const& a, Unit const& b) {
    return std::pair(!a.on, a.on ? 0.0 : a.since_s) < std::pair(!b.on, b.on ? 0.0 : b.since_s);
  });
  if (rested->on || rested->since_s < params_.minimum_off_s) return false;
  *rested = {true, 0.0};
  ++running_;
  tell("chiller_on", "a chiller starts: " + run(running_));
  return true;
}

bool PlantStager::stop_one() {
  auto const worn = std::max_element(units_.begin(), units_.end(), [](Unit const& a, Unit const& b) {
    return std::pair(a.on, a.on ? a.since_s : 0.0) < std::pair(b.on, b.on ? b.since_s : 0.0);
  });
  if (worn == units_.end() || !worn->on || worn->since_s < params_.minimum_on_s) return false;
  *worn = {false, 0.0};
  --running_;
  tell("chiller_off", "a chiller stops: " + run(running_));
  return true;
}

void PlantStager::advance(double dt_s, RejectionPoint const& point, int available) {
  for (auto& unit : units_) unit.since_s += dt_s;
  for (auto unit = units_.rbegin(); unit != units_.rend() && running_ > available; ++unit)
    if (unit->on) {
      *unit = {false, 0.0};
      --running_;
      tell("chiller_off", "a chiller fails: " + run(running_));
    }
  bool const asked = point.chilled_wanted_w > least_w;
  bool const carries_all = free_cooling_ == FreeCooling::allowed && point.free_margin_k >= params_.changeover_k;
  bool const more = asked && (running_ == 0 || point.chilled_wanted_w > params_.up * running_ * point.unit_w);
  bool const fewer = running_ > 1 ? point.chilled_wanted_w < params_.down * (running_ - 1) * point.unit_w
                                  : running_ == 1 && (carries_all || !asked);
  if (more_.ripe(more, dt_s, params_.delay_s) && start_one(available)) more_ = {};
  if (fewer_.ripe(fewer, dt_s, params_.delay_s) && stop_one()) fewer_ = {};
  if (free_cooling_ == FreeCooling::allowed) {
    if (useless_.ripe(running_ > 0 && point.free_w <= least_w && asked, dt_s, params_.delay_s)) {
      free_cooling_ = FreeCooling::off;
      useless_ = {};
      tell("free_cooling_end", "free cooling gives nothing");
    }
  } else if (colder_.ripe(point.free_reach_k > params_.changeover_k, dt_s, params_.delay_s)) {
    free_cooling_ = FreeCooling::allowed;
    colder_ = {};
    tell("free_cooling_begin", "the weather is colder than the water that comes back");
  }
  bool const full = running_ == 0 && free_cooling_ == FreeCooling::allowed && !asked;
  if (full != full_)
    tell(full ? "free_cooling_full" : "free_cooling_partial", full ? "it carries all heat" : "it no longer carries all heat");
  full_ = full;
}

double PlantStager::next_decision_s() const {
  double next = forever_s;
  auto const wait = [&](Timer const& timer, double rest_s) {
    if (timer.running) next = std::min(next, std::max(params_.delay_s - timer.held_s, rest_s));
  };
  double rested = forever_s, worn = forever_s;  // until a machine may start, or stop
  for (auto const& unit : units_) {
    double& least = unit.on ? worn : rested;
    least = std::min(least, (unit.on ? params_.minimum_on_s : params_.minimum_off_s) - unit.since_s);
  }
  wait(more_, rested);
  wait(fewer_, worn);
  wait(colder_, 0.0);
  wait(useless_, 0.0);
  return next;
}

std::vector<StagingDecision> PlantStager::take_decisions() {
  return std::exchange(decisions_, {});
}

}  // namespace ondol::sim
