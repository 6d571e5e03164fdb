#pragma once
/// What a job of the macro engine (shares of the hardware's rates) does on each channel, per second.
///
///   compute = 1   the matmul rate of the precision (peak x matmul_efficiency) with the shared, L2 and HBM traffic that a
///                 product of 8192^3 carries for each FLOP (kernel_work.hpp)
///   memory = 1    bandwidth x memory_efficiency, four bytes read for one written; each passes L2 and L1 once
/// Both add.  Operands are normally distributed (toggle below), as weights, activations and gradients are nearly.
/// The split of reads and writes is assumed: serving reads, optimizers write as much as they read; both cost about the same.
/// Valid for mixes of large products and streaming kernels.  Ignores: vector and special units, links.
/// Page: docs/models/gpu-energy.md

#include "kernels/activity/fill.hpp"
#include "sim/compute/kernel_work.hpp"

namespace ondol::sim {

inline constexpr double stream_read_share = 0.8;

/// Rates [1/s] of compute = 1 in `dtype`; none where the device has no unit for it.
meter::Work matmul_rates(KernelRates const& rates, Dtype dtype);

/// Rates [1/s] of memory = 1.
meter::Work stream_rates(KernelRates const& rates);

/// How its operands are stored; fp4 counts as fp8, whose toggle is known.
meter::Format format_of(Dtype dtype);

/// Share of bits that flip from operand to operand in normally distributed values of `dtype` (kernels/activity/fill.hpp).
double normal_toggle(Dtype dtype);

}  // namespace ondol::sim
