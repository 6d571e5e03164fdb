#pragma once
/// The little of NVML's binary interface that the meter reads, declared anew from its public documentation and checked against
/// the layouts of the BSD-licensed nvidia-ml-py.                                                          [nvidia2025nvml]
/// Nothing here changes a device: the table below is all that is ever looked up, and a test refuses names that would.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ondol::meter::nvml {

enum class Symbol : std::size_t {
  init,
  shutdown,
  error_string,
  driver_version,
  device_count,
  device_by_index,
  device_by_bus_id,
  pci_info,
  product_name,
  total_energy,
  field_values,
  power_usage,
  temperature,
  clock_info,
  max_clock_info,
  performance_state,
  clocks_event_reasons,
  clocks_throttle_reasons,  ///< name of the same before driver 535
  enforced_limit,
  default_limit,
  limit_constraints,
  mig_mode,
  compute_processes,
  ecc_mode,
  persistence_mode,
  applications_clock,
  default_applications_clock,
  link_generation,
  link_width,
  gpm_sample_alloc,
  gpm_sample_free,
  gpm_sample_get,
  gpm_metrics_get,
};

inline constexpr std::array<std::string_view, 33> symbol_names{
    "nvmlInit_v2",
    "nvmlShutdown",
    "nvmlErrorString",
    "nvmlSystemGetDriverVersion",
    "nvmlDeviceGetCount_v2",
    "nvmlDeviceGetHandleByIndex_v2",
    "nvmlDeviceGetHandleByPciBusId_v2",
    "nvmlDeviceGetPciInfo_v3",
    "nvmlDeviceGetName",
    "nvmlDeviceGetTotalEnergyConsumption",
    "nvmlDeviceGetFieldValues",
    "nvmlDeviceGetPowerUsage",
    "nvmlDeviceGetTemperature",
    "nvmlDeviceGetClockInfo",
    "nvmlDeviceGetMaxClockInfo",
    "nvmlDeviceGetPerformanceState",
    "nvmlDeviceGetCurrentClocksEventReasons",
    "nvmlDeviceGetCurrentClocksThrottleReasons",
    "nvmlDeviceGetEnforcedPowerLimit",
    "nvmlDeviceGetPowerManagementDefaultLimit",
    "nvmlDeviceGetPowerManagementLimitConstraints",
    "nvmlDeviceGetMigMode",
    "nvmlDeviceGetComputeRunningProcesses_v3",
    "nvmlDeviceGetEccMode",
    "nvmlDeviceGetPersistenceMode",
    "nvmlDeviceGetApplicationsClock",
    "nvmlDeviceGetDefaultApplicationsClock",
    "nvmlDeviceGetCurrPcieLinkGeneration",
    "nvmlDeviceGetCurrPcieLinkWidth",
    "nvmlGpmSampleAlloc",
    "nvmlGpmSampleFree",
    "nvmlGpmSampleGet",
    "nvmlGpmMetricsGet",
};

static_assert(symbol_names.size() == static_cast<std::size_t>(Symbol::gpm_metrics_get) + 1);

using Handle = void*;
using Code = int;

inline constexpr Code success = 0, not_supported = 3, insufficient_size = 7, function_not_found = 13, gpu_is_lost = 15;

enum ClockKind : int { sm_clock = 1, memory_clock = 2 };
inline constexpr std::uint32_t field_memory_temperature = 82, field_power_average = 185, field_power_instant = 186;
inline constexpr std::uint32_t scope_gpu = 0, scope_memory = 2;

enum ValueType : std::uint32_t { is_double, is_u32, is_unsigned_long, is_u64, is_i64, is_i32, is_u16 };

struct FieldValue {
  std::uint32_t field, scope;
  std::int64_t timestamp_us, latency_us;
  std::uint32_t type;
  Code code;
  union Value {
    double d;
    std::uint32_t u32;
    std::uint64_t u64;
    std::int64_t i64;
    std::int32_t i32;
    std::uint16_t u16;
  } value;
};
static_assert(sizeof(FieldValue) == 40);

struct PciInfo {
  char legacy_bus_id[16];
  std::uint32_t domain, bus, device, ids, subsystem;
  char bus_id[32];
};
static_assert(sizeof(PciInfo) == 68);

struct ProcessInfo {
  std::uint32_t pid;
  std::uint64_t memory_bytes;
  std::uint32_t gpu_instance, compute_instance;
};
static_assert(sizeof(ProcessInfo) == 24);

enum GpmMetricId : std::uint32_t { gpm_sm = 2, gpm_any_tensor = 5, gpm_dram = 10, gpm_fp64 = 11, gpm_fp32 = 12 };

struct GpmMetric {
  std::uint32_t id;
  Code code;
  double value;
  char const *short_name, *long_name, *unit;
};
struct GpmRequest {
  std::uint32_t version, count;
  void *first, *second;
  std::array<GpmMetric, 512> metrics;  ///< drivers differ in how many they know (98 to 477); `count` says how many are asked
};

}  // namespace ondol::meter::nvml
