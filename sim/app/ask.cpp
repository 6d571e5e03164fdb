#include "sim/app/ask.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "kernels/activity/fill.hpp"
#include "scenarios/schema/catalogue.hpp"
#include "scenarios/schema/read.hpp"
#include "sim/app/terminal.hpp"
#include "sim/app/tier_text.hpp"
#include "sim/compute/macro_work.hpp"
#include "sim/compute/roofline.hpp"
#include "sim/engine/accelerators.hpp"
#include "sim/engine/kernel_answer.hpp"

namespace ondol::app {
namespace {

/// Board sensors read watts with a gain of their own, which no repeat shows: one standard deviation, relative.
/// [yang2024parttime, about +-5 % between identical boards]
constexpr double sensor_gain = 0.05;

using sim::Dtype;

std::vector<std::string> split(std::string const& text, char at) {
  std::vector<std::string> out;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, at);) out.push_back(part);
  if (text.empty() || text.back() == at) out.emplace_back();
  return out;
}

template <class Words>
std::vector<std::string> words(Words const& all) {
  std::vector<std::string> out;
  for (auto const& w : all) out.emplace_back(w);
  return out;
}

/// A whole number of at least 1.
double count(std::string const& option, std::string const& text) {
  std::size_t used = 0;
  double x = 0;
  try {
    x = std::stod(text, &used);
  } catch (std::exception const&) {
    used = 0;
  }
  if (text.empty() || used != text.size() || !(x >= 1) || x > 1e12 || x != std::floor(x))
    throw InputError(fmt::format("{}: \"{}\" is no whole number from 1 to 1e12", option, text));
  return x;
}

double quantity(std::string const& option, std::string const& text, schema::Dimension const& dimension, double low,
                double high) {
  auto const parsed = schema::parse_quantity(text, dimension);
  if (!parsed.value) throw InputError(fmt::format("{} {} {}", option, schema::in_quotes(text), parsed.problem));
  if (!(*parsed.value >= low && *parsed.value <= high))
    throw InputError(fmt::format("{} {} is out of range: from {} to {} is allowed", option, schema::in_quotes(text),
                                 schema::quantity_text(low, dimension), schema::quantity_text(high, dimension)));
  return *parsed.value;
}

/// "a=1,b=2" in the order written; each key is one of `known`, at most once.
std::vector<std::pair<std::string, std::string>> pairs(std::string const& option, std::string const& text,
                                                       std::vector<std::string> const& known) {
  std::vector<std::pair<std::string, std::string>> out;
  for (auto const& part : split(text, ',')) {
    auto const equal = part.find('=');
    if (equal == std::string::npos) throw InputError(fmt::format("{}: \"{}\" is not of the form key=value", option, part));
    auto const key = part.substr(0, equal);
    if (std::find(known.begin(), known.end(), key) == known.end())
      throw InputError(fmt::format("{}: unknown key \"{}\"{}", option, key, schema::suggestion(key, known)));
    if (std::any_of(out.begin(), out.end(), [&](auto const& o) { return o.first == key; }))
      throw InputError(fmt::format("{}: {} is given twice", option, key));
    out.emplace_back(key, part.substr(equal + 1));
  }
  return out;
}

struct Asked {
  std::string title;
  sim::KernelCost cost;
  bool timed = true;  ///< false: rates were given, so that time and energy are those of one second
};

Asked ask_gemm(std::string const& text, sim::KernelRates const& rates, Dtype dtype) {
  auto const parts = split(text, ',');
  if (parts.size() != 3)
    throw InputError(fmt::format("--gemm takes three sizes M,N,K such as 8192,8192,8192, not \"{}\"", text));
  double const m = count("--gemm", parts[0]), n = count("--gemm", parts[1]), k = count("--gemm", parts[2]);
  return {fmt::format("matrix product {:.0f} x {:.0f} x {:.0f} in {}", m, n, k, sim::name(dtype)),
          sim::gemm(rates, m, n, k, dtype)};
}

