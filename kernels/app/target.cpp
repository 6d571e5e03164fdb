#include "kernels/app/target.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>

#include "kernels/app/arguments.hpp"
#include "kernels/fake/fake_bench.hpp"
#include "kernels/meter/steady_clock.hpp"
#ifdef ONDOL_METER_HAS_CUDA
#include "kernels/bench/cuda_bench.hpp"
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
    processes_before = nvml::processes_on_all(library_);
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

bool is_number(std::string const& text) {
  return !text.empty() && text.size() < 4 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}
int number(std::string const& text) {
  if (!is_number(text)) throw BadInput("--device = " + text + " is neither a number nor a PCI bus id (0000:1B:00.0)");
  return std::stoi(text);
}

/// Of a card that nothing can be run on here.
class IdleBench : public Bench {
 public:
  explicit IdleBench(nvml::Device const& device) {
    shape_ = {device.product().value, device.bus_id(), 0, 0, 0, 0, device.max_clock_hz(nvml::sm_clock).value};
  }
  DeviceShape shape() const override { return shape_; }
  std::vector<KernelInfo> kernels() const override { return {}; }
  std::string refusal(LoadSpec const&) const override { return "this build has no CUDA kernels"; }
  void hold() override {}
  void drop() override {}
  void start(LoadSpec const& load, double) override { throw std::runtime_error(refusal(load)); }
  void stop() override {}
  Done between(double, double) const override { return {}; }
  std::vector<ClockPoint> clock_trace() const override { return {}; }
  std::string check(LoadSpec const& load) override { return refusal(load); }

 private:
  DeviceShape shape_;
};

class IdleTarget : public Target {
 public:
  explicit IdleTarget(std::string const& wanted) : library_(nvml::Library::path()) {
    if (wanted.find(':') == std::string::npos)
      device_.emplace(library_, static_cast<unsigned>(number(wanted)));
    else
      device_.emplace(library_, wanted);
    processes_before = nvml::processes_on_all(library_);
    bench_.emplace(*device_);
  }
  Clock& clock() override { return clock_; }
  Bench& bench() override { return *bench_; }
  nvml::Library const& library() const override { return library_; }
  nvml::Device const& device() const override { return *device_; }

 private:
  SteadyClock clock_;
  nvml::Library library_;
  std::optional<nvml::Device> device_;
  std::optional<IdleBench> bench_;
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
    processes_before = nvml::processes_on_all(library_);
    if (wanted.find(':') == std::string::npos) {
      bench_ = made(number(wanted));
    } else {
      for (unsigned i = 0; i < library_.devices() && !bench_; ++i) {
        auto candidate = made(static_cast<int>(i));
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
  std::unique_ptr<Bench> made(int device) {
    try {
      return make_cuda_bench(device, clock_);
    } catch (std::runtime_error const& problem) {
      throw nvml::Missing(problem.what());
    }
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

std::unique_ptr<Target> idle_target(std::string const& device) {
  return std::make_unique<IdleTarget>(device);
}

std::unique_ptr<Target> real_target([[maybe_unused]] std::string const& device) {
#ifdef ONDOL_METER_HAS_CUDA
  return std::make_unique<RealTarget>(device);
#else
  nvml::Library const library(nvml::Library::path());  // says what is missing when even that is
  throw nvml::Missing("this build has no CUDA kernels: configure with -DONDOL_CUDA=ON where nvcc is, or use --fake TRUTH.txt");
#endif
}

}  // namespace ondol::meter
