#include "kernels/fit/point.hpp"

#include <algorithm>

#include "kernels/fit/quantity.hpp"

namespace ondol::meter::fit {
namespace {

constexpr double assumed_relative_sd = 0.02;
constexpr std::uint64_t power_limit_event = 0x4;  // [nvidia2025nvml]
constexpr double near_limit = 0.97;               // the limiter holds 1-3 % below: assumed where no events are known

std::string why_not(Window const& w) {
  if (w.flags.any()) return "flagged " + text(w.flags);
  if (!w.energy_j()) return "no energy";
  if (*w.energy_j() <= 0) return "energy is not above zero";
  if (w.kernel == "idle_after_work") return "clocks not at rest";
  return "";
}

Point make_point(Window const& w, std::size_t folder) {
  Point p;
  p.folder = folder;
  p.window = w.number;
  p.kernel = w.kernel;
  p.role = w.role;
  p.power_w = *w.power_w();
  p.sd_w = w.uncertainty_j && *w.uncertainty_j > 0 ? *w.uncertainty_j / w.seconds() : assumed_relative_sd * p.power_w;
  p.context = w.kernel != "idle_bare";
  p.toggle = w.toggle;
  p.sm_share = w.sm_share;
  p.awake = w.awake;
  p.period_s = w.period_s;
  p.rate = (1 / w.seconds()) * w.work;
  p.temperature_c = w.temperature_c;
  auto const clock = w.sm_clock_kernel_hz ? w.sm_clock_kernel_hz : w.sm_clock_nvml_hz;
  if (clock && *clock > 0) p.clock_hz = clock;
  p.memory_power_w = w.memory_power_w;
  p.limit_w = w.limit_w;
  p.limited = (w.reasons.bits & power_limit_event) != 0 || (!p.clock_hz && w.limit_w && p.power_w >= near_limit * *w.limit_w);
  p.load = w.kernel + "/" + (w.fill ? std::string(name(*w.fill)) : "") + "/" + text_of(w.sm_share) + "/" + text_of(w.period_s) +
           "/" + text_of(w.toggle);
  return p;
}

}  // namespace

Points make_points(std::span<Campaign const> campaigns, double reference_clock_hz) {
  Points points;
  points.reference_clock_hz = reference_clock_hz;
  double highest = 0;
  std::size_t start = 0;
  std::string last;
  for (std::size_t f = 0; f < campaigns.size(); ++f) {
    if (points.reference_clock_hz <= 0)
      points.reference_clock_hz = number_of(campaigns[f].about("highest_clock_hz"), "").value_or(0);
    for (Window const& w : campaigns[f].windows) {
      if (std::string const why = why_not(w); !why.empty()) {
        points.left_out.push_back({f, w.number, w.kernel, why});
        continue;
      }
      Point p = make_point(w, f);
      if (w.repeat == 0 || p.load != last || &w == &campaigns[f].windows.front()) ++start;
      last = p.load;
      p.start = start;
      highest = std::max(highest, p.clock_hz.value_or(0));
      (w.role == Role::held_out ? points.held_out : points.fit).push_back(p);
    }
  }
  if (points.reference_clock_hz <= 0) points.reference_clock_hz = highest;
  return points;
}

}  // namespace ondol::meter::fit
