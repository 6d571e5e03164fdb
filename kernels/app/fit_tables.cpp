#include "kernels/app/fit_tables.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <iomanip>
#include <ostream>

#include "kernels/fit/quantity.hpp"

namespace ondol::meter {
namespace {

using fit::text_of;

struct Shown {
  double value;
  std::string unit;
};

/// A coefficient in the unit that its file uses.
Shown shown(std::string const& name, double value) {
  if (auto const dot = name.find('.'); dot != std::string::npos)
    if (auto const c = channel_named(name.substr(dot + 1)))
      return {value / fit::joules_per_picojoule, std::string(fit::energy_unit(*c))};
  for (std::size_t i = 0; i < fit::scalars; ++i)
    if (fit::scalar_names[i] == name) return {value, std::string(fit::unit(static_cast<fit::Scalar>(i)))};
  return {value, ""};
}

std::string percent(double share, int digits = 3) {
  std::string const text = text_of(100 * share, digits);
  return (text.find("e+") == std::string::npos ? text : text_of(std::round(100 * share), 6)) + " %";
}
/// For columns: two digits after the point.
std::string two_digits(double share) {
  std::array<char, 32> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%.2f %%", 100 * share);
  return buffer.data();
}

void put_errors(std::ostream& out, std::string const& what, fit::Errors const& e) {
  if (e.windows == 0) return;
  out << "  " << std::left << std::setw(26) << what << std::right << std::setw(5) << e.windows << std::setw(10)
      << two_digits(e.mape) << std::setw(10) << two_digits(e.worst) << std::setw(10) << two_digits(e.bias) << '\n';
}

void put_slope(std::ostream& out, char const* what, std::optional<fit::Slope> const& s, double per) {
  if (s)
    out << "  residual against " << what << ": " << text_of(100 * per * s->value, 2) << " +- " << text_of(100 * per * s->sd, 2)
        << " %\n";
}

void put_limiter(std::ostream& out, fit::Limiter const& limiter) {
  if (limiter.held)
    out << "limiter: holds " << percent(*limiter.held, 4) << " of its limit (+- " << percent(limiter.held_sd, 2) << ", "
        << limiter.windows << " windows)\n";
  else
    out << "limiter: no window met it\n";
  for (auto const& s : limiter.steps)
    out << "  step at " << text_of(s.at_s) << " s: " << text_of(s.first_hz / 1e6, 4) << " -> " << text_of(s.settled_hz / 1e6, 4)
        << " MHz, time constant " << text_of(1e3 * s.time_s, 3) << " ms, overshoot " << percent(s.overshoot, 2) << '\n';
}

}  // namespace

void print_fit(std::ostream& out, fit::Fit const& f, fit::Points const& points, fit::Limiter const& limiter,
               std::optional<fit::Thermal> const& thermal) {
  out << points.fit.size() << " windows of " << f.loads << " loads fitted, " << points.held_out.size() << " held out, "
      << points.left_out.size() << " left out\n";
  for (auto const& l : points.left_out) out << "  left out: window " << l.window << " (" << l.kernel << "): " << l.why << '\n';
  out << "\ncoefficient                 value             error   from prior\n";
  for (auto const& e : f.estimates) {
    Shown const s = shown(e.name, e.value);
    out << std::left << std::setw(24) << e.name << std::right << std::setw(9) << text_of(s.value, 4) << ' ' << std::left
        << std::setw(8) << s.unit << std::right << std::setw(8) << percent(e.sd / e.value, 2) << std::setw(10)
        << percent(e.prior_share, 2) << (e.at_bound ? "  at its bound" : "") << '\n';
  }
  out << "\nrank " << f.identified.rank << " of "
      << f.estimates.size() + f.gains.size() - (f.gains.empty() ? 0 : 1) + (f.memory_idle_w ? 2 : 0) << ", condition number "
      << text_of(f.identified.condition_number, 3) << '\n';
  for (auto const& u : f.identified.undetermined) out << "  the windows do not determine " << u << "; the priors do\n";
  out << "windows' errors x " << text_of(f.weights.noise, 3) << ", model error between loads "
      << percent(f.weights.model_error, 2) << '\n';
  for (std::size_t i = 0; i < f.gains.size(); ++i)
    out << "gain of folder " << i << ": " << text_of(f.gains[i], 4) << (i ? " +- " + text_of(f.gain_sd[i], 2) : "") << '\n';
  out << "gain common to all: unknown, about 5 % for an uncalibrated board sensor\n";
  if (f.memory_idle_w)
    out << "memory scope: idle " << text_of(*f.memory_idle_w, 3) << " W, sees " << percent(f.memory_share)
        << " of the HBM energy, scatter " << text_of(f.weights.memory_w, 2) << " W\n";
  put_limiter(out, limiter);
  if (thermal)
    out << "heat: fast " << text_of(thermal->fast_resistance, 3) << " K/W, " << text_of(thermal->fast_time, 3) << " s; slow "
        << text_of(thermal->slow_resistance, 3) << " K/W, " << text_of(thermal->slow_time, 3) << " s; inlet "
        << text_of(thermal->inlet_c, 3) << " degC; rms " << text_of(thermal->rms_k, 2) << " K\n";
  else
    out << "heat: the samples swing too little to tell\n";
}

void print_calibration(std::ostream& out, fit::Calibration const& c) {
  out << c.id << ": " << c.name << " (" << c.tier << (c.date.empty() ? "" : ", " + c.date) << ")\n";
  if (!c.note.empty()) out << c.note << '\n';
  out << "\ncoefficient                 value             error   tier\n";
  auto const row = [&](std::string const& name, fit::Value const& v) {
    Shown const s = shown(name, v.value);
    out << std::left << std::setw(24) << name << std::right << std::setw(9) << text_of(s.value, 4) << ' ' << std::left
        << std::setw(8) << s.unit << std::right << std::setw(8) << (v.uncertainty ? percent(*v.uncertainty, 2) : "-") << "   "
        << (v.tier.empty() ? c.tier : v.tier) << (v.why.empty() ? "" : " (" + v.why + ")") << '\n';
  };
  for (std::size_t i = 0; i < fit::scalars; ++i) row(std::string(fit::scalar_names[i]), c.scalar[i]);
  row("limit_held", c.limit_held);
  for (auto const& [part, values] : {std::pair{"control.", &c.control}, std::pair{"data.", &c.data}})
    for (std::size_t i = 0; i < channels; ++i)
      if ((*values)[i]) row(part + std::string(channel_names[i]), *(*values)[i]);
  auto const& q = c.quality;
  if (q.windows_fit == 0) return;  // written by hand
  out << "\nas fitted: " << q.windows_fit << " windows, mean error " << percent(q.fit_mape) << ", R2 " << text_of(q.r2, 6)
      << ", condition number " << text_of(q.condition_number, 3) << '\n';
  if (q.held_out_mape)
    out << "held out: " << q.windows_held_out << " windows, mean error " << percent(*q.held_out_mape) << ", worst "
        << percent(q.held_out_worst.value_or(0)) << ", bias " << percent(q.held_out_bias.value_or(0)) << '\n';
}

void print_quality(std::ostream& out, fit::Quality const& q) {
  out << "\nkernel                    windows  mean abs     worst      bias\n";
  for (auto const& k : q.by_kernel) put_errors(out, k.kernel, k.errors);
  put_errors(out, "ALL FITTED", q.all_fit);
  for (auto const& k : q.held_out_by_kernel) put_errors(out, k.kernel + " *", k.errors);
  put_errors(out, "HELD OUT * matmul", q.matmul);
  put_errors(out, "HELD OUT * others", q.llm);
  put_errors(out, "HELD OUT * square waves", q.wave);
  put_errors(out, "ALL HELD OUT *", q.all_held_out);
  put_errors(out, "LEAVE ONE KERNEL OUT", q.leave_one_kernel_out);
  put_errors(out, "clock at the limit", q.closure_clock);
  out << "  R2 " << text_of(q.r2, 6) << '\n';
  put_slope(out, "temperature, 10 K", q.per_kelvin, 10);
  put_slope(out, "clock, a tenth", q.per_clock, 0.1);
  put_slope(out, "share of HBM, a half", q.per_hbm_share, 0.5);
  if (q.one_sided > 0)
    out << "  at the limit with unknown clock: " << q.one_sided << " windows speak to one side, " << q.one_sided_wrong
        << " of them are missed\n";
}

}  // namespace ondol::meter
