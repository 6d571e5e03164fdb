#pragma once
/// Named random streams: each entity draws from its own stream, so adding one does not move the draws of another, and the
/// same seed gives the same numbers on every platform (std:: distributions are not portable and are not used).

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>

namespace ondol {

/// SplitMix64 [Steele, Lea, Flood, OOPSLA 2014] seeded by (scenario seed, stream name).
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::string_view name) : state_(seed) {
    std::uint64_t h = 0xcbf29ce484222325ULL;  // FNV-1a over the name
    for (unsigned char c : name) h = (h ^ c) * 0x100000001b3ULL;
    state_ = mix(state_ + 0x9e3779b97f4a7c15ULL) ^ h;
    next();
  }

  std::uint64_t next() { return mix(state_ += 0x9e3779b97f4a7c15ULL); }

  /// Uniform in [0, 1), 53 bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Exponential with the given mean (same unit as the mean).
  double exponential(double mean) { return -mean * std::log1p(-uniform()); }
  /// Standard normal by the Box-Muller transform; one of the pair is used so that each call consumes two draws.
  double normal() {
    double const r = std::sqrt(-2.0 * std::log1p(-uniform()));
    return r * std::cos(2.0 * std::numbers::pi * uniform());
  }
  /// Index in [0, n) with n > 0.
  std::uint64_t below(std::uint64_t n) { return static_cast<std::uint64_t>(uniform() * static_cast<double>(n)); }

 private:
  static std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  std::uint64_t state_;
};

}  // namespace ondol
