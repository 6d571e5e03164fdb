// Walks the lanes of a warp on the CPU: does every element of a tile lie in exactly one register, and do the loads of the
// attention kernel bring each element where mma expects it?
#include "kernels/bench/fragments.hpp"

#include <gtest/gtest.h>

#include <set>
#include <utility>

namespace ondol::meter {
namespace {

using Pairs = std::set<std::pair<int, int>>;

template <class At>
void expect_bijection(int rows, int columns, At const& walk) {
  Pairs seen;
  int visits = 0;
  walk([&](int row, int column) {
    EXPECT_TRUE(row >= 0 && row < rows && column >= 0 && column < columns) << row << ", " << column;
    seen.insert({row, column});
    ++visits;
  });
  EXPECT_EQ(static_cast<int>(seen.size()), rows * columns);
  EXPECT_EQ(visits, rows * columns) << "an element lies in two registers";
}

TEST(Fragments, EveryElementLiesInOneRegister) {
  for (int pack : {1, 2, 4}) {
    expect_bijection(16, 8 * pack, [&](auto const& at) {
      for (int lane = 0; lane < 32; ++lane)
        for (int r = 0; r < 4; ++r)
          for (int i = 0; i < pack; ++i) at(fragment_a(lane, r, i, pack).row, fragment_a(lane, r, i, pack).k);
    });
    expect_bijection(8, 8 * pack, [&](auto const& at) {
      for (int lane = 0; lane < 32; ++lane)
        for (int r = 0; r < 2; ++r)
          for (int i = 0; i < pack; ++i) at(fragment_b(lane, r, i, pack).row, fragment_b(lane, r, i, pack).k);
    });
  }
  expect_bijection(16, 16, [](auto const& at) {
    for (int lane = 0; lane < 32; ++lane)
      for (int r = 0; r < 8; ++r) at(fragment_a_fp64(lane, r).row, fragment_a_fp64(lane, r).k);
  });
  expect_bijection(8, 16, [](auto const& at) {
    for (int lane = 0; lane < 32; ++lane)
      for (int r = 0; r < 4; ++r) at(fragment_b_fp64(lane, r).row, fragment_b_fp64(lane, r).k);
  });
  expect_bijection(16, 8, [](auto const& at) {
    for (int lane = 0; lane < 32; ++lane)
      for (int r = 0; r < 4; ++r) at(fragment_c(lane, r).row, fragment_c(lane, r).column);
  });
  expect_bijection(64, 256, [](auto const& at) {
    for (int thread = 0; thread < 128; ++thread)
      for (int r = 0; r < 128; ++r) at(fragment_wgmma(thread, r).row, fragment_wgmma(thread, r).column);
  });
}

// Figures of the PTX ISA, read off by hand: lane 5 is group 1, thread 1 of it.
TEST(Fragments, LanesHoldWhatTheFiguresShow) {
  Place const a = fragment_a(5, 3, 1, 2);  // m16n8k16, a7: row 1 + 8, column 2 + 1 + 8
  EXPECT_EQ(std::pair(a.row, a.k), std::pair(9, 11));
  Place const b = fragment_b(5, 1, 0, 2);  // b2: k 2 + 8, column 1
  EXPECT_EQ(std::pair(b.row, b.k), std::pair(1, 10));
  Place const byte = fragment_a(5, 2, 3, 4);  // m16n8k32, a11: row 1, column 4 + 3 + 16
  EXPECT_EQ(std::pair(byte.row, byte.k), std::pair(1, 23));
  Cell const c = fragment_c(5, 3);
  EXPECT_EQ(std::pair(c.row, c.column), std::pair(9, 3));
  Cell const d = fragment_wgmma(32 + 5, 6);  // second warp, second tile of 8 columns, its register 2
  EXPECT_EQ(std::pair(d.row, d.column), std::pair(16 + 9, 8 + 2));
}

TEST(Fragments, CoreMatricesAreContiguousAndTheDescriptorFindsThem) {
  for (int rows : {64, 256}) {
    std::set<unsigned> seen;
    for (int row = 0; row < rows; ++row)
      for (int byte = 0; byte < 256; ++byte) seen.insert(core_offset(rows, row, byte));
    EXPECT_EQ(seen.size(), rows * 256U);
    EXPECT_EQ(*seen.rbegin(), rows * 256U - 1);
    EXPECT_EQ(core_offset(rows, 0, 0) + 16, core_offset(rows, 1, 0)) << "rows of a core matrix follow one another";
    auto const d = core_descriptor(0x2400, rows);
    auto const field = [&](int bit) { return static_cast<unsigned>((d >> bit) & 0x3fff) * 16; };
    EXPECT_EQ(field(0), 0x2400U);
    EXPECT_EQ(field(16), core_offset(rows, 0, 16)) << "one core matrix along K";
    EXPECT_EQ(field(32), core_offset(rows, 8, 0)) << "eight rows down";
    EXPECT_EQ(d >> 62, 0U) << "no swizzle";
    EXPECT_EQ(core_offset(rows, 0, 32), 2U * 16 * static_cast<unsigned>(rows)) << "a step of K, as the kernel advances";
  }
}

// ldmatrix.x4: matrix m, row r at the address of lane 8 m + r; lane t then holds elements 2 (t % 4) + {0, 1} of row t / 4,
// or, transposed, of column t / 4.
TEST(Fragments, MatrixLoadsBringTheOperandsOfTwoProducts) {
  for (bool transposed : {false, true})
    for (int lane = 0; lane < 32; ++lane)
      for (int m = 0; m < 4; ++m)
        for (int i = 0; i < 2; ++i) {
          int const inner = 2 * (lane % 4) + i, outer = lane / 4;
          int const address_lane = 8 * m + (transposed ? inner : outer);
          Place const start = transposed ? ldmatrix_rows(address_lane) : ldmatrix_columns(address_lane);
          int const column = transposed ? start.row + outer : start.row, k = transposed ? start.k : start.k + inner;
          Place const wanted = fragment_b(lane, m % 2, i, 2);
          EXPECT_EQ(column, wanted.row + 8 * (m / 2)) << "lane " << lane << " matrix " << m;
          EXPECT_EQ(k, wanted.k) << "lane " << lane << " matrix " << m;
        }
}

// The scores of two tiles of 8 keys, packed in pairs, are the A operand of 16 keys.
TEST(Fragments, ScoresTurnIntoTheNextOperandWithoutMoving) {
  for (int lane = 0; lane < 32; ++lane)
    for (int r = 0; r < 4; ++r)
      for (int i = 0; i < 2; ++i) {
        int const tile = r / 2,
                  accumulator = 2 * (r % 2) + i;  // prefill.cu: weight[r] = tile r / 2, registers 2 (r % 2) + {0, 1}
        Cell const from = fragment_c(lane, accumulator);
        Place const to = fragment_a(lane, r, i, 2);
        EXPECT_EQ(from.row, to.row);
        EXPECT_EQ(from.column + 8 * tile, to.k);
      }
}

}  // namespace
}  // namespace ondol::meter
