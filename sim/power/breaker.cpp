#include "sim/power/breaker.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace ondol::sim {
namespace {

using Element = BreakerParams::Element;
constexpr double never_s = std::numeric_limits<double>::infinity();

void require(bool holds, char const* what) {
  if (!holds) throw std::invalid_argument(what);
}

struct Row {
  double up_to_a, seconds;
};

template <std::size_t N>
double lookup(std::array<Row, N> const& rows, double rated_a) {
  for (Row const& row : rows)
    if (rated_a <= row.up_to_a) return row.seconds;
  throw std::invalid_argument("breaker: moulded-case breakers end at 6,000 A");
}

}  // namespace

void check(BreakerParams const& p) {
  require(p.rated_a > 0, "breaker: the rated current must be positive");
  require(p.tau_s > 0, "breaker: the time constant must be positive");
  require(p.cooling_tau_s >= 0, "breaker: the time constant of cooling must not be negative");
  require(p.trip_heat > 1, "breaker: it must carry its rated current, so the heat at which it trips must be above 1");
  require(p.pickup >= 1, "breaker: the pickup must not be below the rated current");
  require(p.short_time > 1 && p.instantaneous > 1,
          "breaker: short-time and instantaneous pickups must be above the rated current");
  require(p.short_time_s >= 0 && p.clearing_s >= 0, "breaker: delays must not be negative");
  require(p.relatch_heat > 0 && p.relatch_heat < p.trip_heat,
          "breaker: it must be able to close below the heat at which it trips");
}

double tau_through(Element element, double trip_heat, double current, double seconds) {
  double const square = current * current;
  if (element == Element::i2t) return seconds * square / trip_heat;
  require(square > trip_heat, "breaker: at this current it never trips");
  return seconds / std::log(square / (square - trip_heat));
}

double ul489_longest_at_200_s(double rated_a) {
  static constexpr std::array<Row, 15> rows{{{30, 120},
                                             {50, 240},
                                             {100, 360},
                                             {150, 480},
                                             {225, 600},
                                             {400, 720},
                                             {600, 840},
                                             {800, 960},
                                             {1000, 1080},
                                             {1200, 1200},
                                             {1600, 1320},
                                             {2000, 1440},
                                             {2500, 1560},
                                             {5000, 1680},
                                             {6000, 1800}}};
  return lookup(rows, rated_a);
}

double ab4_longest_at_300_s(double rated_a) {
  static constexpr std::array<Row, 15> rows{{{30, 70},
                                             {50, 100},
                                             {100, 160},
                                             {150, 250},
                                             {225, 275},
                                             {400, 350},
                                             {600, 450},
                                             {800, 500},
                                             {1000, 600},
                                             {1200, 700},
                                             {1600, 775},
                                             {2000, 800},
                                             {2500, 850},
                                             {5000, 900},
                                             {6000, 1000}}};
  return lookup(rows, rated_a);
}

BreakerParams moulded_case_breaker(double rated_a, double instantaneous) {
  BreakerParams p{.rated_a = rated_a, .instantaneous = instantaneous};
  p.tau_s = tau_through(p.element, p.trip_heat, 2, ul489_longest_at_200_s(rated_a) / 2);
  return p;
}

BreakerParams miniature_breaker(double rated_a, double instantaneous) {
  require(rated_a <= 125, "breaker: miniature breakers end at 125 A");
  BreakerParams p{.rated_a = rated_a, .instantaneous = instantaneous};
  p.tau_s = tau_through(p.element, p.trip_heat, 2.55, (1.0 + (rated_a <= 32 ? 60 : 120)) / 2);
  return p;
}

BreakerParams electronic_breaker(double setting_a, double at_6_s, double instantaneous) {
  BreakerParams p{.rated_a = setting_a, .instantaneous = instantaneous};
  p.tau_s = tau_through(p.element, p.trip_heat, 6, at_6_s);
  return p;
}

Breaker::Breaker(BreakerParams const& p) : p_(p) {
  check(p);
}

/// Time until the element reaches its heat, at `i` times the rating.
double Breaker::heating_time_s(double i) const {
  double const square = i * i;
  if (p_.element == Element::i2t) return i > p_.pickup ? std::max(0.0, p_.trip_heat - heat_) * p_.tau_s / square : never_s;
  if (square <= p_.trip_heat) return never_s;
  return heat_ < p_.trip_heat ? p_.tau_s * std::log((square - heat_) / (square - p_.trip_heat)) : 0;
}

double Breaker::time_to_trip_s(double current_a) const {
  if (!closed_) return 0;
  double const i = current_a / p_.rated_a;
  double time = heating_time_s(i);
  if (i >= p_.short_time) time = std::min(time, std::max(0.0, p_.short_time_s - above_short_s_));
  if (i >= p_.instantaneous) time = std::min(time, std::max(0.0, p_.clearing_s - above_instantaneous_s_));
  return time;
}

double Breaker::carries_a(double duration_s) const {
  if (!closed_) return 0;
  double i = 0;
  if (p_.element == Element::i2t) {
    i = std::max(p_.pickup, std::sqrt(std::max(0.0, p_.trip_heat - heat_) * p_.tau_s / duration_s));
  } else {
    double const kept = std::exp(-duration_s / p_.tau_s);
    i = std::sqrt(std::max(0.0, p_.trip_heat - heat_ * kept) / (1 - kept));
  }
  if (duration_s > p_.short_time_s - above_short_s_) i = std::min(i, p_.short_time);
  if (duration_s > p_.clearing_s - above_instantaneous_s_) i = std::min(i, p_.instantaneous);
  return i * p_.rated_a;
}

void Breaker::heat(double duration_s, double i) {
  double const square = i * i;
  bool const integrates = p_.element == Element::i2t && i > p_.pickup;
  if (integrates) {
    heat_ += square * duration_s / p_.tau_s;
  } else {
    double const goal = p_.element == Element::thermal ? square : 0;
    heat_ = goal + (heat_ - goal) * std::exp(-duration_s / (goal > heat_ ? p_.tau_s : cooling_tau_s()));
  }
  above_short_s_ = i >= p_.short_time ? above_short_s_ + duration_s : 0;
  above_instantaneous_s_ = i >= p_.instantaneous ? above_instantaneous_s_ + duration_s : 0;
}

std::optional<double> Breaker::advance(double duration_s, double current_a) {
  if (!closed_) {
    heat(duration_s, 0);
    return std::nullopt;
  }
  double const i = current_a / p_.rated_a, trip_s = time_to_trip_s(current_a);
  if (trip_s > duration_s) {
    heat(duration_s, i);
    return std::nullopt;
  }
  heat(trip_s, i);
  closed_ = false;
  heat(duration_s - trip_s, 0);
  return trip_s;
}

double Breaker::time_to_relatch_s() const {
  return heat_ > p_.relatch_heat ? cooling_tau_s() * std::log(heat_ / p_.relatch_heat) : 0;
}

bool Breaker::close() {
  closed_ = closed_ || heat_ <= p_.relatch_heat;
  return closed_;
}

}  // namespace ondol::sim
