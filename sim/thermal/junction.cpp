#include "sim/thermal/junction.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace ondol::sim {
namespace {

/// The matrix A of x' = A x + b, its eigenvalues and the projection P1; P2 = 1 - P1.
struct Modes {
  double fast, slow;  ///< l1 < l2 < 0 [1/s]
  double dd, ds, sd, ss;

  explicit Modes(JunctionParams const& p) {
    double const g_die = 1.0 / p.die_k_per_w, g_sink = 1.0 / p.sink_k_per_w, k = p.leakage_w_per_k;
    double const a_dd = (k - g_die) / p.die_j_per_k, a_ds = g_die / p.die_j_per_k;
    double const a_sd = g_die / p.sink_j_per_k, a_ss = -(g_die + g_sink) / p.sink_j_per_k;
    double const middle = 0.5 * (a_dd + a_ss), apart = 0.5 * (a_dd - a_ss);
    double const half = std::sqrt(apart * apart + a_ds * a_sd);
    double const determinant = g_sink * (g_die * (1.0 - k * p.sink_k_per_w) - k) / (p.die_j_per_k * p.sink_j_per_k);
    fast = middle - half;
    slow = determinant / fast;  // not the difference of two near numbers
    double const scale = 1.0 / (fast - slow);
    dd = (a_dd - slow) * scale;
    ds = a_ds * scale;
    sd = a_sd * scale;
    ss = (a_ss - slow) * scale;
  }
};

void check(JunctionParams const& p) {
  if (!(p.die_k_per_w > 0) || !(p.sink_k_per_w > 0) || !(p.die_j_per_k > 0) || !(p.sink_j_per_k > 0) ||
      !(p.leakage_w_per_k * p.total_k_per_w() < 1))
    throw std::invalid_argument("junction: need resistances and heat capacities > 0 and leakage slope < 1/R");
}

}  // namespace

JunctionParams junction_of_response(double fast_k_per_w, double fast_s, double slow_k_per_w, double slow_s) {
  // Z = (n1 s + n0)/(d2 s^2 + d1 s + 1), taken apart from the die on: 1/Z = C_d s + 1/(R_d + ...).
  double const n1 = fast_k_per_w * slow_s + slow_k_per_w * fast_s, n0 = fast_k_per_w + slow_k_per_w;
  double const d2 = fast_s * slow_s, d1 = fast_s + slow_s;
  JunctionParams p;
  p.die_j_per_k = d2 / n1;
  double const sink_s = d1 - p.die_j_per_k * n0;
  p.die_k_per_w = n1 / sink_s;
  p.sink_k_per_w = n0 - p.die_k_per_w;
  p.sink_j_per_k = sink_s / p.sink_k_per_w;
  return p;
}

JunctionAsymptote::JunctionAsymptote(JunctionParams const& p) {
  double const k = p.leakage_w_per_k, total = p.total_k_per_w();
  gain = 1.0 / (1.0 - k * total);
  die_drift = 1.0 + total * k * gain;
  sink_drift = 1.0 + p.sink_k_per_w * k * gain;
  // What it takes to warm both at that rate is missing from the heat that flows.
  double const into_die = -p.die_j_per_k * die_drift, into_sink = -p.sink_j_per_k * sink_drift;
  double const passed = (into_die + k * p.sink_k_per_w * into_sink) * gain;
  sink_lag = p.sink_k_per_w * (passed + into_sink);
  die_lag = sink_lag + p.die_k_per_w * passed;
}

JunctionState JunctionAsymptote::start(JunctionParams const& p, CoolantRamp const& c, double reference_w) const {
  double const heat = (reference_w + p.leakage_w_per_k * (c.start_k - p.reference_k)) * gain;
  return {c.start_k + p.total_k_per_w() * heat + die_lag * c.rate_k_per_s,
          c.start_k + p.sink_k_per_w * heat + sink_lag * c.rate_k_per_s};
}

JunctionState steady_junction(JunctionParams const& p, double coolant_k, double reference_w) {
  check(p);
  return JunctionAsymptote(p).start(p, {coolant_k, 0.0}, reference_w);
}

namespace {

/// (e^x - 1)/x for x <= 0, from e^x where that loses no digits that matter.
double mean_of_decay(double x, double exp_x) {
  if (x < -0.01) return (exp_x - 1.0) / x;
  return 1.0 + x * (0.5 + x * (1.0 / 6 + x * (1.0 / 24 + x * (1.0 / 120 + x * (1.0 / 720)))));
}

}  // namespace

