#include "kernels/app/runner.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <utility>

#include "kernels/activity/suite.hpp"

namespace ondol::meter {
namespace {

/// A load that nobody stops ends by itself this long after its last window should have.
constexpr double margin_s = 5;
/// Until the driver lists a new process (assumed).
constexpr double listing_s = 0.5;
/// More than the matrix products that follow one another in the full plan: a library that does not work is no lost device.
constexpr int too_many_failures = 8;
/// Kept free before the deadline for closing files.
constexpr double closing_s = 2;

std::string watts(std::optional<double> w) {
  char text[32] = "no energy";
  if (w) std::snprintf(text, sizeof text, "%.2f W", *w);
  return text;
}

}  // namespace

Runner::Runner(Instruments const& i, RunnerSettings settings, std::function<bool()> stop)
    : library_(i.library),
      device_(i.device),
      clock_(i.clock),
      bench_(i.bench),
      campaign_(i.campaign),
      settings_(settings),
      stop_(std::move(stop)),
      guard_(i.device, i.processes_before),
      sampler_(i.device, i.clock, [this](Sample const& s) { campaign_.add(s); }),
      meter_(i.device, i.clock, sampler_, guard_, stop_) {}

Ended Runner::run(std::span<Step const> plan) {
  meter_.learn_counter(12);
  if (meter_.basis() == Basis::instant) say("the energy counter does not answer: energy is the integral of POWER_INSTANT");
  if (meter_.basis() == Basis::average)
    say("neither the energy counter nor POWER_INSTANT answers: energy is the integral of the averaged power, windows of 10 s "
        "or more");
  for (Step const& unscaled : plan) {
    Step const s = scaled(unscaled, settings_.seconds_scale);
    double const began_s = clock_.now_s(), net_s = expected_s(s, meter_.fitting_s(s.request.window_s));
    if (began_s + net_s + start_s_ > settings_.deadline_s - closing_s) {
      say("skipped, the deadline is near: " + s.name);
      ++skipped_;
      continue;
    }
    say(s.name);
    try {
      step(s);
      failed_in_a_row_ = 0;
    } catch (std::exception const& problem) {
      say("failed: " + s.name + ": " + problem.what());
      rest();
      ++failed_;
      if (++failed_in_a_row_ == too_many_failures) return Ended::broken;
    }
    if (s.what == Do::load) start_s_ += 0.2 * (std::max(0.0, clock_.now_s() - began_s - net_s) - start_s_);
    if (sampler_.lost()) return Ended::lost;
    if (stop_()) return Ended::stopped;
    if (!settings_.mark && guard_.look().raised(Flag::clocks_locked)) return Ended::locked;
  }
  return Ended::done;
}

void Runner::rest() {
  try {
    bench_.stop();
  } catch (std::exception const& problem) {
    say(std::string("  and stopping it: ") + problem.what());
  }
}

void Runner::step(Step const& s) {
  bool const needs_context = s.what != Do::idle_bare && s.what != Do::probe;
  if (needs_context && !held_) {
    bench_.hold();
    sampler_.watch_until(clock_.now_s() + listing_s, stop_);
    guard_.own_context();
    held_ = true;
  }
  switch (s.what) {
    case Do::idle_bare:
      return idle(s, "idle_bare");
    case Do::hold:
      return idle(s, "idle_context");
    case Do::after_work:
      return idle(s, "idle_after_work");
    case Do::probe:
      return probe_fields(s);
    case Do::alias:
      return alias(s);
    case Do::load:
      return load(s);
  }
}

void Runner::idle(Step const& s, char const* kernel) {
  for (Window& w : meter_.watch(s.request)) keep(std::move(w), s, kernel);
}

void Runner::load(Step const& s) {
  if (std::string const why = bench_.refusal(s.load); !why.empty()) {
    say("left out: " + why);
    return;
  }
  bench_.start(s.load, expected_s(s, meter_.fitting_s(s.request.window_s)) + margin_s);
  std::vector<Window> windows = meter_.watch(s.request);
  bench_.stop();
  for (Window& w : windows) {
    Done const done = bench_.between(w.t0_s, w.t1_s);
    w.launches = done.launches;
    w.awake = done.awake;
    w.work = done.work;
    if (done.sm_clock_hz > 0) w.sm_clock_kernel_hz = done.sm_clock_hz;
    if (s.load.kernel == "spin" && s.load.sm_share == 1 && w.sm_clock_nvml_hz)
      guard_.judge_clock(*w.sm_clock_nvml_hz, w.reasons);
    keep(std::move(w), s, s.load.kernel.c_str());
  }
  if (s.trace) campaign_.add(bench_.clock_trace());
}

void Runner::keep(Window w, Step const& s, char const* kernel) {
  w.kernel = kernel;
  w.role = s.role;
  if (s.what == Do::load) {
    w.sm_share = s.load.sm_share;
    w.period_s = s.load.period_s;
    auto const info = kernel_named(s.load.kernel);
    if (info && info->filled) {
      w.fill = s.load.fill;
      w.toggle = toggle_of(s.load);
    }
  }
  w.seed = s.load.seed;
  char seconds[32];
  std::snprintf(seconds, sizeof seconds, "%.3f s", w.seconds());
  std::string line = "  window " + std::to_string(campaign_.windows()) + ": " + watts(w.power_w()) + " over " + seconds;
  for (std::string const& why : guard_.explain(w.flags)) line += "; " + why;
  say(line);
  campaign_.add(std::move(w));
}

double Runner::toggle_of(LoadSpec const& load) {
  auto const [entry, fresh] = toggles_.try_emplace({load.fill, operand_format(load.kernel)}, 0);
  if (fresh) entry->second = toggle(load.fill, operand_format(load.kernel));
  return entry->second;
}

void Runner::probe_fields(Step const& s) {
  probe_ = probe(library_, device_, clock_, meter_, s.extra_s / 6);
  campaign_.write("probe.json", probe_);
}

void Runner::alias(Step const& s) {
  LoadSpec load{"fma_fp32", Fill::random_bits, 1, s.load.seed, 0};
  if (meter_.basis() != Basis::counter || !bench_.refusal(load).empty()) {
    say("left out: the alias test needs the energy counter and fma_fp32");
    return;
  }
  AliasTest const test = test_aliasing(bench_, meter_, sampler_, clock_, load, settings_.seconds_scale, stop_);
  say("  the energy counter looks like: " + std::string(name(test.verdict)));
  probe_.object("alias_test", described(test));
  campaign_.write("probe.json", probe_);
}

}  // namespace ondol::meter
