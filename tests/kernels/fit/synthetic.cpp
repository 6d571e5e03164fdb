#include "tests/kernels/fit/synthetic.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <random>

#include "kernels/fit/quantity.hpp"

namespace ondol::meter::fit::testing {
namespace {

struct Kernel {
  char const* id;
  Role role;
  bool ladder;
  std::vector<std::pair<Channel, double>> rates;  ///< a second at the reference clock with all multiprocessors
};

using enum Channel;
/// Rates of the order of an H200's; vector work keeps registers and caches busy too, as on the real board.
std::vector<Kernel> const& kernels() {
  static std::vector<Kernel> const all{
      {"spin", Role::state, true, {{integer, 1e11}}},
      {"fma_fp64", Role::fit, true, {{vector_fp64, 14e12}, {integer, 0.2e12}}},
      {"fma_fp32", Role::fit, true, {{vector_fp32, 55e12}, {integer, 0.8e12}}},
      {"fma_fp16x2", Role::fit, false, {{vector_fp16, 110e12}, {integer, 0.8e12}}},
      {"fma_bf16x2", Role::fit, false, {{vector_bf16, 110e12}, {integer, 0.8e12}}},
      {"integer_mad", Role::fit, false, {{integer, 15e12}}},
      {"integer_logic", Role::fit, false, {{integer, 30e12}}},
      {"special_ex2", Role::fit, false, {{special, 4e12}, {integer, 0.5e12}}},
      {"tensor_bf16", Role::fit, true, {{tensor_bf16, 800e12}, {shared, 5e12}}},
      {"tensor_fp16", Role::fit, false, {{tensor_fp16, 800e12}, {shared, 5e12}}},
      {"tensor_tf32", Role::fit, false, {{tensor_tf32, 400e12}, {shared, 5e12}}},
      {"tensor_fp8", Role::fit, true, {{tensor_fp8, 1500e12}, {shared, 5e12}}},
      {"tensor_int8", Role::fit, false, {{tensor_int8, 1500e12}, {shared, 5e12}}},
      {"tensor_fp64", Role::fit, false, {{tensor_fp64, 50e12}, {shared, 3e12}}},
      {"shared_read", Role::fit, true, {{shared, 30e12}, {integer, 1e12}}},
      {"l1_read", Role::fit, false, {{l1, 28e12}, {integer, 1e12}}},
      {"l2_read", Role::fit, true, {{l2, 6e12}, {l1, 6e12}, {integer, 0.5e12}}},
      {"l2_write", Role::fit, false, {{l2, 4e12}, {l1, 4e12}, {integer, 0.5e12}}},
      {"hbm_read", Role::fit, true, {{hbm_read, 4.3e12}, {l2, 4.3e12}, {l1, 4.3e12}, {integer, 0.4e12}}},
      {"hbm_write", Role::fit, false, {{hbm_write, 3.9e12}, {l2, 3.9e12}, {l1, 3.9e12}, {integer, 0.4e12}}},
      {"hbm_copy", Role::fit, false, {{hbm_read, 2e12}, {hbm_write, 2e12}, {l2, 4e12}, {l1, 4e12}, {integer, 0.4e12}}},
      {"hbm_chase", Role::fit, false, {{hbm_read, 0.2e12}, {l2, 0.2e12}, {l1, 0.2e12}, {integer, 0.1e12}}},
      {"host_to_device", Role::fit, false, {{pcie, 50e9}, {hbm_write, 50e9}, {l2, 50e9}}},
      {"device_to_host", Role::fit, false, {{pcie, 50e9}, {hbm_read, 50e9}, {l2, 50e9}}},
      {"gemm_square_bf16",
       Role::held_out,
       false,
       {{tensor_bf16, 700e12}, {shared, 7e12}, {l2, 2e12}, {hbm_read, 0.5e12}, {hbm_write, 0.1e12}}},
      {"gemm_square_fp8",
       Role::held_out,
       false,
       {{tensor_fp8, 1300e12}, {shared, 7e12}, {l2, 2e12}, {hbm_read, 0.5e12}, {hbm_write, 0.1e12}}},
      {"gemm_skinny16_bf16", Role::held_out, false, {{tensor_bf16, 60e12}, {shared, 4e12}, {l2, 3.9e12}, {hbm_read, 3.8e12}}},
      {"attention_decode",
       Role::held_out,
       false,
       {{tensor_bf16, 40e12}, {vector_fp32, 5e12}, {special, 0.2e12}, {l2, 3.5e12}, {hbm_read, 3.4e12}}},
      {"rmsnorm", Role::held_out, false, {{vector_fp32, 8e12}, {l2, 3.8e12}, {hbm_read, 1.9e12}, {hbm_write, 1.9e12}}},
      {"softmax",
       Role::held_out,
       false,
       {{vector_fp32, 8e12}, {special, 1e12}, {l2, 3.8e12}, {hbm_read, 1.9e12}, {hbm_write, 1.9e12}}},
      {"adamw", Role::held_out, false, {{vector_fp32, 6e12}, {l2, 4e12}, {hbm_read, 2.2e12}, {hbm_write, 1.8e12}}},
  };
  return all;
}

class Maker {
 public:
  explicit Maker(Synthetic const& s) : s_(s), random_(s.seed) {}

