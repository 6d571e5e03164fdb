#pragma once
/// NVML by dlopen, read only.  Any symbol may be absent by itself; each answer carries its own return code.

#include <memory>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "kernels/meter/nvml_abi.hpp"

namespace ondol::meter::nvml {

/// Something that has to be there is not: one line that says what.
struct Missing : std::runtime_error {
  using std::runtime_error::runtime_error;
};

template <class T>
struct Answer {
  Code code = function_not_found;
  T value{};
  explicit operator bool() const { return code == success; }
};

class Library {
 public:
  /// ONDOL_NVML, else the driver's libnvidia-ml.so.1.
  static std::string path();
  explicit Library(std::string const& path);
  ~Library();
  Library(Library const&) = delete;
  Library& operator=(Library const&) = delete;

  bool has(Symbol s) const { return symbols_[static_cast<std::size_t>(s)] != nullptr; }
  std::string error(Code) const;
  Answer<std::string> driver() const;
  unsigned devices() const;

  /// Calls a symbol, or answers that it is not there.
  template <class... As>
  Code call(Symbol s, As... arguments) const {
    void* const found = symbols_[static_cast<std::size_t>(s)];
    return found ? reinterpret_cast<Code (*)(As...)>(found)(arguments...) : function_not_found;
  }

 private:
  void* handle_;
  std::array<void*, symbol_names.size()> symbols_{};
};

/// Of all devices: taken before our own context, these are somebody else's.
std::set<unsigned> processes_on_all(Library const&);

struct Field {
  std::uint32_t field = 0, scope = 0;
  Answer<double> answer;
  std::int64_t timestamp_us = 0;
};

/// Activity between two samples, as shares of peak.
struct GpmShares {
  Answer<double> sm, tensor, dram, fp32, fp64;
};

class Device {
 public:
  /// By bus id ("00000000:1B:00.0"): numbers differ between NVML and CUDA.
  Device(Library const&, std::string const& bus_id);
  Device(Library const&, unsigned number);
  ~Device();
  Device(Device const&) = delete;
  Device& operator=(Device const&) = delete;

  std::string bus_id() const;
  Answer<std::string> product() const;
  Answer<std::uint64_t> energy_mj() const;
  /// Fills code, value and timestamp of each; a value of a type unknown here counts as not supported.
  void read(std::span<Field>) const;
  Answer<double> power_usage_w() const;
  Answer<double> temperature_c() const;
  Answer<double> clock_hz(ClockKind) const;
  Answer<double> max_clock_hz(ClockKind) const;
  Answer<double> applications_clock_hz(ClockKind) const;
  Answer<double> default_applications_clock_hz(ClockKind) const;
  Answer<int> performance_state() const;
  Answer<std::uint64_t> clock_events() const;
  Answer<double> enforced_limit_w() const;
  Answer<double> default_limit_w() const;
  struct Range {
    double least_w = 0, most_w = 0;
  };
  Answer<Range> limit_range() const;
  Answer<bool> mig() const;
  Answer<std::vector<unsigned>> compute_processes() const;
  Answer<bool> ecc() const;
  Answer<bool> persistence() const;
  Answer<int> link_generation() const;
  Answer<int> link_width() const;

  /// Remembers the activity counters in slot 0 or 1; samples of one pair have to be more than 100 ms apart.
  Code gpm_sample(int slot) const;
  /// From the sample in slot `first` to that in the other.
  GpmShares gpm_since(int first) const;

 private:
  void allocate_gpm();
  Answer<double> number(Symbol, double scale) const;
  Library const& library_;
  Handle handle_ = nullptr;
  std::array<void*, 2> gpm_{};
};

}  // namespace ondol::meter::nvml
