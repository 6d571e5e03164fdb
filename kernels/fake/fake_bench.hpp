#pragma once
/// Bench and clock of the simulated accelerator.  They drive the library that the meter reads through NVML: loaded once more
/// from the same path, it is the same device.

#include <memory>
#include <string>

#include "kernels/activity/clock.hpp"
#include "kernels/activity/load.hpp"

namespace ondol::meter::fake {

class Library;

/// One simulated accelerator in the library at `path`.  Throws std::runtime_error where library, truth or faults are wrong.
class FakeAccelerator {
 public:
  FakeAccelerator(std::string const& path, std::string const& truth_file, std::uint64_t seed, std::string const& faults);
  ~FakeAccelerator();
  Clock& clock();
  Bench& bench();
  /// Known truth, for tests.
  double true_power_w() const;
  double true_energy_j() const;
  double true_temperature_c() const;

 private:
  std::unique_ptr<Library> library_;
  std::unique_ptr<Clock> clock_;
  std::unique_ptr<Bench> bench_;
};

}  // namespace ondol::meter::fake
