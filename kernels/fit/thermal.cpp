#include "kernels/fit/thermal.hpp"

#include <ceres/ceres.h>

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace ondol::meter::fit {
namespace {

constexpr double bin_s = 0.25;
constexpr std::size_t least_bins = 8;  // two seconds: the counter steps every 0.1 s
constexpr double least_swing_k = 5, least_span_s = 30;
constexpr double sd_of_lag_s = 0.03;  // between the clocks of power and temperature: a sensor period of 0.1 s over sqrt 12
constexpr int unknowns = 6;           // ln R_f, ln tau_f, ln R_s, ln tau_s, inlet, x_s at the beginning

struct Series {
  std::vector<double> power_w, temperature_c;  // means of a bin; NaN temperature where none was read
};

/// Sampled power by bins, scaled between readings of the energy counter to what it counted: that sees all of the time, the
/// samples see the steps.
Series bin(Table const& samples) {
  Series s;
  auto const &t = column(samples, "t_s"), &temperature = column(samples, "temperature_c"),
             &energy = column(samples, "energy_j");
  auto const &instant = column(samples, "power_instant_w"), &average = column(samples, "power_average_w");
  std::size_t const n = t.size();
  if (temperature.size() != n || n < 10) return s;
  auto const known = [n](std::vector<double> const& v, std::size_t i) { return v.size() == n && std::isfinite(v[i]); };
  struct Sums {
    double power = 0, powers = 0, temperature = 0, temperatures = 0;
  };
  std::vector<Sums> sums(static_cast<std::size_t>((t[n - 1] - t[0]) / bin_s) + 1);
  auto const bin_of = [&](double when) {
    return std::min(sums.size() - 1, static_cast<std::size_t>(std::max(0.0, (when - t[0]) / bin_s)));
  };
  for (std::size_t i = 0; i < n; ++i) {
    Sums& now = sums[bin_of(t[i])];
    Sums& before = sums[bin_of(i > 0 ? (t[i] + t[i - 1]) / 2 : t[i])];  // a step shows half a period late on the mean
    if (known(instant, i) || known(average, i)) before.power += known(instant, i) ? instant[i] : average[i], ++before.powers;
    if (known(temperature, i)) now.temperature += temperature[i], ++now.temperatures;
  }
  double power = 1;  // without samples of power the counter alone gives its mean
  for (Sums const& b : sums) {
    if (b.powers > 0) power = b.power / b.powers;
    s.power_w.push_back(power);
    s.temperature_c.push_back(b.temperatures > 0 ? b.temperature / b.temperatures : std::nan(""));
  }
  std::size_t last = n;
  for (std::size_t i = 0; i < n; ++i) {
    if (!known(energy, i)) continue;
    std::size_t const from = last < n ? bin_of(t[last]) + 1 : 0, to = bin_of(t[i]);
    if (last < n && to < from + least_bins) continue;  // the counter's own step would show
    if (last < n) {
      double const sampled =
          std::accumulate(s.power_w.begin() + static_cast<long>(from), s.power_w.begin() + static_cast<long>(to), 0.0);
      double const counted = (energy[i] - energy[last]) / (t[i] - t[last]) * static_cast<double>(to - from);
      if (sampled > 0 && counted > 0)
        for (std::size_t b = from; b < to; ++b) s.power_w[b] *= counted / sampled;
    }
    last = i;
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

/// How many neighbours say the same: 1 + 2 sum of the autocorrelation up to where it first dies away.
double correlated(std::vector<double> const& residuals, double squares) {
  double factor = 1;
  for (std::size_t lag = 1; lag < residuals.size() / 4; ++lag) {
    double const product =
        std::inner_product(residuals.begin() + static_cast<long>(lag), residuals.end(), residuals.begin(), 0.0) / squares;
    if (product < 0.05) break;
    factor += 2 * product;
  }
  return factor;
}

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
  double const squares = std::inner_product(residuals.begin(), residuals.end(), residuals.begin(), 0.0);
  double const variance = squares / (n - unknowns) * correlated(residuals, squares);
  Eigen::MatrixXd const covariance = (j.transpose() * j).completeOrthogonalDecomposition().pseudoInverse() * variance;
  auto const sd = [&](int i) { return std::sqrt(covariance(i, i)); };
  double const fast_time = std::exp(u[1]), late = sd_of_lag_s / fast_time;
  return Thermal{std::exp(u[0]),          fast_time, std::exp(u[2]), std::exp(u[3]),        u[4], sd(0),
                 std::hypot(sd(1), late), sd(2),     sd(3),          std::sqrt(squares / n)};
}

}  // namespace ondol::meter::fit
