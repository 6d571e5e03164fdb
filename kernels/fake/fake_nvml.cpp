/// libondol_fake_nvml.so: the NVML symbols that the meter reads, answered by the simulated accelerator.  Layouts and codes are
/// those of the public interface [nvidia2025nvml], declared here anew so that a slip in the meter's own is seen.

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "kernels/fake/the_device.hpp"

using namespace ondol::meter::fake;

namespace {

constexpr std::int64_t epoch_us = 1'700'000'000'000'000;  ///< of virtual time 0: any, but always the same
constexpr char bus_id[] = "00000000:1B:00.0";

std::unique_ptr<Device>& device = the_device();

unsigned milli(double x) {
  return static_cast<unsigned>(std::max(0.0, x * 1000 + 0.5));
}

struct FieldValue {
  std::uint32_t field, scope;
  std::int64_t timestamp_us, latency_us;
  std::uint32_t type;
  int code;
  union {
    double d;
    std::uint32_t u32;
    std::uint64_t u64;
  } value;
};
static_assert(sizeof(FieldValue) == 40);

void answer(FieldValue& f) {
  Reading const& r = device->sensors().reading();
  auto const give = [&](FaultKind missing, double x_milli, std::int64_t at_us) {
    f.code = device->fault(missing) ? not_supported : success;
    f.type = 1;  // unsigned int
    f.value.u64 = 0;
    f.value.u32 = milli(x_milli / 1000);
    f.timestamp_us = at_us;
  };
  auto const published_us = epoch_us + static_cast<std::int64_t>(r.at_s * 1e6);
  auto const now_us = epoch_us + static_cast<std::int64_t>(device->now_s() * 1e6);
  f.latency_us = 1;
  if (f.field == 186 && f.scope == 0) {
    give(FaultKind::no_instant, 1000 * r.instant_w, published_us);
  } else if (f.field == 185 && f.scope == 0) {
    give(FaultKind::no_average, 1000 * r.average_w, published_us);
  } else if (f.field == 185 && f.scope == 2) {
    give(FaultKind::no_memory_power, 1000 * r.memory_w, published_us);
  } else if (f.field == 82) {
    give(FaultKind::no_memory_temperature, std::floor(device->memory_temperature_c()), now_us);
  } else {
    f.code = not_supported;
  }
}

struct ProcessInfo {
  unsigned pid;
  unsigned long long memory;
  unsigned gpu_instance, compute_instance;
};

bool load_from_environment() {
  char const* const file = std::getenv("ONDOL_FAKE_TRUTH");
  if (!file) return false;
  std::ifstream in(file, std::ios::binary);
  std::string const text{std::istreambuf_iterator<char>(in), {}};
  char const* const faults = std::getenv("ONDOL_FAKE_FAULTS");
  std::array<char, 256> problem{};
  if (ondol_fake_load(text.c_str(), 1, faults ? faults : "", problem.data(), problem.size()) == 0) return true;
  std::fprintf(stderr, "ONDOL_FAKE_TRUTH: %s: %s\n", file, problem.data());
  return false;
}

}  // namespace

