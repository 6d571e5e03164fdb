#pragma once
/// Work of one launch on each channel, from shapes and loop trips.  Needs no device.
///
/// Conventions.  A fused multiply-add is 2 FLOP.  A byte counts on every level that it crosses: a load from HBM to a register
/// counts on hbm_read, l2 and l1; a load into shared memory that passes the registers by counts on l2 and, written, on shared.
/// Stores count on l1, l2 and, where the buffer is larger than L2, hbm_write.  Loop control and address arithmetic are left
/// out: below 5 % of the instructions of every loop.

#include <cstddef>
#include <string_view>

#include "kernels/activity/channel.hpp"
#include "kernels/activity/fill.hpp"

namespace ondol::meter {

Channel tensor_channel(Format format);

/// `lane_trips`: threads times trips of the chains of vector.cu.
Work chain_work(std::string_view kernel, double lane_trips);

Work read_work(double bytes, bool from_hbm, bool from_l2);  ///< to registers, folded with three-input logic: 2 per 16 bytes
Work write_work(double bytes, bool to_hbm);
Work copy_work(double bytes);  ///< HBM to HBM through registers

struct GemmShape {
  double m, n, k;  ///< tokens, outputs, inputs
  Format format;   ///< of the operands; the result is bf16
  double multiprocessors;
};
/// Tiles of 128 x 256 (64 x 256 and less where m is small), one a multiprocessor.  L2 serves every tile its rows and columns;
/// HBM serves each wave of tiles, laid out as square as m and n allow, its rows and columns once, and never less than both
/// matrices; shared memory takes what L2 serves and gives each 64 x 256 step both operands.
Work gemm_work(GemmShape const& s);

/// Attention over tiles of 64 queries by 64 keys, those above the diagonal left out.
Work prefill_work(double batch, double tokens, double heads, double cache_heads);
Work decode_work(double batch, double keys, double heads, double cache_heads, double splits);
inline constexpr double head_size = 128;

Work gemv_work(double outputs, double inputs, double tokens);
Work gather_work(double bytes);
Work rmsnorm_work(double rows, double columns);
Work softmax_work(double rows, double columns);
Work swiglu_work(double elements);
Work adamw_work(double elements);

}  // namespace ondol::meter
