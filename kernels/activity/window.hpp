#pragma once
/// One window of energy with all that is known of it, and the table `windows.csv` of a campaign (kernels/README.md).

#include <cstdint>
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernels/activity/channel.hpp"
#include "kernels/activity/fill.hpp"
#include "kernels/activity/load.hpp"

namespace ondol::meter {

std::string_view name(Role);
std::optional<Role> role_named(std::string_view);

/// Why a window says less than it seems to; the order is that of their words.
enum class Flag {
  mig,
  other_process,
  limit_below_default,
  clocks_locked,
  thermal,
  power_brake,
  lost_device,
  stale_counter,
  brief
};
inline constexpr std::size_t flags_in_all = 9;
/// `brief` is written `short`.
std::string_view name(Flag);

class Flags {
 public:
  void raise(Flag f) { bits_ |= 1U << static_cast<unsigned>(f); }
  bool raised(Flag f) const { return (bits_ >> static_cast<unsigned>(f) & 1U) != 0; }
  bool any() const { return bits_ != 0; }
  Flags& operator|=(Flags o) {
    bits_ |= o.bits_;
    return *this;
  }
  friend bool operator==(Flags, Flags) = default;

 private:
  unsigned bits_ = 0;
};
/// Words joined by `+`, empty for none.
std::string text(Flags);
std::optional<Flags> flags_from(std::string_view);

/// Clock-event bits of NVML: 0x1 idle, 0x2 application clocks, 0x4 power limit, 0x8 hardware slowdown, 0x10 sync boost,
/// 0x20 software thermal, 0x40 hardware thermal, 0x80 power brake.                                     [nvidia2025nvml]
struct ClockEvents {
  std::uint64_t bits = 0;
  friend bool operator==(ClockEvents, ClockEvents) = default;
};

struct Window {
  int number = 0;
  std::string kernel;  ///< id of the suite, `idle_bare`, `idle_context`, `idle_after_work`, or a table's own
  Role role = Role::fit;
  std::optional<Fill> fill;
  double toggle = 0, sm_share = 1;
  std::uint64_t seed = 1;
  double period_s = 0;
  int repeat = 0;
  double t0_s = 0, t1_s = 0;
  std::optional<double> energy_counter_j, energy_instant_j, energy_average_j, uncertainty_j;
  std::optional<double> memory_power_w, temperature_c, memory_temperature_c;
  std::optional<double> sm_clock_nvml_hz, sm_clock_kernel_hz, limit_w;
  ClockEvents reasons;
  Flags flags;
  double launches = 0, awake = 0;
  Work work;  ///< in the window; data-independent
  std::optional<double> gpm_sm, gpm_tensor, gpm_dram, gpm_fp32, gpm_fp64;

  double seconds() const { return t1_s - t0_s; }
  /// By the counter, else by the instant, else by the averaged power: the best that is known.
  std::optional<double> energy_j() const {
    return energy_counter_j ? energy_counter_j : energy_instant_j ? energy_instant_j : energy_average_j;
  }
  std::optional<double> power_w() const {
    auto const e = energy_j();
    return e ? std::optional(*e / seconds()) : std::nullopt;
  }
};

/// The names of the columns, in the order they are written.
std::vector<std::string> const& window_columns();
void write_window_header(std::ostream&);
/// Numbers as the shortest text that reads back as the same bits.
void write_window(std::ostream&, Window const&);

/// Strict: a column that is missing, unknown or twice there, a row with more or fewer fields, a number that is none or not
/// finite, an unknown word, t1_s <= t0_s and a repeated window number are refused with "file:line:column: what".  Columns may
/// stand in any order; a last line without its newline is what an interrupted writer left and is refused as well.
std::vector<Window> read_windows(std::istream&, std::string const& file);
std::vector<Window> read_windows(std::filesystem::path const&);
void write_windows(std::filesystem::path const&, std::span<Window const>);

}  // namespace ondol::meter
