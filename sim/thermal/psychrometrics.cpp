#include "sim/thermal/psychrometrics.hpp"

#include <algorithm>
#include <cmath>

#include "scenarios/base/units.hpp"

namespace ondol::sim {

namespace {

constexpr double freezing_k = celsius_offset;
constexpr double vapour_mass_ratio = 0.621945;  // molar mass of water / of dry air [ashrae2017fundamentals, ch. 1]

/// Where a rising function crosses zero, to 1e-7 K.  Regula falsi with the Illinois weight: the bracket holds across the small
/// jump between the two wet-bulb equations at 0 degC.
template <class Excess>
double crossing(Excess const& excess, double low, double f_low, double high, double f_high) {
  int side = 0;
  for (int i = 0; i < 100 && high - low > 1e-7; ++i) {
    double const middle = std::clamp((low * f_high - high * f_low) / (f_high - f_low), low, high);
    double const f = excess(middle);
    if (std::abs(f) < 1e-14) return middle;
    if (f > 0.0) {
      high = middle, f_high = f;
      if (side == 1) f_low *= 0.5;
      side = 1;
    } else {
      low = middle, f_low = f;
      if (side == -1) f_high *= 0.5;
      side = -1;
    }
  }
  return 0.5 * (low + high);
}

}  // namespace

double saturation_pressure_pa(double t) {
  if (t < freezing_k)
    return std::exp(-5.6745359e3 / t + 6.3925247 +
                    t * (-9.677843e-3 + t * (6.2215701e-7 + t * (2.0747825e-9 - 9.484024e-13 * t))) + 4.1635019 * std::log(t));
  return std::exp(-5.8002206e3 / t + 1.3914993 + t * (-4.8640239e-2 + t * (4.1764768e-5 - 1.4452093e-8 * t)) +
                  6.5459673 * std::log(t));
}

double saturation_slope_per_k(double t) {
  if (t < freezing_k)
    return 5.6745359e3 / (t * t) - 9.677843e-3 + t * (2 * 6.2215701e-7 + t * (3 * 2.0747825e-9 - 4 * 9.484024e-13 * t)) +
           4.1635019 / t;
  return 5.8002206e3 / (t * t) - 4.8640239e-2 + t * (2 * 4.1764768e-5 - 3 * 1.4452093e-8 * t) + 6.5459673 / t;
}

double humidity_ratio(double vapour_pressure_pa, double pressure_pa) {
  return vapour_mass_ratio * vapour_pressure_pa / (pressure_pa - vapour_pressure_pa);
}

double humidity_ratio_from_relative(double dry_bulb_k, double relative, double pressure_pa) {
  return humidity_ratio(relative * saturation_pressure_pa(dry_bulb_k), pressure_pa);
}

double saturation_humidity_ratio(double temperature_k, double pressure_pa) {
  return humidity_ratio(saturation_pressure_pa(temperature_k), pressure_pa);
}

double humidity_ratio_from_wet_bulb(double dry_bulb_k, double wet_bulb, double pressure_pa) {
  double const t = dry_bulb_k - celsius_offset, w = wet_bulb - celsius_offset;
  double const saturated = saturation_humidity_ratio(wet_bulb, pressure_pa);
  if (w >= 0.0) return ((2501.0 - 2.326 * w) * saturated - 1.006 * (t - w)) / (2501.0 + 1.86 * t - 4.186 * w);
  return ((2830.0 - 0.24 * w) * saturated - 1.006 * (t - w)) / (2830.0 + 1.86 * t - 2.1 * w);
}

double relative_humidity(double dry_bulb_k, double ratio, double pressure_pa) {
  double const vapour = pressure_pa * ratio / (vapour_mass_ratio + ratio);
  return vapour / saturation_pressure_pa(dry_bulb_k);
}

double wet_bulb_of_ratio_k(double dry_bulb, double ratio, double pressure_pa, double guess_k) {
  auto const excess = [&](double wet) { return humidity_ratio_from_wet_bulb(dry_bulb, wet, pressure_pa) - ratio; };
  double high = std::min(dry_bulb, guess_k), f_high = excess(high);
  for (double step = 0.02; f_high <= 0.0; step *= 4.0) {
    if (high >= dry_bulb) return dry_bulb;
    high = std::min(dry_bulb, high + step), f_high = excess(high);
  }
  double low = high - 0.02, f_low = excess(low);
  for (double step = 0.08; f_low > 0.0; step *= 4.0) {
    high = low, f_high = f_low;
    low -= std::min(step, 10.0), f_low = excess(low);
  }
  return crossing(excess, low, f_low, high, f_high);
}

double wet_bulb_k(double dry_bulb, double relative, double pressure_pa) {
  double const ratio = humidity_ratio_from_relative(dry_bulb, std::clamp(relative, 0.0, 1.0), pressure_pa);
  return wet_bulb_of_ratio_k(dry_bulb, ratio, pressure_pa, dry_bulb);
}

double dry_bulb_k(double wet_bulb, double relative, double pressure_pa) {
  auto const excess = [&](double dry) {
    return humidity_ratio_from_relative(dry, relative, pressure_pa) - humidity_ratio_from_wet_bulb(dry, wet_bulb, pressure_pa);
  };
  double low = wet_bulb, f_low = excess(low);
  if (f_low >= 0.0) return low;
  double high = low + 5.0, f_high = excess(high);
  while (f_high < 0.0) {
    low = high, f_low = f_high;
    high += 5.0, f_high = excess(high);
  }
  return crossing(excess, low, f_low, high, f_high);
}

double moist_air_density_kg_per_m3(double dry_bulb_k, double ratio, double pressure_pa) {
  return pressure_pa * (1.0 + ratio) / (287.042 * dry_bulb_k * (1.0 + 1.607858 * ratio));
}

double moist_air_enthalpy_j_per_kg(double dry_bulb_k, double ratio) {
  double const t = dry_bulb_k - celsius_offset;
  return 1006.0 * t + ratio * (2.501e6 + 1860.0 * t);
}

double saturated_air_temperature_k(double enthalpy, double pressure_pa, double guess_k) {
  double t = std::clamp(guess_k, 213.15, 353.15);
  for (int i = 0; i < 50; ++i) {
    double const vapour = saturation_pressure_pa(t);
    double const ratio = humidity_ratio(vapour, pressure_pa);
    double const ratio_slope = ratio * saturation_slope_per_k(t) * pressure_pa / (pressure_pa - vapour);
    double const c = t - celsius_offset;
    double const slope = 1006.0 + ratio * 1860.0 + ratio_slope * (2.501e6 + 1860.0 * c);
    // The curve is convex: a long step from the cold side overshoots, so it is kept short.
    double const step = std::clamp((enthalpy - moist_air_enthalpy_j_per_kg(t, ratio)) / slope, -20.0, 20.0);
    t = std::clamp(t + step, 213.15, 353.15);
    if (std::abs(step) < 1e-6) break;
  }
  return t;
}

double pressure_at_elevation_pa(double elevation_m) {
  return 101325.0 * std::pow(1.0 - 2.25577e-5 * elevation_m, 5.2559);
}

}  // namespace ondol::sim
