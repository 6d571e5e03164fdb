#include "kernels/fit/identify.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <numeric>

namespace ondol::meter::fit {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr double rank_tolerance = 1e-4;

/// The parameters that carry most of a direction, with their signs.
std::string combination(VectorXd const& direction, std::vector<std::string> const& names) {
  std::vector<Index> order(static_cast<std::size_t>(direction.size()));
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](Index a, Index b) { return std::abs(direction[a]) > std::abs(direction[b]); });
  double const sign = direction[order[0]] < 0 ? -1 : 1;
  std::string text;
  for (std::size_t i = 0; i < order.size() && i < 4; ++i) {
    double const weight = sign * direction[order[i]];
    if (std::abs(weight) < 0.3 * std::abs(direction[order[0]])) break;
    text += (i == 0 ? "" : weight < 0 ? " - " : " + ") + names[static_cast<std::size_t>(order[i])];
  }
  return text;
}

}  // namespace

Identified identify(Layout const& layout, Solution const& solution) {
  auto const& parameters = layout.parameters();
  std::size_t const n = parameters.size();
  Identified id;
  id.covariance.assign(n * n, 0);
  id.sd.resize(n);
  id.prior_share.assign(n, 1);
  id.at_bound.resize(n);
  std::vector<std::size_t> free;
  for (std::size_t i = 0; i < n; ++i) {
    double const x = solution.x[i];
    id.at_bound[i] = x <= parameters[i].lower * (1 + 1e-6) + 1e-9 || x >= parameters[i].upper * (1 - 1e-6);
    id.sd[i] = parameters[i].relative_sd;
    if (!id.at_bound[i]) free.push_back(i);
  }
  auto const rows = static_cast<Index>(solution.rows), columns = static_cast<Index>(free.size());
  MatrixXd j(rows, columns), with_priors = MatrixXd::Zero(rows + columns, columns);
  std::vector<std::string> names;
  for (Index c = 0; c < columns; ++c) {
    std::size_t const p = free[static_cast<std::size_t>(c)];
    names.push_back(parameters[p].name);
    for (Index r = 0; r < rows; ++r) j(r, c) = solution.jacobian[static_cast<std::size_t>(r) * n + p];
    with_priors(rows + c, c) = 1 / parameters[p].relative_sd;
  }
  with_priors.topRows(rows) = j;
  MatrixXd const r = with_priors.householderQr().matrixQR().topRows(columns).triangularView<Eigen::Upper>();
  MatrixXd const inverse = r.triangularView<Eigen::Upper>().solve(MatrixXd::Identity(columns, columns));
  MatrixXd const covariance = inverse * inverse.transpose();
  for (Index a = 0; a < columns; ++a) {
    std::size_t const pa = free[static_cast<std::size_t>(a)];
    for (Index b = 0; b < columns; ++b) id.covariance[pa * n + free[static_cast<std::size_t>(b)]] = covariance(a, b);
    id.sd[pa] = std::sqrt(covariance(a, a));
    id.prior_share[pa] = std::min(1.0, covariance(a, a) / (parameters[pa].relative_sd * parameters[pa].relative_sd));
    if (pa < layout.physical()) id.effective_unknowns += 1 - id.prior_share[pa];
  }

  for (Index c = 0; c < columns; ++c)
    if (double const length = j.col(c).norm(); length > 0) j.col(c) /= length;
  Eigen::JacobiSVD<MatrixXd> const svd(j, Eigen::ComputeThinU | Eigen::ComputeFullV);
  auto const& values = svd.singularValues();
  double least = values.size() ? values[0] : 0;
  for (Index i = 0; i < columns; ++i) {
    if (i < values.size() && values[i] > rank_tolerance * values[0]) {
      ++id.rank;
      least = values[i];
    } else {
      id.undetermined.push_back(combination(svd.matrixV().col(i), names));
    }
  }
  id.condition_number = least > 0 ? values[0] / least : 0;
  return id;
}

}  // namespace ondol::meter::fit
