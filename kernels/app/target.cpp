#include "kernels/app/target.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>

#include "kernels/app/arguments.hpp"
#include "kernels/fake/fake_bench.hpp"
#ifdef ONDOL_METER_HAS_CUDA
#include "kernels/bench/cuda_bench.hpp"
#include "kernels/meter/steady_clock.hpp"
#endif

namespace ondol::meter {
namespace {

std::string fake_library() {
  return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "libondol_fake_nvml.so").string();
}

class SimulatedTarget : public Target {
 public:
  SimulatedTarget(std::string const& truth, std::uint64_t seed, std::string const& faults)
      : accelerator_(fake_library(), truth, seed, faults),
        library_(fake_library()),
        device_(library_, bench().shape().pci_bus_id) {
    simulated = true;
  }
  Clock& clock() override { return accelerator_.clock(); }
  Bench& bench() override { return accelerator_.bench(); }
  nvml::Library const& library() const override { return library_; }
  nvml::Device const& device() const override { return device_; }

 private:
  fake::FakeAccelerator accelerator_;
  nvml::Library library_;
  nvml::Device device_;
};

#ifdef ONDOL_METER_HAS_CUDA
/// "0000:1b:00.0" and "00000000:1B:00.0" are the same place: the last twelve characters count.
std::string place(std::string id) {
  std::transform(id.begin(), id.end(), id.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return id.size() > 12 ? id.substr(id.size() - 12) : id;
}

class RealTarget : public Target {
 public:
  explicit RealTarget(std::string const& wanted) : library_(nvml::Library::path()) {
    if (wanted.find(':') == std::string::npos) {
      bench_ = make_cuda_bench(number(wanted), clock_);
    } else {
      for (unsigned i = 0; i < library_.devices() && !bench_; ++i) {
        auto candidate = make_cuda_bench(static_cast<int>(i), clock_);
        if (place(candidate->shape().pci_bus_id) == place(wanted)) bench_ = std::move(candidate);
      }
      if (!bench_) throw nvml::Missing("no CUDA device has the PCI bus id " + wanted);
    }
    device_.emplace(library_, bench_->shape().pci_bus_id);
  }
  Clock& clock() override { return clock_; }
  Bench& bench() override { return *bench_; }
  nvml::Library const& library() const override { return library_; }
  nvml::Device const& device() const override { return *device_; }

 private:
  static int number(std::string const& text) {
    if (text.empty() || text.size() > 3 || !std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; }))
      throw BadInput("--device = " + text + " is neither a number nor a PCI bus id (0000:1B:00.0)");
    return std::stoi(text);
  }
  SteadyClock clock_;
  nvml::Library library_;
  std::unique_ptr<Bench> bench_;
  std::optional<nvml::Device> device_;
};
#endif

}  // namespace

std::unique_ptr<Target> simulated_target(std::string const& truth, std::uint64_t seed, std::string const& faults) {
  try {
    return std::make_unique<SimulatedTarget>(truth, seed, faults);
  } catch (nvml::Missing const&) {
    throw;
  } catch (std::exception const& problem) {
    throw BadInput(problem.what());
  }
}

std::unique_ptr<Target> real_target([[maybe_unused]] std::string const& device) {
#ifdef ONDOL_METER_HAS_CUDA
  return std::make_unique<RealTarget>(device);
#else
  nvml::Library const library(nvml::Library::path());  // says what is missing when even that is
  throw nvml::Missing(
      "this build has no CUDA kernels: configure with -DONDOL_CUDA=ON where nvcc is, or measure with --fake TRUTH.txt");
#endif
}

}  // namespace ondol::meter
