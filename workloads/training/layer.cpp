#include "workloads/training/layer.hpp"

#include <algorithm>
#include <cmath>

namespace ondol::workloads {

void KernelSum::add(KernelUse const& use, double times, double launches_each) {
  time_s += times * use.time_s;
  awake_s += times * use.time_s * use.awake;
  clock_s += times * use.time_s * use.clock_share;
  launches += times * launches_each;
  work += times * use.work;
}

KernelSum& KernelSum::operator+=(KernelSum const& o) {
  time_s += o.time_s;
  awake_s += o.awake_s;
  clock_s += o.clock_s;
  launches += o.launches;
  work += o.work;
  return *this;
}

KernelSum operator*(double k, KernelSum s) {
  s.time_s *= k;
  s.awake_s *= k;
  s.clock_s *= k;
  s.launches *= k;
  s.work = k * s.work;
  return s;
}

Passes& Passes::operator+=(Passes const& o) {
  forward += o.forward;
  backward += o.backward;
  attention_s += o.attention_s;
  return *this;
}

Passes operator*(double k, Passes p) {
  return {k * p.forward, k * p.backward, k * p.attention_s};
}

namespace {

class Builder {
 public:
  Builder(schema::TrainingSpec const& job, Shape const& shape, schema::TrainingStackSpec const& stack, Precision precision,
          KernelClock const& clock)
      : s_(shape),
        stack_(stack),
        precision_(precision),
        clock_(clock),
        t_(job.tensor_parallel),
        c_(job.context_parallel),
        b_(job.micro_batch),
        sequence_(job.sequence),
        n_(b_ * sequence_ / c_),
        split_(job.sequence_parallel ? t_ : 1.0),
        recompute_(job.recompute) {}

  Passes layer(bool experts) const {
    Passes p;
    Passes light;  // cheap beside what its outputs take to keep
    norms(light);
    if (s_.kv_latent > 0) {
      linear(p, s_.hidden, s_.latents());
      double const from = s_.query_latent > 0 ? s_.query_latent : s_.hidden;
      linear(light, from, s_.score_width() / t_);
      linear(light, s_.kv_latent, 2 * s_.kv_width() / t_);
      rotation(light);
    } else {
      linear(p, s_.hidden, (s_.query_width() + 2 * s_.kv_width()) / t_);
      rotation(p);
    }
    Passes core;
    attention(core);
    p += core;
    p.attention_s = core.forward.time_s;
    linear(p, s_.query_width() / t_, s_.hidden);
    if (experts)
      mixture(p, light);
    else
      feed_forward(p, light, s_.ffn / t_);
    residuals(p);
    p += light;
    if (recompute_ == schema::Recompute::full) {
      p.backward += p.forward;
    } else if (recompute_ == schema::Recompute::selective && !stack_.fused_attention) {
      p.backward += core.forward;
    }
    if (recompute_ != schema::Recompute::full && stack_.light_recompute) p.backward += light.forward;
    return p;
  }

  Passes logits() const {
    Passes p;
    double const columns = s_.vocabulary / t_;
    if (columns <= 0) return p;
    p.forward.add(clock_.gemm(n_, columns, s_.hidden, Precision::bf16));
    p.backward.add(clock_.gemm(n_, s_.hidden, columns, Precision::bf16));
    p.backward.add(clock_.gemm(columns, s_.hidden, n_, Precision::bf16));
    // Loss in 4 byte: to float, maximum, difference, exponential, sum, quotient; backward the gradient, and back to 2 byte.
    p.forward.add(clock_.stream(24 * n_ * columns, 18 * n_ * columns), 1, 8);
    p.backward.add(clock_.stream(8 * n_ * columns, 6 * n_ * columns), 1, 3);
    return p;
  }

  Passes embedding() const {
    Passes p;
    p.forward.add(clock_.stream(2 * n_ * s_.hidden, 2 * n_ * s_.hidden / split_), 1, 2);
    p.backward.add(clock_.stream(2 * n_ * s_.hidden / split_, 6 * n_ * s_.hidden / t_), 1, 2);
    return p;
  }

 private:
  bool narrow() const { return precision_ == Precision::fp8 || precision_ == Precision::fp4; }

  void stream(KernelSum& pass, double read, double written, double launches = 1) const {
    if (read + written > 0) pass.add(clock_.stream(read, written), 1, launches);
  }

  /// Sums the gradient of `weights` weights in 4 byte; `product` has written it once.
  KernelUse summed(KernelUse product, double weights) const {
    KernelUse const sum = clock_.stream(4 * weights, (stack_.fused_elementwise ? 2 : 4) * weights);
    if (stack_.fused_elementwise)  // traffic of the same kernel: both roofs at work
      product.time_s = std::pow(std::pow(product.time_s, 4) + std::pow(sum.time_s, 4), 0.25);
    product.work += sum.work;
    return product;
  }

  /// [rows, in] x [in, out], `copies` times (experts).
  void linear(Passes& p, double in, double out, double rows, double copies = 1) const {
    p.forward.add(clock_.gemm(rows, out, in, precision_), copies);
    p.backward.add(clock_.gemm(rows, in, out, precision_), copies);
    p.backward.add(summed(clock_.gemm(in, out, rows, precision_), in * out), copies);
    if (!stack_.fused_elementwise) stream(p.backward, 6 * in * out * copies, 4 * in * out * copies, copies);
    if (narrow()) {
      stream(p.forward, rows * in * copies, rows * in * copies);
      stream(p.backward, rows * out * copies, rows * out * copies);
    }
  }
  void linear(Passes& p, double in, double out) const { linear(p, in, out, n_); }

