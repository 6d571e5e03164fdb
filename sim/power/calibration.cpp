#include "sim/power/calibration.hpp"

#include <cmath>

namespace ondol::sim {
namespace {

/// estimate x (1 + e), parameter by parameter.
AcceleratorPowerParams moved(Calibration const& c, std::vector<double> const& error) {
  AcceleratorPowerParams p = c.estimate;
  for (std::size_t i = 0; i < c.parameters.size(); ++i) *parameter(p, c.parameters[i]) *= 1 + error[i];
  return p;
}

}  // namespace

double* parameter(AcceleratorPowerParams& p, std::string_view name) {
  if (name == "idle") return &p.idle_w;
  if (name == "context") return &p.context_w;
  if (name == "awake") return &p.awake_w;
  if (name == "leakage_slope") return &p.leakage_w_per_k;
  if (name == "voltage_slope") return &p.voltage_slope;
  if (name == "voltage_floor") return &p.voltage_floor;
  for (auto const& [prefix, table] : {std::pair{std::string_view("control."), &p.control_j}, {"data.", &p.data_j}})
    if (name.starts_with(prefix))
      if (auto const c = meter::channel_named(name.substr(prefix.size()))) return &(*table)[meter::index(*c)];
  return nullptr;
}

std::vector<double> cholesky(std::vector<double> const& c, std::size_t n) {
  std::vector<double> l(n * n, 0.0);
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j <= i; ++j) {
      double left = c[i * n + j];
      for (std::size_t k = 0; k < j; ++k) left -= l[i * n + k] * l[j * n + k];
      if (i == j)
        l[i * n + i] = left > 1e-12 * c[i * n + i] ? std::sqrt(left) : 0.0;
      else
        l[i * n + j] = l[j * n + j] > 0 ? left / l[j * n + j] : 0.0;
    }
  return l;
}

AcceleratorPowerParams draw(Calibration const& calibration, RandomStream& random) {
  std::size_t const n = calibration.parameters.size();
  auto const l = cholesky(calibration.covariance, n);
  std::vector<double> z(n), error(n);
  for (int attempt = 0; attempt < 10000; ++attempt) {
    for (double& x : z) x = random.normal();
    bool positive = true;
    for (std::size_t i = 0; i < n; ++i) {
      error[i] = 0;
      for (std::size_t k = 0; k <= i; ++k) error[i] += l[i * n + k] * z[k];
      positive &= 1 + error[i] > 0;
    }
    if (!positive) continue;
    auto p = moved(calibration, error);
    p.voltage_slope = std::min(p.voltage_slope, 1.0);
    p.voltage_floor = std::min(p.voltage_floor, 1.0);
    return p;
  }
  return calibration.estimate;  // errors so large that positive boards are one in thousands: nothing is known
}

std::vector<double> propagate(Calibration const& calibration,
                              std::function<std::vector<double>(AcceleratorPowerParams const&)> const& of) {
  std::size_t const n = calibration.parameters.size();
  auto const& c = calibration.covariance;
  std::vector<std::vector<double>> slope(n);
  std::vector<double> error(n, 0.0);
  for (std::size_t i = 0; i < n; ++i) {
    double const step = std::max(1e-4, 0.1 * std::sqrt(c[i * n + i]));  // small against the error, large against rounding
    error[i] = step;
    auto const above = of(moved(calibration, error));
    error[i] = -step;
    auto const below = of(moved(calibration, error));
    error[i] = 0;
    for (std::size_t k = 0; k < above.size(); ++k) slope[i].push_back((above[k] - below[k]) / (2 * step));
  }
  std::vector<double> sd(of(calibration.estimate).size(), 0.0);
  for (std::size_t k = 0; k < sd.size(); ++k) {
    double variance = 0;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j) variance += slope[i][k] * c[i * n + j] * slope[j][k];
    sd[k] = std::sqrt(std::max(0.0, variance));
  }
  return sd;
}

}  // namespace ondol::sim
