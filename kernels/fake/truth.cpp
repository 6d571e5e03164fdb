#include "kernels/fake/truth.hpp"

#include <array>
#include <charconv>
#include <map>
#include <set>
#include <stdexcept>
#include <utility>

namespace ondol::meter::fake {
namespace {

constexpr std::array<std::pair<std::string_view, FaultKind>, 15> fault_words{
    {{"mig", FaultKind::mig},
     {"other_process", FaultKind::other_process},
     {"lowered_limit", FaultKind::lowered_limit},
     {"locked_clocks", FaultKind::locked_clocks},
     {"thermal", FaultKind::thermal},
     {"power_brake", FaultKind::power_brake},
     {"no_counter", FaultKind::no_counter},
     {"no_instant", FaultKind::no_instant},
     {"no_average", FaultKind::no_average},
     {"no_memory_power", FaultKind::no_memory_power},
     {"no_memory_temperature", FaultKind::no_memory_temperature},
     {"no_gpm", FaultKind::no_gpm},
     {"stale_counter", FaultKind::stale_counter},
     {"stale_fields", FaultKind::stale_fields},
     {"lost", FaultKind::lost}}};

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t' || s.front() == '\r')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t' || s.back() == '\r')) s.remove_suffix(1);
  return s;
}

double number(std::string_view text) {
  double value = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size())
    throw std::runtime_error("\"" + std::string(text) + "\" is not a number");
  return value;
}

Fault read_fault(std::string_view text) {
  std::vector<std::string_view> words;
  for (text = trimmed(text); !text.empty(); text = trimmed(text)) {
    words.push_back(text.substr(0, text.find(' ')));
    text.remove_prefix(words.back().size());
  }
  Fault fault;
  bool known = false;
  for (auto const& [word, kind] : fault_words)
    if (word == words.front()) fault.kind = kind, known = true;
  if (!known) throw std::runtime_error("unknown fault \"" + std::string(words.front()) + "\"");
  if (words.size() > 4) throw std::runtime_error("a fault is: name, from, to, value");
  if (words.size() > 1) fault.from_s = number(words[1]);
  if (words.size() > 2) fault.to_s = number(words[2]);
  if (words.size() > 3) fault.value = number(words[3]);
  return fault;
}

/// Every plain number of Truth by its key.
std::map<std::string, double*, std::less<>> numbers(Truth& t) {
  std::map<std::string, double*, std::less<>> all{{"l2_bytes", &t.l2_bytes},
                                                  {"memory_bytes", &t.memory_bytes},
                                                  {"idle_w", &t.idle_w},
                                                  {"context_w", &t.context_w},
                                                  {"awake_w", &t.awake_w},
                                                  {"leakage_w_per_k", &t.leakage_w_per_k},
                                                  {"reference_temperature_c", &t.reference_temperature_c},
                                                  {"reference_clock_hz", &t.reference_clock_hz},
                                                  {"minimum_clock_hz", &t.minimum_clock_hz},
                                                  {"voltage_slope", &t.voltage_slope},
                                                  {"voltage_floor", &t.voltage_floor},
                                                  {"limit_w", &t.limit_w},
                                                  {"default_limit_w", &t.default_limit_w},
                                                  {"least_limit_w", &t.least_limit_w},
                                                  {"limit_held", &t.limit_held},
                                                  {"limiter_lag_s", &t.limiter_lag_s},
                                                  {"idle_clock_hz", &t.idle_clock_hz},
                                                  {"context_clock_hz", &t.context_clock_hz},
                                                  {"memory_clock_hz", &t.memory_clock_hz},
                                                  {"after_work_w", &t.after_work_w},
                                                  {"after_work_s", &t.after_work_s},
                                                  {"memory_idle_w", &t.memory_idle_w},
                                                  {"inlet_c", &t.inlet_c},
                                                  {"fast_resistance_k_per_w", &t.fast_resistance_k_per_w},
                                                  {"fast_time_s", &t.fast_time_s},
                                                  {"slow_resistance_k_per_w", &t.slow_resistance_k_per_w},
                                                  {"slow_time_s", &t.slow_time_s},
                                                  {"memory_resistance_k_per_w", &t.memory_resistance_k_per_w},
                                                  {"memory_time_s", &t.memory_time_s},
                                                  {"gain", &t.gain},
                                                  {"instant_window_s", &t.instant_window_s},
                                                  {"instant_period_s", &t.instant_period_s},
                                                  {"instant_noise_w", &t.instant_noise_w},
                                                  {"counter_period_s", &t.counter_period_s},
                                                  {"counter_jitter_s", &t.counter_jitter_s},
                                                  {"counter_noise_j", &t.counter_noise_j},
                                                  {"energy_read_s", &t.energy_read_s},
                                                  {"field_read_s", &t.field_read_s},
                                                  {"other_read_s", &t.other_read_s}};
  for (std::size_t i = 0; i < channels; ++i) {
    all.emplace("control." + std::string(channel_names[i]), &t.control_pj.amount[i]);
    all.emplace("data." + std::string(channel_names[i]), &t.data_pj.amount[i]);
  }
  return all;
}

