#include "kernels/fake/sensors.hpp"

#include <algorithm>
#include <cmath>

namespace ondol::meter::fake {
namespace {

std::uint64_t hash(std::uint64_t x) {  // [steele2014splitmix]
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

double uniform(std::uint64_t seed, std::uint64_t stream, std::uint64_t number) {
  return (static_cast<double>(hash(hash(hash(seed) ^ stream) ^ number) >> 11) + 0.5) * 0x1p-53;
}

}  // namespace

Sensors::Sensors(Truth const& truth, std::uint64_t seed)
    : truth_(truth),
      seed_(seed),
      phase_s_(truth.instant_window_s + uniform(seed, 1, 0) * (truth.instant_period_s - truth.instant_window_s)),
      counter_phase_s_((0.1 + 0.8 * uniform(seed, 2, 0)) * truth.counter_period_s),
      counter_j_(1000 + std::floor(1e6 * uniform(seed, 3, 0))) {  // since the driver was loaded, long before
  last_.fill(truth.idle_w);
  reading_.instant_w = reading_.average_w = truth.gain * truth.idle_w;
  reading_.memory_w = truth.gain * truth.memory_idle_w;
}

/// Standard normal, by the sum of twelve.
double Sensors::noise(std::uint64_t stream, std::uint64_t number) const {
  double sum = -6;
  for (std::uint64_t i = 0; i < 12; ++i) sum += uniform(seed_, stream, 12 * number + i);
  return sum;
}

double Sensors::counter_tick_s(std::uint64_t number) const {
  return counter_phase_s_ + static_cast<double>(number) * truth_.counter_period_s + truth_.counter_jitter_s * noise(4, number);
}

double Sensors::next_s() const {
  double const publish_s = phase_s_ + static_cast<double>(published_) * truth_.instant_period_s;
  return std::min(opened_ ? publish_s : publish_s - truth_.instant_window_s, counter_tick_s(ticks_));
}

void Sensors::update(double t_s, double energy_j, double memory_j, bool fields_stale, bool counter_stale) {
  double const publish_s = phase_s_ + static_cast<double>(published_) * truth_.instant_period_s;
  if (opened_ && t_s >= publish_s) {
    publish(t_s, energy_j, memory_j, fields_stale);
  } else if (!opened_ && t_s >= publish_s - truth_.instant_window_s) {
    opened_ = true;
    opened_j_ = energy_j;
    opened_memory_j_ = memory_j;
  }
  if (t_s < counter_tick_s(ticks_)) return;
  double const first_j = 1000 + std::floor(1e6 * uniform(seed_, 3, 0));
  double const seen_j = truth_.counter == Counter::integral ? energy_j : boxcar_j_;
  if (!counter_stale) counter_j_ = first_j + truth_.gain * seen_j + truth_.counter_noise_j * noise(5, ticks_);
  ++ticks_;
}

void Sensors::publish(double t_s, double energy_j, double memory_j, bool stale) {
  double const seen_w = (energy_j - opened_j_) / truth_.instant_window_s;
  double const memory_w = (memory_j - opened_memory_j_) / truth_.instant_window_s;
  last_[published_ % last_.size()] = seen_w;
  boxcar_j_ += seen_w * truth_.instant_period_s;
  if (!stale) {
    double sum = 0;
    for (double w : last_) sum += w;
    double const share = truth_.instant_noise_w > 0 ? truth_.instant_noise_w : 0;
    reading_ = {t_s, truth_.gain * (seen_w + share * noise(6, published_)),
                truth_.gain * sum / static_cast<double>(last_.size()), truth_.gain * (memory_w + share * noise(7, published_))};
  }
  opened_ = false;
  ++published_;
}

}  // namespace ondol::meter::fake
