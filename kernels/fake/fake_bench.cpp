#include "kernels/fake/fake_bench.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "kernels/activity/suite.hpp"
#include "kernels/fake/control.hpp"
#include "kernels/fake/rates.hpp"
#include "kernels/fake/truth.hpp"

namespace ondol::meter::fake {

class Library {
 public:
  explicit Library(std::string const& path) : handle_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
    if (!handle_) throw std::runtime_error(std::string("the simulated accelerator cannot be loaded: ") + dlerror());
    find(load, "ondol_fake_load");
    find(now, "ondol_fake_now");
    find(sleep_until, "ondol_fake_sleep_until");
    find(hold, "ondol_fake_hold");
    find(start, "ondol_fake_start");
    find(stop, "ondol_fake_stop");
    find(between, "ondol_fake_between");
    find(clock_trace, "ondol_fake_clock_trace");
    find(true_power_w, "ondol_fake_true_power_w");
    find(true_energy_j, "ondol_fake_true_energy_j");
    find(true_temperature_c, "ondol_fake_true_temperature_c");
  }
  ~Library() { dlclose(handle_); }
  Library(Library const&) = delete;
  Library& operator=(Library const&) = delete;

  decltype(&ondol_fake_load) load{};
  decltype(&ondol_fake_now) now{};
  decltype(&ondol_fake_sleep_until) sleep_until{};
  decltype(&ondol_fake_hold) hold{};
  decltype(&ondol_fake_start) start{};
  decltype(&ondol_fake_stop) stop{};
  decltype(&ondol_fake_between) between{};
  decltype(&ondol_fake_clock_trace) clock_trace{};
  decltype(&ondol_fake_true_power_w) true_power_w{};
  decltype(&ondol_fake_true_energy_j) true_energy_j{};
  decltype(&ondol_fake_true_temperature_c) true_temperature_c{};

 private:
  template <class F>
  void find(F& function, char const* symbol) {
    function = reinterpret_cast<F>(dlsym(handle_, symbol));
    if (!function) throw std::runtime_error(std::string(symbol) + " is missing: this is no simulated accelerator");
  }
  void* handle_;
};

namespace {

class FakeClock : public Clock {
 public:
  explicit FakeClock(Library const& library) : library_(library) {}
  double now_s() const override { return library_.now(); }
  void sleep_until(double t_s) override { library_.sleep_until(t_s); }

 private:
  Library const& library_;
};

class FakeBench : public Bench {
 public:
  FakeBench(Library const& library, Truth const& truth) : library_(library) {
    shape_ = {truth.product,  "00000000:1B:00.0", truth.capability,        truth.multiprocessors,
              truth.l2_bytes, truth.memory_bytes, truth.reference_clock_hz};
  }
  DeviceShape shape() const override { return shape_; }

  std::vector<KernelInfo> kernels() const override {
    std::vector<KernelInfo> all;
    for (KernelInfo const& k : suite)
      if (launch_of(k.id) && k.minimum_capability <= shape_.capability) all.push_back(k);
    return all;
  }

  std::string refusal(LoadSpec const& load) const override {
    auto const kernel = kernel_named(load.kernel);
    if (!kernel) return "no kernel of the suite is called " + load.kernel;
    if (!launch_of(load.kernel)) return load.kernel + " needs a second device";
    if (kernel->minimum_capability > shape_.capability) return load.kernel + " needs a newer device";
    if (load.sm_share <= 0 || load.sm_share > 1) return "sm_share lies in (0, 1]";
    if (load.sm_share < 1 && !kernel->ladder) return load.kernel + " runs on all multiprocessors only";
    return {};
  }

  void hold() override { library_.hold(1); }
  void drop() override { library_.hold(0); }

  void start(LoadSpec const& load, double at_most_s) override {
    if (auto const why = refusal(load); !why.empty()) throw std::runtime_error(why);
    Launch const launch = *launch_of(load.kernel);
    per_launch_ = launch.work;
    OndolFakeLoad fake{};
    std::copy(launch.work.amount.begin(), launch.work.amount.end(), std::begin(fake.work));
    fake.core_s = launch.core_s;
    fake.fixed_s = launch.fixed_s;
    fake.toggle = kernel_named(load.kernel)->filled ? toggle(load.fill, operand_format(load.kernel)) : 0;
    fake.sm_share = std::max(1.0, std::round(load.sm_share * shape_.multiprocessors)) / shape_.multiprocessors;
    fake.period_s = load.period_s;
    fake.at_most_s = at_most_s;
    library_.start(&fake);
  }
  void stop() override { library_.stop(); }

  Done between(double t0_s, double t1_s) const override {
    OndolFakeDone fake{};
    library_.between(t0_s, t1_s, &fake);
    return {fake.launches, fake.launches * per_launch_, fake.awake, fake.sm_clock_hz};
  }

  std::vector<ClockPoint> clock_trace() const override {
    std::vector<double> t(library_.clock_trace(nullptr, nullptr, 0)), hz(t.size());
    library_.clock_trace(t.data(), hz.data(), t.size());
    std::vector<ClockPoint> points(t.size());
    for (std::size_t i = 0; i < t.size(); ++i) points[i] = {t[i], hz[i]};
    return points;
  }

  std::string check(LoadSpec const& load) override { return refusal(load); }  // nothing is computed, so nothing can differ

 private:
  Library const& library_;
  DeviceShape shape_;
  Work per_launch_;
};

}  // namespace

FakeAccelerator::FakeAccelerator(std::string const& path, std::string const& truth_file, std::uint64_t seed,
                                 std::string const& faults)
    : library_(std::make_unique<Library>(path)) {
  std::ifstream in(truth_file, std::ios::binary);
  if (!in) throw std::runtime_error(truth_file + ": cannot be read");
  std::string const text{std::istreambuf_iterator<char>(in), {}};
  std::array<char, 256> problem{};
  if (library_->load(text.c_str(), seed, faults.c_str(), problem.data(), problem.size()) != 0)
    throw std::runtime_error(truth_file + ": " + problem.data());
  clock_ = std::make_unique<FakeClock>(*library_);
  bench_ = std::make_unique<FakeBench>(*library_, read_truth(text));
}

FakeAccelerator::~FakeAccelerator() = default;
Clock& FakeAccelerator::clock() {
  return *clock_;
}
Bench& FakeAccelerator::bench() {
  return *bench_;
}
double FakeAccelerator::true_power_w() const {
  return library_->true_power_w();
}
double FakeAccelerator::true_energy_j() const {
  return library_->true_energy_j();
}
double FakeAccelerator::true_temperature_c() const {
  return library_->true_temperature_c();
}

}  // namespace ondol::meter::fake
