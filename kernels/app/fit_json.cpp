#include <cmath>
#include <ostream>

#include "kernels/app/fit_tables.hpp"
#include "kernels/fit/quantity.hpp"

namespace ondol::meter {
namespace {

std::string text(std::string const& s) {
  std::string q = "\"";
  for (char const c : s) {
    if (c == '"' || c == '\\') q += '\\';
    q += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  }
  return q + '"';
}

std::string number(double v) {
  return std::isfinite(v) ? fit::text_of(v, 8) : "null";
}
std::string number(std::optional<double> v) {
  return v ? number(*v) : "null";
}

std::string errors(fit::Errors const& e) {
  if (e.windows == 0) return "null";
  return "{\"windows\": " + std::to_string(e.windows) + ", \"mape\": " + number(e.mape) + ", \"worst\": " + number(e.worst) +
         ", \"bias\": " + number(e.bias) + "}";
}

std::string kernels(std::vector<fit::KernelError> const& all) {
  std::string list;
  for (auto const& k : all) list += (list.empty() ? "" : ", ") + text(k.kernel) + ": " + errors(k.errors);
  return "{" + list + "}";
}

std::string slope(std::optional<fit::Slope> const& s) {
  return s ? "{\"value\": " + number(s->value) + ", \"sd\": " + number(s->sd) + "}" : "null";
}

void put_windows(std::ostream& out, std::vector<fit::Residual> const& all) {
  bool first = true;
  for (auto const& r : all) {
    out << (first ? "\n    " : ",\n    ") << "{\"folder\": " << r.point->folder << ", \"window\": " << r.point->window
        << ", \"kernel\": " << text(r.point->kernel) << ", \"role\": " << text(std::string(name(r.point->role)))
        << ", \"measured_w\": " << number(r.point->power_w) << ", \"predicted_w\": " << number(r.predicted_w)
        << ", \"sd_w\": " << number(r.point->sd_w) << ", \"relative\": " << number(r.relative) << ", \"phi\": " << number(r.phi)
        << ", \"clock_known\": " << (r.point->clock_hz ? "true" : "false")
        << ", \"limited\": " << (r.point->limited ? "true" : "false")
        << ", \"temperature_c\": " << number(r.point->temperature_c) << ", \"toggle\": " << number(r.point->toggle)
        << ", \"hbm_share\": " << number(r.hbm_share) << "}";
    first = false;
  }
}

void put_fit(std::ostream& out, fit::Fit const& f, fit::Points const& points) {
  out << ",\n  \"estimates\": {";
  bool first = true;
  for (auto const& e : f.estimates) {
    out << (first ? "\n    " : ",\n    ") << text(e.name) << ": {\"value\": " << number(e.value) << ", \"sd\": " << number(e.sd)
        << ", \"prior_share\": " << number(e.prior_share) << ", \"at_bound\": " << (e.at_bound ? "true" : "false")
        << ", \"prior\": " << number(e.prior ? e.prior->value : std::nan(""))
        << ", \"prior_relative_sd\": " << number(e.prior ? e.prior->relative_sd : std::nan("")) << "}";
    first = false;
  }
  out << "},\n  \"rank\": " << f.identified.rank << ", \"condition_number\": " << number(f.identified.condition_number)
      << ",\n  \"undetermined\": [";
  for (std::size_t i = 0; i < f.identified.undetermined.size(); ++i)
    out << (i ? ", " : "") << text(f.identified.undetermined[i]);
  out << "],\n  \"noise_factor\": " << number(f.weights.noise) << ", \"model_error\": " << number(f.weights.model_error)
      << ",\n  \"memory_idle_w\": " << number(f.memory_idle_w)
      << ", \"memory_share\": " << number(f.memory_idle_w ? f.memory_share : std::nan("")) << ",\n  \"gains\": [";
  for (std::size_t i = 0; i < f.gains.size(); ++i) out << (i ? ", " : "") << number(f.gains[i]);
  out << "],\n  \"left_out\": [";
  for (std::size_t i = 0; i < points.left_out.size(); ++i)
    out << (i ? ", " : "") << "{\"window\": " << points.left_out[i].window
        << ", \"kernel\": " << text(points.left_out[i].kernel) << ", \"why\": " << text(points.left_out[i].why) << "}";
  out << "]";
}

void put_quality(std::ostream& out, fit::Quality const& q) {
  out << ",\n  \"fit\": " << errors(q.all_fit) << ",\n  \"held_out\": " << errors(q.all_held_out)
      << ",\n  \"held_out_matmul\": " << errors(q.matmul) << ", \"held_out_others\": " << errors(q.llm)
      << ", \"held_out_waves\": " << errors(q.wave) << ",\n  \"leave_one_kernel_out\": " << errors(q.leave_one_kernel_out)
      << ",\n  \"clock_at_the_limit\": " << errors(q.closure_clock) << ",\n  \"r2\": " << number(q.r2)
      << ",\n  \"residual_per_kelvin\": " << slope(q.per_kelvin) << ", \"residual_per_clock\": " << slope(q.per_clock)
      << ", \"residual_per_hbm_share\": " << slope(q.per_hbm_share) << ",\n  \"one_sided\": " << q.one_sided
      << ", \"one_sided_missed\": " << q.one_sided_wrong << ",\n  \"by_kernel\": " << kernels(q.by_kernel)
      << ",\n  \"held_out_by_kernel\": " << kernels(q.held_out_by_kernel)
      << ",\n  \"left_out_kernels\": " << kernels(q.left_out_kernels) << ",\n  \"windows\": [";
  put_windows(out, q.fit);
  if (!q.fit.empty() && !q.held_out.empty()) out << ',';
  put_windows(out, q.held_out);
  out << "]";
}

}  // namespace

void print_json(std::ostream& out, fit::Calibration const& c, fit::Quality const* quality, fit::Fit const* fit,
                fit::Points const* points, fit::Limiter const* limiter) {
  out << "{\n  \"calibration\": " << text(c.id) << ", \"name\": " << text(c.name) << ", \"tier\": " << text(c.tier)
      << ", \"date\": " << text(c.date) << ",\n  \"limit_held\": " << number(c.limit_held.value)
      << ", \"reference_clock_hz\": " << number(c.reference_clock.value);
  if (limiter && !limiter->steps.empty()) {
    auto const& s = limiter->steps.front();
    out << ",\n  \"limiter_step\": {\"time_s\": " << number(s.time_s) << ", \"overshoot\": " << number(s.overshoot) << "}";
  }
  if (c.thermal) {
    out << ",\n  \"thermal\": {";
    for (std::size_t i = 0; i < 4; ++i)
      out << (i ? ", " : "") << text(std::string(fit::thermal_names[i])) << ": " << number((*c.thermal)[i].value);
    out << "}";
  }
  if (fit && points) put_fit(out, *fit, *points);
  if (quality) put_quality(out, *quality);
  out << "\n}\n";
}

}  // namespace ondol::meter
