#pragma once
/// Where an element of a matrix lies: in the registers of a warp for mma.sync, in shared memory for wgmma.
/// Facts of the instruction set [nvidia2025ptx].  Functions of host and
/// device; the tests walk all lanes on the CPU.

namespace ondol::meter {

struct Place {
  int row, k;  // row of A (m) or column of B (n)
};

/// mma.sync.m16n8, k = 32 bytes: element i (of `pack` in a 32-bit register) of register r of lane `lane`, operand A (16 rows).
constexpr Place fragment_a(int lane, int r, int i, int pack) {
  return {lane / 4 + 8 * (r % 2), (lane % 4) * pack + i + (r / 2) * 4 * pack};
}
/// The same for operand B (8 columns, two registers).
constexpr Place fragment_b(int lane, int r, int i, int pack) {
  return {lane / 4, (lane % 4) * pack + i + r * 4 * pack};
}
/// mma.sync.m16n8k16.f64: element r of 8 of A, of 4 of B.
constexpr Place fragment_a_fp64(int lane, int r) {
  return {lane / 4 + 8 * (r % 2), lane % 4 + 4 * (r / 2)};
}
constexpr Place fragment_b_fp64(int lane, int r) {
  return {lane / 4, lane % 4 + 4 * r};
}

struct Cell {
  int row, column;
};
/// Accumulator r of 4 of a lane, m16n8.
constexpr Cell fragment_c(int lane, int r) {
  return {lane / 4 + 8 * (r / 2), (lane % 4) * 2 + r % 2};
}
/// Accumulator r of N/2 of a thread of a warpgroup, wgmma m64nN: each warp holds 16 rows, laid out as m16n8 tiles side by side.
constexpr Cell fragment_wgmma(int thread, int r) {
  return {16 * (thread / 32) + (thread % 32) / 4 + 8 * ((r / 2) % 2), 8 * (r / 4) + (thread % 4) * 2 + r % 2};
}

/// ldmatrix.x4 reads four 8 x 8 matrices of 16-bit elements, matrix lane / 8, row lane % 8 at the address of each lane.  To
/// give the B operands of two m16n8k16 products side by side (columns 0-7 and 8-15, k 0-15): from a tile stored [column][k], as
/// it is ...
constexpr Place ldmatrix_columns(int lane) {
  return {(lane / 16) * 8 + lane % 8, (lane / 8) % 2 * 8};
}
/// ... and from a tile stored [k][column], transposed on the way (.trans): `row` is the column here too.
constexpr Place ldmatrix_rows(int lane) {
  return {(lane / 16) * 8, (lane / 8) % 2 * 8 + lane % 8};
}

/// Byte offset of row `row`, byte `k_byte` of a K-major tile of `rows` rows without swizzle: core matrices of 8 rows by 16
/// bytes are 128 contiguous bytes; the next 8 rows follow at 128 bytes, the next 16 bytes of K at rows * 16.
constexpr unsigned core_offset(int rows, int row, int k_byte) {
  return static_cast<unsigned>((k_byte / 16) * rows * 16 + (row / 8) * 128 + (row % 8) * 16 + k_byte % 16);
}

/// Matrix descriptor of such a tile at shared address `address`: bits 0-13 address / 16, 16-29 leading byte offset / 16 (from
/// one core matrix to the next along K), 32-45 stride byte offset / 16 (along rows), 62-63 swizzle, 0 for none.
constexpr unsigned long long core_descriptor(unsigned address, int rows) {
  auto const field = [](unsigned bytes) { return static_cast<unsigned long long>((bytes & 0x3ffffU) >> 4); };
  return field(address) | field(static_cast<unsigned>(rows) * 16U) << 16 | field(128) << 32;
}

}  // namespace ondol::meter
