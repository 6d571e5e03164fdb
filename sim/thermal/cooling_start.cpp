#include "sim/thermal/cooling_start.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "sim/thermal/linearly_implicit.hpp"

namespace ondol::sim {

namespace {

constexpr double steady_k_per_s = 1e-7, runaway_k = 400.0, difference_k = 1e-4, longest_move_k = 10.0;
constexpr int newton_rounds = 60, relaxation_rounds = 200;
constexpr double first_pseudo_step_s = 300.0, relaxation_span_s = 1200.0, relaxation_tolerance_k = 1e-2;

double fastest(CoolingNetwork const& network, CoolingNetwork::Stage const& at) {
  double most = 0;
  for (std::size_t i = 0; i < network.cells(); ++i) most = std::max(most, std::abs(at.slope[i]));
  return most;
}

double warmest(CoolingNetwork const& network) {
  return *std::max_element(network.state().begin(), network.state().begin() + static_cast<std::ptrdiff_t>(network.cells()));
}

bool newton(CoolingNetwork& network) {
  auto const ideal = CoolingNetwork::Control::ideal;
  auto const n = static_cast<Eigen::Index>(network.cells());
  auto& y = network.state();
  auto at = network.stage(), near = network.stage();
  double pseudo_s = first_pseudo_step_s;
  network.evaluate(0.0, y, at, ideal);
  double rate = fastest(network, at);
  for (int round = 0; round < newton_rounds && rate >= steady_k_per_s; ++round) {
    Eigen::MatrixXd matrix(n, n);
    Eigen::VectorXd slope(n);
    for (Eigen::Index j = 0; j < n; ++j) {
      double const kept = y[static_cast<std::size_t>(j)];
      y[static_cast<std::size_t>(j)] = kept + difference_k;
      network.evaluate(0.0, y, near, ideal);
      y[static_cast<std::size_t>(j)] = kept;
      for (Eigen::Index i = 0; i < n; ++i)
        matrix(i, j) = -(near.slope[static_cast<std::size_t>(i)] - at.slope[static_cast<std::size_t>(i)]) / difference_k;
      slope(j) = at.slope[static_cast<std::size_t>(j)];
    }
    auto const before = y;
    for (;;) {
      Eigen::MatrixXd shifted = matrix;
      shifted.diagonal().array() += 1.0 / pseudo_s;
      Eigen::VectorXd move = shifted.partialPivLu().solve(slope);
      if (!move.allFinite()) return false;
      double const most = move.cwiseAbs().maxCoeff();
      if (most > longest_move_k) move *= longest_move_k / most;
      for (Eigen::Index i = 0; i < n; ++i) y[static_cast<std::size_t>(i)] = before[static_cast<std::size_t>(i)] + move(i);
      network.evaluate(0.0, y, near, ideal);
      double const now = fastest(network, near);
      if (now < 2.0 * rate) {
        pseudo_s *= std::clamp(rate / std::max(now, 1e-300), 0.5, 100.0);
        pseudo_s = std::min(pseudo_s, 1e12);
        rate = now;
        break;
      }
      pseudo_s *= 0.25;
      if (pseudo_s < 1e-2) return false;
    }
    std::swap(at, near);
    if (!(warmest(network) < runaway_k)) return false;
  }
  return rate < steady_k_per_s;
}

bool relax(CoolingNetwork& network) {
  LinearlyImplicit solver(network, relaxation_tolerance_k, relaxation_span_s);
  CoolingAccount account(network);
  CoolingWatch watch(network);
  auto at = network.stage();
  network.evaluate(0.0, network.state(), at, CoolingNetwork::Control::ideal);
  watch.forget(network.state(), at);
  for (int round = 0; round < relaxation_rounds; ++round) {
    solver.advance(relaxation_span_s, account, watch, CoolingNetwork::Control::ideal);
    network.evaluate(0.0, network.state(), at, CoolingNetwork::Control::ideal);
    if (fastest(network, at) < steady_k_per_s) return true;
    if (!(warmest(network) < runaway_k)) return false;
  }
  return false;
}

}  // namespace

bool find_steady(CoolingNetwork& network) {
  network.guess_steady();
  auto const guess = network.state();
  bool steady = newton(network);
  if (!steady) {
    network.state() = guess;
    steady = relax(network);
  }
  if (!steady) network.state() = guess;
  network.place_actuators();
  return steady;
}

}  // namespace ondol::sim
