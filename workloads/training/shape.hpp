#pragma once
/// Weights and FLOP of a decoder, dense or a mixture of experts.
///
///   FLOP of a token, forward:   2 W + 4 s h_q l + 2 V h     W weights of the layers that a token meets, h_q width of all heads
///   step:                       three times that (forward, two for backward); with full recomputation the layers once more,
///                               with selective one the attention, where it is not fused: (1 + 2s/9h + V/12lh) below.
///                               (korthikanti2022 counts three passes of attention there: s/3h)
///   For W = 12 l h^2:           96 B s l h^2 (1 + s/6h + V/16lh) with, 72 B s l h^2 (1 + s/6h + V/12lh) without recomputation
///                               [narayanan2021megatron, eq. 3; korthikanti2022, app. A]
/// Attention counts the full square, as Megatron does.  Whether feed-forward layers are gated and whether embedding and logits
/// share their table follows from the stated parameters: whichever comes nearest.
/// Ignores biases and norms.

#include "scenarios/schema/spec.hpp"

namespace ondol::workloads {

struct StepFlop {
  double layers = 0;     ///< projections and feed-forward of one step, model count
  double attention = 0;  ///< scores and weighted sums
  double logits = 0;
  double recompute_layers = 0, recompute_attention = 0;

  double model() const { return layers + attention + logits; }
  double hardware() const { return model() + recompute_layers + recompute_attention; }
};

/// A model with its gaps filled.
struct Shape {
  double layers = 0, hidden = 0, heads = 0, kv_heads = 0, head_dim = 0, vocabulary = 0;
  double ffn = 0;         ///< inner width of a dense layer
  double branches = 1;    ///< 2: gated
  double tables = 1;      ///< embedding and logits: 2 if they do not share one
  double moe_layers = 0;  ///< of `layers`
  double experts = 0, met = 0, expert_ffn = 0, shared = 0;

  double query_width() const { return heads * head_dim; }
  double kv_width() const { return kv_heads * head_dim; }
  double attention_weights() const { return 2 * hidden * (query_width() + kv_width()); }
  double dense_weights() const { return (branches + 1) * hidden * ffn; }
  double expert_weights() const { return (branches + 1) * hidden * expert_ffn; }  ///< one expert
  double dense_layers() const { return layers - moe_layers; }
  /// All layers: what a token meets, what experts hold, and the rest.
  double met_weights() const;
  double routed_weights() const { return moe_layers * experts * expert_weights(); }
  double resident_weights() const;
};

Shape shape_of(schema::ModelShapeSpec const& model);

/// With fused attention "selective" computes nothing again that this count would see.
StepFlop step_flop(schema::ModelShapeSpec const& model, double sequences, double sequence, schema::Recompute recompute,
                   bool fused_attention = true);

}  // namespace ondol::workloads
