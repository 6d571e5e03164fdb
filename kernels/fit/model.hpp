#pragma once
/// Board power in a window [W]:
///
///   P = idle + context + l (T - T0) + phi g(phi) A p + g(phi) sum_core (c_i + a d_i) r_i + sum_memory (c_j + a d_j) r_j
///   g = (V/V_ref)^2,  V/V_ref = max(voltage_floor, 1 - voltage_slope (1 - phi)),  phi = SM clock / reference clock
///
/// Symbols as in kernels/README.md; form after [antepara2025].  A template, so that derivatives come from the same lines.
/// Valid for steady windows of seconds, phi in (0, 1.05], T 290..370 K.  Ignores interaction between units, leakage's own
/// dependence on voltage, memory temperature.  Page: docs/models/gpu-energy-fit.md

#include <array>

#include "kernels/fit/point.hpp"
#include "kernels/fit/priors.hpp"

namespace ondol::meter::fit {

inline constexpr double reference_temperature_c = 45;

template <class T>
struct Coefficients {
  std::array<T, scalars> scalar{};
  std::array<T, channels> control{}, data{};
  T const& operator[](Scalar s) const { return scalar[static_cast<std::size_t>(s)]; }
  T& operator[](Scalar s) { return scalar[static_cast<std::size_t>(s)]; }
};

template <class T>
T voltage_factor(Coefficients<T> const& k, double phi) {
  T v = T(1) - k[Scalar::voltage_slope] * (1 - phi);
  if (v < k[Scalar::voltage_floor]) v = k[Scalar::voltage_floor];
  return v * v;
}

/// Of the HBM channels alone: what the memory scope sees beside its idle power.
template <class T>
T hbm_power_w(Coefficients<T> const& k, Point const& p) {
  T sum(0);
  for (auto const c : {index(Channel::hbm_read), index(Channel::hbm_write)})
    if (p.rate.amount[c] > 0) sum += (k.control[c] + p.toggle * k.data[c]) * p.rate.amount[c];
  return sum;
}

template <class T>
T power_w(Coefficients<T> const& k, Point const& p, double phi) {
  T core(0), memory(0);
  for (std::size_t i = 0; i < channels; ++i) {
    if (p.rate.amount[i] <= 0) continue;
    T const part = (k.control[i] + p.toggle * k.data[i]) * p.rate.amount[i];
    (core_voltage(static_cast<Channel>(i)) ? core : memory) += part;
  }
  T sum = k[Scalar::idle] + memory;
  if (p.context) sum += k[Scalar::context];
  if (p.temperature_c) sum += k[Scalar::leakage_slope] * (*p.temperature_c - reference_temperature_c);
  return sum + voltage_factor(k, phi) * (phi * p.awake * k[Scalar::awake] + core);
}

/// phi of the window: as measured, else 1.
inline double phi_of(Point const& p, double reference_clock_hz) {
  return p.clock_hz && reference_clock_hz > 0 ? *p.clock_hz / reference_clock_hz : 1;
}

}  // namespace ondol::meter::fit
