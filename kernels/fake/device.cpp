#include "kernels/fake/device.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace ondol::meter::fake {
namespace {

constexpr double step_s = 1e-3;
constexpr double clock_step_hz = 15e6;

/// Dense peaks at the highest clock that GPM counts against; an H100 or H200.                            [nvidia2023h100]
constexpr double peak(Channel c) {
  switch (c) {
    case Channel::tensor_fp64:
      return 67e12;
    case Channel::tensor_tf32:
      return 494e12;
    case Channel::tensor_bf16:
    case Channel::tensor_fp16:
      return 989e12;
    case Channel::tensor_fp8:
    case Channel::tensor_fp4:
    case Channel::tensor_int8:
      return 1979e12;
    case Channel::vector_fp64:
      return 33.5e12;
    case Channel::vector_fp32:
      return 67e12;
    case Channel::hbm_read:
    case Channel::hbm_write:
      return 4.8e12;
    default:
      return 1e300;
  }
}

/// One step towards `target` of a first-order lag.
double towards(double value, double target, double dt_s, double time_s) {
  return target + (value - target) * std::exp(-dt_s / time_s);
}

}  // namespace

Device::Device(Truth truth, std::uint64_t seed)
    : truth_(std::move(truth)), sensors_(truth_, seed), clock_hz_(truth_.idle_clock_hz) {
  fast_k_ = truth_.fast_resistance_k_per_w * truth_.idle_w;  // has stood idle for long
  slow_k_ = truth_.slow_resistance_k_per_w * truth_.idle_w;
  memory_k_ = truth_.memory_resistance_k_per_w * truth_.idle_w;
}

Fault const* Device::fault(FaultKind kind) const {
  for (Fault const& f : truth_.faults)
    if (f.kind == kind && t_s_ >= f.from_s && t_s_ < f.to_s) return &f;
  return nullptr;
}

double Device::limit_w() const {
  Fault const* const f = fault(FaultKind::lowered_limit);
  return f ? f->value.value_or(0.7 * truth_.limit_w) : truth_.limit_w;
}

double Device::ceiling_hz() const {
  double hz = truth_.reference_clock_hz;
  for (auto const& [kind, share] :
       {std::pair{FaultKind::locked_clocks, 0.75}, {FaultKind::thermal, 0.6}, {FaultKind::power_brake, 0.5}})
    if (Fault const* const f = fault(kind)) hz = std::min(hz, f->value.value_or(share * truth_.reference_clock_hz));
  return hz;
}

bool Device::busy() const {
  if (!load_ || t_s_ - load_began_s_ >= load_->at_most_s) return false;
  return load_->period_s <= 0 || std::fmod(t_s_ - load_began_s_ + 1e-9, load_->period_s) < 0.5 * load_->period_s;
}

Device::Power Device::power() const {
  Power p;
  p.board_w = truth_.idle_w + truth_.leakage_w_per_k * (temperature_c() - truth_.reference_temperature_c);
  p.memory_w = truth_.memory_idle_w;
  if (held_) p.board_w += truth_.context_w;
  if (Fault const* const f = fault(FaultKind::other_process)) p.board_w += f->value.value_or(120);
  if (!busy()) {
    if (held_ && t_s_ - work_ended_s_ < truth_.after_work_s) p.board_w += truth_.after_work_w;
    return p;
  }
  double const phi = clock_hz_ / truth_.reference_clock_hz;
  double const volt = std::max(truth_.voltage_floor, 1 - truth_.voltage_slope * (1 - phi));
  double const g = volt * volt;
  p.launches_per_s = 1 / std::max(load_->core_s / (phi * load_->sm_share), load_->fixed_s);
  p.board_w += phi * g * load_->sm_share * truth_.awake_w + p.launches_per_s * (g * core_j_ + link_j_ + hbm_j_);
  p.memory_w += p.launches_per_s * hbm_j_;
  return p;
}

void Device::start(OndolFakeLoad const& load) {
  load_ = load;
  held_ = true;
  load_began_s_ = t_s_;
  clock_hz_ = ceiling_hz();
  core_j_ = link_j_ = hbm_j_ = 0;
  for (std::size_t i = 0; i < channels; ++i) {
    auto const c = static_cast<Channel>(i);
    double const j = 1e-12 * (truth_.control_pj[c] + load.toggle * truth_.data_pj[c]) * load.work[i];
    (core_voltage(c) ? core_j_ : c == Channel::hbm_read || c == Channel::hbm_write ? hbm_j_ : link_j_) += j;
  }
  progress_.assign(1, {.t_s = t_s_});
}

void Device::stop() {
  if (busy()) work_ended_s_ = t_s_;
  load_.reset();
}

