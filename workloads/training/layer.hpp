#pragma once
/// Kernels of one transformer layer, of the logits and of the embedding on one rank, for one micro-batch.
///
///   products     queries-keys-values, projection, feed-forward in and out: [n, k] x [k, m/t] and [n, k/t] x [k, m];
///                backward the gradients of the input and of the weights, each as large
///   attention    fused: one kernel forward, one backward that computes the scores again [dao2022flashattention];
///                otherwise two products and 9 byte a score forward, four and 11 backward, over the full square
///   element-wise bytes a token, fused: norms 8 h, residuals 12 h, activation (2g + 2) f, rotation; backward about 1.6 times
///                that; not fused: dropout masks and transposes too [korthikanti2022, section 4, counts what is kept]
///   gradients    of weights are summed in 4 byte: inside the product, or in a kernel of its own
///   fp8, fp4     what enters a product is also written transposed, 1 byte read and written
/// Context-parallel ranks hold n = b s / c tokens and 1/c of the causal triangle each.
/// Experts: rows of each expert in one product, balanced.  Ignores biases, routing of unequal load, capacity limits.

#include "workloads/demand/kernel_clock.hpp"
#include "workloads/training/shape.hpp"

namespace ondol::workloads {

/// Kernels one after another.
struct KernelSum {
  double time_s = 0, awake_s = 0, clock_s = 0;
  double launches = 0;
  meter::Work work;

  void add(KernelUse const& use, double times = 1, double launches_each = 1);
  KernelSum& operator+=(KernelSum const& o);
  friend KernelSum operator*(double k, KernelSum s);
};

struct Passes {
  KernelSum forward, backward;  ///< backward: with what is computed again for it
  double attention_s = 0;       ///< of forward, context groups hide their messages behind it

  Passes& operator+=(Passes const& o);
  friend Passes operator*(double k, Passes p);
};

struct RankKernels {
  Passes dense_layer, moe_layer;
  Passes logits;     ///< with the loss, on the last stage
  Passes embedding;  ///< on the first
};

RankKernels rank_kernels(schema::TrainingSpec const& job, Shape const& shape, schema::TrainingStackSpec const& stack,
                         Precision precision, KernelClock const& clock);

}  // namespace ondol::workloads
