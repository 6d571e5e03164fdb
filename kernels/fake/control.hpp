#pragma once
/// How the simulated accelerator inside libondol_fake_nvml.so is driven, beside the NVML symbols that read it.  Time is
/// virtual: it moves when somebody sleeps or reads, and by nothing else, so a run depends on its seed alone.

#include <cstddef>

extern "C" {

/// One launch of a kernel, and how it is repeated.
struct OndolFakeLoad {
  double work[20];  ///< amount a launch on each channel
  double core_s;    ///< of a launch at the reference clock with all multiprocessors; stretches with clock and share
  double fixed_s;   ///< of a launch on memory or link; the longer of the two counts
  double toggle;
  double sm_share;
  double period_s;  ///< > 0: busy in the first half of each
  double at_most_s;
};
struct OndolFakeDone {
  double launches, awake, sm_clock_hz;
};

/// Makes the device anew at time 0.  Returns 0, or 1 with what is wrong in `problem`.
int ondol_fake_load(char const* truth, unsigned long long seed, char const* faults, char* problem, std::size_t capacity);
double ondol_fake_now();
void ondol_fake_sleep_until(double t_s);
void ondol_fake_hold(int held);
void ondol_fake_start(OndolFakeLoad const* load);
void ondol_fake_stop();
/// Of the running or the last load.
void ondol_fake_between(double t0_s, double t1_s, OndolFakeDone* done);
/// Clock inside the running or last load at about 1 ms; returns how many points there are and writes at most `capacity`.
std::size_t ondol_fake_clock_trace(double* t_s, double* sm_clock_hz, std::size_t capacity);
/// True power now [W], without gain and noise: for tests.
double ondol_fake_true_power_w();
double ondol_fake_true_energy_j();
double ondol_fake_true_temperature_c();

}  // extern "C"
