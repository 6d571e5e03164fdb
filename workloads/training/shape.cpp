#include "workloads/training/shape.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ondol::workloads {

double Shape::attention_weights() const {
  if (kv_latent <= 0) return 2 * hidden * (query_width() + kv_width());
  return hidden * latents() + latent_weights() + query_width() * hidden;
}

double Shape::latent_weights() const {
  return kv_latent > 0 ? (query_latent > 0 ? query_latent : hidden) * score_width() + 2 * kv_latent * kv_width() : 0;
}

double Shape::met_weights() const {
  return layers * attention_weights() + dense_layers() * dense_weights() + moe_layers * (met + shared) * expert_weights();
}

double Shape::resident_weights() const {
  return layers * attention_weights() + dense_layers() * dense_weights() +
         moe_layers * (shared * expert_weights() + experts * hidden);
}

Shape shape_of(schema::ModelShapeSpec const& m) {
  Shape s{.layers = static_cast<double>(m.layers),
          .hidden = static_cast<double>(m.hidden),
          .heads = static_cast<double>(m.heads),
          .kv_heads = static_cast<double>(m.kv_heads > 0 ? m.kv_heads : m.heads),
          .head_dim = m.head_dim > 0 ? m.head_dim : static_cast<double>(m.hidden) / m.heads,
          .vocabulary = static_cast<double>(m.vocabulary),
          .ffn = m.ffn_hidden > 0 ? m.ffn_hidden : 4.0 * m.hidden,
          .kv_latent = static_cast<double>(m.kv_latent),
          .query_latent = static_cast<double>(m.query_latent),
          .rope_dim = static_cast<double>(m.rope_dim)};
  double const table = s.vocabulary * s.hidden;
  if (m.experts > 0) {  // all such models gate, and keep two tables
    s.branches = s.tables = 2;
    s.moe_layers = m.layers - m.dense_layers;
    s.experts = m.experts;
    s.met = m.experts_a_token;
    s.expert_ffn = m.expert_hidden;
    s.shared = m.shared_experts;
    s.node_limit = m.expert_node_limit;
    return s;
  }
  if (m.active_parameters > 0 && m.active_parameters < m.parameters) {
    // A mixture whose experts nobody described: a dense layer as wide as what is active.
    s.branches = s.tables = 2;
    double const met = std::max(0.0, m.active_parameters - 2 * table);
    s.ffn = std::max(0.0, (met / s.layers - s.attention_weights()) / (3 * s.hidden));
    return s;
  }
  if (m.parameters <= 0) return s;
  double error = std::numeric_limits<double>::infinity();
  Shape const plain = s;
  for (double const branches : {1.0, 2.0})
    for (double const tables : {1.0, 2.0}) {
      Shape trial = plain;
      trial.branches = branches;
      trial.tables = tables;
      if (double const e = std::abs(trial.met_weights() + tables * table - m.parameters); e < error) {
        error = e;
        s = trial;
      }
    }
  return s;
}

double met_domains(Shape const& s, double domains) {
  double const open = s.node_limit > 0 ? std::min(domains, s.node_limit) : domains;
  double const here = s.experts / domains, among = here * open;
  double missed = 1;  // that a domain holds none of the k
  for (double drawn = 0; drawn < s.met; ++drawn) missed *= std::max(0.0, among - here - drawn) / (among - drawn);
  return open * (1 - missed);
}

StepFlop step_flop(schema::ModelShapeSpec const& model, double sequences, double sequence, schema::Recompute recompute,
                   bool fused_attention, bool light_recompute) {
  Shape const s = shape_of(model);
  double const tokens = sequences * sequence;
  double const layers = 2 * s.met_weights() * tokens,
               attention = 4 * sequence * s.heads * s.attention_dim() * s.layers * tokens;
  StepFlop f{.layers = 3 * layers, .attention = 3 * attention, .logits = 6 * s.hidden * s.vocabulary * tokens};
  bool const full = recompute == schema::Recompute::full;
  if (full)
    f.recompute_layers = layers;
  else if (light_recompute)
    f.recompute_layers = 2 * s.layers * s.latent_weights() * tokens;
  if (full || (recompute == schema::Recompute::selective && !fused_attention)) f.recompute_attention = attention;
  return f;
}

}  // namespace ondol::workloads
