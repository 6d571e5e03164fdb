#include "kernels/fake/control.hpp"

#include <cstdio>
#include <exception>
#include <utility>

#include "kernels/fake/the_device.hpp"

namespace ondol::meter::fake {

std::unique_ptr<Device>& the_device() {
  static std::unique_ptr<Device> device;  // the C interface has no handle to keep it in
  return device;
}

Code enter(double read_s, FaultKind missing) {
  Device* const device = the_device().get();
  if (!device) return uninitialized;
  device->advance(device->now_s() + read_s);
  if (device->fault(FaultKind::lost)) return lost;
  return device->fault(missing) ? not_supported : success;
}

Code enter(FaultKind missing) {
  Device const* const device = the_device().get();
  return enter(device ? device->truth().other_read_s : 0, missing);
}

}  // namespace ondol::meter::fake

using namespace ondol::meter::fake;

extern "C" {

int ondol_fake_load(char const* truth, unsigned long long seed, char const* faults, char* problem, std::size_t capacity) {
  try {
    Truth t = read_truth(truth);
    for (Fault const& f : read_faults(faults)) t.faults.push_back(f);
    the_device() = std::make_unique<Device>(std::move(t), seed);
    return 0;
  } catch (std::exception const& e) {
    std::snprintf(problem, capacity, "%s", e.what());
    return 1;
  }
}
double ondol_fake_now() {
  return the_device()->now_s();
}
void ondol_fake_sleep_until(double t_s) {
  the_device()->advance(t_s);
}
void ondol_fake_hold(int held) {
  the_device()->hold(held != 0);
}
void ondol_fake_start(OndolFakeLoad const* load) {
  the_device()->start(*load);
}
void ondol_fake_stop() {
  the_device()->stop();
}
void ondol_fake_between(double t0_s, double t1_s, OndolFakeDone* done) {
  *done = the_device()->between(t0_s, t1_s);
}
std::size_t ondol_fake_clock_trace(double* t_s, double* sm_clock_hz, std::size_t capacity) {
  auto const& p = the_device()->progress();
  std::size_t points = 0;
  for (std::size_t i = 1; i < p.size(); ++i) {
    double const busy_s = p[i].busy_s - p[i - 1].busy_s;
    if (busy_s <= 0) continue;
    if (points < capacity) {
      t_s[points] = p[i].t_s;
      sm_clock_hz[points] = (p[i].cycles - p[i - 1].cycles) / busy_s;
    }
    ++points;
  }
  return points;
}
double ondol_fake_true_power_w() {
  return the_device()->power_w();
}
double ondol_fake_true_energy_j() {
  return the_device()->energy_j();
}
double ondol_fake_true_temperature_c() {
  return the_device()->temperature_c();
}

}  // extern "C"