  void norms(Passes& p) const {
    double const x = 2 * n_ * s_.hidden / split_;  // one of them, 2 byte
    stream(p.forward, 2 * x, 2 * x, 2);
    stream(p.backward, 4 * x, 2 * x, stack_.fused_elementwise ? 2 : 4);
  }

  void residuals(Passes& p) const {
    double const x = n_ * s_.hidden / split_;
    if (stack_.fused_elementwise) {
      stream(p.forward, 8 * x, 4 * x, 2);
      stream(p.backward, 8 * x, 4 * x, 2);
    } else {  // dropout with its mask, and a bias
      stream(p.forward, 8 * x, 6 * x, 2);
      stream(p.backward, 14 * x, 8 * x, 6);
    }
  }

  void rotation(Passes& p) const {
    double const x = 2 * n_ * (s_.score_width() + s_.key_width()) / t_;
    double const v = 2 * n_ * s_.kv_width() / t_;
    if (stack_.fused_attention) {
      stream(p.forward, x, x, 2);
      stream(p.backward, x, x, 2);
    } else {  // heads are moved to the front, and back after the weighted sums
      double const q = 2 * n_ * s_.query_width() / t_;
      stream(p.forward, x + v + q, x + v + q, 4);
      stream(p.backward, x + v + q, x + v + q, 4);
    }
  }

  void attention(Passes& p) const {
    double const heads = std::max(1.0, s_.heads / t_), kv_heads = std::max(1.0, s_.kv_heads / t_);
    if (stack_.fused_attention) {
      p.forward.add(clock_.attention(b_, heads, kv_heads, s_.attention_dim(), sequence_), 1 / c_, c_);
      p.backward.add(clock_.attention_backward(b_, heads, kv_heads, s_.attention_dim(), sequence_), 1 / c_, c_);
      return;
    }
    double const rows = b_ * heads * sequence_ / c_, scores = rows * sequence_;
    p.forward.add(clock_.gemm(rows, sequence_, s_.attention_dim(), Precision::bf16));
    stream(p.forward, 4 * scores, 5 * scores, 2);  // scale, mask and softmax; dropout with its mask
    p.forward.add(clock_.gemm(rows, s_.attention_dim(), sequence_, Precision::bf16));
    p.backward.add(clock_.gemm(rows, sequence_, s_.attention_dim(), Precision::bf16), 2);
    p.backward.add(clock_.gemm(rows, s_.attention_dim(), sequence_, Precision::bf16), 2);
    stream(p.backward, 7 * scores, 4 * scores, 2);
  }

  void activation(Passes& p, double rows, double width) const {
    double const x = 2 * rows * width;
    stream(p.forward, s_.branches * x, x);
    stream(p.backward, (s_.branches + 1) * x, s_.branches * x);
  }

  void feed_forward(Passes& p, Passes& light, double width) const {
    linear(p, s_.hidden, s_.branches * width);
    activation(light, n_, width);
    linear(p, width, s_.hidden);
  }

  void mixture(Passes& p, Passes& light) const {
    p.forward.add(clock_.gemm(n_, s_.experts, s_.hidden, Precision::bf16), 1, 6);
    p.backward.add(clock_.gemm(n_, s_.hidden, s_.experts, Precision::bf16), 2, 3);
    // Every rank keeps as many rows as it sends away: n k rows over experts / e experts of its own, of e groups' tokens.
    double const here = std::max(1.0, s_.experts / expert_ranks), width = s_.expert_ffn / t_;
    double const routed = n_ * s_.met, rows = routed / here;
    linear(p, s_.hidden, s_.branches * width, rows, here);
    activation(light, routed, width);
    linear(p, width, s_.hidden, rows, here);
    double const moved = 2 * routed * s_.hidden / t_;  // rows to their experts' order and back
    stream(p.forward, 2 * moved, 2 * moved, 4);
    stream(p.backward, 2 * moved, 2 * moved, 4);
    if (s_.shared > 0) feed_forward(p, light, s_.shared * width);
  }

 public:
  double expert_ranks = 1;

 private:
  Shape const& s_;
  schema::TrainingStackSpec const& stack_;
  Precision precision_;
  KernelClock const& clock_;
  double t_, c_, b_, sequence_, n_, split_;
  schema::Recompute recompute_;
};

}  // namespace

RankKernels rank_kernels(schema::TrainingSpec const& job, Shape const& shape, schema::TrainingStackSpec const& stack,
                         Precision precision, KernelClock const& clock) {
  Builder build(job, shape, stack, precision, clock);
  build.expert_ranks = job.expert_parallel;
  RankKernels r;
  if (shape.dense_layers() > 0) r.dense_layer = build.layer(false);
  if (shape.moe_layers > 0) r.moe_layer = build.layer(true);
  r.logits = build.logits();
  r.embedding = build.embedding();
  return r;
}

}  // namespace ondol::workloads
