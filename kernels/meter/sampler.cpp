#include "kernels/meter/sampler.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace ondol::meter {
namespace {

template <class T>
std::optional<T> known(nvml::Answer<T> const& a) {
  return a ? std::optional(a.value) : std::nullopt;
}

auto first_after(std::vector<Sample> const& samples, double t_s) {
  return std::lower_bound(samples.begin(), samples.end(), t_s, [](Sample const& s, double t) { return s.t_s < t; });
}

}  // namespace

Sampler::Sampler(nvml::Device const& device, Clock& clock, std::function<void(Sample const&)> sink)
    : device_(device), clock_(clock), sink_(std::move(sink)) {}

Sample Sampler::read() {
  std::array<nvml::Field, 4> fields{{{nvml::field_power_instant, nvml::scope_gpu, {}, 0},
                                     {nvml::field_power_average, nvml::scope_gpu, {}, 0},
                                     {nvml::field_power_average, nvml::scope_memory, {}, 0},
                                     {nvml::field_memory_temperature, 0, {}, 0}}};
  device_.read(fields);
  Sample s;
  s.t_s = clock_.now_s();
  for (nvml::Field const& f : fields) lost_ = lost_ || f.answer.code == nvml::gpu_is_lost;
  auto const watts = [](nvml::Field const& f) { return f.answer ? std::optional(1e-3 * f.answer.value) : std::nullopt; };
  s.power_instant_w = watts(fields[0]);
  s.power_average_w = watts(fields[1]);
  s.memory_power_w = watts(fields[2]);
  s.memory_temperature_c = known(fields[3].answer);
  if (!s.power_average_w) s.power_average_w = known(device_.power_usage_w());
  s.temperature_c = known(device_.temperature_c());
  s.sm_clock_hz = known(device_.clock_hz(nvml::sm_clock));
  s.memory_clock_hz = known(device_.clock_hz(nvml::memory_clock));
  reasons_ |= device_.clock_events().value;

  // a driver that dates nothing says 0 each time: that is no repeat
  bool const dated = (s.power_instant_w && fields[0].timestamp_us != 0) || (fields[1].answer && fields[1].timestamp_us != 0);
  repeated_ = dated && fields[0].timestamp_us == instant_us_ && fields[1].timestamp_us == average_us_;
  instant_us_ = fields[0].timestamp_us;
  average_us_ = fields[1].timestamp_us;
  return s;
}

void Sampler::poll() {
  if (clock_.now_s() < due_s_) return;
  due_s_ = std::max(due_s_ + period_s, clock_.now_s());
  Sample s = read();
  if (repeated_ || lost_) return;
  s.reasons = std::exchange(reasons_, 0);
  s.energy_j = std::exchange(energy_j_, std::nullopt);
  samples_.push_back(s);
  sink_(s);
}

void Sampler::watch_until(double t_s, std::function<bool()> const& stop) {
  while (clock_.now_s() < t_s && !lost_ && !stop()) {
    poll();
    clock_.sleep_until(std::min(t_s, std::max(due_s_, clock_.now_s())));
  }
}

std::optional<double> mean(std::vector<Sample> const& samples, SampleValue value, double t0_s, double t1_s) {
  auto const begin = first_after(samples, t0_s), end = first_after(samples, t1_s);
  double sum = 0;
  int count = 0;
  for (auto s = begin; s != end; ++s)
    if ((*s).*value) sum += *((*s).*value), ++count;
  if (count > 0) return sum / count;
  for (auto s = begin; s != samples.begin();)
    if ((*--s).*value) return (*s).*value;
  return std::nullopt;
}

std::optional<Integral> integral(std::vector<Sample> const& samples, SampleValue power, double t0_s, double t1_s) {
  Integral result;
  double sum = 0, squares = 0, before_s = t0_s, before_w = 0;
  for (auto s = first_after(samples, t0_s), end = first_after(samples, t1_s); s != end; ++s) {
    if (!((*s).*power)) continue;
    double const w = *((*s).*power);
    if (result.readings == 0) before_w = w;
    result.energy_j += 0.5 * (before_w + w) * (s->t_s - before_s);
    before_s = s->t_s;
    before_w = w;
    sum += w;
    squares += w * w;
    ++result.readings;
  }
  if (result.readings == 0) return std::nullopt;
  result.energy_j += before_w * (t1_s - before_s);
  double const n = result.readings;
  result.power_deviation_w = n > 1 ? std::sqrt(std::max(0.0, (squares - sum * sum / n) / (n - 1))) : 0;
  return result;
}

std::uint64_t reasons(std::vector<Sample> const& samples, double t0_s, double t1_s) {
  std::uint64_t bits = 0;
  for (auto s = first_after(samples, t0_s), end = first_after(samples, t1_s); s != end; ++s) bits |= s->reasons;
  return bits;
}

}  // namespace ondol::meter
