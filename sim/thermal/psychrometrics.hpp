#pragma once
/// Moist air: saturation pressure, humidity ratio, wet bulb, density, enthalpy            [ashrae2017fundamentals, ch. 1]
///
///   saturation pressure over ice (-100..0 degC) eq. 5, over water (0..200 degC) eq. 6
///   humidity ratio  W = 0.621945 pw / (p - pw)                       eq. 20
///   wet bulb        eq. 33 above freezing, eq. 35 below, solved for the wet-bulb temperature
///   specific volume v = 287.042 T (1 + 1.607858 W) / p               eq. 26
///   enthalpy        h = 1006 t + W (2.501e6 + 1860 t)                eq. 30
///   pressure        p = 101325 (1 - 2.25577e-5 Z)^5.2559             eq. 3
///
/// Temperatures in kelvin, pressures in pascal, humidity ratio in kg of vapour per kg of dry air.
/// Valid -100..200 degC, -5000..11000 m.  Ignores the enhancement factor (below 0.5 % of pw at sea level).
/// Page: docs/models/psychrometrics.md

namespace ondol::sim {

double saturation_pressure_pa(double temperature_k);
/// d ln(saturation pressure) / dT [1/K].
double saturation_slope_per_k(double temperature_k);

double humidity_ratio(double vapour_pressure_pa, double pressure_pa);
double humidity_ratio_from_relative(double dry_bulb_k, double relative_humidity, double pressure_pa);
double saturation_humidity_ratio(double temperature_k, double pressure_pa);
/// Humidity ratio of air with the given dry and (thermodynamic) wet bulb; negative when the pair is impossible.
double humidity_ratio_from_wet_bulb(double dry_bulb_k, double wet_bulb_k, double pressure_pa);
double relative_humidity(double dry_bulb_k, double humidity_ratio, double pressure_pa);

/// Wet bulb [K] to 1e-6 K.
double wet_bulb_k(double dry_bulb_k, double relative_humidity, double pressure_pa);
/// The same from the humidity ratio; a near `guess_k` saves time.
double wet_bulb_of_ratio_k(double dry_bulb_k, double humidity_ratio, double pressure_pa, double guess_k);
/// Dry bulb [K] of air with that wet bulb and relative humidity (above 0), to 1e-6 K.
double dry_bulb_k(double wet_bulb_k, double relative_humidity, double pressure_pa);

/// Mass of moist air per volume [kg/m3].
double moist_air_density_kg_per_m3(double dry_bulb_k, double humidity_ratio, double pressure_pa);
/// Enthalpy [J per kg of dry air], zero for dry air at 0 degC.
double moist_air_enthalpy_j_per_kg(double dry_bulb_k, double humidity_ratio);
/// Temperature [K] of saturated air of that enthalpy, to 1e-6 K; -60..80 degC.  A near `guess_k` saves time.
double saturated_air_temperature_k(double enthalpy_j_per_kg, double pressure_pa, double guess_k = 290.0);

double pressure_at_elevation_pa(double elevation_m);

inline constexpr double dry_air_specific_heat_j_per_kg_k = 1006.0;  ///< [ashrae2017fundamentals, ch. 1 eq. 30]
/// Latent heat of water at `temperature_k` [J/kg]: 2.501e6 - 2326 t     [ashrae2017fundamentals, ch. 1 eq. 33]
inline double latent_heat_j_per_kg(double temperature_k) {
  return 2.501e6 - 2326.0 * (temperature_k - 273.15);
}

}  // namespace ondol::sim
