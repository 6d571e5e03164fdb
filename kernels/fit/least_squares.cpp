#include "kernels/fit/least_squares.hpp"

#include <ceres/ceres.h>

#include <Eigen/Dense>
#include <stdexcept>

namespace ondol::meter::fit {
namespace {

constexpr double lowest_phi = 0.3;  // a limiter goes no lower in practice: assumed, matters for one-sided rows only

struct Context {
  Layout const& layout;
  std::span<Point const> points;
  double reference_clock_hz;
};

/// Above what was read by the least clock, below it by the highest: wrong.  Between: the limiter can make it right.
template <class T>
T one_sided(T const& least, T const& highest, double read) {
  if (highest < read) return highest - read;
  if (least > read) return least - read;
  return T(0);
}

/// Windows of one load, whitened by the Cholesky factor of their covariance.
struct LoadCost {
  Context const& c;
  std::vector<std::size_t> members;
  Eigen::MatrixXd factor;

  LoadCost(Context const& context, std::vector<std::size_t> rows, Weights const& w) : c(context), members(std::move(rows)) {
    auto const n = static_cast<Eigen::Index>(members.size());
    Eigen::MatrixXd covariance(n, n);
    for (Eigen::Index i = 0; i < n; ++i)
      for (Eigen::Index j = 0; j < n; ++j) {
        Point const &a = c.points[members[i]], &b = c.points[members[j]];
        covariance(i, j) = w.model_error * w.model_error * a.power_w * b.power_w;
        if (a.start == b.start) covariance(i, j) += hidden_w(a, w) * hidden_w(b, w);
        if (i == j) covariance(i, j) += own_variance(a, w);
      }
    factor = covariance.llt().matrixL();
  }

  template <class T>
  bool operator()(T const* const* parameters, T* residuals) const {
    T const* x = parameters[0];
    Coefficients<T> const k = c.layout.coefficients(x);
    for (std::size_t i = 0; i < members.size(); ++i) {
      Point const& p = c.points[members[i]];
      T const gain = c.layout.gain(x, p.folder);
      T const power = gain * power_w(k, p, phi_of(p, c.reference_clock_hz));
      residuals[i] = p.one_sided() ? one_sided(T(gain * power_w(k, p, lowest_phi)), power, p.power_w) : T(power - p.power_w);
      for (std::size_t j = 0; j < i; ++j) residuals[i] -= factor(static_cast<int>(i), static_cast<int>(j)) * residuals[j];
      residuals[i] /= factor(static_cast<int>(i), static_cast<int>(i));
    }
    return true;
  }
};

/// Mean power of the memory scope over the windows of one load.
struct MemoryCost {
  Context const& c;
  std::vector<std::size_t> members;
  double sd_w;

  template <class T>
  bool operator()(T const* const* parameters, T* residuals) const {
    Coefficients<T> const k = c.layout.coefficients(parameters[0]);
    T sum(0);
    for (std::size_t const i : members)
      sum += c.layout.memory_power_w(parameters[0], k, c.points[i]) - *c.points[i].memory_power_w;
    residuals[0] = sum / (static_cast<double>(members.size()) * sd_w);
    return true;
  }
};

struct PriorCost {
  std::vector<Parameter> const& parameters;
  template <class T>
  bool operator()(T const* const* x, T* residuals) const {
    for (std::size_t i = 0; i < parameters.size(); ++i) residuals[i] = (x[0][i] - 1.0) / parameters[i].relative_sd;
    return true;
  }
};

template <class Cost>
ceres::CostFunction* differentiated(Cost* cost, std::size_t unknowns, std::size_t rows) {
  auto* function = new ceres::DynamicAutoDiffCostFunction<Cost, 8>(cost);
  function->AddParameterBlock(static_cast<int>(unknowns));
  function->SetNumResiduals(static_cast<int>(rows));
  return function;
}

}  // namespace

double hidden_w(Point const& p, Weights const& w) {
  return w.leakage_w_per_k * (p.temperature_c ? 0.25 : 10);
}

double own_variance(Point const& p, Weights const& w) {
  double const drift_w = w.leakage_w_per_k * (p.temperature_c ? 0.15 : 0);
  return w.noise * w.noise * p.sd_w * p.sd_w + drift_w * drift_w;
}

std::vector<std::vector<std::size_t>> loads_of(std::span<Point const> points) {
  std::vector<std::vector<std::size_t>> loads;
  std::map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].one_sided()) {
      loads.push_back({i});
      continue;
    }
    auto const [found, added] = place.try_emplace(points[i].load, loads.size());
    if (added) loads.emplace_back();
    loads[found->second].push_back(i);
  }
  return loads;
}

Solution minimise(Layout const& layout, std::span<Point const> points, double reference_clock_hz, Weights const& weights,
                  std::vector<double> start) {
  Context const context{layout, points, reference_clock_hz};
  std::size_t const n = layout.parameters().size();
  Solution s;
  s.x = std::move(start);
  ceres::Problem problem;
  std::vector<ceres::ResidualBlockId> of_windows;
  for (auto const& load : loads_of(points)) {
    of_windows.push_back(
        problem.AddResidualBlock(differentiated(new LoadCost(context, load, weights), n, load.size()), nullptr, s.x.data()));
    if (!layout.memory()) continue;
    std::vector<std::size_t> read;
    for (std::size_t const i : load)
      if (points[i].memory_power_w) read.push_back(i);
    if (!read.empty())
      of_windows.push_back(
          problem.AddResidualBlock(differentiated(new MemoryCost{context, read, weights.memory_w}, n, 1), nullptr, s.x.data()));
  }
  problem.AddResidualBlock(differentiated(new PriorCost{layout.parameters()}, n, n), nullptr, s.x.data());
  for (std::size_t i = 0; i < n; ++i) {
    problem.SetParameterLowerBound(s.x.data(), static_cast<int>(i), layout.parameters()[i].lower);
    problem.SetParameterUpperBound(s.x.data(), static_cast<int>(i), layout.parameters()[i].upper);
  }
  ceres::Solver::Options options;
  options.linear_solver_type = ceres::DENSE_QR;
  options.num_threads = 1;
  options.max_num_iterations = 200;
  options.function_tolerance = 1e-12;
  options.parameter_tolerance = 1e-10;
  options.logging_type = ceres::SILENT;
  ceres::Solver::Summary summary;
  ceres::Solve(options, &problem, &summary);
  if (!summary.IsSolutionUsable()) throw std::runtime_error("the least squares found no solution: " + summary.message);
  s.cost = summary.final_cost;
  s.steps = static_cast<int>(summary.iterations.size());

  ceres::Problem::EvaluateOptions evaluate;
  evaluate.residual_blocks = of_windows;
  evaluate.apply_loss_function = false;
  ceres::CRSMatrix sparse;
  problem.Evaluate(evaluate, nullptr, nullptr, nullptr, &sparse);
  s.rows = static_cast<std::size_t>(sparse.num_rows);
  s.jacobian.assign(s.rows * n, 0);
  for (std::size_t r = 0; r < s.rows; ++r)
    for (int e = sparse.rows[r]; e < sparse.rows[r + 1]; ++e)
      s.jacobian[r * n + static_cast<std::size_t>(sparse.cols[e])] = sparse.values[e];
  return s;
}

}  // namespace ondol::meter::fit
