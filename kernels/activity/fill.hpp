#pragma once
/// What the operands of a load hold, and how many of their bits flip.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace ondol::meter {

enum class Fill { zeros, constant, random_bits, normal, sparse50, sparse90 };

constexpr std::string_view name(Fill f) {
  switch (f) {
    case Fill::zeros:
      return "zeros";
    case Fill::constant:
      return "constant";
    case Fill::random_bits:
      return "random_bits";
    case Fill::normal:
      return "normal";
    case Fill::sparse50:
      return "sparse50";
    case Fill::sparse90:
      return "sparse90";
  }
  return "";
}
std::optional<Fill> fill_named(std::string_view text);

/// Formats an operand is stored in.
enum class Format { fp64, fp32, tf32, bf16, fp16, fp8_e4m3, int8 };

/// One operand of `format` as raw bits, the `position`-th of the stream of `seed`: a pure function, so that device and CPU
/// agree.  random_bits avoids NaN and infinity by clearing the lowest exponent bit of words that would be one.
std::uint64_t operand(Fill fill, Format format, std::uint64_t seed, std::uint64_t position);

/// Bits of exponent and mantissa; an int8 has the sign and 7 others.
struct BitLayout {
  int exponent, mantissa;
};
BitLayout bit_layout(Format format);
int bits(Format format);

/// a in [0, 1]: mean Hamming distance of successive operands over half the word width, computed from 65,536 operands.
/// Random bits give 1, zeros and constants 0.  After [gregersen2024].
double toggle(Fill fill, Format format);

}  // namespace ondol::meter
