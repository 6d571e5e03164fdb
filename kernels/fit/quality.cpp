#include "kernels/fit/quality.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

namespace ondol::meter::fit {
namespace {

double gain_of(Fit const& fit, Point const& p) {
  return p.folder < fit.gains.size() ? fit.gains[p.folder] : 1;
}

Residual residual(Fit const& fit, Point const& p, double limit_held) {
  Residual r;
  r.point = &p;
  r.phi = phi_of(p, fit.reference_clock_hz);
  r.predicted_w = gain_of(fit, p) * power_w(fit.value, p, r.phi);
  if (p.one_sided()) r.predicted_w = std::min(r.predicted_w, p.role == Role::held_out ? limit_held * *p.limit_w : p.power_w);
  r.relative = r.predicted_w / p.power_w - 1;
  double const above = r.predicted_w - fit.value[Scalar::idle] - (p.context ? fit.value[Scalar::context] : 0);
  if (above > 1) r.hbm_share = hbm_power_w(fit.value, p) / above;
  return r;
}

std::vector<KernelError> by_kernel(std::vector<Residual> const& residuals) {
  std::map<std::string, std::vector<Residual>> groups;
  for (auto const& r : residuals) groups[r.point->kernel].push_back(r);
  std::vector<KernelError> all;
  for (auto const& [kernel, group] : groups) all.push_back({kernel, errors_of(group)});
  return all;
}

std::vector<Residual> only(std::vector<Residual> const& all, std::function<bool(Point const&)> const& test) {
  std::vector<Residual> some;
  std::copy_if(all.begin(), all.end(), std::back_inserter(some), [&](Residual const& r) { return test(*r.point); });
  return some;
}

std::optional<Slope> slope(std::vector<Residual> const& all,
                           std::function<std::optional<double>(Residual const&)> const& covariate) {
  double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0, syy = 0;
  for (auto const& r : all) {
    auto const x = covariate(r);
    if (!x || r.point->one_sided()) continue;
    ++n, sx += *x, sy += r.relative, sxx += *x * *x, sxy += *x * r.relative, syy += r.relative * r.relative;
  }
  double const vx = sxx - sx * sx / std::max(n, 1.0), vxy = sxy - sx * sy / std::max(n, 1.0);
  if (n < 4 || vx <= 1e-9 * sxx) return std::nullopt;
  double const b = vxy / vx, rest = std::max(0.0, syy - sy * sy / n - b * vxy);
  return Slope{b, std::sqrt(rest / (n - 2) / vx)};
}

bool starts_with(std::string const& text, char const* word) {
  return text.rfind(word, 0) == 0;
}

/// The clock at which the sum meets what the limiter holds, rates as they ran.
std::optional<double> closure_phi(Fit const& fit, Point const& p, double limit_held) {
  double low = 0.1, high = 1.1;
  double const target = limit_held * *p.limit_w / gain_of(fit, p);
  if (power_w(fit.value, p, low) > target || power_w(fit.value, p, high) < target) return std::nullopt;
  for (int i = 0; i < 50; ++i) (power_w(fit.value, p, (low + high) / 2) < target ? low : high) = (low + high) / 2;
  return low;
}

}  // namespace

Errors errors_of(std::vector<Residual> const& residuals) {
  Errors e;
  e.windows = residuals.size();
  for (auto const& r : residuals) {
    e.mape += std::abs(r.relative) / static_cast<double>(e.windows);
    e.bias += r.relative / static_cast<double>(e.windows);
    if (std::abs(r.relative) > std::abs(e.worst)) e.worst = r.relative;
  }
  return e;
}

Quality judge(Fit const& fit, Points const& points, Limiter const& limiter) {
  Quality q;
  double const held = limiter.held.value_or(1);
  for (Point const& p : points.fit) q.fit.push_back(residual(fit, p, held));
  for (Point const& p : points.held_out) q.held_out.push_back(residual(fit, p, held));
  q.all_fit = errors_of(only(q.fit, [](Point const& p) { return !p.one_sided(); }));
  q.all_held_out = errors_of(q.held_out);
  auto const wave = [](Point const& p) { return p.period_s > 0; };
  auto const matmul = [](Point const& p) { return starts_with(p.kernel, "gemm_"); };
  q.wave = errors_of(only(q.held_out, wave));
  q.matmul = errors_of(only(q.held_out, [&](Point const& p) { return !wave(p) && matmul(p); }));
  q.llm = errors_of(only(q.held_out, [&](Point const& p) { return !wave(p) && !matmul(p); }));
  q.by_kernel = by_kernel(only(q.fit, [](Point const& p) { return !p.one_sided(); }));
  q.held_out_by_kernel = by_kernel(q.held_out);

  double mean = 0, rest = 0, spread = 0, n = 0;
  for (auto const& r : q.fit) {
    if (r.point->one_sided()) {
      ++q.one_sided;
      q.one_sided_wrong += std::abs(r.relative) > 1e-9;
      continue;
    }
    mean += r.point->power_w;
    ++n;
  }
  mean /= std::max(n, 1.0);
  for (auto const& r : q.fit)
    if (!r.point->one_sided()) {
      rest += std::pow(r.predicted_w - r.point->power_w, 2);
      spread += std::pow(r.point->power_w - mean, 2);
    }
  q.r2 = spread > 0 ? 1 - rest / spread : 0;
  q.per_kelvin = slope(q.fit, [](Residual const& r) { return r.point->temperature_c; });
  q.per_clock = slope(
      q.fit, [](Residual const& r) { return r.point->clock_hz && r.point->awake > 0 ? std::optional(r.phi) : std::nullopt; });
  q.per_hbm_share = slope(q.fit, [](Residual const& r) { return std::optional(r.hbm_share); });

  std::vector<Residual> clocks;
  for (auto const* group : {&q.fit, &q.held_out})
    for (Residual r : *group)
      if (r.point->limited && r.point->clock_hz && r.point->limit_w)
        if (auto const phi = closure_phi(fit, *r.point, held)) {
          r.relative = *phi / r.phi - 1;
          clocks.push_back(r);
        }
  q.closure_clock = errors_of(clocks);
  return q;
}

void leave_one_kernel_out(Quality& q, Priors const& priors, Fit const& whole, Points const& points, std::size_t folders) {
  std::map<std::string, std::array<double, channels>> most;
  for (Point const& p : points.fit)
    for (std::size_t i = 0; i < channels; ++i) {
      double& rate = most[p.kernel][i];
      double const share = p.rate.amount[i] * (whole.value.control[i] + p.toggle * whole.value.data[i]) / p.power_w;
      rate = std::max(rate, share);
    }
  constexpr double matters = 0.05;  // of the power: a channel that another kernel must excite as well
  std::vector<Residual> all;
  for (auto const& [kernel, shares] : most) {
    bool covered = true;
    for (std::size_t i = 0; i < channels && covered; ++i)
      covered = shares[i] < matters || std::any_of(most.begin(), most.end(), [&](auto const& other) {
                  return other.first != kernel && other.second[i] > matters;
                });
    std::vector<Point> rest;
    std::copy_if(points.fit.begin(), points.fit.end(), std::back_inserter(rest),
                 [&, &id = kernel](Point const& p) { return p.kernel != id; });
    if (!covered || starts_with(kernel, "idle") || rest.size() < least_windows) continue;
    Fit const without = fit(priors, rest, whole.reference_clock_hz, folders, 0, whole.weights);
    std::vector<Residual> mine;
    for (Point const& p : points.fit)
      if (p.kernel == kernel) mine.push_back(residual(without, p, 1));
    q.left_out_kernels.push_back({kernel, errors_of(mine)});
    all.insert(all.end(), mine.begin(), mine.end());
  }
  q.leave_one_kernel_out = errors_of(all);
}

}  // namespace ondol::meter::fit
