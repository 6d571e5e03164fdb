#pragma once
/// The card to be measured: a real one with its kernels, or the simulated one.

#include <memory>
#include <set>
#include <string>

#include "kernels/activity/clock.hpp"
#include "kernels/activity/load.hpp"
#include "kernels/meter/nvml.hpp"

namespace ondol::meter {

class Target {
 public:
  virtual ~Target() = default;
  virtual Clock& clock() = 0;
  virtual Bench& bench() = 0;
  virtual nvml::Library const& library() const = 0;
  virtual nvml::Device const& device() const = 0;
  bool simulated = false;
  std::set<unsigned> processes_before;  ///< of others: looked at before this program touched a card
};

/// `truth` in a file; the library of the simulated card lies beside the program.  Throws BadInput where the truth is wrong.
std::unique_ptr<Target> simulated_target(std::string const& truth, std::uint64_t seed, std::string const& faults);
/// `device`: a CUDA number or a PCI bus id.  Throws nvml::Missing where driver, device or kernels are not there.
std::unique_ptr<Target> real_target(std::string const& device);
/// The same without kernels: NVML alone, for a build without CUDA.  A number is NVML's then.
std::unique_ptr<Target> idle_target(std::string const& device);
inline constexpr bool has_kernels =
#ifdef ONDOL_METER_HAS_CUDA
    true;
#else
    false;
#endif

}  // namespace ondol::meter
