#pragma once
/// Root of a falling function: regula falsi with the Illinois weight, halved every eighth step so that a jump (a chiller more)
/// is closed in on as well                                                                              [dahlquist2008, ch. 6]

#include <cmath>

namespace ondol::sim {

/// Root of f on [low, high], to `tolerance` in either direction; low when f is negative there, high when it is positive there.
template <class F>
double falling_root(F const& f, double low, double high, double tolerance) {
  double f_low = f(low);
  if (f_low <= 0.0) return low;
  double f_high = f(high);
  if (f_high >= 0.0) return high;
  int side = 0;
  for (int i = 0; i < 100 && high - low > tolerance; ++i) {
    double const x = i % 8 == 7 ? 0.5 * (low + high) : (low * f_high - high * f_low) / (f_high - f_low);
    double const value = f(x);
    if (std::abs(value) < tolerance) return x;
    if (value > 0.0) {
      low = x, f_low = value;
      if (side == 1) f_high *= 0.5;
      side = 1;
    } else {
      high = x, f_high = value;
      if (side == -1) f_low *= 0.5;
      side = -1;
    }
  }
  return high;
}

}  // namespace ondol::sim
