#pragma once
/// SI quantities as strong types over double, used between rooms.  W·s is J, W·W is not W.
///
/// Base dimensions: kilogram, metre, second, kelvin, byte, FLOP, won (KRW).  A quantity holds its value in the coherent SI
/// unit of its dimension (W, J, K, kg/s, byte/s, FLOP/s ...).  Temperatures are absolute kelvin; degC exists only at
/// the door (scenario reader, result writer).  At raw borders (SimGrid, HDF5, hot arrays) a plain double whose name ends in
/// its unit is used instead: `power_w`, `flow_kg_per_s`.

#include <cmath>
#include <compare>

namespace ondol {

template <int Kg, int M, int S, int K, int Byte, int Flop, int Won>
struct Quantity {
  double v = 0.0;  ///< value in the coherent SI unit

  constexpr Quantity() = default;
  constexpr explicit Quantity(double value) : v(value) {}

  constexpr auto operator<=>(Quantity const&) const = default;
  constexpr Quantity operator-() const { return Quantity{-v}; }
  constexpr Quantity& operator+=(Quantity o) {
    v += o.v;
    return *this;
  }
  constexpr Quantity& operator-=(Quantity o) {
    v -= o.v;
    return *this;
  }
  constexpr Quantity& operator*=(double f) {
    v *= f;
    return *this;
  }
  constexpr Quantity& operator/=(double f) {
    v /= f;
    return *this;
  }
  friend constexpr Quantity operator+(Quantity a, Quantity b) { return Quantity{a.v + b.v}; }
  friend constexpr Quantity operator-(Quantity a, Quantity b) { return Quantity{a.v - b.v}; }
  friend constexpr Quantity operator*(Quantity a, double f) { return Quantity{a.v * f}; }
  friend constexpr Quantity operator*(double f, Quantity a) { return Quantity{a.v * f}; }
  friend constexpr Quantity operator/(Quantity a, double f) { return Quantity{a.v / f}; }
};

template <int A1, int A2, int A3, int A4, int A5, int A6, int A7, int B1, int B2, int B3, int B4, int B5, int B6, int B7>
constexpr auto operator*(Quantity<A1, A2, A3, A4, A5, A6, A7> a, Quantity<B1, B2, B3, B4, B5, B6, B7> b) {
  if constexpr (A1 + B1 == 0 && A2 + B2 == 0 && A3 + B3 == 0 && A4 + B4 == 0 && A5 + B5 == 0 && A6 + B6 == 0 && A7 + B7 == 0)
    return a.v * b.v;
  else
    return Quantity<A1 + B1, A2 + B2, A3 + B3, A4 + B4, A5 + B5, A6 + B6, A7 + B7>{a.v * b.v};
}

template <int A1, int A2, int A3, int A4, int A5, int A6, int A7, int B1, int B2, int B3, int B4, int B5, int B6, int B7>
constexpr auto operator/(Quantity<A1, A2, A3, A4, A5, A6, A7> a, Quantity<B1, B2, B3, B4, B5, B6, B7> b) {
  if constexpr (A1 == B1 && A2 == B2 && A3 == B3 && A4 == B4 && A5 == B5 && A6 == B6 && A7 == B7)
    return a.v / b.v;
  else
    return Quantity<A1 - B1, A2 - B2, A3 - B3, A4 - B4, A5 - B5, A6 - B6, A7 - B7>{a.v / b.v};
}

template <int A1, int A2, int A3, int A4, int A5, int A6, int A7>
constexpr auto operator/(double f, Quantity<A1, A2, A3, A4, A5, A6, A7> q) {
  return Quantity<-A1, -A2, -A3, -A4, -A5, -A6, -A7>{f / q.v};
}

// clang-format off
//                                   kg   m   s   K  byte flop won
using Kilograms          = Quantity< 1,   0,  0,  0,  0,  0,  0>;
using Meters             = Quantity< 0,   1,  0,  0,  0,  0,  0>;
using SquareMeters       = Quantity< 0,   2,  0,  0,  0,  0,  0>;
using CubicMeters        = Quantity< 0,   3,  0,  0,  0,  0,  0>;
using Seconds            = Quantity< 0,   0,  1,  0,  0,  0,  0>;
using Hertz              = Quantity< 0,   0, -1,  0,  0,  0,  0>;
using Kelvin             = Quantity< 0,   0,  0,  1,  0,  0,  0>;
using Watts              = Quantity< 1,   2, -3,  0,  0,  0,  0>;
using WattsPerSecond     = Quantity< 1,   2, -4,  0,  0,  0,  0>;
using Joules             = Quantity< 1,   2, -2,  0,  0,  0,  0>;
using Pascals            = Quantity< 1,  -1, -2,  0,  0,  0,  0>;
using KgPerSecond        = Quantity< 1,   0, -1,  0,  0,  0,  0>;
using KgPerCubicMeter    = Quantity< 1,  -3,  0,  0,  0,  0,  0>;
using CubicMetersPerSecond = Quantity<0,  3, -1,  0,  0,  0,  0>;
using MetersPerSecond    = Quantity< 0,   1, -1,  0,  0,  0,  0>;
using JoulesPerKelvin    = Quantity< 1,   2, -2, -1,  0,  0,  0>;
using JoulesPerKgKelvin  = Quantity< 0,   2, -2, -1,  0,  0,  0>;
using WattsPerKelvin     = Quantity< 1,   2, -3, -1,  0,  0,  0>;
using KelvinPerWatt      = Quantity<-1,  -2,  3,  1,  0,  0,  0>;
using Bytes              = Quantity< 0,   0,  0,  0,  1,  0,  0>;
using BytesPerSecond     = Quantity< 0,   0, -1,  0,  1,  0,  0>;
using Flop               = Quantity< 0,   0,  0,  0,  0,  1,  0>;
using FlopPerSecond      = Quantity< 0,   0, -1,  0,  0,  1,  0>;
using JoulesPerFlop      = Quantity< 1,   2, -2,  0,  0, -1,  0>;
using JoulesPerByte      = Quantity< 1,   2, -2,  0, -1,  0,  0>;
using Won                = Quantity< 0,   0,  0,  0,  0,  0,  1>;
using WonPerJoule        = Quantity<-1,  -2,  2,  0,  0,  0,  1>;
using WonPerWatt         = Quantity<-1,  -2,  3,  0,  0,  0,  1>;  ///< demand charge for one billing month
using KgPerJoule         = Quantity< 0,  -2,  2,  0,  0,  0,  0>;  ///< emission factor
// clang-format on

inline constexpr double celsius_offset = 273.15;  ///< 0 degC in kelvin [SI brochure, 9th ed., 2.3.1]
constexpr Kelvin from_celsius(double degrees) {
  return Kelvin{degrees + celsius_offset};
}
constexpr double to_celsius(Kelvin t) {
  return t.v - celsius_offset;
}

}  // namespace ondol
