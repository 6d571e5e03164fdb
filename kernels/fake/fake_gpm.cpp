/// GPM of the simulated accelerator: shares of peak between two samples.                                  [nvidia2025nvml]

#include "kernels/fake/the_device.hpp"

using namespace ondol::meter::fake;

namespace {

struct GpmMetric {
  unsigned id;
  int code;
  double value;
  char const *short_name, *long_name, *unit;
};
struct GpmRequest {
  unsigned version, count;
  Activity *first, *second;
  GpmMetric metrics[512];  ///< at most; `count` are asked
};

}  // namespace

extern "C" {

int nvmlGpmSampleAlloc(Activity** sample) {
  *sample = new Activity;
  return success;
}
int nvmlGpmSampleFree(Activity* sample) {
  delete sample;
  return success;
}
int nvmlGpmSampleGet(void*, Activity* sample) {
  Code const code = enter(FaultKind::no_gpm);
  if (code == success) *sample = the_device()->activity();
  return code;
}
int nvmlGpmMetricsGet(GpmRequest* request) {
  if (request->version != 1) return invalid;
  Activity const &a = *request->first, &b = *request->second;
  double const s = b.t_s - a.t_s;
  if (s < 0.1) return invalid;
  for (unsigned i = 0; i < request->count; ++i) {
    GpmMetric& m = request->metrics[i];
    double const share = m.id == 2    ? b.awake_s - a.awake_s
                         : m.id == 5  ? b.tensor_s - a.tensor_s
                         : m.id == 10 ? b.dram_s - a.dram_s
                         : m.id == 11 ? b.fp64_s - a.fp64_s
                         : m.id == 12 ? b.fp32_s - a.fp32_s
                                      : -1;
    m.code = share < 0 ? not_supported : success;
    m.value = 100 * share / s;
  }
  return success;
}

}  // extern "C"
