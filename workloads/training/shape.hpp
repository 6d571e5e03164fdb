#pragma once
/// Weights and FLOP of a decoder, dense or a mixture of experts.
///
///   FLOP of a token, forward:   2 W + 4 s h_q l + 2 V h     W weights of the layers that a token meets, h_q width of all heads
///   step:                       three times that (forward, two for backward); with full recomputation the layers once more,
///                               (light one: the products from latents), with selective one the attention, where it is not
///                               fused: (1 + 2s/9h + V/12lh) below. (korthikanti2022 counts three passes of attention there:
///                               s/3h)
///   For W = 12 l h^2:           96 B s l h^2 (1 + s/6h + V/16lh) with, 72 B s l h^2 (1 + s/6h + V/12lh) without recomputation
///                               [narayanan2021megatron, eq. 3; korthikanti2022, app. A]
/// Compressed keys (kv_latent): queries, keys and values come from latents; scores are over d + r of a head, sums over d, so
/// that h_q counts d + r/2:  W of a layer = h (c_q + c_kv + r) + a (c_q (d + r) + c_kv 2 d + d h), with a heads
///                                                                                     [deepseek2024v3, section 2.1.1]
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
  double node_limit = 0;                                 ///< domains of a token's experts; 0: any
  double kv_latent = 0, query_latent = 0, rope_dim = 0;  ///< compressed keys and values, queries; 0: not

  double latents() const { return query_latent + kv_latent + rope_dim; }

  double query_width() const { return heads * head_dim; }  ///< all heads, as their sums leave attention
  double kv_width() const { return kv_heads * head_dim; }
  double attention_dim() const { return head_dim + rope_dim / 2; }      ///< a head: mean of scores and sums
  double score_width() const { return heads * (head_dim + rope_dim); }  ///< all heads of queries
  double key_width() const { return kv_heads * (head_dim + rope_dim); }
  double attention_weights() const;
  double latent_weights() const;  ///< of the products from latents, that light recomputation repeats
  double dense_weights() const { return (branches + 1) * hidden * ffn; }
  double expert_weights() const { return (branches + 1) * hidden * expert_ffn; }  ///< one expert
  double dense_layers() const { return layers - moe_layers; }
  /// All layers: what a token meets, what experts hold, and the rest.
  double met_weights() const;
  double routed_weights() const { return moe_layers * experts * expert_weights(); }
  double resident_weights() const;
};

Shape shape_of(schema::ModelShapeSpec const& model);

/// Domains that hold experts of one token, of D over which E experts lie evenly, mean of even routing without repetition:
///   D' (1 - C(E' - E/D, k) / C(E', k)),  D' = min(D, limit), E' = E D'/D
/// which nears D' (1 - (1 - 1/D')^k) for many experts.  Routing that prefers domains of several good experts, or fills the
/// limit, is not known to it.
double met_domains(Shape const& shape, double domains);

/// With fused attention "selective" computes nothing again that this count would see.
StepFlop step_flop(schema::ModelShapeSpec const& model, double sequences, double sequence, schema::Recompute recompute,
                   bool fused_attention = true, bool light_recompute = false);

}  // namespace ondol::workloads
