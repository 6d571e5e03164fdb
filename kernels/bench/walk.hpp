#pragma once
/// How the kernels of memory.cu go over a buffer.  Functions of host and device; the tests walk every thread on the CPU.

#include <algorithm>
#include <cstddef>

namespace ondol::meter {

enum class Level { l1, l2, hbm, sector };

inline constexpr int unroll = 4;  ///< vectors that a thread has in flight

/// The vector that index i of a walk means: with `sector`, two neighbours are the first 32 bytes of a line of 128.
template <Level level>
constexpr std::size_t vector_at(std::size_t i) {
  return level == Level::sector ? i / 2 * 8 + i % 2 : i;
}

/// The CTA walks `in + window * block` from first * block by `step`, n vectors in all, a multiple of 4 step; `passes` times.
struct Walk {
  std::size_t n, step, window;
  unsigned first;  // vectors from one CTA's beginning to the next's
  int passes;
};

/// So many vectors, rounded down to whole turns of all threads; at least one turn.
constexpr std::size_t whole_steps(std::size_t vectors, std::size_t step) {
  return std::max(vectors / (unroll * step), std::size_t{1}) * unroll * step;
}

/// A permutation of 2^n lines with one cycle: i -> 5 i + c modulo 2^n, c odd (a full-period generator [hull1962]), c chosen so
/// that neighbours in the cycle lie in different pages.
constexpr unsigned next_line(unsigned i, unsigned lines) {
  return (5U * i + 0x9e3779b1U) & (lines - 1);
}

}  // namespace ondol::meter