Asked ask_attention(std::string const& text, sim::KernelRates const& rates, Dtype dtype) {
  using Phase = sim::AttentionShape::Phase;
  auto const colon = text.find(':');
  auto const phase = text.substr(0, colon);
  if (phase != "prefill" && phase != "decode")
    throw InputError(fmt::format("--attention \"{}\": the first word is prefill or decode, then a colon and key=value", text));
  sim::AttentionShape s;
  s.phase = phase == "prefill" ? Phase::prefill : Phase::decode;
  std::map<std::string, double*> const members{{"batch", &s.batch},       {"heads", &s.heads},   {"kv_heads", &s.kv_heads},
                                               {"head_dim", &s.head_dim}, {"tokens", &s.tokens}, {"cache", &s.cache}};
  std::vector<std::string> known, given;
  for (auto const& [key, member] : members) known.push_back(key);
  if (colon != std::string::npos)
    for (auto const& [key, value] : pairs("--attention", text.substr(colon + 1), known)) {
      *members.at(key) = key == "cache" && value == "0" ? 0 : count("--attention " + key, value);
      given.push_back(key);
    }
  auto const needed = s.phase == Phase::prefill ? "tokens" : "cache";
  if (std::find(given.begin(), given.end(), needed) == given.end())
    throw InputError(fmt::format("--attention {} needs {}=, such as {}:batch=8,{}=4096", phase, needed, phase, needed));
  if (std::fmod(s.heads, s.kv_heads) != 0)
    throw InputError(fmt::format("--attention: {:.0f} heads cannot share {:.0f} kv_heads evenly", s.heads, s.kv_heads));
  return {fmt::format("attention, {}, batch {:.0f}, {:.0f} heads on {:.0f} of {:.0f}, {:.0f} tokens after {:.0f}, in {}", phase,
                      s.batch, s.heads, s.kv_heads, s.head_dim, s.tokens, s.cache, sim::name(dtype)),
          sim::attention(rates, s, dtype)};
}

Asked ask_activity(std::string const& text, sim::KernelRates const& rates) {
  using schema::Exponents;
  auto const& operations = schema::dimension_of(Exponents{0, 0, -1, 0, 0, 1, 0});
  auto const& bytes = schema::dimension_of(Exponents{0, 0, -1, 0, 1, 0, 0});
  auto known = words(meter::channel_names);
  known.emplace_back("awake");
  known.emplace_back("compute_share");
  Asked a;
  a.title = "activity " + text;
  a.timed = false;
  a.cost.time_s = 1;
  a.cost.tier = "user";
  bool share_given = false;
  for (auto const& [key, value] : pairs("--activity", text, known)) {
    if (auto const channel = meter::channel_named(key)) {
      auto const& dimension = meter::counts_bytes(*channel) ? bytes : operations;
      a.cost.work[*channel] = quantity("--activity " + key, value, dimension, 0, 1e21);
      continue;
    }
    std::size_t used = 0;
    double x = -1;
    try {
      x = std::stod(value, &used);
    } catch (std::exception const&) {
      used = 0;
    }
    if (value.empty() || used != value.size() || !(x >= 0 && x <= 1))
      throw InputError(fmt::format("--activity {}: \"{}\" is no share from 0 to 1", key, value));
    if (key == "awake") a.cost.awake = x;
    if (key == "compute_share") a.cost.compute_share = x, share_given = true;
  }
  auto const& w = a.cost.work;
  double compute = 0;
  for (std::size_t i = 0; i < sim::dtypes; ++i) {
    auto const channel = sim::tensor_channel(static_cast<Dtype>(i));
    double const peak = rates.flop_per_s[i];
    if (w[channel] > peak)
      throw InputError(fmt::format("--activity {} = {:.4g} TFLOP/s is above the peak of the device, {:.4g} TFLOP/s",
                                   meter::name(channel), w[channel] / 1e12, peak / 1e12));
    if (peak > 0) compute = std::max(compute, w[channel] / peak);
  }
  double const traffic = w[meter::Channel::hbm_read] + w[meter::Channel::hbm_write];
  if (traffic > rates.byte_per_s)
    throw InputError(
        fmt::format("--activity hbm_read + hbm_write = {:.4g} TB/s is above the bandwidth of the device, {:.4g} TB/s",
                    traffic / 1e12, rates.byte_per_s / 1e12));
  if (!share_given) a.cost.compute_share = sim::compute_share(compute, traffic / rates.byte_per_s);
  return a;
}

