#pragma once
/// How fast work runs when the clock moves.
///
/// A share c of its time at full clock is bound by the compute units and stretches with 1/f; the rest waits for memory or
/// links, whose clocks do not move:   s(f) = 1 / (c/f + 1 - c)            [williams2009roofline; amdahl1967, form]
/// Valid 0 < f <= 1, 0 <= c <= 1.  Ignores: overlap that hides a stretched phase, cache clock (counted as compute).
/// Page: docs/models/roofline.md

namespace ondol::sim {

/// Progress per second relative to full clock.
inline double speed(double clock, double compute_share) {
  return 1.0 / (compute_share / clock + 1.0 - compute_share);
}

/// The clock that gives `relative_speed`; the inverse of speed().  Work with share 0 runs at full speed at any clock: 0.
double clock_for_speed(double relative_speed, double compute_share);

/// Compute share of work that reaches `compute` of the sustained matmul rate and `memory` of the sustained bandwidth: phases
/// bound by either take time in proportion; work that does neither is bound by its instructions, share 1.
inline double compute_share(double compute, double memory) {
  double const both = compute + memory;
  return both > 0 ? compute / both : 1.0;
}

/// Rates at a clock, as fractions of what the hardware sustains at full clock.
struct Rates {
  double compute = 0, memory = 0;
};
inline Rates rates_at(double clock, double compute_fraction, double memory_fraction) {
  double const s = speed(clock, compute_share(compute_fraction, memory_fraction));
  return {compute_fraction * s, memory_fraction * s};
}

}  // namespace ondol::sim