/// Ends of steps: the 1-ms grid, moments of the sensors, edges of a square wave, the bound of a load.
double Device::step_end(double to_s) const {
  double end = std::min({to_s, (std::floor(t_s_ / step_s + 1e-6) + 1) * step_s, std::max(t_s_, sensors_.next_s())});
  if (!load_) return end;
  double const since = t_s_ - load_began_s_;
  if (load_->period_s > 0) {
    double const half = 0.5 * load_->period_s;
    end = std::min(end, load_began_s_ + (std::floor(since / half + 1e-6) + 1) * half);
  }
  if (since < load_->at_most_s) end = std::min(end, load_began_s_ + load_->at_most_s);
  return end;
}

void Device::advance(double to_s) {
  while (t_s_ < to_s) {
    double const end = step_end(to_s);
    step(end - t_s_);
    t_s_ = end;
    while (sensors_.next_s() <= t_s_)
      sensors_.update(t_s_, energy_j_, memory_j_, fault(FaultKind::stale_fields) != nullptr,
                      fault(FaultKind::stale_counter) != nullptr);
  }
}

void Device::step(double dt) {
  Power const p = power();
  bool const working = busy();
  energy_j_ += p.board_w * dt;
  memory_j_ += p.memory_w * dt;
  fast_k_ = towards(fast_k_, truth_.fast_resistance_k_per_w * p.board_w, dt, truth_.fast_time_s);
  slow_k_ = towards(slow_k_, truth_.slow_resistance_k_per_w * p.board_w, dt, truth_.slow_time_s);
  memory_k_ = towards(memory_k_, truth_.memory_resistance_k_per_w * p.board_w, dt, truth_.memory_time_s);
  activity_.t_s = t_s_ + dt;
  if (load_) {
    Progress next = progress_.back();
    next.t_s = t_s_ + dt;
    if (working) {
      double const launches = p.launches_per_s * dt;
      next.launches += launches;
      next.awake_s += load_->sm_share * dt;
      next.busy_s += dt;
      next.cycles += clock_hz_ * dt;
      work_ended_s_ = next.t_s;
      auto const share = [&](Channel c) { return launches * load_->work[index(c)] / peak(c); };
      activity_.awake_s += load_->sm_share * dt;
      for (std::size_t i = 0; i <= index(Channel::tensor_int8); ++i) activity_.tensor_s += share(static_cast<Channel>(i));
      activity_.dram_s += share(Channel::hbm_read) + share(Channel::hbm_write);
      activity_.fp32_s += share(Channel::vector_fp32);
      activity_.fp64_s += share(Channel::vector_fp64);
    }
    progress_.push_back(next);
  }
  move_clock(dt, p.board_w);
}

/// The limiter moves the clock by what the power is off, over how much power a hertz makes (about P / f), with its lag.
void Device::move_clock(double dt, double board_w) {
  double const ceiling = ceiling_hz();
  if (busy()) {
    double const off_w = truth_.limit_held * limit_w() - board_w;
    double const move = off_w * clock_hz_ / board_w * dt / truth_.limiter_lag_s;
    clock_hz_ = std::clamp(clock_hz_ + move, truth_.minimum_clock_hz, ceiling);
  } else if (!held_) {
    clock_hz_ = truth_.idle_clock_hz;
  } else if (!load_ && t_s_ - work_ended_s_ >= truth_.after_work_s) {
    clock_hz_ = std::min(ceiling, truth_.context_clock_hz);
  }
}

OndolFakeDone Device::between(double t0_s, double t1_s) const {
  auto const at = [&](double t) {
    auto const after =
        std::lower_bound(progress_.begin(), progress_.end(), t, [](Progress const& p, double x) { return p.t_s < x; });
    if (after == progress_.begin()) return progress_.front();
    if (after == progress_.end()) return progress_.back();
    Progress const &a = *(after - 1), &b = *after;
    double const u = (t - a.t_s) / (b.t_s - a.t_s);
    return Progress{t, a.launches + u * (b.launches - a.launches), a.awake_s + u * (b.awake_s - a.awake_s),
                    a.busy_s + u * (b.busy_s - a.busy_s), a.cycles + u * (b.cycles - a.cycles)};
  };
  if (progress_.empty() || t1_s <= t0_s) return {};
  Progress const a = at(t0_s), b = at(t1_s);
  double const busy_s = b.busy_s - a.busy_s;
  return {b.launches - a.launches, (b.awake_s - a.awake_s) / (t1_s - t0_s), busy_s > 0 ? (b.cycles - a.cycles) / busy_s : 0};
}

/// Bits as in [nvidia2025nvml].
std::uint64_t Device::clock_events() const {
  std::uint64_t bits = 0;
  if (!busy()) bits |= 0x1;
  if (fault(FaultKind::locked_clocks)) bits |= 0x2;
  if (busy() && clock_hz_ < ceiling_hz() - 0.5 * clock_step_hz) bits |= 0x4;
  if (fault(FaultKind::thermal)) bits |= 0x20;
  if (fault(FaultKind::power_brake)) bits |= 0x8 | 0x80;
  return bits;
}

}  // namespace ondol::meter::fake
