#include "kernels/meter/energy_meter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

namespace ondol::meter {
namespace {

/// Readings of a 100-ms sensor are at most this far from their moment.
constexpr double sensor_period_s = 0.1;
/// Between readings that cost nothing: an update needs no better.
constexpr double poll_s = 2e-4;

Basis choose(nvml::Device const& device) {
  if (device.energy_mj()) return Basis::counter;
  std::array<nvml::Field, 1> field{{{nvml::field_power_instant, nvml::scope_gpu, {}, 0}}};
  device.read(field);
  if (field[0].answer) return Basis::instant;
  field[0].field = nvml::field_power_average;
  device.read(field);
  if (!field[0].answer && !device.power_usage_w()) throw nvml::Missing("the card answers neither energy nor power");
  return Basis::average;
}

std::optional<double> share(nvml::Answer<double> const& a) {
  return a ? std::optional(a.value) : std::nullopt;
}

}  // namespace

std::optional<double> energy_j(Edge const& a, Edge const& b) {
  if (!a.energy_mj || !b.energy_mj) return std::nullopt;
  return static_cast<double>(*b.energy_mj - *a.energy_mj) / 1000;
}

EnergyMeter::EnergyMeter(nvml::Device const& device, Clock& clock, Sampler& sampler, Guard const& guard,
                         std::function<bool()> stop)
    : device_(device), clock_(clock), sampler_(sampler), guard_(guard), stop_(std::move(stop)), basis_(choose(device)) {}

EnergyMeter::Read EnergyMeter::read() {
  Read r;
  r.before_s = clock_.now_s();
  auto const mj = device_.energy_mj();
  r.after_s = clock_.now_s();
  if (mj) r.energy_mj = mj.value;
  if (mj) sampler_.note_energy(1e-3 * static_cast<double>(mj.value));
  return r;
}

Edge EnergyMeter::edge() {
  if (basis_ != Basis::counter) return {clock_.now_s(), std::nullopt, 0, 0, false};
  Read last = read();
  double const give_up_s = last.after_s + std::max(1.0, 12 * counter_.period_s);
  while (last.energy_mj && !sampler_.lost()) {
    sampler_.poll();
    if (last.after_s - last.before_s < poll_s) clock_.sleep_for(poll_s);
    Read const now = read();
    if (now.energy_mj && *now.energy_mj != *last.energy_mj)
      return {0.5 * (last.middle_s() + now.middle_s()), now.energy_mj, now.middle_s() - last.middle_s(),
              now.after_s - now.before_s, false};
    if (now.after_s > give_up_s) break;
    last = now;
  }
  return {clock_.now_s(), std::nullopt, 0, 0, !sampler_.lost()};
}

void EnergyMeter::learn_counter(int steps) {
  if (basis_ != Basis::counter) return;
  std::vector<double> periods;
  std::uint64_t divisor = 0;
  double read_s = 0;
  Edge last = edge();
  for (int i = 0; i < steps && last.energy_mj && !stop_(); ++i) {
    Edge const next = edge();
    if (!next.energy_mj) return;
    periods.push_back(next.t_s - last.t_s);
    divisor = std::gcd(divisor, *next.energy_mj - *last.energy_mj);
    read_s += next.read_s;
    last = next;
  }
  if (periods.size() < 3) return;
  double const n = static_cast<double>(periods.size());
  double const mean_s = std::accumulate(periods.begin(), periods.end(), 0.0) / n;
  double squares = 0;
  for (double p : periods) squares += (p - mean_s) * (p - mean_s);
  counter_ = {mean_s, std::sqrt(squares / (n - 1)), 1e-3 * static_cast<double>(std::max<std::uint64_t>(divisor, 1)),
              read_s / n};
}

double EnergyMeter::shortest_s() const {
  switch (basis_) {
    case Basis::counter:
      return 15 * counter_.period_s;
    case Basis::instant:
      return 3;
    case Basis::average:
      return 10;
  }
  return 0;
}

double EnergyMeter::fitting_s(double window_s) const {
  return basis_ == Basis::counter ? window_s : std::max(window_s, shortest_s());
}

std::vector<Window> EnergyMeter::watch(Request const& request) {
  std::vector<Window> windows;
  auto const stopped = [this] { return stop_() || sampler_.lost(); };
  sampler_.watch_until(clock_.now_s() + request.settle_s, stop_);
  if (stopped()) return windows;
  Edge begin = edge();
  int slot = 0;
  device_.gpm_sample(slot);
  Flags seen = guard_.look();
  double const length_s = fitting_s(request.window_s);
  for (int i = 0; i < request.windows; ++i) {
    // Half a period early: the update that ends the window is then the one nearest to its length.
    double const until_s = begin.t_s + length_s - 0.5 * counter_.period_s;
    while (clock_.now_s() < until_s && !stopped()) {
      sampler_.watch_until(std::min(until_s, clock_.now_s() + 1), stop_);
      seen |= guard_.look();
    }
    if (stop_()) break;
    Edge const end = edge();
    device_.gpm_sample(1 - slot);
    Flags const now = guard_.look();
    seen |= now;
    if (sampler_.lost()) seen.raise(Flag::lost_device);
    Window w = window(begin, end, seen);
    nvml::GpmShares const gpm = device_.gpm_since(slot);
    w.gpm_sm = share(gpm.sm);
    w.gpm_tensor = share(gpm.tensor);
    w.gpm_dram = share(gpm.dram);
    w.gpm_fp32 = share(gpm.fp32);
    w.gpm_fp64 = share(gpm.fp64);
    w.repeat = i;
    if (w.t1_s > w.t0_s) windows.push_back(std::move(w));
    if (sampler_.lost()) break;
    begin = end;
    seen = now;
    slot = 1 - slot;
  }
  return windows;
}

std::optional<double> EnergyMeter::uncertainty(Window const& w, Edge const& a, Edge const& b) const {
  auto const power_w = w.power_w();
  if (!power_w) return std::nullopt;
  double const p2 = *power_w * *power_w;
  if (w.energy_counter_j) {
    double const q = counter_.resolution_j;
    double const gaps = a.gap_s * a.gap_s + b.gap_s * b.gap_s, reads = a.read_s * a.read_s + b.read_s * b.read_s;
    return std::sqrt(p2 * (gaps + reads) / 12 + 2 * q * q / 12);
  }
  SampleValue const power = w.energy_instant_j ? &Sample::power_instant_w : &Sample::power_average_w;
  auto const sum = integral(sampler_.samples(), power, w.t0_s, w.t1_s);
  double const spread_j = sum->power_deviation_w * w.seconds() / std::sqrt(static_cast<double>(sum->readings));
  return std::sqrt(spread_j * spread_j + p2 * 2 * sensor_period_s * sensor_period_s / 12);
}

Window EnergyMeter::window(Edge const& a, Edge const& b, Flags flags) const {
  auto const& samples = sampler_.samples();
  Window w;
  w.t0_s = a.t_s;
  w.t1_s = b.t_s;
  w.flags = flags;
  w.energy_counter_j = energy_j(a, b);
  if (a.stale || b.stale) w.flags.raise(Flag::stale_counter);
  if (auto const sum = integral(samples, &Sample::power_instant_w, a.t_s, b.t_s)) w.energy_instant_j = sum->energy_j;
  if (auto const sum = integral(samples, &Sample::power_average_w, a.t_s, b.t_s)) w.energy_average_j = sum->energy_j;
  if (!w.energy_j()) w.flags.raise(Flag::stale_counter);
  w.uncertainty_j = uncertainty(w, a, b);
  w.memory_power_w = mean(samples, &Sample::memory_power_w, a.t_s, b.t_s);
  w.temperature_c = mean(samples, &Sample::temperature_c, a.t_s, b.t_s);
  w.memory_temperature_c = mean(samples, &Sample::memory_temperature_c, a.t_s, b.t_s);
  w.sm_clock_nvml_hz = mean(samples, &Sample::sm_clock_hz, a.t_s, b.t_s);
  w.limit_w = guard_.limit_w();
  w.reasons.bits = reasons(samples, a.t_s, b.t_s);
  w.flags |= guard_.from(w.reasons);
  if (w.seconds() < 0.97 * shortest_s()) w.flags.raise(Flag::brief);
  return w;
}

}  // namespace ondol::meter
