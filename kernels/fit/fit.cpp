#include "kernels/fit/fit.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <stdexcept>

namespace ondol::meter::fit {
namespace {

constexpr double most_model_error = 0.5;
constexpr double assumed_model_error = 0.02;  // where too few loads show their scatter
constexpr double least_freedom = 5;

/// Relative residual of a load.
struct LoadResidual {
  double mean = 0;
  double variance = 0;             ///< of the mean, by the windows' own errors
  double hidden_variance = 0;      ///< of the mean, by what the thermometer hides
  double within = 0, freedom = 0;  ///< chi-square of the windows around the means of their starts
};

std::vector<LoadResidual> residuals_of(Layout const& layout, std::span<Point const> points, double clock,
                                       Weights const& weights, std::vector<double> const& x) {
  struct Sum {
    double weight = 0, sum = 0, squares = 0, windows = 0, hidden = 0;
  };
  std::vector<LoadResidual> all;
  auto const k = layout.coefficients(x.data());
  for (auto const& load : loads_of(points)) {
    if (points[load[0]].one_sided()) continue;
    std::map<std::size_t, Sum> starts;
    double weight = 0, sum = 0;
    for (std::size_t const i : load) {
      Point const& p = points[i];
      double const model = layout.gain(x.data(), p.folder) * power_w(k, p, phi_of(p, clock));
      double const r = p.power_w / model - 1, w = model * model / own_variance(p, weights);
      Sum& s = starts[p.start];
      s.weight += w, s.sum += w * r, s.squares += w * r * r, ++s.windows;
      s.hidden = hidden_w(p, weights) / model;
      weight += w, sum += w * r;
    }
    LoadResidual residual{sum / weight, 1 / weight, 0, 0, 0};
    for (auto const& [start, s] : starts) {
      residual.hidden_variance += std::pow(s.weight / weight * s.hidden, 2);
      residual.within += s.squares - s.sum * s.sum / s.weight;
      residual.freedom += s.windows - 1;
    }
    all.push_back(residual);
  }
  return all;
}

/// Factor on the windows' errors that their scatter within starts asks for, at least 1.
double noise_factor(std::vector<LoadResidual> const& loads, double before) {
  double within = 0, freedom = 0;
  for (auto const& l : loads) {
    within += l.within;
    freedom += l.freedom;
  }
  return freedom < least_freedom ? 1 : std::max(1.0, before * std::sqrt(within / freedom));
}

/// Moment estimate: the tau that makes the chi-square between loads what its freedom expects; 0 where noise explains all.
double between_loads(std::vector<LoadResidual> const& loads, double unknowns) {
  double const freedom = static_cast<double>(loads.size()) - unknowns;
  if (freedom < least_freedom) return assumed_model_error;
  auto const excess = [&](double tau) {
    double chi = 0;
    for (auto const& l : loads) chi += l.mean * l.mean / (l.variance + l.hidden_variance + tau * tau);
    return chi - freedom;
  };
  if (excess(0) <= 0) return 0;
  double low = 0, high = most_model_error;
  for (int i = 0; i < 60; ++i) (excess((low + high) / 2) > 0 ? low : high) = (low + high) / 2;
  return high;
}

/// Scatter of the memory scope around its equation, one draw a load.
double memory_scatter(Layout const& layout, std::span<Point const> points, std::vector<double> const& x) {
  constexpr double least_w = 0.05, unknowns = 3;
  auto const k = layout.coefficients(x.data());
  double squares = 0, n = 0;
  for (auto const& load : loads_of(points)) {
    double sum = 0, windows = 0;
    for (std::size_t const i : load)
      if (points[i].memory_power_w) {
        sum += layout.memory_power_w(x.data(), k, points[i]) - *points[i].memory_power_w;
        ++windows;
      }
    if (windows > 0) {
      squares += std::pow(sum / windows, 2);
      ++n;
    }
  }
  return std::max(least_w, std::sqrt(squares / std::max(1.0, n - unknowns)));
}

/// The memory equation needs loads that differ in what they move.
bool memory_speaks(std::span<Point const> points) {
  std::set<std::string> quiet, busy;
  for (Point const& p : points)
    if (p.memory_power_w) (p.rate[Channel::hbm_read] + p.rate[Channel::hbm_write] > 1e9 ? busy : quiet).insert(p.load);
  return busy.size() >= 2 && quiet.size() >= 2;
}

}  // namespace

Fit fit(Priors const& priors, std::span<Point const> points, double reference_clock_hz, std::size_t folders, double model_error,
        std::optional<Weights> weights) {
  if (points.size() < least_windows)
    throw std::runtime_error("only " + std::to_string(points.size()) + " windows can be fitted; at least " +
                             std::to_string(least_windows) + " are needed");
  Layout const layout(priors, points, reference_clock_hz, folders, memory_speaks(points));
  Fit f;
  f.reference_clock_hz = reference_clock_hz;
  f.loads = loads_of(points).size();
  f.weights = weights.value_or(Weights{});
  if (!weights) {
    f.weights.model_error = std::max(model_error, 0.01);
    f.weights.leakage_w_per_k = layout.fixed()[Scalar::leakage_slope];
  }
  Solution solution = minimise(layout, points, reference_clock_hz, f.weights, layout.start());
  f.identified = identify(layout, solution);
  // Weights and solution settle in a few rounds: each moves the other little.
  for (int round = 0; round < 8 && !weights; ++round) {
    Weights const before = f.weights;
    auto const loads = residuals_of(layout, points, reference_clock_hz, f.weights, solution.x);
    f.weights.leakage_w_per_k = layout.coefficients(solution.x.data())[Scalar::leakage_slope];
    f.weights.noise = noise_factor(loads, before.noise);
    f.weights.model_error = std::max(model_error, between_loads(loads, f.identified.effective_unknowns));
    if (layout.memory()) f.weights.memory_w = memory_scatter(layout, points, solution.x);
    solution = minimise(layout, points, reference_clock_hz, f.weights, solution.x);
    f.identified = identify(layout, solution);
    if (std::abs(f.weights.model_error - before.model_error) < 1e-5 && std::abs(f.weights.noise - before.noise) < 1e-3 &&
        std::abs(f.weights.memory_w - before.memory_w) < 1e-2)
      break;
  }

  f.value = layout.coefficients(solution.x.data());
  std::size_t const n = layout.parameters().size(), physical = layout.physical();
  for (std::size_t i = 0; i < physical; ++i) {
    Parameter const& p = layout.parameters()[i];
    f.estimates.push_back({p.name, p.scale * solution.x[i], p.scale * f.identified.sd[i], f.identified.prior_share[i],
                           f.identified.at_bound[i], p.prior});
    for (std::size_t j = 0; j < physical; ++j)
      f.covariance.push_back(f.identified.covariance[i * n + j] / (solution.x[i] * solution.x[j]));
  }
  if (folders > 1)
    for (std::size_t i = 0; i < folders; ++i) {
      f.gains.push_back(layout.gain(solution.x.data(), i));
      f.gain_sd.push_back(i == 0 ? 0 : f.identified.sd[physical + i - 1]);
    }
  if (layout.memory()) {
    f.memory_idle_w = layout.parameters()[n - 2].scale * solution.x[n - 2];
    f.memory_share = solution.x[n - 1];
  }
  return f;
}

}  // namespace ondol::meter::fit
