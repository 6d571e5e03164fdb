#include "sim/sweep/design_points.hpp"

#include <boost/random/sobol.hpp>
#include <numeric>

#include "scenarios/base/random.hpp"

namespace ondol::sim {
namespace {

/// 64 bits that depend on all bits of both.  [steele2014splitmix]
std::uint64_t hashed(std::uint64_t key, std::uint64_t word) {
  std::uint64_t z = key + 0x9e3779b97f4a7c15ULL * (word + 1);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

constexpr int nested_digits = 32;  // more than any sweep has samples; digits below them are random

/// Owen's scrambling of one coordinate, as a number in (0, 1).
double scrambled(std::uint64_t digits, std::uint64_t key) {
  std::uint64_t out = 0;
  for (int k = 0; k < nested_digits; ++k) {
    std::uint64_t const prefix = k ? digits >> (64 - k) : 0;
    std::uint64_t const flip = hashed(key, prefix | (std::uint64_t{1} << k)) & 1;  // the one tells prefixes of other lengths
    out = out << 1 | ((digits >> (63 - k) & 1) ^ flip);
  }
  int const rest = 52 - nested_digits;
  out = out << rest | hashed(~key, digits >> (64 - nested_digits)) >> (64 - rest);
  return (static_cast<double>(out) + 0.5) * 0x1.0p-52;
}

DesignPoints scrambled_sobol(std::vector<std::uint64_t> const& keys, std::uint32_t samples) {
  DesignPoints points(samples, std::vector<double>(keys.size()));
  boost::random::sobol sequence(keys.size());
  for (std::uint32_t i = 0; i < samples; ++i)
    for (std::size_t d = 0; d < keys.size(); ++d)
      points[i][d] = scrambled(i ? sequence() : 0, keys[d]);  // the library leaves out the first point, the origin
  return points;
}

std::uint64_t key_of(std::string const& design, std::string const& axis, std::uint64_t seed) {
  return RandomStream(seed, "sweep/" + design + "/" + axis).next();
}

}  // namespace

DesignPoints latin_hypercube(std::vector<std::string> const& axes, std::uint32_t samples, std::uint64_t seed) {
  DesignPoints points(samples, std::vector<double>(axes.size()));
  std::vector<std::uint32_t> stratum(samples);
  for (std::size_t d = 0; d < axes.size(); ++d) {
    RandomStream random(seed, "sweep/lhs/" + axes[d]);
    std::iota(stratum.begin(), stratum.end(), 0U);
    for (std::uint32_t i = samples; i > 1; --i) std::swap(stratum[i - 1], stratum[random.below(i)]);
    for (std::uint32_t i = 0; i < samples; ++i)
      points[i][d] = (stratum[i] + (0x1.0p-31 + random.uniform()) / (1 + 0x1.0p-30)) / samples;  // inside, not on the edge
  }
  return points;
}

DesignPoints sobol_points(std::vector<std::string> const& axes, std::uint32_t samples, std::uint64_t seed) {
  std::vector<std::uint64_t> keys;
  for (auto const& axis : axes) keys.push_back(key_of("sobol", axis, seed));
  return scrambled_sobol(keys, samples);
}

DesignPoints saltelli_points(std::vector<std::string> const& axes, std::uint32_t samples, std::uint64_t seed) {
  std::vector<std::uint64_t> keys;
  for (auto const* half : {"saltelli/a", "saltelli/b"})
    for (auto const& axis : axes) keys.push_back(key_of(half, axis, seed));
  auto const d = static_cast<std::ptrdiff_t>(axes.size());
  DesignPoints rows;
  rows.reserve(samples * (axes.size() + 2));
  for (auto const& point : scrambled_sobol(keys, samples)) {
    std::vector<double> const a(point.begin(), point.begin() + d), b(point.begin() + d, point.end());
    rows.push_back(a);
    for (std::size_t j = 0; j < axes.size(); ++j) {
      rows.push_back(a);
      rows.back()[j] = b[j];
    }
    rows.push_back(b);
  }
  return rows;
}

}  // namespace ondol::sim