struct Words {
  std::string_view key, value;
};
void take(Truth& t, std::map<std::string, double*, std::less<>> const& plain, Words const& line) {
  auto const& [key, value] = line;
  if (key == "fault") {
    t.faults.push_back(read_fault(value));
  } else if (key == "product") {
    t.product = value;
  } else if (key == "capability") {
    t.capability = static_cast<int>(number(value));
  } else if (key == "multiprocessors") {
    t.multiprocessors = static_cast<int>(number(value));
  } else if (key == "counter") {
    if (value != "integral" && value != "boxcar") throw std::runtime_error("counter is `integral` or `boxcar`");
    t.counter = value == "boxcar" ? Counter::boxcar : Counter::integral;
  } else if (auto const found = plain.find(key); found != plain.end()) {
    *found->second = number(value);
  } else {
    throw std::runtime_error("unknown key \"" + std::string(key) + "\"");
  }
}

}  // namespace

std::vector<Fault> read_faults(std::string_view text) {
  std::vector<Fault> faults;
  while (!text.empty()) {
    std::string_view const one = text.substr(0, text.find(';'));
    if (!trimmed(one).empty()) faults.push_back(read_fault(one));
    text.remove_prefix(one.size() < text.size() ? one.size() + 1 : one.size());
  }
  return faults;
}

Truth read_truth(std::string_view text) {
  Truth truth;
  auto const plain = numbers(truth);
  std::set<std::string, std::less<>> seen;
  for (int line = 1; !text.empty(); ++line) {
    std::string_view const whole = text.substr(0, text.find('\n'));
    text.remove_prefix(whole.size() < text.size() ? whole.size() + 1 : whole.size());
    std::string_view const content = trimmed(whole.substr(0, whole.find('#')));
    if (content.empty()) continue;
    try {
      std::size_t const equals = content.find('=');
      if (equals == std::string_view::npos) throw std::runtime_error("expected `key = value`");
      Words const words{trimmed(content.substr(0, equals)), trimmed(content.substr(equals + 1))};
      take(truth, plain, words);
      if (!seen.emplace(words.key).second && words.key != "fault")
        throw std::runtime_error("\"" + std::string(words.key) + "\" stands twice");
    } catch (std::runtime_error const& problem) {
      throw std::runtime_error("line " + std::to_string(line) + ": " + problem.what());
    }
  }
  for (auto const& [key, where] : plain)
    if (!seen.contains(key)) throw std::runtime_error("line 1: \"" + key + "\" is missing");
  for (char const* key : {"product", "capability", "multiprocessors", "counter"})
    if (!seen.contains(key)) throw std::runtime_error("line 1: \"" + std::string(key) + "\" is missing");
  return truth;
}

}  // namespace ondol::meter::fake
