#include "kernels/meter/guard.hpp"

#include <unistd.h>

#include <utility>

namespace ondol::meter {

Guard::Guard(nvml::Device const& device, std::set<unsigned> before)
    : device_(device), before_(std::move(before)), ours_{static_cast<unsigned>(getpid())} {
  auto const clock = device_.applications_clock_hz(nvml::sm_clock), most = device_.max_clock_hz(nvml::sm_clock);
  // a driver that has the call but no longer answers it has no application clocks: judge_clock() then judges alone
  bool const retired = !clock && clock.code != nvml::function_not_found;
  unbound_ = retired || (clock && most && clock.value >= most.value);
}

void Guard::own_context() {
  for (unsigned pid : device_.compute_processes().value)
    if (!before_.contains(pid)) ours_.insert(pid);
}

bool Guard::strangers() const {
  for (unsigned pid : device_.compute_processes().value)
    if (!ours_.contains(pid)) return true;
  return false;
}

std::optional<double> Guard::limit_w() const {
  auto const limit = device_.enforced_limit_w();
  return limit ? std::optional(limit.value) : std::nullopt;
}

Flags Guard::look() const {
  Flags flags;
  auto const limit = device_.enforced_limit_w();
  if (limit.code == nvml::gpu_is_lost) {
    flags.raise(Flag::lost_device);
    return flags;
  }
  if (device_.mig().value) flags.raise(Flag::mig);
  if (strangers()) flags.raise(Flag::other_process);
  auto const usual = device_.default_limit_w();
  if (limit && usual && limit.value < usual.value - 0.5) flags.raise(Flag::limit_below_default);
  auto const clock = device_.applications_clock_hz(nvml::sm_clock),
             standard = device_.default_applications_clock_hz(nvml::sm_clock);
  if (locked_ || (clock && standard && clock.value < standard.value)) flags.raise(Flag::clocks_locked);
  return flags;
}

Flags Guard::from(ClockEvents reasons) const {
  Flags flags;
  bool const brake = (reasons.bits & 0x80) != 0;
  if (brake) flags.raise(Flag::power_brake);
  if ((reasons.bits & 0x60) != 0 || ((reasons.bits & 0x8) != 0 && !brake)) flags.raise(Flag::thermal);
  if ((reasons.bits & 0x2) != 0 && !unbound_) flags.raise(Flag::clocks_locked);
  return flags;
}

void Guard::judge_clock(double sm_clock_hz, ClockEvents reasons) {
  auto const most = device_.max_clock_hz(nvml::sm_clock);
  bool const explained = (reasons.bits & ~std::uint64_t{0x3}) != 0;  // idle and application clocks explain nothing
  locked_ = locked_ || (most && !explained && sm_clock_hz < 0.95 * most.value);
}

std::vector<std::string> Guard::explain(Flags flags) const {
  std::vector<std::string> lines;
  auto const say = [&](Flag f, char const* words) {
    if (flags.raised(f)) lines.push_back(std::string(name(f)) + ": " + words);
  };
  say(Flag::mig, "the card is partitioned (MIG), its power is shared");
  say(Flag::other_process, "another process holds the card");
  say(Flag::limit_below_default, "the power limit is below its default");
  say(Flag::clocks_locked, "the clocks are locked or set below their default");
  say(Flag::thermal, "the card slowed down for heat");
  say(Flag::power_brake, "the power brake was on");
  say(Flag::lost_device, "the device does not answer any more");
  say(Flag::stale_counter, "the energy counter stood still");
  say(Flag::brief, "the window was too short for its instrument");
  return lines;
}

}  // namespace ondol::meter
