#pragma once
/// Operands as the kernels hold them: kernels/activity's fill, kept finite in arithmetic, repeated over long buffers.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/activity/fill.hpp"

namespace ondol::meter {

/// A buffer repeats after so many operands.  Prime, so that rows and pages of a buffer never line up with the repeat.
inline constexpr std::uint64_t fill_period = 1048573;

int container_bytes(Format format);  ///< tf32 lies in the upper 19 bits of 4 bytes

/// The exponent of a random word moved to the middle of its range, so that sums of products stay finite and infinity never
/// stops the toggling.  The exponents kept straddle 2^(e-1): every bit of the word is still set half of the time, so the
/// toggle is that of the unbounded word.  8-bit formats are bounded as they are.
std::uint64_t bounded(std::uint64_t word, Format format);

/// The i-th operand of a buffer, in its container.
std::uint64_t operand_word(Fill fill, Format format, std::uint64_t seed, std::uint64_t i);

double value_of(std::uint64_t word, Format format);  ///< of a word in its container; int8 as an integer
/// Nearest value of the format, ties to even; beyond its range the largest finite one.
double round_to(double x, Format format);

/// The first min(count, fill_period) operands, packed as they lie in memory.  Made on all cores.
std::vector<std::byte> packed_operands(Fill fill, Format format, std::uint64_t seed, std::uint64_t count);
std::vector<double> operand_values(Fill fill, Format format, std::uint64_t seed, std::uint64_t count);
/// Root mean square of the operands, 1 where all are zero: what a product is divided by to stay near one.
double operand_rms(Fill fill, Format format, std::uint64_t seed);

}  // namespace ondol::meter
