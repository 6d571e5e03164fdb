#include "workloads/training/step_model.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "scenarios/base/error.hpp"
#include "tests/workloads/training/published_steps.hpp"
#include "workloads/training/stack.hpp"

namespace ondol::workloads {
namespace {

using published::a100;
using published::gpt;
using published::gpt3;
using published::h100;
using published::job;
using published::llama405b;
using published::Recompute;
using published::Row;
using published::Split;
using ::testing::HasSubstr;

double constexpr gib = 1024.0 * 1024.0 * 1024.0;

StepResult step_of(Row const& row) {
  return training_step(row.job, row.model, row.pool, row.stack);
}

StepResult step_of(schema::TrainingSpec const& t, schema::ModelShapeSpec const& model, PoolSupply const& pool) {
  return training_step(t, model, pool, stack_of(t, published::catalogue()));
}

std::string refused(schema::TrainingSpec const& t, schema::ModelShapeSpec const& model = gpt3(),
                    PoolSupply const& pool = h100()) {
  try {
    training_step(t, model, pool);
  } catch (InputError const& error) {
    return error.what();
  }
  return {};
}

// ------------------------------------------------------------------------------------------------------------ FLOP

TEST(StepFlop, EqualsTheClosedFormWithAndWithoutRecomputation) {
  // 96 (72) B s l h^2 (1 + s/6h + V/16lh (V/12lh)), written out here from the papers, not from the model.
  double const b = 1536, s = 2048, l = 96, h = 12288, v = 51200;
  double const with = 96 * b * s * l * h * h * (1 + s / (6 * h) + v / (16 * l * h));
  double const without = 72 * b * s * l * h * h * (1 + s / (6 * h) + v / (12 * l * h));
  EXPECT_NEAR(step_flop(gpt3(), b, s, Recompute::full).hardware() / with, 1, 1e-12);
  EXPECT_NEAR(step_flop(gpt3(), b, s, Recompute::none).hardware() / without, 1, 1e-12);
  EXPECT_NEAR(step_flop(gpt3(), b, s, Recompute::full).model() / without, 1, 1e-12);
}

TEST(StepFlop, SelectiveRecomputationRepeatsTheAttentionThatIsNotFused) {
  double const b = 1536, s = 2048, l = 96, h = 12288, v = 51200;
  double const once_more = 72 * b * s * l * h * h * (1 + 2 * s / (9 * h) + v / (12 * l * h));
  EXPECT_NEAR(step_flop(gpt3(), b, s, Recompute::selective, false).hardware() / once_more, 1, 1e-12);
  auto const fused = step_flop(gpt3(), b, s, Recompute::selective, true);
  EXPECT_EQ(fused.hardware(), fused.model());
  // The stack decides.
  auto const t = job({64, 64, 8, 8, 3}, 2048, "bf16", Recompute::selective, 25e9, "megatron-lm/2022");
  auto const step = step_of(t, gpt3(), a100());
  EXPECT_NEAR(step.hfu / step.mfu, once_more / fused.model(), 1e-12);
}

TEST(StepFlop, ReproducesThePublishedIterationOfGpt3) {
  // Megatron-LM README: 175B, batch 1536, 1024 A100: about 32 s at 138 TFLOP/s per GPU, recomputation counted.
  double const seconds = step_flop(gpt3(), 1536, 2048, Recompute::full).hardware() / (1024 * 138e12);
  EXPECT_NEAR(seconds, 32, 0.5);
}

TEST(StepFlop, SixFlopAParameterAndTokenWithoutAttention) {
  auto const f = step_flop(gpt3(), 1, 2048, Recompute::none);
  EXPECT_NEAR((f.layers + f.logits) / (6 * 175e9 * 2048), 1, 0.01);
}

TEST(Shape, GroupedAndGatedLayersOfLlama405B) {
  // 405.9e9 parameters less two tables of 128256 x 16384.
  EXPECT_NEAR(shape_of(llama405b()).met_weights(), 405.9e9 - 2 * 128256.0 * 16384, 0.2e9);
}

TEST(Shape, MixtureOfExpertsCountsActiveParameters) {
  schema::ModelShapeSpec moe{"moe", "moe", 671e9, 37e9, 61, 7168, 128, 128, 18432, 129280};
  EXPECT_DOUBLE_EQ(shape_of(moe).met_weights(), 37e9 - 2.0 * 129280 * 7168);
}

/// The published shape, with compressed keys [deepseek2024v3, section 4.2].
schema::ModelShapeSpec deepseek_v3() {
  schema::ModelShapeSpec m{"v3", "v3", 671e9, 37e9, 61, 7168, 128, 128, 18432, 129280};
  m.head_dim = 128;
  m.kv_latent = 512;
  m.query_latent = 1536;
  m.rope_dim = 64;
  m.experts = 256;
  m.experts_a_token = 8;
  m.expert_hidden = 2048;
  m.shared_experts = 1;
  m.dense_layers = 3;
  return m;
}

TEST(Shape, CompressedKeysGiveThePublishedParametersOfDeepSeekV3) {
  auto const s = shape_of(deepseek_v3());
  // 7168 x 2112 to the latents, 1536 x 24576 and 512 x 32768 from them, 16384 x 7168 out.
  EXPECT_DOUBLE_EQ(s.attention_weights(), 187105280);
  double const tables = 2 * 129280.0 * 7168;
  EXPECT_NEAR((s.resident_weights() + s.routed_weights() + tables) / 671e9, 1, 0.001);
  EXPECT_NEAR((s.met_weights() + tables) / 37e9, 1, 0.015);
  auto const f = step_flop(deepseek_v3(), 1, 4096, Recompute::none);
  EXPECT_DOUBLE_EQ(f.attention, 3 * 4 * 4096.0 * 4096 * 61 * 128 * 160);  // scores over 192 of a head, sums over 128
}

TEST(Shape, ATokenMeetsDomainsAsDrawnWithoutRepetition) {
  Shape s;
  s.experts = 8;
  s.met = 2;
  EXPECT_DOUBLE_EQ(met_domains(s, 4), 4 * (1 - 15.0 / 28));  // C(6, 2) of C(8, 2) pairs miss a domain
  s.node_limit = 2;
  EXPECT_DOUBLE_EQ(met_domains(s, 4), 2 * (1 - 1.0 / 6));  // C(2, 2) of C(4, 2)
  s.node_limit = 1;
  EXPECT_DOUBLE_EQ(met_domains(s, 4), 1);
  s.node_limit = 0;
  s.met = 8;
  EXPECT_DOUBLE_EQ(met_domains(s, 4), 4);
  s.experts = 8e6;
  EXPECT_NEAR(met_domains(s, 4), 4 * (1 - std::pow(0.75, 8)), 1e-5);
}

// ---------------------------------------------------------------------------------------------------------- memory

TEST(StepMemory, ReproducesThePublishedActivationsAndState) {
  // korthikanti2022, Fig. 1, GiB: sequence-parallel selective activations exact to the digits, state within 1.5 %.
  auto const m22 = step_memory(job({8, 4, 8, 1, 1, 1, 4}, 2048, "bf16", Recompute::none, 0), gpt(22e9, 64, 6144, 48, 51200));
  EXPECT_NEAR(m22.activation_bytes / gib, 9.56, 0.01);
  EXPECT_NEAR(m22.state_bytes / gib / 45.56, 1, 0.015);
  auto const m175 = step_memory(job({64, 64, 8, 8, 3}, 2048, "bf16", Recompute::none, 0), gpt3());
  EXPECT_NEAR(m175.activation_bytes / gib, 12.35, 0.01);
  EXPECT_NEAR(m175.state_bytes / gib / 45.56, 1, 0.015);
  auto const m1000 = step_memory(job({512, 512, 8, 64}, 2048, "bf16", Recompute::none, 0), gpt(1008e9, 160, 25600, 128, 51200));
  EXPECT_NEAR(m1000.activation_bytes / gib, 26.56, 0.01);
  EXPECT_NEAR(m1000.state_bytes / gib / 32.96, 1, 0.015);
}

TEST(StepMemory, ReproducesThePublishedSharesOfActivations) {
  // korthikanti2022, Fig. 7, % of the baseline: sequence parallel, selective, both.
  auto const& stack = published::catalogue().training_stack.at("megatron-lm/2022");
  struct Published {
    schema::ModelShapeSpec model;
    Split split;
    double sequence, selective, both;
  };
  for (auto const& p : {Published{gpt(22e9, 64, 6144, 48, 51200), {8, 4, 8, 1, 1, 1, 4}, 66.84, 49.42, 16.18},
                        Published{gpt3(), {64, 64, 8, 8, 3}, 62.04, 56.53, 18.49}}) {
    auto const activations = [&](bool sequence_parallel, Recompute recompute) {
      auto t = job(p.split, 2048, "bf16", recompute, 25e9);
      t.sequence_parallel = sequence_parallel;
      return step_memory(t, p.model, stack).activation_bytes;
    };
    double const baseline = activations(false, Recompute::none) / 100;
    EXPECT_NEAR(activations(true, Recompute::none) / baseline, p.sequence, 0.2);
    EXPECT_NEAR(activations(false, Recompute::selective) / baseline, p.selective, 0.2);
    EXPECT_NEAR(activations(true, Recompute::selective) / baseline, p.both, 0.2);
  }
}

TEST(StepMemory, FirstStageHoldsNoMoreMicroBatchesThanTheStepHas) {
  auto const activations = [](Split s) {
    return step_memory(job(s, 2048, "bf16", Recompute::none, 0), gpt3()).activation_bytes;
  };
  // 8 stages, one replica: 8 micro-batches of an eighth of the layers, or 3 of them; interleaved 31 of 24 chunks, or 9.
  double const full = activations({64, 64, 8, 8});
  EXPECT_DOUBLE_EQ(activations({64, 3, 8, 8}), full * 3 / 8);
  EXPECT_NEAR(activations({64, 64, 8, 8, 3}), full * 31 / 24, 1);
  EXPECT_NEAR(activations({64, 3, 8, 8, 3}), full * 9 / 24, 1);
}

TEST(StepMemory, FullRecomputationSplitsTheKeptInputsAlongTheSequence) {
  auto t = job({8, 8, 8, 1}, 2048, "bf16", Recompute::full, 0);
  t.sequence_parallel = true;
  auto const tokens = 2048.0, h = 12288.0;
  // 96 inputs of 2 byte, and one layer, all in eighths.
  EXPECT_NEAR(step_memory(t, gpt3()).activation_bytes / (tokens * h * (2 * 96 + 34) / 8), 1, 1e-12);
  t.sequence_parallel = false;
  EXPECT_NEAR(step_memory(t, gpt3()).activation_bytes / (tokens * h * (2 * 96 + 10 + 24.0 / 8)), 1, 1e-12);
}

TEST(StepMemory, LayersWithExpertsKeepTheRowsOfEachExpertMet) {
  schema::ModelShapeSpec moe{"moe", "moe", 47e9, 13e9, 32, 4096, 32, 8, 14336, 32000};
  moe.experts = 8;
  moe.experts_a_token = 2;
  moe.expert_hidden = 1000;
  moe.shared_experts = 1;
  moe.dense_layers = 8;
  // A token and layer, by hand: 4 (4096 + 1024) of heads, 10 x 4096; dense 6 x 14336, experts 6 x 3 x 1000 and 4 x 2 rows.
  double const heads = 4 * 5120 + 10 * 4096, dense = heads + 6 * 14336, routed = heads + 6 * 3000 + 8 * 4096;
  auto const t = job({8, 8, 1, 1}, 4096, "bf16", Recompute::none, 0);
  EXPECT_NEAR(step_memory(t, moe).activation_bytes / (4096 * (8 * dense + 24 * routed)), 1, 1e-12);
}

TEST(StepMemory, CompressedKeysAndLightRecomputationKeepWhatIsPublished) {
  auto const t = job({1024, 1024, 1, 1}, 4096, "fp8", Recompute::none, 50e9);
  schema::TrainingStackSpec stack;
  // Of a token and layer, by hand.  All kept: latents, queries and keys of 192 a head, values and sums of 128, 2 byte; 5 norms,
  // products and masks of 7168 x 2; dense 3 x 18432 x 2, experts 3 x 9 x 2048 x 2 and 8 rows there and back.
  double const latents = 2 * 2112.0, heads = 2 * 128 * (192 + 192 + 128 + 128), rest = 10 * 7168;
  double const dense = latents + heads + rest + 6 * 18432, routed = latents + heads + rest + 6 * 18432 + 8 * 4 * 7168;
  EXPECT_NEAR(step_memory(t, deepseek_v3(), stack).activation_bytes / (4096 * (3 * dense + 58 * routed)), 1, 1e-12);
  // Light: of attention latents and sums; no outputs of norms and activations, no rows back; one byte of the others.
  stack.light_recompute = true;
  stack.kept_bytes = 1;
  double const less = latents + 2 * 128 * 128 + 6 * 7168 + 2 * 18432, less_routed = less + 8 * 7168;
  EXPECT_NEAR(step_memory(t, deepseek_v3(), stack).activation_bytes / (4096 * (3 * less + 58 * less_routed)), 1, 1e-12);
}

TEST(TrainingStep, TooLittleMemoryNamesWhatWouldFit) {
  // By hand, GB: 2.73 x 16 = 43.8 of state, and 39.9 of lean activations at 6 sequences (with recomputation 29).
  EXPECT_THAT(refused(job({64, 60, 8, 8, 1, 1, 6}, 2048, "bf16", Recompute::none, 50e9)),
              HasSubstr("recompute = \"full\" would fit"));
  // 10.9 x (4 + 12/4) = 76.6 and 4.9; with twice the stages 5.47 x (4 + 12/2) = 54.7.
  EXPECT_THAT(refused(job({64, 64, 8, 2}, 2048, "bf16", Recompute::full, 50e9)), HasSubstr("pipeline_parallel = 4 would fit"));
  EXPECT_THAT(refused(job({8, 8, 8, 1}, 2048, "bf16", Recompute::full, 50e9)), HasSubstr("take more accelerators"));
}

TEST(TrainingStep, EveryPublishedRowFitsItsMemory) {
  for (auto const& row : published::rows())
    EXPECT_LE(step_memory(row.job, row.model, row.stack).lean_bytes, row.pool.memory_bytes) << row.label;
}

// ------------------------------------------------------------------------------------------------------------ time

TEST(TrainingStep, PhasesSumToTheStepAndRatesFollowFromIt) {
  for (auto const& row : published::rows()) {
    auto const s = step_of(row);
    double const paused_s = s.checkpoint_s + s.evaluation_s;
    EXPECT_NEAR((s.iteration.duration_s() + paused_s) / s.step_s, 1, 1e-12) << row.label;
    EXPECT_NEAR((s.compute_s + s.exposed_comm_s + s.bubble_s + s.straggler_s + paused_s) / s.step_s, 1, 1e-9) << row.label;
    double const tokens = static_cast<double>(row.job.batch_sequences) * row.job.sequence;
    EXPECT_NEAR(s.tokens_per_s * s.step_s / tokens, 1, 1e-12);
    EXPECT_GE(s.hfu, s.mfu);
    for (auto const& phase : s.iteration.phases) {
      EXPECT_GT(phase.duration_s, 0);
      for (double const share : {phase.clock_share, phase.fabric_share, phase.awake}) {
        EXPECT_GE(share, 0);
        EXPECT_LE(share, 1);
      }
    }
  }
}

TEST(TrainingStep, TheIterationKnowsItsStagesAndMicroBatches) {
  // 1536 sequences over 512/(4 x 8) = 16 replicas, two at a time.
  auto const it = step_of(job({512, 1536, 4, 8, 6, 1, 2}, 2048, "bf16", Recompute::full, 25e9), gpt3(), h100()).iteration;
  EXPECT_EQ(it.stages, 8);
  EXPECT_EQ(it.micro_batches, 48);
}

TEST(TrainingStep, KernelsDoTheFlopOfTheModel) {
  // Attention's causal half is not computed, its scores are once more for the backward pass; all else is the closed form.
  auto const t = job({64, 64, 8, 8}, 2048, "bf16", Recompute::none, 25e9);
  auto const s = step_of(t, gpt3(), a100());
  double flop = 0;
  for (auto const& phase : s.iteration.phases) flop += 64 * phase.work[meter::Channel::tensor_bf16];
  auto const closed = step_flop(gpt3(), 64, 2048, Recompute::none);
  double const attention = closed.attention / 3 * (1 + 2.5) / 2 * (2049.0 / 2048);
  EXPECT_NEAR(flop / (closed.layers + closed.logits + attention), 1, 1e-9);
}

/// Eight experts, in groups of four beside tensor groups of two and context groups of two.
schema::ModelShapeSpec experts() {
  schema::ModelShapeSpec moe{"moe", "moe", 47e9, 13e9, 32, 4096, 32, 8, 14336, 32000};
  moe.experts = 8;
  moe.experts_a_token = 2;
  moe.expert_hidden = 14336;
  return moe;
}
schema::TrainingSpec expert_job(Recompute recompute) {
  auto t = job({64, 256, 2, 4, 2, 2}, 4096, "bf16", recompute, 50e9);
  t.expert_parallel = 4;
  t.sequence_parallel = true;
  return t;
}

TEST(TrainingStep, BytesOfTheLinksAreCountedOnceWhateverIsHidden) {
  auto stack = published::catalogue().training_stack.at("megatron-core/2024");
  auto const bytes = [&](double overlap) {
    stack.tensor_overlap = stack.context_overlap = stack.expert_overlap = stack.pipeline_overlap = stack.data_overlap = overlap;
    auto pool = h100();
    pool.links.domain = 64;  // all messages on the links within the domain
    auto const s = training_step(expert_job(Recompute::none), experts(), pool, stack);
    double sum = 0;
    for (auto const& phase : s.iteration.phases) sum += phase.work[meter::Channel::scaleup];
    return std::pair{sum, s.exposed_comm_s};
  };
  auto const [shown, shown_s] = bytes(0);
  auto const [hidden, hidden_s] = bytes(1);
  EXPECT_LT(hidden_s, 0.7 * shown_s);
  EXPECT_NEAR(hidden / shown, 1, 1e-12);
}

TEST(TrainingStep, FullRecomputationSendsTheMessagesOfTheForwardPassAgain) {
  auto stack = published::catalogue().training_stack.at("megatron-core/2024");
  stack.tensor_overlap = stack.context_overlap = stack.expert_overlap = 0;
  auto pool = h100();
  auto& curve = pool.links.scaleup.reduce_scatter;
  curve = pool.links.scaleup.all_gather;  // gathers and scatters alike: messages can be counted
  auto const none = training_step(expert_job(Recompute::none), experts(), pool, stack);
  auto const full = training_step(expert_job(Recompute::full), experts(), pool, stack);
  for (auto const& [kind, ratio] :
       {std::pair{PhaseKind::tensor, 3.0 / 2}, std::pair{PhaseKind::context, 4.0 / 3}, std::pair{PhaseKind::expert, 3.0 / 2}})
    EXPECT_NEAR(full.seconds(kind) / none.seconds(kind), ratio, 1e-9) << to_string(kind);
}

TEST(TrainingStep, KernelsOfCompressedKeysDoTheFlopOfTheModel) {
  auto model = gpt3();
  model.kv_latent = 512;
  model.query_latent = 1536;
  model.rope_dim = 64;
  auto const t = job({64, 64, 1, 8}, 2048, "bf16", Recompute::none, 25e9);
  schema::TrainingStackSpec stack;
  for (bool const light : {false, true}) {
    stack.light_recompute = light;
    double flop = 0;
    auto big = a100();
    big.memory_bytes = 1e12;
    for (auto const& phase : training_step(t, model, big, stack).iteration.phases)
      flop += 64 * phase.work[meter::Channel::tensor_bf16];
    auto const closed = step_flop(model, 64, 2048, Recompute::none, true, light);
    double const attention = closed.attention / 3 * (1 + 2.5) / 2 * (2049.0 / 2048);
    EXPECT_NEAR(flop / (closed.layers + closed.recompute_layers + closed.logits + attention), 1, 1e-9);
  }
  // Light: 1536 x 96 (128 + 64) and 512 x 2 x 96 x 128 weights of each layer once more.
  EXPECT_DOUBLE_EQ(step_flop(model, 64, 2048, Recompute::none, true, true).recompute_layers,
                   2 * 96 * (1536 * 96 * 192.0 + 512 * 2 * 96 * 128.0) * 64 * 2048);
}

/// Sixteen experts, one a rank, on two nodes of eight; messages shown.
struct ExpertBytes {
  double out = 0, within = 0;
};
ExpertBytes expert_bytes(schema::TrainingStackSpec stack, int node_limit) {
  auto model = experts();
  model.experts = 16;
  model.experts_a_token = 4;
  model.expert_hidden = 1024;
  model.expert_node_limit = node_limit;
  auto t = job({16, 32, 1, 1}, 4096, "bf16", Recompute::none, 50e9);
  t.expert_parallel = 16;
  stack.expert_overlap = 0;
  auto pool = h100();
  pool.memory_bytes = 1e12;
  auto const it = training_step(t, model, pool, stack).iteration;
  ExpertBytes b;
  for (auto const& traffic : it.traffic)
    if (traffic.pattern == Traffic::Pattern::all_to_all) b.out += traffic.bytes;
  for (auto const& phase : it.phases)
    if (phase.kind == PhaseKind::expert) b.within += phase.work[meter::Channel::scaleup];
  double const rows = 2 * 32 * 2 * 4096 * 4096.0;  // forward and backward, layers, micro-batches, tokens, hidden
  return {b.out / rows, b.within / rows};
}

TEST(TrainingStep, RowsGoToEachExpertOrOnceToANode) {
  auto stack = published::catalogue().training_stack.at("megatron-core/2024");
  // Copies: 4 rows, there and back of 2 byte; 8 of 16 ranks are beyond the node, 7 within it.
  auto bytes = expert_bytes(stack, 0);
  EXPECT_NEAR(bytes.out, 4 * 4 * 8.0 / 16, 1e-9);
  EXPECT_NEAR(bytes.within, 4 * 4 * 7.0 / 16, 1e-9);
  EXPECT_NEAR(expert_bytes(stack, 1).out, bytes.out, 1e-9);  // copies are copies, wherever they go
  // Once: of 2 nodes 2 (1 - C(8, 4)/C(16, 4)) are met, half of them the own one; forwarded to 7 of 8 ranks.
  stack.expert_dispatch = schema::ExpertDispatch::once_a_node;
  bytes = expert_bytes(stack, 0);
  EXPECT_NEAR(bytes.out, 4 * 2 * (1 - 70.0 / 1820) / 2, 1e-9);
  EXPECT_NEAR(bytes.within, 4 * 4 * 7.0 / 8, 1e-9);
  stack.dispatch_bytes = 1;
  EXPECT_NEAR(expert_bytes(stack, 1).out, (1 + 2) * 1.0 / 2, 1e-9);
  EXPECT_NEAR(expert_bytes(stack, 1).within, (1 + 2) * 4 * 7.0 / 8, 1e-9);
}

TEST(TrainingStep, ForwardingWithinANodeHidesBehindTheFabricOrTheOtherWayRound) {
  auto stack = published::catalogue().training_stack.at("megatron-core/2024");
  stack.expert_dispatch = schema::ExpertDispatch::once_a_node;
  auto const exposed_s = [&](double network, double within) {
    auto model = experts();
    model.experts = 16;
    model.expert_hidden = 1024;
    auto t = job({16, 32, 1, 1}, 4096, "bf16", Recompute::none, network);
    t.expert_parallel = 16;
    auto pool = h100();
    pool.memory_bytes = 1e12;
    pool.links.scaleup.bytes_per_s *= within;
    return training_step(t, model, pool, stack).seconds(PhaseKind::expert);
  };
  EXPECT_EQ(exposed_s(1e9, 1), exposed_s(1e9, 2));  // the fabric is slower
  EXPECT_NEAR(exposed_s(1e9, 1) / exposed_s(2e9, 1), 2, 0.01);
  EXPECT_EQ(exposed_s(1e13, 1), exposed_s(1e14, 1));  // the node's links are
  EXPECT_GT(exposed_s(1e13, 1), 1.5 * exposed_s(1e13, 2));
}

TEST(TrainingStep, HiddenExpertMessagesTakeMultiprocessorsFromKernels) {
  auto stack = published::catalogue().training_stack.at("megatron-core/2024");
  auto const step = [&](double overlap, double taken, double network = 50e9) {
    stack.expert_overlap = overlap;
    stack.expert_sm_share = taken;
    auto t = expert_job(Recompute::none);
    if (network > 0) t.network_bandwidth = BytesPerSecond{network};
    t.expert_parallel = 8;
    return training_step(t, experts(), h100(), stack);
  };
  double const messages_s = step(0, 0).seconds(PhaseKind::expert), compute_s = step(1, 0).compute_s;
  ASSERT_EQ(step(1, 0).seconds(PhaseKind::expert), 0);  // kernels are longer
  EXPECT_NEAR(step(1, 0.2).compute_s - compute_s, 0.2 * messages_s, 1e-9 * compute_s);
  EXPECT_NEAR(step(0, 0.2).compute_s, compute_s, 1e-9 * compute_s);  // nothing beside them
  // Messages longer than kernels: those last 1 / (1 - 0.2) times as long, and hide as much.
  auto const slow = step(1, 0.2, 1e9);
  double const update_s = slow.seconds(PhaseKind::optimizer), kernels_s = compute_s - update_s;
  EXPECT_NEAR(slow.compute_s - update_s, kernels_s / 0.8, 1e-9 * kernels_s);
  EXPECT_NEAR(slow.seconds(PhaseKind::expert), step(0, 0, 1e9).seconds(PhaseKind::expert) - kernels_s / 0.8, 1e-9 * kernels_s);
}

TEST(TrainingStep, OnePieceOfSplitTensorMessagesStaysExposed) {
  auto t = job({512, 1536, 8, 8, 6}, 2048, "bf16", Recompute::none, 50e9);
  auto stack = published::catalogue().training_stack.at("megatron-core/2024");
  auto const exposed_s = [&](double split) {
    stack.tensor_overlap = split;
    return training_step(t, gpt3(), h100(), stack).seconds(PhaseKind::tensor);
  };
  EXPECT_NEAR(exposed_s(1) / exposed_s(0), 1.0 / 8, 1e-9);
  EXPECT_NEAR(exposed_s(0.5) / exposed_s(0), 1 - 0.5 * 7 / 8, 1e-9);
  t.sequence_parallel = false;  // all-reduces
  EXPECT_DOUBLE_EQ(exposed_s(1), exposed_s(0));
}

TEST(StackOf, AJobThatNamesNoneTakesMegatronCore) {
  auto const stack = stack_of({}, published::catalogue());
  EXPECT_EQ(stack.name, published::catalogue().training_stack.at("megatron-core/2024").name);
  schema::TrainingSpec unknown;
  unknown.stack = "nobody/1999";
  EXPECT_THROW(stack_of(unknown, published::catalogue()), InputError);
}

TEST(TrainingStep, CheckpointsStallByTheirShareOfTheInterval) {
  auto t = job({64, 64, 8, 8, 3}, 2048, "bf16", Recompute::none, 25e9);
  double const without = training_step(t, gpt3(), a100()).step_s;
  t.checkpoint_interval = Seconds{1800};
  t.storage_bandwidth = BytesPerSecond{50e9};
  // 175e9 x 13.1 byte / 50 GB/s = 45.85 s, after the whole number of steps next to 1800 s.
  EXPECT_NEAR(training_step(t, gpt3(), a100()).step_s - without, 45.85 / std::round(1800 / without), 1e-9);
}

TEST(TrainingStep, ActivitiesAreFractions) {
  for (auto const& row : published::rows()) {
    auto const s = step_of(row);
    for (double const x : {s.activity.sm, s.activity.compute, s.activity.memory, s.activity.host, s.clock_sensitivity, s.mfu}) {
      EXPECT_GT(x, 0) << row.label;
      EXPECT_LT(x, 1) << row.label;
    }
  }
}

TEST(TrainingStep, FasterLinksAndKernelsNeverSlowAStep) {
  auto const t = job({512, 1536, 4, 8, 6}, 2048, "bf16", Recompute::none, 25e9);
  auto stack = published::catalogue().training_stack.at("megatron-core/2024");
  double last = training_step(t, gpt3(), h100(), stack).step_s;
  auto const faster = [&](auto const& change) {
    auto job = t;
    auto pool = h100();
    change(job, pool);
    double const now = training_step(job, gpt3(), pool, stack).step_s;
    EXPECT_LE(now, last);
  };
  faster([](auto& job, auto&) { job.network_bandwidth = BytesPerSecond{50e9}; });
  faster([](auto&, auto& pool) { pool.links.scaleup.bytes_per_s *= 2; });
  faster([](auto& job, auto&) { job.speed_spread = 0; });
  faster([&](auto&, auto&) { stack.kernel_efficiency *= 1.1; });
  faster([&](auto&, auto&) { stack.tensor_overlap = 1; });
  faster([&](auto&, auto&) { stack.data_overlap = 1; });
}

TEST(TrainingStep, MoreDataRanksNeverRaiseThroughputBeyondProportion) {
  double last = std::numeric_limits<double>::infinity();
  for (int n : {64, 128, 256, 512, 1024}) {
    double const each =
        training_step(job({n, 1024, 8, 8, 3}, 2048, "bf16", Recompute::none, 25e9), gpt3(), a100()).tokens_per_s / n;
    EXPECT_LE(each, last);
    last = each;
  }
}

TEST(TrainingStep, RefusesWhatCannotRunAndSaysWhatToWrite) {
  EXPECT_THAT(refused(job({100, 64, 8, 8}, 2048, "bf16", Recompute::none, 50e9)), HasSubstr("Write 64 or 128?"));
  EXPECT_THAT(refused(job({512, 100, 8, 8}, 2048, "bf16", Recompute::none, 50e9)), HasSubstr("Write 96 or 104?"));
  auto lonely = h100();
  lonely.links.scaleout.bytes_per_s = 0;
  EXPECT_THAT(refused(job({512, 512, 8, 8}, 2048, "bf16", Recompute::none, 0), gpt3(), lonely), HasSubstr("network_bandwidth"));
  lonely.links.scaleout = {};
  EXPECT_THAT(refused(job({512, 512, 8, 8}, 2048, "bf16", Recompute::none, 50e9), gpt3(), lonely),
              HasSubstr("write scaleout = \"generic/roce-400g\""));
  EXPECT_THAT(refused(job({512, 512, 8, 8}, 2048, "fp16", Recompute::none, 50e9)), HasSubstr("bf16, fp8, fp4"));
  auto dense = job({512, 512, 8, 8}, 2048, "bf16", Recompute::none, 50e9);
  dense.expert_parallel = 3;
  EXPECT_THAT(refused(dense), HasSubstr("expert_parallel = 3 does not divide the 8 data-parallel ranks"));
  dense.expert_parallel = 2;
  EXPECT_THAT(refused(dense), HasSubstr("has no experts. Write 1?"));
  auto mixture = expert_job(Recompute::none);
  mixture.accelerators = 128;
  mixture.expert_parallel = 16;
  EXPECT_THAT(refused(mixture, experts()), HasSubstr("expert_parallel = 16 does not divide the 8 experts"));
  auto deep = job({512, 512, 1, 128}, 2048, "bf16", Recompute::none, 50e9);
  EXPECT_THAT(refused(deep), HasSubstr("more pipeline stages (128) than layers (96)"));
}

TEST(TrainingJob, RunsForItsTokensOrWithoutEnd) {
  auto t = job({64, 64, 8, 8, 3}, 2048, "bf16", Recompute::none, 25e9);
  t.start = Seconds{600};
  auto const endless = training_job(t, gpt3(), a100(), 3);
  EXPECT_EQ(endless.work_s, open_ended);
  EXPECT_EQ(endless.pool, 3u);
  EXPECT_EQ(endless.submit_s, 600);
  EXPECT_TRUE(endless.reserved);
  t.tokens = 1e9;
  auto const finite = training_job(t, gpt3(), a100(), 3);
  EXPECT_NEAR(finite.work_s * finite.tokens_per_s, 1e9, 1);
}

}  // namespace
}  // namespace ondol::workloads
