#include "kernels/meter/probe.hpp"

#include <array>

namespace ondol::meter {
namespace {

/// Spins are no better for more readings than this a second.
constexpr double spin_s = 2e-4;

/// Moments at which something changed; the first reading is none.
struct Steps {
  double first_s = 0, last_s = 0;
  int count = 0;
  void at(double t_s) {
    if (count++ == 0) first_s = t_s;
    last_s = t_s;
  }
  double period_s() const { return count > 1 ? (last_s - first_s) / (count - 1) : 0; }
};

template <class T>
Json answered(nvml::Library const& library, nvml::Answer<T> const& a) {
  Json j;
  j.truth("answers", static_cast<bool>(a));
  if (!a) j.text("error", library.error(a.code));
  return j;
}

Json described(nvml::Library const& library, FieldProbe const& f) {
  Json j = answered(library, nvml::Answer<int>{f.code, 0});
  if (f.code != nvml::success) return j;
  return j.number("timestamp_period_s", f.period_s).number("value_period_s", f.value_period_s).number("read_s", f.read_s);
}

}  // namespace

Json described(AliasTest const& test) {
  std::vector<Json> points;
  for (AliasPoint const& p : test.points)
    points.push_back(Json()
                         .number("period_s", p.period_s)
                         .number("phase", p.phase)
                         .number("counter_w", p.counter_w)
                         .number("expected_w", p.expected_w)
                         .number("ratio", p.ratio()));
  return Json()
      .text("kernel", test.kernel)
      .number("high_w", test.high_w)
      .number("low_w", test.low_w)
      .list("points", points)
      .text("verdict", name(test.verdict));
}

FieldProbe probe_field(nvml::Device const& device, Clock& clock, std::uint32_t field, std::uint32_t scope, double seconds) {
  std::array<nvml::Field, 1> f{{{field, scope, {}, 0}}};
  FieldProbe result;
  Steps stamps, values;
  std::int64_t stamp = 0;
  double value = 0, reading_s = 0;
  int readings = 0;
  for (double const end_s = clock.now_s() + seconds; clock.now_s() < end_s;) {
    double const before_s = clock.now_s();
    device.read(f);
    double const now_s = clock.now_s();
    result.code = f[0].answer.code;
    if (!f[0].answer) return result;
    reading_s += now_s - before_s;
    ++readings;
    if (readings > 1 && f[0].timestamp_us != stamp) stamps.at(now_s);
    if (readings > 1 && f[0].answer.value != value) values.at(now_s);
    stamp = f[0].timestamp_us;
    value = f[0].answer.value;
    clock.sleep_for(spin_s);
  }
  result.period_s = stamps.period_s();
  result.value_period_s = values.period_s();
  result.read_s = readings > 0 ? reading_s / readings : 0;
  return result;
}

Json probe(nvml::Library const& library, nvml::Device const& device, Clock& clock, EnergyMeter const& meter, double seconds) {
  constexpr std::array words{"counter", "power_instant", "power_average"};
  Json j;
  j.text("basis", words[static_cast<std::size_t>(meter.basis())]);
  Json counter = answered(library, device.energy_mj());
  if (meter.basis() == Basis::counter) {
    Counter const& c = meter.counter();
    counter.number("period_s", c.period_s)
        .number("period_deviation_s", c.deviation_s)
        .number("resolution_j", c.resolution_j)
        .number("read_s", c.read_s);
  }
  j.object("energy_counter", counter);
  auto const field = [&](std::uint32_t id, std::uint32_t scope) {
    return described(library, probe_field(device, clock, id, scope, seconds));
  };
  j.object("power_instant", field(nvml::field_power_instant, nvml::scope_gpu));
  j.object("power_average", field(nvml::field_power_average, nvml::scope_gpu));
  j.object("memory_power_average", field(nvml::field_power_average, nvml::scope_memory));
  j.object("memory_power_instant", field(nvml::field_power_instant, nvml::scope_memory));
  j.object("memory_temperature", field(nvml::field_memory_temperature, 0));
  j.object("power_usage", answered(library, device.power_usage_w()));
  j.object("temperature", answered(library, device.temperature_c()));
  j.object("sm_clock", answered(library, device.clock_hz(nvml::sm_clock)));
  j.object("clock_events", answered(library, device.clock_events()));
  j.object("compute_processes", answered(library, device.compute_processes()));
  j.object("mig", answered(library, device.mig()));
  j.object("gpm", answered(library, nvml::Answer<int>{device.gpm_sample(0), 0}));
  std::vector<Json> absent;
  for (std::size_t i = 0; i < nvml::symbol_names.size(); ++i)
    if (!library.has(static_cast<nvml::Symbol>(i))) absent.push_back(Json().text("symbol", nvml::symbol_names[i]));
  j.list("absent_symbols", absent);
  return j;
}

}  // namespace ondol::meter
