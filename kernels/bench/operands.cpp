#include "kernels/bench/operands.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <thread>

namespace ondol::meter {
namespace {

constexpr int shift(Format f) {
  return f == Format::tf32 ? 13 : 0;
}

}  // namespace

int container_bytes(Format format) {
  return format == Format::tf32 ? 4 : bits(format) / 8;
}

std::uint64_t bounded(std::uint64_t word, Format format) {
  auto const [exponent, mantissa] = bit_layout(format);
  if (exponent < 5) return word;
  std::uint64_t const kept = exponent == 5 ? 8 : 16;  // exponents kept, half of them on each side of the middle
  std::uint64_t const ones = (1ULL << exponent) - 1;
  std::uint64_t const e = (1ULL << (exponent - 1)) - kept / 2 + ((word >> mantissa) & (kept - 1));
  return (word & ~(ones << mantissa)) | (e << mantissa);
}

std::uint64_t operand_word(Fill fill, Format format, std::uint64_t seed, std::uint64_t i) {
  std::uint64_t const word = operand(fill, format, seed, i % fill_period);
  return (fill == Fill::random_bits ? bounded(word, format) : word) << shift(format);
}

double value_of(std::uint64_t word, Format format) {
  if (format == Format::int8) return static_cast<std::int8_t>(word);
  auto const [exponent, mantissa] = bit_layout(format);
  word >>= shift(format);
  int const bias = (1 << (exponent - 1)) - 1;
  int const e = static_cast<int>((word >> mantissa) & ((1ULL << exponent) - 1));
  auto const fraction = static_cast<double>(word & ((1ULL << mantissa) - 1));
  double const magnitude = e == 0 ? std::ldexp(fraction, 1 - bias - mantissa)
                                  : std::ldexp(fraction + std::ldexp(1.0, mantissa), e - bias - mantissa);
  return (word >> (exponent + mantissa)) & 1 ? -magnitude : magnitude;
}

double round_to(double x, Format format) {
  if (format == Format::fp64 || x == 0 || std::isnan(x)) return x;
  if (format == Format::fp32) return static_cast<double>(static_cast<float>(x));
  if (format == Format::int8) return std::clamp(std::nearbyint(x), -128.0, 127.0);
  auto const [exponent, mantissa] = bit_layout(format);
  int const bias = (1 << (exponent - 1)) - 1;
  int const power = std::max(std::ilogb(x), 1 - bias);
  double const step = std::ldexp(1.0, power - mantissa);
  double const largest = format == Format::fp8_e4m3 ? 448 : std::ldexp(2 - std::ldexp(1.0, -mantissa), bias);
  return std::clamp(std::nearbyint(x / step) * step, -largest, largest);
}

std::vector<std::byte> packed_operands(Fill fill, Format format, std::uint64_t seed, std::uint64_t count) {
  std::uint64_t const n = std::min(count, fill_period);
  auto const width = static_cast<std::size_t>(container_bytes(format));
  std::vector<std::byte> out(n * width);
  unsigned const workers = n < 65536 ? 1 : std::max(1U, std::thread::hardware_concurrency());
  auto const part = [&](std::uint64_t from, std::uint64_t to) {
    for (std::uint64_t i = from; i < to; ++i) {
      std::uint64_t const word = operand_word(fill, format, seed, i);
      std::memcpy(out.data() + i * width, &word, width);  // little-endian, as every host of these devices
    }
  };
  std::vector<std::jthread> threads;
  for (unsigned w = 1; w < workers; ++w) threads.emplace_back(part, n * w / workers, n * (w + 1) / workers);
  part(0, n / workers);
  return threads.clear(), out;
}

std::vector<double> operand_values(Fill fill, Format format, std::uint64_t seed, std::uint64_t count) {
  std::vector<double> out(count);
  for (std::uint64_t i = 0; i < count; ++i) out[i] = value_of(operand_word(fill, format, seed, i), format);
  return out;
}

double operand_rms(Fill fill, Format format, std::uint64_t seed) {
  constexpr int sample = 4096;
  double sum = 0;
  for (double v : operand_values(fill, format, seed, sample)) sum += v * v;
  return sum > 0 ? std::sqrt(sum / sample) : 1;
}

}  // namespace ondol::meter