  void idle(char const* id, double temperature_c) {
    Kernel const none{id, Role::state, false, {}};
    window(none, 0, 0, 1, temperature_c, Role::state);
  }
  /// Two windows, for the repeats of one start.
  void load(Kernel const& k, Fill fill, double share, double temperature_c, Role role) {
    if (std::find(s_.without.begin(), s_.without.end(), k.id) != s_.without.end()) return;
    for (int repeat = 0; repeat < 2; ++repeat)
      window(k, fill == Fill::zeros ? 0 : 1, share, share, temperature_c + repeat, role, fill, repeat);
  }
  std::vector<Window> windows;

 private:
  double normal() { return std::normal_distribution<double>()(random_); }

  /// What the load does at clock phi: memory and links keep their rates, all else follows the clock and the share.
  Point point(Kernel const& k, double toggle, double awake, double share, double phi, double temperature_c) const {
    Point p;
    p.context = std::string(k.id) != "idle_bare";
    p.toggle = toggle;
    p.awake = awake;
    p.temperature_c = temperature_c;
    for (auto const& [c, rate] : k.rates) p.rate[c] = rate * share * (core_voltage(c) ? phi : 1);
    return p;
  }

  void window(Kernel const& k, double toggle, double awake, double share, double temperature_c, Role role,
              std::optional<Fill> fill = std::nullopt, int repeat = 0) {
    double const most = s_.limit_held * s_.limit_w;
    auto const power = [&](double phi) { return power_w(s_.truth, point(k, toggle, awake, share, phi, temperature_c), phi); };
    double phi = 1;
    bool const limited = power(1) > most;
    if (limited) {
      double low = 0.2;
      for (int i = 0; i < 60; ++i) (power((low + phi) / 2) > most ? phi : low) = (low + phi) / 2;
    }
    Point const p = point(k, toggle, awake, share, phi, temperature_c);
    Window w;
    w.number = static_cast<int>(windows.size());
    w.kernel = k.id;
    w.role = role;
    w.fill = fill;
    w.toggle = toggle;
    w.sm_share = share;
    w.repeat = repeat;
    w.t0_s = 3 * w.number;
    w.t1_s = w.t0_s + 2;
    std::string const load = w.kernel + "/" + std::to_string(toggle) + "/" + std::to_string(share);
    if (!model_errors_.contains(load)) model_errors_[load] = s_.model_error * normal();
    double const read = s_.gain * power(phi) * (1 + model_errors_[load]);
    w.energy_counter_j = 2 * read * (1 + s_.noise * normal());
    w.uncertainty_j = 2 * read * std::max(s_.noise, 1e-6);
    if (s_.memory_scope) w.memory_power_w = 30 + 0.8 * hbm_power_w(s_.truth, p) + 0.5 * normal();
    if (s_.temperatures) w.temperature_c = temperature_c;
    if (s_.clocks) w.sm_clock_kernel_hz = awake > 0 ? phi * s_.reference_clock_hz : 345e6;
    w.limit_w = s_.limit_w;
    if (limited) w.reasons.bits = 0x4;
    w.launches = awake > 0 ? 100 : 0;
    w.awake = awake;
    w.work = 2 * p.rate;
    windows.push_back(w);
  }

  Synthetic const& s_;
  std::mt19937_64 random_;
  std::map<std::string, double> model_errors_;
};

}  // namespace

Coefficients<double> far_from_priors() {
  Priors const priors = load_priors("hopper");
  Coefficients<double> k;
  for (std::size_t i = 0; i < scalars; ++i) k.scalar[i] = priors.scalar[i]->value * (i % 2 ? 1.1 : 0.95);
  for (std::size_t i = 0; i < channels; ++i) {
    if (!priors.control[i]) continue;
    k.control[i] = priors.control[i]->value * (i % 3 == 0 ? 1.25 : i % 3 == 1 ? 0.8 : 1.1);
    k.data[i] = priors.data[i]->value * (i % 2 ? 1.2 : 0.75);
  }
  return k;
}

std::vector<Window> windows_of(Synthetic const& s) {
  Maker m(s);
  for (int i = 0; i < 3; ++i) m.idle("idle_bare", 32 + i);
  for (int i = 0; i < 3; ++i) m.idle("idle_context", 35 + i);
  double temperature = 40;
  for (Kernel const& k : kernels()) {
    temperature = temperature > 64 ? 45 : temperature + 3;
    m.load(k, Fill::random_bits, 1, temperature, k.role);
    if (s.data_pairs && k.role == Role::fit) m.load(k, Fill::zeros, 1, temperature, k.role);
    if (k.ladder)
      for (double const share : {0.25, 0.5, 0.75}) m.load(k, Fill::random_bits, share, temperature, Role::ladder);
  }
  for (double const t : {34.0, 72.0})
    for (std::size_t const i : {0U, 2U, 18U}) m.load(kernels()[i], Fill::random_bits, i == 2 ? 0.5 : 1, t, Role::temperature);
  return m.windows;
}

std::filesystem::path campaign_of(Synthetic const& s, std::string const& name) {
  // Tests run side by side, each in a process: a folder of its own, gone with it.
  static struct Scratch {
    std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / ("fit-" + std::to_string(getpid()));
    ~Scratch() { std::filesystem::remove_all(folder); }
  } const scratch;
  std::filesystem::path const folder = scratch.folder / name;
  std::filesystem::create_directories(folder);
  write_windows(folder / "windows.csv", windows_of(s));
  std::ofstream(folder / "meta.json")
      << "{\"product\": \"Synthetic H200\", \"date\": \"2026-11-25\", \"driver\": \"0\", \"highest_clock_hz\": "
      << text_of(s.reference_clock_hz, 12) << "}\n";
  return folder;
}

}  // namespace ondol::meter::fit::testing
