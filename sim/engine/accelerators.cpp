#include "sim/engine/accelerators.hpp"

#include <algorithm>
#include <fstream>
#include <memory>
#include <stdexcept>

#include "sim/compute/kernel_clock.hpp"
#include "sim/compute/macro_work.hpp"
#include "sim/compute/roofline.hpp"

namespace ondol::sim {
namespace {

using meter::Channel;

/// Energy of a tensor channel over that of another, where a calibration lacks the one: rows of H200 (fp8) and GB200 (fp4), the
/// A100 (fp64), rates (tf32), like for like (the others).
struct Ratio {
  Channel channel, from;
  double factor;
};
constexpr Ratio ratios[] = {
    {Channel::tensor_bf16, Channel::tensor_fp16, 1.0},  {Channel::tensor_fp16, Channel::tensor_bf16, 1.0},
    {Channel::tensor_tf32, Channel::tensor_bf16, 2.0},  {Channel::tensor_fp8, Channel::tensor_int8, 1.0},
    {Channel::tensor_fp8, Channel::tensor_bf16, 0.476}, {Channel::tensor_int8, Channel::tensor_fp8, 1.0},
    {Channel::tensor_fp4, Channel::tensor_fp8, 0.54},   {Channel::tensor_fp64, Channel::tensor_bf16, 13.4 / 0.70},
};

MacroPower::Watts watts(AcceleratorPowerParams const& board, meter::Work const& rate, double toggle) {
  auto const terms = power_terms(board, {.rate = rate, .toggle = toggle}, false);
  return {terms.core_w, terms.memory_w};
}

}  // namespace

Calibration calibration(schema::CalibrationSpec const& spec, schema::Provenance const& origin) {
  Calibration c;
  auto& p = c.estimate;
  p.idle_w = spec.idle.v;
  p.context_w = spec.context.v;
  p.awake_w = spec.awake.v;
  p.leakage_w_per_k = spec.leakage_slope.v;
  p.leakage_reference_k = spec.reference_temperature.v;
  p.voltage_slope = spec.voltage_slope;
  p.voltage_floor = spec.voltage_floor;
  p.minimum_clock = spec.minimum_clock.v / spec.reference_clock.v;
  for (std::size_t i = 0; i < meter::channels; ++i) {
    p.control_j[i] = spec.control.of(i).value_or(0.0);
    p.data_j[i] = spec.data.of(i).value_or(0.0);
  }
  std::array<bool, meter::channels> known{};
  for (std::size_t i = 0; i < meter::channels; ++i) known[i] = spec.control.of(i).has_value();
  for (auto const& [channel, from, factor] : ratios) {
    auto const to = meter::index(channel), source = meter::index(from);
    if (known[to] || !known[source]) continue;
    p.control_j[to] = factor * p.control_j[source];
    p.data_j[to] = factor * p.data_j[source];
    known[to] = true;
  }

  c.parameters = spec.parameters;
  std::size_t const joint = c.parameters.size();
  std::vector<double> alone;
  std::string const prefix = "calibration." + spec.id + ".";
  for (auto it = origin.lower_bound(prefix); it != origin.end() && it->first.starts_with(prefix); ++it) {
    auto const name = it->first.substr(prefix.size());
    double const u = it->second.uncertainty.value_or(0.0);
    if (u <= 0 || !parameter(p, name) ||
        std::find(spec.parameters.begin(), spec.parameters.end(), name) != spec.parameters.end())
      continue;
    c.parameters.push_back(name);
    alone.push_back(u);
  }
  std::size_t const n = c.parameters.size();
  c.covariance.assign(n * n, 0.0);
  for (std::size_t i = 0; i < joint; ++i)
    for (std::size_t j = 0; j < joint; ++j) c.covariance[i * n + j] = spec.covariance[i][j];
  for (std::size_t i = joint; i < n; ++i) c.covariance[i * n + i] = alone[i - joint] * alone[i - joint];
  return c;
}

AcceleratorPowerParams drawn(Calibration const& c, std::string const& id, std::uint64_t seed, int n) {
  if (n == 0) return c.estimate;
  RandomStream random(seed, "calibration " + id + " " + std::to_string(n));
  return draw(c, random);
}

KernelRates kernel_rates(schema::AcceleratorSpec const& a, std::filesystem::path const& catalogue) {
  KernelRates r;
  auto const set = [&](Dtype d, double rate) { r.flop_per_s[static_cast<std::size_t>(d)] = rate; };
  auto const value = [](std::optional<FlopPerSecond> const& rate) { return rate ? rate->v : 0.0; };
  set(Dtype::bf16, a.bf16_peak.v);
  set(Dtype::fp16, a.bf16_peak.v);
  set(Dtype::fp8, value(a.fp8_peak));
  set(Dtype::fp4, value(a.fp4_peak));
  set(Dtype::fp64, value(a.fp64_peak));
  set(Dtype::tf32, value(a.tf32_peak));
  set(Dtype::int8, value(a.int8_peak));
  r.matmul_efficiency = a.matmul_efficiency;
  r.byte_per_s = a.memory_bandwidth.v;
  r.memory_efficiency = a.memory_efficiency;
  if (!a.kernel_times.empty() && !catalogue.empty()) {
    auto const file = catalogue / "kernel_times" / (a.kernel_times + ".csv");
    std::ifstream text(file);
    if (!text) throw std::runtime_error(file.string() + ": cannot be read; accelerator." + a.id + ".kernel_times names it");
    r.times = std::make_shared<KernelTimes const>(read_kernel_times(text, file.string()));
  }
  return r;
}

MacroLoad MacroPower::of(workloads::Activity const& a, double level, double clock_sensitivity) const {
  auto const p = static_cast<std::size_t>(a.precision);
  double const c = a.compute * level, m = a.memory * level;
  PowerTerms terms{.fixed_w = board.idle_w + board.context_w,
                   .awake_w = a.sm * level * board.awake_w,
                   .core_w = c * compute[p].core_w + m * memory[p].core_w,
                   .memory_w = c * compute[p].memory_w + m * memory[p].memory_w,
                   .compute_share = 0};
  // With a compute share of 0 the rates stay as they are at any clock: the clock at which just these rates meet the limit.
  double const clock = accelerator_draw(board, terms, limit_w, 1.0, board.leakage_reference_k).clock;
  // A clock below the voltage's floor saves nothing on an operation: such rates are more than the board can do within its
  // limit.
  double const declared = speed(std::max(clock, std::min(1.0, board.floor_clock())), clock_sensitivity);
  terms.core_w /= declared;
  terms.memory_w /= declared;
  terms.compute_share = clock_sensitivity;
  return {terms, declared};
}

MacroPower macro_power(AcceleratorPowerParams const& board, KernelRates const& rates, double limit_w) {
  MacroPower m;
  m.board = board;
  m.limit_w = limit_w;
  auto const stream = stream_rates(rates);
  for (auto const precision :
       {workloads::Precision::fp64, workloads::Precision::bf16, workloads::Precision::fp8, workloads::Precision::fp4}) {
    auto const i = static_cast<std::size_t>(precision);
    auto const dtype = carried_by(rates, dtype_of(precision));
    m.compute[i] = watts(board, matmul_rates(rates, dtype), normal_toggle(dtype));
    m.memory[i] = watts(board, stream, normal_toggle(dtype));
  }
  return m;
}

}  // namespace ondol::sim
