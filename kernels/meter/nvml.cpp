#include "kernels/meter/nvml.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <cstring>

namespace ondol::meter::nvml {

std::string Library::path() {
  char const* const own = std::getenv("ONDOL_NVML");
  return own && *own ? own : "libnvidia-ml.so.1";
}

Library::Library(std::string const& path) : handle_(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL)) {
  if (!handle_) throw Missing("NVML cannot be loaded (" + std::string(dlerror()) + "): no NVIDIA driver here?");
  for (std::size_t i = 0; i < symbol_names.size(); ++i) symbols_[i] = dlsym(handle_, std::string(symbol_names[i]).c_str());
  std::string problem;
  if (!has(Symbol::init)) {
    problem = path + " has no nvmlInit_v2: it is no NVML";
  } else if (Code const code = call(Symbol::init); code != success) {
    problem = "NVML does not start: " + error(code);
  }
  if (problem.empty()) return;
  dlclose(handle_);
  throw Missing(problem);
}

Library::~Library() {
  call(Symbol::shutdown);
  dlclose(handle_);
}

std::string Library::error(Code code) const {
  std::string const number = "code " + std::to_string(code);
  void* const found = symbols_[static_cast<std::size_t>(Symbol::error_string)];
  if (!found) return number;
  char const* const words = reinterpret_cast<char const* (*)(Code)>(found)(code);
  return words ? words + (" (" + number + ")") : number;
}

Answer<std::string> Library::driver() const {
  std::array<char, 80> text{};
  Code const code = call(Symbol::driver_version, text.data(), static_cast<unsigned>(text.size()));
  return {code, code == success ? text.data() : ""};
}

unsigned Library::devices() const {
  unsigned count = 0;
  return call(Symbol::device_count, &count) == success ? count : 0;
}

std::set<unsigned> processes_on_all(Library const& library) {
  std::set<unsigned> all;
  for (unsigned i = 0; i < library.devices(); ++i) {
    auto const here = Device(library, i).compute_processes();
    all.insert(here.value.begin(), here.value.end());
  }
  return all;
}

Device::Device(Library const& library, std::string const& bus_id) : library_(library) {
  Code const code = library_.call(Symbol::device_by_bus_id, bus_id.c_str(), &handle_);
  if (code != success) throw Missing("NVML knows no device " + bus_id + ": " + library_.error(code));
  allocate_gpm();
}

Device::Device(Library const& library, unsigned number) : library_(library) {
  Code const code = library_.call(Symbol::device_by_index, number, &handle_);
  if (code != success) throw Missing("NVML knows no device number " + std::to_string(number) + ": " + library_.error(code));
  allocate_gpm();
}

void Device::allocate_gpm() {
  for (void*& sample : gpm_)
    if (library_.call(Symbol::gpm_sample_alloc, &sample) != success) sample = nullptr;
}

Device::~Device() {
  for (void* sample : gpm_)
    if (sample) library_.call(Symbol::gpm_sample_free, sample);
}

std::string Device::bus_id() const {
  PciInfo info{};
  return library_.call(Symbol::pci_info, handle_, &info) == success ? info.bus_id : "";
}

Answer<std::string> Device::product() const {
  std::array<char, 96> text{};
  Code const code = library_.call(Symbol::product_name, handle_, text.data(), static_cast<unsigned>(text.size()));
  return {code, code == success ? text.data() : ""};
}

Answer<std::uint64_t> Device::energy_mj() const {
  unsigned long long mj = 0;
  Code const code = library_.call(Symbol::total_energy, handle_, &mj);
  return {code, mj};
}

namespace {

Answer<double> value_of(FieldValue const& f) {
  if (f.code != success) return {f.code, 0};
  switch (f.type) {
    case is_double:
      return {success, f.value.d};
    case is_u32:
      return {success, static_cast<double>(f.value.u32)};
    case is_unsigned_long:
    case is_u64:
      return {success, static_cast<double>(f.value.u64)};
    case is_i64:
      return {success, static_cast<double>(f.value.i64)};
    case is_i32:
      return {success, static_cast<double>(f.value.i32)};
    case is_u16:
      return {success, static_cast<double>(f.value.u16)};
    default:
      return {not_supported, 0};
  }
}

}  // namespace

void Device::read(std::span<Field> fields) const {
  std::array<FieldValue, 8> raw{};
  std::size_t const count = std::min(fields.size(), raw.size());
  for (std::size_t i = 0; i < count; ++i) {
    raw[i].field = fields[i].field;
    raw[i].scope = fields[i].scope;
    raw[i].code = not_supported;  // what an old driver leaves alone
  }
  Code const code = library_.call(Symbol::field_values, handle_, static_cast<int>(count), raw.data());
  for (std::size_t i = 0; i < count; ++i) {
    fields[i].answer = code == success ? value_of(raw[i]) : Answer<double>{code, 0};
    fields[i].timestamp_us = raw[i].timestamp_us;
  }
}

Answer<double> Device::number(Symbol symbol, double scale) const {
  unsigned raw = 0;
  Code const code = library_.call(symbol, handle_, &raw);
  return {code, scale * raw};
}

