// Walks every thread of the streaming kernels on the CPU: is each vector of a buffer touched once a pass, and none beyond it?
#include "kernels/bench/walk.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace ondol::meter {
namespace {

constexpr std::size_t threads = 1024;

/// Visits of each vector by the loop of the kernel `read`, `write` or `copy`.
template <Level level>
std::vector<int> visits(Walk const& w, unsigned blocks, std::size_t size) {
  std::vector<int> seen(size);
  for (std::size_t block = 0; block < blocks; ++block)
    for (std::size_t thread = 0; thread < threads; ++thread)
      for (std::size_t i = w.first * block + thread; i < w.n; i += unroll * w.step)
        for (std::size_t u = 0; u < unroll; ++u) ++seen.at(w.window * block + vector_at<level>(i + u * w.step));
  return seen;
}

TEST(Walk, ASharedBufferIsReadOnceByAllBlocksTogether) {
  for (unsigned blocks : {1U, 2U, 33U, 108U, 132U}) {
    std::size_t const step = threads * blocks;
    Walk const w{whole_steps(1'500'000, step), step, 0, threads, 1};
    EXPECT_LE(w.n, std::max<std::size_t>(1'500'000, unroll * step));
    EXPECT_EQ(visits<Level::l2>(w, blocks, w.n), std::vector<int>(w.n, 1)) << blocks;
  }
}

TEST(Walk, AWindowOfItsOwnIsReadByEachBlock) {
  std::size_t const window = (64 << 10) / 16;
  Walk const w{whole_steps(window, threads), threads, window, 0, 1};
  EXPECT_EQ(w.n, window);
  EXPECT_EQ(visits<Level::l1>(w, 3, 3 * window), std::vector<int>(3 * window, 1));
}

TEST(Walk, OneSectorOfEachLine) {
  std::size_t const step = threads * 2;
  Walk const w{whole_steps(60'000, step), step, 0, threads, 1};
  std::size_t const size = vector_at<Level::sector>(w.n - 1) + 1;  // as memory.cu sizes its buffer
  auto const seen = visits<Level::sector>(w, 2, size);
  for (std::size_t i = 0; i < size; ++i) ASSERT_EQ(seen[i], i % 8 < 2 ? 1 : 0) << i;
}

TEST(Walk, BuffersBeyondFourGigabytesKeepTheirIndices) {
  EXPECT_EQ(vector_at<Level::sector>((std::size_t{1} << 32) + 1), (std::size_t{1} << 34) + 1);
  EXPECT_GT(whole_steps(std::size_t{1} << 33, 132 * threads), (std::size_t{1} << 33) - unroll * 132 * threads);
}

TEST(Walk, TheChaseSeesEveryLine) {
  for (unsigned lines : {4096U, 1U << 20}) {
    unsigned at = 0, length = 0;
    do at = next_line(at, lines), ++length;
    while (at != 0 && length <= lines);
    EXPECT_EQ(length, lines);
  }
}

}  // namespace
}  // namespace ondol::meter