std::vector<std::string> warnings(schema::CalibrationSpec const& k, Asked const& asked, sim::KernelAnswer const& a,
                                  double temperature_k) {
  std::vector<std::string> out;
  double const clock_hz = a.clock.value * k.reference_clock.v;
  if (k.lowest_clock && clock_hz < k.lowest_clock->v * (1 - 1e-9))
    out.push_back(fmt::format("the clock, {:.0f} MHz, is below the lowest that the calibration saw, {:.0f} MHz", clock_hz / 1e6,
                              k.lowest_clock->v / 1e6));
  if (k.lowest_temperature && temperature_k < k.lowest_temperature->v)
    out.push_back(fmt::format("{:.0f} degC is below the lowest temperature that the calibration saw, {:.0f} degC",
                              temperature_k - celsius_offset, to_celsius(*k.lowest_temperature)));
  if (k.highest_temperature && temperature_k > k.highest_temperature->v)
    out.push_back(fmt::format("{:.0f} degC is above the highest temperature that the calibration saw, {:.0f} degC",
                              temperature_k - celsius_offset, to_celsius(*k.highest_temperature)));
  if (k.highest_power && a.power_w.value > k.highest_power->v * (1 + 1e-9))
    out.push_back(fmt::format("the power, {:.0f} W, is above the highest that the calibration saw, {:.0f} W", a.power_w.value,
                              k.highest_power->v));
  if (!asked.cost.in_range) out.emplace_back("the time of such a kernel was not judged against measurements");
  std::string unknown;
  for (std::size_t i = 0; i < meter::channels; ++i)
    if (asked.cost.work.amount[i] > 0 && !k.control.of(i))
      unknown += (unknown.empty() ? "" : ", ") + std::string(meter::channel_names[i]);
  if (!unknown.empty())
    out.push_back("the calibration knows no energy for " + unknown +
                  " (tensor channels take that of the nearest precision, others count as 0)");
  return out;
}

}  // namespace