Answer<double> Device::power_usage_w() const {
  return number(Symbol::power_usage, 1e-3);
}
Answer<double> Device::enforced_limit_w() const {
  return number(Symbol::enforced_limit, 1e-3);
}
Answer<double> Device::default_limit_w() const {
  return number(Symbol::default_limit, 1e-3);
}

Answer<double> Device::temperature_c() const {
  unsigned celsius = 0;
  Code const code = library_.call(Symbol::temperature, handle_, 0, &celsius);
  return {code, static_cast<double>(celsius)};
}

namespace {

Answer<double> clock_by(Library const& library, Symbol symbol, Handle handle, ClockKind kind) {
  unsigned mhz = 0;
  Code const code = library.call(symbol, handle, static_cast<int>(kind), &mhz);
  return {code, 1e6 * mhz};
}

Answer<int> whole_by(Library const& library, Symbol symbol, Handle handle) {
  unsigned value = 0;
  Code const code = library.call(symbol, handle, &value);
  return {code, static_cast<int>(value)};
}

}  // namespace

Answer<double> Device::clock_hz(ClockKind kind) const {
  return clock_by(library_, Symbol::clock_info, handle_, kind);
}
Answer<double> Device::max_clock_hz(ClockKind kind) const {
  return clock_by(library_, Symbol::max_clock_info, handle_, kind);
}
Answer<double> Device::applications_clock_hz(ClockKind kind) const {
  return clock_by(library_, Symbol::applications_clock, handle_, kind);
}
Answer<double> Device::default_applications_clock_hz(ClockKind kind) const {
  return clock_by(library_, Symbol::default_applications_clock, handle_, kind);
}

Answer<int> Device::performance_state() const {
  return whole_by(library_, Symbol::performance_state, handle_);
}
Answer<int> Device::link_generation() const {
  return whole_by(library_, Symbol::link_generation, handle_);
}
Answer<int> Device::link_width() const {
  return whole_by(library_, Symbol::link_width, handle_);
}

Answer<std::uint64_t> Device::clock_events() const {
  unsigned long long bits = 0;
  Symbol const symbol =
      library_.has(Symbol::clocks_event_reasons) ? Symbol::clocks_event_reasons : Symbol::clocks_throttle_reasons;
  Code const code = library_.call(symbol, handle_, &bits);
  return {code, bits};
}

Answer<Device::Range> Device::limit_range() const {
  unsigned least = 0, most = 0;
  Code const code = library_.call(Symbol::limit_constraints, handle_, &least, &most);
  return {code, {1e-3 * least, 1e-3 * most}};
}

Answer<bool> Device::mig() const {
  unsigned current = 0, pending = 0;
  Code const code = library_.call(Symbol::mig_mode, handle_, &current, &pending);
  return {code, current != 0};
}
Answer<bool> Device::ecc() const {
  unsigned current = 0, pending = 0;
  Code const code = library_.call(Symbol::ecc_mode, handle_, &current, &pending);
  return {code, current != 0};
}
Answer<bool> Device::persistence() const {
  auto const mode = whole_by(library_, Symbol::persistence_mode, handle_);
  return {mode.code, mode.value != 0};
}

Answer<std::vector<unsigned>> Device::compute_processes() const {
  std::vector<ProcessInfo> infos(64);
  auto count = static_cast<unsigned>(infos.size());
  Code code = library_.call(Symbol::compute_processes, handle_, &count, infos.data());
  if (code == insufficient_size) {
    infos.resize(2 * count + 8);
    count = static_cast<unsigned>(infos.size());
    code = library_.call(Symbol::compute_processes, handle_, &count, infos.data());
  }
  std::vector<unsigned> pids;
  for (unsigned i = 0; code == success && i < count; ++i) pids.push_back(infos[i].pid);
  return {code, pids};
}

Code Device::gpm_sample(int slot) const {
  void* const sample = gpm_[static_cast<std::size_t>(slot)];
  return sample ? library_.call(Symbol::gpm_sample_get, handle_, sample) : function_not_found;
}

GpmShares Device::gpm_since(int first) const {
  auto const request = std::make_unique<GpmRequest>();
  constexpr std::array ids{gpm_sm, gpm_any_tensor, gpm_dram, gpm_fp32, gpm_fp64};
  request->version = 1;
  request->count = ids.size();
  request->first = gpm_[static_cast<std::size_t>(first)];
  request->second = gpm_[static_cast<std::size_t>(1 - first)];
  for (std::size_t i = 0; i < ids.size(); ++i) request->metrics[i].id = ids[i];
  Code const code = gpm_[0] && gpm_[1] ? library_.call(Symbol::gpm_metrics_get, request.get()) : function_not_found;
  auto const share = [&](std::size_t i) {
    GpmMetric const& m = request->metrics[i];
    return Answer<double>{code == success ? m.code : code, 0.01 * m.value};
  };
  return {share(0), share(1), share(2), share(3), share(4)};
}

}  // namespace ondol::meter::nvml
