#include "kernels/fit/thermal.hpp"

#include <ceres/ceres.h>

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>

namespace ondol::meter::fit {
namespace {

constexpr double bin_s = 0.5;
constexpr double least_swing_k = 5, least_span_s = 30;
constexpr int unknowns = 6;  // ln R_f, ln tau_f, ln R_s, ln tau_s, inlet, x_s at the beginning

struct Series {
  std::vector<double> power_w, temperature_c;  // means of a bin; NaN temperature where none was read
};

/// Energy differences where the counter is there (they see all of the time), else sampled power.
Series bin(Table const& samples) {
  Series s;
  auto const &t = column(samples, "t_s"), &temperature = column(samples, "temperature_c"),
             &energy = column(samples, "energy_j");
  auto const &instant = column(samples, "power_instant_w"), &average = column(samples, "power_average_w");
  std::size_t const n = t.size();
  if (temperature.size() != n || n < 10) return s;
  auto const known = [n](std::vector<double> const& v, std::size_t i) { return v.size() == n && std::isfinite(v[i]); };
  std::vector<std::array<double, 4>> sums(static_cast<std::size_t>((t[n - 1] - t[0]) / bin_s) + 1);  // P, n, T, n
  std::size_t last = n;                                                                              // of the counter
  for (std::size_t i = 0; i < n; ++i) {
    auto const at = static_cast<std::size_t>(std::max(0.0, (t[i] - t[0]) / bin_s));
    if (at >= sums.size()) continue;
    auto& bin = sums[at];
    if (known(energy, i)) {
      if (last < n && energy[i] > energy[last] && t[i] > t[last])
        bin[0] += (energy[i] - energy[last]) / (t[i] - t[last]), ++bin[1];
      if (last == n || energy[i] > energy[last]) last = i;
    } else if (known(instant, i) || known(average, i)) {
      bin[0] += known(instant, i) ? instant[i] : average[i], ++bin[1];
    }
    if (known(temperature, i)) bin[2] += temperature[i], ++bin[3];
  }
  double power = 0;
  for (auto const& b : sums) {
    if (b[1] > 0) power = b[0] / b[1];
    s.power_w.push_back(power);
    s.temperature_c.push_back(b[3] > 0 ? b[2] / b[3] : std::nan(""));
  }
  return s;
}

struct HeatCost {
  Series const& s;
  template <class T>
  bool operator()(T const* u, T* residuals) const {
    using std::exp;
    T const fast = exp(u[0]), slow = exp(u[2]);
    T const keep_fast = exp(-bin_s / exp(u[1])), keep_slow = exp(-bin_s / exp(u[3]));
    T x_fast = fast * s.power_w[0], x_slow = u[5];
    for (std::size_t i = 0; i < s.power_w.size(); ++i) {
      // the mean of a bin lies near its middle
      T const next_fast = x_fast * keep_fast + fast * s.power_w[i] * (1.0 - keep_fast);
      T const next_slow = x_slow * keep_slow + slow * s.power_w[i] * (1.0 - keep_slow);
      residuals[i] = std::isfinite(s.temperature_c[i])
                         ? T(u[4] + 0.5 * (x_fast + next_fast + x_slow + next_slow) - s.temperature_c[i])
                         : T(0);
      x_fast = next_fast;
      x_slow = next_slow;
    }
    return true;
  }
};

}  // namespace

std::optional<Thermal> fit_thermal(Table const& samples) {
  Series const s = bin(samples);
  double low = 1e9, high = -1e9, n = 0;
  for (double const t : s.temperature_c)
    if (std::isfinite(t)) low = std::min(low, t), high = std::max(high, t), ++n;
  if (n * bin_s < least_span_s || high - low < least_swing_k) return std::nullopt;

  double const swing = high - low, most_w = *std::max_element(s.power_w.begin(), s.power_w.end());
  if (most_w <= 0) return std::nullopt;
  std::array<double, unknowns> u{
      std::log(0.4 * swing / most_w), std::log(2.0), std::log(0.6 * swing / most_w), std::log(60.0), low, 0.5 * swing / 10};
  ceres::Problem problem;
  auto* cost =
      new ceres::AutoDiffCostFunction<HeatCost, ceres::DYNAMIC, unknowns>(new HeatCost{s}, static_cast<int>(s.power_w.size()));
  problem.AddResidualBlock(cost, nullptr, u.data());
  for (auto const& [i, least, most] : {std::array{1.0, 0.2, 15.0}, std::array{3.0, 15.0, 1500.0}}) {
    problem.SetParameterLowerBound(u.data(), static_cast<int>(i), std::log(least));
    problem.SetParameterUpperBound(u.data(), static_cast<int>(i), std::log(most));
  }
  ceres::Solver::Options options;
  options.linear_solver_type = ceres::DENSE_QR;
  options.num_threads = 1;
  options.max_num_iterations = 200;
  options.function_tolerance = 1e-10;
  options.logging_type = ceres::SILENT;
  ceres::Solver::Summary summary;
  ceres::Solve(options, &problem, &summary);
  if (!summary.IsSolutionUsable()) return std::nullopt;

  std::vector<double> residuals;
  ceres::CRSMatrix sparse;
  problem.Evaluate({}, nullptr, &residuals, nullptr, &sparse);
  Eigen::MatrixXd j = Eigen::MatrixXd::Zero(sparse.num_rows, unknowns);
  for (int r = 0; r < sparse.num_rows; ++r)
    for (int e = sparse.rows[r]; e < sparse.rows[r + 1]; ++e) j(r, sparse.cols[e]) = sparse.values[e];
  double squares = 0, lagged = 0;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    squares += residuals[i] * residuals[i];
    if (i > 0) lagged += residuals[i] * residuals[i - 1];
  }
  double const rho = std::clamp(lagged / squares, 0.0, 0.98), variance = squares / (n - unknowns) * (1 + rho) / (1 - rho);
  Eigen::MatrixXd const covariance = (j.transpose() * j).completeOrthogonalDecomposition().pseudoInverse() * variance;
  auto const sd = [&](int i) { return std::sqrt(covariance(i, i)); };
  return Thermal{std::exp(u[0]), std::exp(u[1]), std::exp(u[2]), std::exp(u[3]), u[4],
                 sd(0),          sd(1),          sd(2),          sd(3),          std::sqrt(squares / n)};
}

}  // namespace ondol::meter::fit