JunctionCoefficients::JunctionCoefficients(JunctionParams const& p, double dt_s) : p_(p), to_(p), dt_s_(dt_s) {
  check(p);
  if (!(dt_s >= 0)) throw std::invalid_argument("junction: need dt >= 0");
  Modes const m(p);
  double const x = m.fast * dt_s, y = m.slow * dt_s;
  double const e1 = std::exp(x), e2 = std::exp(y);
  double const f1 = mean_of_decay(x, e1), f2 = mean_of_decay(y, e2);
  end_dd_ = e2 + (e1 - e2) * m.dd;
  end_ds_ = (e1 - e2) * m.ds;
  end_sd_ = (e1 - e2) * m.sd;
  end_ss_ = e2 + (e1 - e2) * m.ss;
  mean_dd_ = f2 + (f1 - f2) * m.dd;
  mean_ds_ = (f1 - f2) * m.ds;
}

JunctionStep JunctionCoefficients::with(CoolantRamp const& c) const {
  auto const at_no_power = to_.start(p_, c, 0.0);
  JunctionStep s;
  s.die_0_ = at_no_power.die_k;
  s.sink_0_ = at_no_power.sink_k;
  s.die_per_w_ = p_.total_k_per_w() * to_.gain;
  s.sink_per_w_ = p_.sink_k_per_w * to_.gain;
  s.die_moved_ = to_.die_drift * c.rate_k_per_s * dt_s_;
  s.sink_moved_ = to_.sink_drift * c.rate_k_per_s * dt_s_;
  s.end_dd_ = end_dd_;
  s.end_ds_ = end_ds_;
  s.end_sd_ = end_sd_;
  s.end_ss_ = end_ss_;
  s.mean_dd_ = mean_dd_;
  s.mean_ds_ = mean_ds_;
  return s;
}

namespace {

/// First instant of [low, high], to 1e-6 s, at which `is` holds, that is false at `low` and stays true after.
template <class Is>
double first(Is const& is, double low, double high) {
  while (high - low > 1e-6) {
    double const middle = 0.5 * (low + high);
    (is(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace

double crossing_s(JunctionParams const& p, JunctionState const& start, CoolantRamp const& coolant, double reference_w,
                  JunctionProbe const& probe, double level_k, bool falling, double horizon_s) {
  check(p);
  Modes const m(p);
  JunctionAsymptote const to(p);
  auto const a = to.start(p, coolant, reference_w);
  double const away_die = start.die_k - a.die_k, away_sink = start.sink_k - a.sink_k;
  double const fast_die = m.dd * away_die + m.ds * away_sink, fast_sink = m.sd * away_die + m.ss * away_sink;
  // What is sought is a rise of y(t) = c0 + c1 t + b1 e^(l1 t) + b2 e^(l2 t) through 0.
  double const sign = falling ? -1.0 : 1.0, r = coolant.rate_k_per_s;
  double const c0 = sign * (probe.at(a) - level_k);
  double const c1 = sign * r * (probe.die * to.die_drift + probe.sink * to.sink_drift);
  double const b1 = sign * (probe.die * fast_die + probe.sink * fast_sink);
  double const b2 = sign * (probe.die * (away_die - fast_die) + probe.sink * (away_sink - fast_sink));
  auto const y = [&](double t) { return c0 + c1 * t + b1 * std::exp(m.fast * t) + b2 * std::exp(m.slow * t); };
  auto const slope = [&](double t) { return c1 + b1 * m.fast * std::exp(m.fast * t) + b2 * m.slow * std::exp(m.slow * t); };
  if (y(0.0) >= 0) return 0.0;
  // The slope turns at most once, so it has at most one zero on either side of there, and between those y goes one way.
  std::array<double, 5> edge{0.0, 0.0, 0.0, 0.0, horizon_s};
  double const turn = b1 != 0 ? -(b2 * m.slow * m.slow) / (b1 * m.fast * m.fast) : 0.0;
  double const bend = turn > 0 ? std::min(horizon_s, std::max(0.0, std::log(turn) / (m.fast - m.slow))) : 0.0;
  edge[2] = bend;
  for (std::size_t side : {0, 2}) {
    double const low = edge[side], high = edge[side + 2];
    bool const rises = slope(low) >= 0;
    edge[side + 1] = rises == (slope(high) >= 0) ? low : first([&](double t) { return (slope(t) >= 0) != rises; }, low, high);
  }
  for (std::size_t i = 0; i + 1 < edge.size(); ++i)
    if (edge[i + 1] > edge[i] && y(edge[i + 1]) >= 0) return first([&](double t) { return y(t) >= 0; }, edge[i], edge[i + 1]);
  return std::numeric_limits<double>::infinity();
}

}  // namespace ondol::sim