extern "C" {

int nvmlInit_v2() {
  return device || load_from_environment() ? success : no_driver;
}
int nvmlShutdown() {
  return success;
}
char const* nvmlErrorString(int code) {
  switch (code) {
    case success:
      return "Success";
    case not_supported:
      return "Not Supported";
    case no_driver:
      return "Driver Not Loaded";
    case lost:
      return "GPU is lost";
    default:
      return "Unknown Error";
  }
}
int nvmlSystemGetDriverVersion(char* text, unsigned length) {
  std::snprintf(text, length, "simulated");
  return success;
}
int nvmlDeviceGetCount_v2(unsigned* count) {
  *count = 1;
  return success;
}
int nvmlDeviceGetHandleByIndex_v2(unsigned number, void** handle) {
  *handle = device.get();
  return number == 0 ? success : invalid;
}
int nvmlDeviceGetHandleByPciBusId_v2(char const* id, void** handle) {
  *handle = device.get();
  return std::strcmp(id, bus_id) == 0 ? success : not_found;
}
int nvmlDeviceGetName(void*, char* text, unsigned length) {
  std::snprintf(text, length, "%s", device->truth().product.c_str());
  return enter();
}
int nvmlDeviceGetPciInfo_v3(void*, void* info) {
  std::memset(info, 0, 68);
  std::memcpy(static_cast<char*>(info) + 36, bus_id, sizeof bus_id);
  return enter();
}
int nvmlDeviceGetTotalEnergyConsumption(void*, unsigned long long* mj) {
  if (!device) return uninitialized;
  double const half_s = 0.5 * device->truth().energy_read_s;
  if (Code const code = enter(half_s, FaultKind::no_counter); code != success) return code;
  *mj = static_cast<unsigned long long>(1000 * device->sensors().counter_j());
  device->advance(device->now_s() + half_s);
  return success;
}
int nvmlDeviceGetFieldValues(void*, int count, FieldValue* values) {
  if (!device) return uninitialized;
  if (Code const code = enter(device->truth().field_read_s * count); code != success) return code;
  for (int i = 0; i < count; ++i) answer(values[i]);
  return success;
}
int nvmlDeviceGetPowerUsage(void*, unsigned* mw) {
  Code const code = enter(FaultKind::no_average);
  if (code == success) *mw = milli(device->sensors().reading().average_w);
  return code;
}
int nvmlDeviceGetTemperature(void*, int, unsigned* celsius) {
  Code const code = enter();
  if (code == success) *celsius = static_cast<unsigned>(device->temperature_c());
  return code;
}
int nvmlDeviceGetClockInfo(void*, int kind, unsigned* mhz) {
  Code const code = enter();
  if (code != success) return code;
  double const hz = kind == 2 ? device->truth().memory_clock_hz : device->clock_hz();
  *mhz = kind == 2 ? static_cast<unsigned>(hz / 1e6) : 15 * static_cast<unsigned>(hz / 15e6 + 0.5);
  return success;
}
int nvmlDeviceGetMaxClockInfo(void*, int kind, unsigned* mhz) {
  Code const code = enter();
  if (code == success)
    *mhz = static_cast<unsigned>((kind == 2 ? device->truth().memory_clock_hz : device->truth().reference_clock_hz) / 1e6);
  return code;
}
int nvmlDeviceGetPerformanceState(void*, int* state) {
  Code const code = enter();
  if (code == success) *state = device->held() ? 0 : 8;
  return code;
}
int nvmlDeviceGetCurrentClocksEventReasons(void*, unsigned long long* bits) {
  Code const code = enter();
  if (code == success) *bits = device->clock_events();
  return code;
}
int nvmlDeviceGetEnforcedPowerLimit(void*, unsigned* mw) {
  Code const code = enter();
  if (code == success) *mw = milli(device->limit_w());
  return code;
}
int nvmlDeviceGetPowerManagementDefaultLimit(void*, unsigned* mw) {
  Code const code = enter();
  if (code == success) *mw = milli(device->truth().default_limit_w);
  return code;
}
int nvmlDeviceGetPowerManagementLimitConstraints(void*, unsigned* least_mw, unsigned* most_mw) {
  Code const code = enter();
  if (code != success) return code;
  *least_mw = milli(device->truth().least_limit_w);
  *most_mw = milli(device->truth().default_limit_w);
  return success;
}
int nvmlDeviceGetMigMode(void*, unsigned* current, unsigned* pending) {
  Code const code = enter();
  if (code == success) *current = *pending = device->fault(FaultKind::mig) ? 1 : 0;
  return code;
}
int nvmlDeviceGetComputeRunningProcesses_v3(void*, unsigned* count, ProcessInfo* infos) {
  Code const code = enter();
  if (code != success) return code;
  std::array<ProcessInfo, 2> all{};
  unsigned there = 0;
  if (device->held()) all[there++] = {static_cast<unsigned>(getpid()), 1ULL << 29, ~0U, ~0U};
  if (device->fault(FaultKind::other_process)) all[there++] = {1U, 1ULL << 32, ~0U, ~0U};
  unsigned const room = *count;
  *count = there;
  if (room < there) return too_small;
  std::copy_n(all.begin(), there, infos);
  return success;
}
int nvmlDeviceGetEccMode(void*, unsigned* current, unsigned* pending) {
  *current = *pending = 1;
  return enter();
}
int nvmlDeviceGetPersistenceMode(void*, unsigned* mode) {
  *mode = 1;
  return enter();
}
int nvmlDeviceGetCurrPcieLinkGeneration(void*, unsigned* generation) {
  *generation = 5;
  return enter();
}
int nvmlDeviceGetCurrPcieLinkWidth(void*, unsigned* width) {
  *width = 16;
  return enter();
}

}  // extern "C"