int ask_kernel_command(KernelQuestion const& q) {
  if (int const given = q.gemm.has_value() + q.attention.has_value() + q.activity.has_value(); given != 1)
    throw InputError(given == 0 ? "ask kernel needs one of --gemm, --attention, --activity"
                                : "ask kernel takes only one of --gemm, --attention, --activity");
  schema::Provenance origin;
  auto const catalogue = schema::read_catalogue(schema::catalogue_folder(), origin);
  auto const gpu = catalogue.accelerator.find(q.gpu);
  if (gpu == catalogue.accelerator.end()) {
    std::vector<std::string> ids;
    for (auto const& [id, spec] : catalogue.accelerator) ids.push_back(id);
    throw InputError("--gpu: there is no accelerator \"" + q.gpu + "\" in the catalogue" + schema::suggestion(q.gpu, ids));
  }
  auto const& device = gpu->second;
  auto const& spec = catalogue.calibration.at(device.calibration);
  auto const board = sim::calibration(spec, origin);
  auto const rates = sim::kernel_rates(device, schema::catalogue_folder());

  auto const dtype = sim::dtype_named(q.dtype);
  if (!dtype)
    throw InputError("--dtype: there is no type \"" + q.dtype + "\"" + schema::suggestion(q.dtype, words(sim::dtype_names)));
  if (!q.activity && rates.flop_per_s[static_cast<std::size_t>(*dtype)] <= 0) {
    std::string fits;
    for (std::size_t i = 0; i < sim::dtypes; ++i)
      if (rates.flop_per_s[i] > 0) fits += (fits.empty() ? "" : ", ") + std::string(sim::dtype_names[i]);
    throw InputError(fmt::format("--dtype: the catalogue knows no {} rate of {}; it has {}", q.dtype, q.gpu, fits));
  }
  auto const fill = meter::fill_named(q.fill);
  if (!fill)
    throw InputError("--fill: there is no filling \"" + q.fill + "\"" +
                     schema::suggestion(q.fill, {"random_bits", "normal", "zeros", "constant", "sparse50", "sparse90"}));
  double const toggle = meter::toggle(*fill, sim::format_of(*dtype));
  auto const& power = schema::dimension_of(schema::Exponents{1, 2, -3, 0, 0, 0, 0});
  double const limit_w =
      q.limit ? quantity("--limit", *q.limit, power, std::ceil(spec.idle.v), device.power_limit.v) : device.power_limit.v;
  double const temperature_k = q.temperature ? quantity("--temperature", *q.temperature, schema::absolute_temperature(),
                                                        from_celsius(-40).v, device.shutdown_temperature.v)
                                             : spec.reference_temperature.v;

  auto const asked = q.gemm        ? ask_gemm(*q.gemm, rates, *dtype)
                     : q.attention ? ask_attention(*q.attention, rates, *dtype)
                                   : ask_activity(*q.activity, rates);
  auto const a = sim::ask_kernel(board, rates, asked.cost, toggle, spec.limit_held * limit_w, temperature_k);
  auto const warned = warnings(spec, asked, a, temperature_k);

  auto const entry = origin.find("calibration." + spec.id + ".name");
  std::string const energy_tier = entry == origin.end() ? "assumed" : tier_text(entry->second.tier);
  std::string const both_tier = asked.timed ? weaker_tier(energy_tier, asked.cost.tier) : energy_tier;

  if (q.json) {
    auto const value = [](sim::Estimate const& e, std::string const& tier) {
      return nlohmann::ordered_json{{"value", e.value}, {"uncertainty", e.uncertainty}, {"tier", tier}};
    };
    nlohmann::ordered_json json;
    json["gpu"] = q.gpu;
    json["kernel"] = asked.title;
    json["calibration"] = {{"id", spec.id}, {"tier", energy_tier}, {"date", spec.date}, {"board", spec.board}};
    json["fill"] = q.fill;
    json["toggle"] = toggle;
    json["limit_w"] = limit_w;
    json["temperature_k"] = temperature_k;
    if (asked.timed) {
      json["time_s"] = value(a.time_s, both_tier);
      json["energy_j"] = value(a.energy_j, both_tier);
    } else {
      json["speed"] = value({1 / a.time_s.value, a.time_s.uncertainty}, energy_tier);
    }
    json["sensor_gain_uncertainty"] = sensor_gain;
    json["mean_power_w"] = value(a.power_w, both_tier);
    json["demand_w"] = value(a.demand_w, both_tier);
    json["clock_hz"] = value({a.clock.value * spec.reference_clock.v, a.clock.uncertainty}, both_tier);
    json["clock"] = value(a.clock, both_tier);
    json["bound_by"] = a.bound_by;
    json["compute_share"] = asked.cost.compute_share;
    json["awake"] = asked.cost.awake;
    for (std::size_t i = 0; i < meter::channels; ++i)
      if (asked.cost.work.amount[i] > 0) json["work"][std::string(meter::channel_names[i])] = asked.cost.work.amount[i];
    json["warnings"] = warned;
    std::cout << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
    return 0;
  }
  bool const colour = colour_on(1);
  fmt::print("{}\n", bold(fmt::format("{}: {}, {} operands", device.name, asked.title, q.fill), colour));
  auto const row = [&](char const* what, std::string const& value, double uncertainty, std::string const& tier) {
    fmt::print("  {:<12} {:>14}  {:<8} {}\n", what, value, fmt::format("± {:.2g} %", 100 * uncertainty), dim(tier, colour));
  };
  if (asked.timed) {
    row("time", with_prefix(a.time_s.value, "s"), a.time_s.uncertainty, both_tier);
    row("energy", with_prefix(a.energy_j.value, "J"), a.energy_j.uncertainty, both_tier);
  } else {
    row("speed", fmt::format("{:.3f}", 1 / a.time_s.value), a.time_s.uncertainty, energy_tier);
  }
  row("mean power", fmt::format("{:.1f} W", a.power_w.value), a.power_w.uncertainty, both_tier);
  row("clock", fmt::format("{:.0f} MHz", a.clock.value * spec.reference_clock.v / 1e6), a.clock.uncertainty, both_tier);
  fmt::print("  {:<12} {:>14}\n", "bound by", a.bound_by);
  fmt::print(
      "{}\n",
      dim(fmt::format("  calibration {} ({}{}), limit {:.0f} W, die {:.0f} degC; ± is one standard deviation, without the "
                      "common gain of board sensors, about {:.0f} %",
                      spec.id, energy_tier, spec.date.empty() ? "" : ", " + spec.date, limit_w, temperature_k - celsius_offset,
                      100 * sensor_gain),
          colour));
  for (auto const& w : warned) std::cerr << "warning: " << w << '\n';
  return 0;
}

}  // namespace ondol::app
