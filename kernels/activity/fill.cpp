#include "kernels/activity/fill.hpp"

#include <array>
#include <bit>
#include <cmath>

namespace ondol::meter {
namespace {

/// splitmix64: a good hash of a counter.                                                     [steele2014splitmix]
std::uint64_t hash(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

double uniform(std::uint64_t random) {
  return (static_cast<double>(random >> 11) + 0.5) * 0x1p-53;
}

/// x rounded towards zero to the format's grid; beyond its range the largest finite value, below it zero.
std::uint64_t encode(double x, Format format) {
  if (format == Format::int8)
    return static_cast<std::uint8_t>(static_cast<std::int8_t>(std::fmax(-127, std::fmin(127, 32 * x))));
  auto const [exponent, mantissa] = bit_layout(format);
  auto const raw = std::bit_cast<std::uint64_t>(x);
  std::uint64_t const sign = (raw >> 63) << (exponent + mantissa);
  int const bias = (1 << (exponent - 1)) - 1;
  int const power = static_cast<int>((raw >> 52) & 0x7ff) - 1023 + bias;
  if (x == 0 || power < 1) return sign;
  int const largest = (1 << exponent) - 2;  // e4m3 has one more, unused here
  std::uint64_t const fraction = (raw & ((1ULL << 52) - 1)) >> (52 - mantissa);
  if (power > largest) return sign | (static_cast<std::uint64_t>(largest) << mantissa) | ((1ULL << mantissa) - 1);
  return sign | (static_cast<std::uint64_t>(power) << mantissa) | fraction;
}

std::uint64_t finite(std::uint64_t word, Format format) {
  auto const [exponent, mantissa] = bit_layout(format);
  std::uint64_t const ones = exponent == 0 ? 0 : ((1ULL << exponent) - 1) << mantissa;
  return exponent > 0 && (word & ones) == ones ? word & ~(1ULL << mantissa) : word;
}

}  // namespace

BitLayout bit_layout(Format f) {
  switch (f) {
    case Format::fp64:
      return {11, 52};
    case Format::fp32:
      return {8, 23};
    case Format::tf32:
      return {8, 10};
    case Format::bf16:
      return {8, 7};
    case Format::fp16:
      return {5, 10};
    case Format::fp8_e4m3:
      return {4, 3};
    case Format::int8:
      return {0, 7};
  }
  return {};
}

std::optional<Fill> fill_named(std::string_view text) {
  for (Fill f : {Fill::zeros, Fill::constant, Fill::random_bits, Fill::normal, Fill::sparse50, Fill::sparse90})
    if (name(f) == text) return f;
  return std::nullopt;
}

int bits(Format format) {
  auto const [exponent, mantissa] = bit_layout(format);
  return 1 + exponent + mantissa;
}

std::uint64_t operand(Fill fill, Format format, std::uint64_t seed, std::uint64_t position) {
  std::uint64_t const random = hash(hash(seed) ^ position);
  auto const gauss = [&] {
    double const u = uniform(random), v = uniform(hash(random));
    return encode(std::sqrt(-2 * std::log(u)) * std::cos(2 * 3.14159265358979323846 * v), format);
  };
  double const kept = uniform(hash(random ^ 0x5851f42d4c957f2dULL));
  switch (fill) {
    case Fill::zeros:
      return 0;
    case Fill::constant:
      return encode(1.5, format);
    case Fill::random_bits:
      return finite(random >> (64 - bits(format)), format);
    case Fill::normal:
      return gauss();
    case Fill::sparse50:
      return kept < 0.5 ? 0 : gauss();
    case Fill::sparse90:
      return kept < 0.9 ? 0 : gauss();
  }
  return 0;
}

double toggle(Fill fill, Format format) {
  constexpr std::uint64_t sample = 65536;
  std::uint64_t flips = 0, before = operand(fill, format, 1, 0);
  for (std::uint64_t i = 1; i <= sample; ++i) {
    std::uint64_t const now = operand(fill, format, 1, i);
    flips += static_cast<std::uint64_t>(std::popcount(now ^ before));
    before = now;
  }
  double const a = static_cast<double>(flips) / static_cast<double>(sample) / (0.5 * bits(format));
  return a > 1 ? 1 : a;
}

}  // namespace ondol::meter
