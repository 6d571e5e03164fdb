#include "kernels/fit/doubts.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/fit/quantity.hpp"

namespace ondol::meter::fit {
namespace {

constexpr double sigmas = 3;
constexpr double most_pull = 2;            // windows of a load share their error, so the mean square wanders about 1
constexpr double much_model_error = 2e-3;  // relative; a good meter's own windows are off by about 0.1 %

double* coefficient(Coefficients<double>& k, std::string_view name) {
  for (std::size_t i = 0; i < scalars; ++i)
    if (name == scalar_names[i]) return &k.scalar[i];
  auto const dot = name.find('.');
  std::size_t const c = index(*channel_named(name.substr(dot + 1)));
  return name.starts_with("control.") ? &k.control[c] : &k.data[c];
}

/// Variance of a prediction by the errors of the coefficients [W^2]; derivatives over the logarithm of each.
double coefficient_variance(Fit const& fit, Point const& p, double phi) {
  constexpr double step = 1e-4;
  std::size_t const n = fit.estimates.size();
  std::vector<double> slope(n);
  for (std::size_t i = 0; i < n; ++i) {
    Coefficients<double> more = fit.value, less = fit.value;
    *coefficient(more, fit.estimates[i].name) *= 1 + step;
    *coefficient(less, fit.estimates[i].name) *= 1 - step;
    slope[i] = (power_w(more, p, phi) - power_w(less, p, phi)) / (2 * step);
  }
  double variance = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) variance += slope[i] * fit.covariance[i * n + j] * slope[j];
  return variance;
}

double pull(Fit const& fit, Residual const& r) {
  Point const& p = *r.point;
  double const variance = own_variance(p, fit.weights) + std::pow(hidden_w(p, fit.weights), 2) +
                          std::pow(fit.weights.model_error * p.power_w, 2) + coefficient_variance(fit, p, r.phi);
  return (r.predicted_w - p.power_w) / std::sqrt(variance);
}

std::string percent(double share) {
  return text_of(100 * share, 2) + " %";
}

/// "(most: spin -4.8 %)"
std::string most(std::vector<Residual> const& all) {
  auto const worst = std::max_element(
      all.begin(), all.end(), [](Residual const& a, Residual const& b) { return std::abs(a.relative) < std::abs(b.relative); });
  return "(most: " + worst->point->kernel + " " + percent(worst->relative) + ")";
}

void doubt_slope(std::vector<std::string>& all, std::optional<Slope> const& s, double per, std::string const& what) {
  if (s && std::abs(s->value) > sigmas * s->sd)
    all.push_back("residuals lean " + percent(per * s->value) + " over " + what + ", " +
                  text_of(std::abs(s->value) / s->sd, 2) + " of its errors");
}

}  // namespace

double held_out_pull(Fit const& fit, Quality const& q) {
  double squares = 0, n = 0;
  for (auto const& r : q.held_out)
    if (!r.point->one_sided()) squares += std::pow(pull(fit, r), 2), ++n;
  return n > 0 ? std::sqrt(squares / n) : 0;
}

std::vector<std::string> doubts(Fit const& fit, Quality const& q) {
  std::vector<std::string> all;
  if (fit.weights.model_error > much_model_error)
    all.push_back("the model errs by " + percent(fit.weights.model_error) + " between loads " + most(q.fit) +
                  "; the errors of all coefficients are widened by that");
  if (fit.weights.foot) all.push_back("the voltage has a flat foot among the clocks seen; its floor is fitted");
  doubt_slope(all, q.per_kelvin, 10, "10 K");
  doubt_slope(all, q.per_clock, 0.1, "a tenth of the clock");
  doubt_slope(all, q.per_hbm_share, 0.5, "half of the power by HBM");
  if (double const often = held_out_pull(fit, q); often > most_pull)
    all.push_back("held-out loads miss by " + text_of(often, 2) + " times their stated errors " + most(q.held_out) +
                  "; their work is counted wrong, or units do not add up");
  return all;
}

}  // namespace ondol::meter::fit
