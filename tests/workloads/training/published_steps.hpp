#pragma once
/// Published step times of language-model training.  Rows with even numbers within a source fit the kernel_efficiency of their
/// training stack, rows with odd numbers judge it.

#include <string>
#include <vector>

#include "scenarios/schema/spec.hpp"
#include "tests/workloads/training/pools.hpp"
#include "workloads/demand/pool.hpp"
#include "workloads/training/step_model.hpp"

namespace ondol::workloads::published {

struct Row {
  std::string source;  ///< key in docs/references.bib
  std::string label;
  schema::ModelShapeSpec model;
  schema::TrainingSpec job;
  PoolSupply pool;
  double step_s = 0;
  bool fits = false;  ///< used to fit; otherwise judges
};

inline PoolSupply a100() {
  return pool_of("nvidia/a100-sxm-80gb");
}
inline PoolSupply h100() {
  return pool_of("nvidia/h100-sxm");
}
inline PoolSupply b200() {
  return pool_of("nvidia/b200-sxm");
}
inline PoolSupply gb200() {
  return pool_of("nvidia/gb200", 4, 72);
}

inline schema::ModelShapeSpec gpt(double parameters, int heads, int hidden, int layers, int vocabulary) {
  return {"gpt", "gpt", parameters, 0, layers, hidden, heads, heads, 4 * hidden, vocabulary};
}
inline schema::ModelShapeSpec gpt3() {
  return gpt(175e9, 96, 12288, 96, 51200);
}
inline schema::ModelShapeSpec llama405b() {
  return {"llama", "llama", 405e9, 0, 126, 16384, 128, 8, 53248, 128256};
}

struct Split {
  int accelerators, batch, tensor, pipeline, interleave = 1, context = 1, micro_batch = 1;
};

using schema::Recompute;

inline schema::TrainingSpec job(Split s, int sequence, std::string precision, Recompute recompute, double network,
                                std::string stack = "") {
  schema::TrainingSpec t;
  t.name = "published";
  t.accelerators = s.accelerators;
  t.batch_sequences = s.batch;
  t.sequence = sequence;
  t.tensor_parallel = s.tensor;
  t.pipeline_parallel = s.pipeline;
  t.virtual_pipeline = s.interleave;
  t.context_parallel = s.context;
  t.micro_batch = s.micro_batch;
  t.precision = std::move(precision);
  t.recompute = recompute;
  t.sequence_parallel = recompute != Recompute::full;  // these sources recompute either all or came with sequence parallelism
  t.stack = std::move(stack);
  t.network_bandwidth = BytesPerSecond{network};
  return t;
}

/// Step time from a published FLOP rate per accelerator.
inline double from_rate(schema::ModelShapeSpec const& m, schema::TrainingSpec const& t, double flop_per_s) {
  return step_flop(m, t.batch_sequences, t.sequence, t.recompute == schema::Recompute::full).hardware() /
         (t.accelerators * flop_per_s);
}

inline std::vector<Row> rows() {
  std::vector<Row> all;
  std::string last;
  int number = 0;
  auto const add = [&](std::string const& source, std::string label, schema::ModelShapeSpec m, schema::TrainingSpec t,
                       PoolSupply p, double step_s) {
    number = source == last ? number + 1 : 0;
    last = source;
    all.push_back({source, std::move(label), std::move(m), std::move(t), std::move(p), step_s, number % 2 == 0});
  };

  // A100, 8 x 200 Gbit/s a node, sequence 2048, full recomputation; rates count the recomputed FLOP.  The micro-batch is not in
  // the table: 1 where pipelined, 4 where not.
  struct Megatron {
    double billion;
    int heads, hidden, layers, tensor, pipeline, accelerators, batch;
    double tflop;
  };
  for (auto const& r :
       {Megatron{1.7, 24, 2304, 24, 1, 1, 32, 512, 137}, Megatron{3.6, 32, 3072, 30, 2, 1, 64, 512, 138},
        Megatron{7.5, 32, 4096, 36, 4, 1, 128, 512, 142}, Megatron{39.1, 64, 8192, 48, 8, 2, 512, 1536, 138},
        Megatron{76.1, 80, 10240, 60, 8, 4, 1024, 1792, 140}, Megatron{310.1, 128, 16384, 96, 8, 16, 1920, 2160, 155},
        Megatron{1008, 160, 25600, 128, 8, 64, 3072, 3072, 163}}) {
    auto const m = gpt(r.billion * 1e9, r.heads, r.hidden, r.layers, 51200);
    auto const t = job({r.accelerators, r.batch, r.tensor, r.pipeline, 1, 1, r.pipeline > 1 ? 1 : 4}, 2048, "bf16",
                       Recompute::full, 25e9, "megatron-lm/2021");
    add("narayanan2021megatron", std::to_string(static_cast<int>(r.billion)) + "B", m, t, a100(),
        from_rate(m, t, r.tflop * 1e12));
  }

  // A100-80GB: full recomputation, and sequence-parallel with selective recomputation.
  add("korthikanti2022", "22B full", gpt(22e9, 64, 6144, 48, 51200),
      job({8, 4, 8, 1, 1, 1, 4}, 2048, "bf16", Recompute::full, 25e9, "megatron-lm/2022"), a100(), 1.42);
  add("korthikanti2022", "22B seqsel", gpt(22e9, 64, 6144, 48, 51200),
      job({8, 4, 8, 1, 1, 1, 4}, 2048, "bf16", Recompute::selective, 25e9, "megatron-lm/2022"), a100(), 1.10);
  add("korthikanti2022", "175B seqsel", gpt3(),
      job({64, 64, 8, 8, 3}, 2048, "bf16", Recompute::selective, 25e9, "megatron-lm/2022"), a100(), 13.75);
  add("korthikanti2022", "530B full", gpt(530e9, 128, 20480, 105, 51200),
      job({280, 280, 8, 35, 3}, 2048, "bf16", Recompute::full, 25e9, "megatron-lm/2022"), a100(), 49.05);
  add("korthikanti2022", "1T seqsel", gpt(1008e9, 160, 25600, 128, 51200),
      job({512, 512, 8, 64}, 2048, "bf16", Recompute::selective, 25e9, "megatron-lm/2022"), a100(), 71.49);

  // H100, 8 x 400 Gbit/s, sequence 4096; interleave not stated: layers of a stage up to 6; nor the
  // micro-batch: 1 where pipelined, otherwise all four sequences of a rank.
  struct Core {
    double billion;
    int heads, hidden, layers, tensor, pipeline, accelerators, batch;
    double tflop;
    int interleave;
  };
  for (auto const& r :
       {Core{1.7, 16, 2048, 24, 1, 1, 48, 192, 408.8, 1}, Core{7.1, 32, 4096, 30, 2, 1, 96, 192, 465.9, 1},
        Core{32, 56, 7168, 48, 8, 1, 384, 192, 459.6, 1}, Core{70, 64, 8192, 84, 8, 2, 768, 384, 419.7, 6},
        Core{177, 96, 12288, 96, 8, 6, 2304, 1152, 432.8, 4}, Core{314, 128, 16384, 96, 8, 8, 3072, 1536, 474.4, 6}}) {
    auto const m = gpt(r.billion * 1e9, r.heads, r.hidden, r.layers, 131072);
    auto const t = job({r.accelerators, r.batch, r.tensor, r.pipeline, r.interleave, 1, r.pipeline > 1 ? 1 : 4}, 4096, "bf16",
                       Recompute::none, 50e9, "megatron-core/2024");
    add("megatron_core_readme", std::to_string(static_cast<int>(r.billion)) + "B", m, t, h100(),
        from_rate(m, t, r.tflop * 1e12));
  }

  // Megatron-LM on Ampere, 4 x 200 Gbit/s, as measured beside MegaScale; interleave 6 recalled.
  for (auto const& [n, batch, step_s] : {std::tuple{256, 768, 40.0}, std::tuple{512, 768, 21.2}, std::tuple{1024, 768, 11.9},
                                         std::tuple{6144, 6144, 14.78}, std::tuple{12288, 6144, 8.57}})
    add("jiang2024megascale", "175B on " + std::to_string(n), gpt(175e9, 128, 12288, 96, 64000),
        job({n, batch, 8, 8, 6}, 2048, "bf16", Recompute::none, 12.5e9, "megatron-lm/2023"), a100(), step_s);

  // Llama 3 405B on H100, bf16; interleave not stated: one layer a chunk.
  for (auto const& [n, batch, rate] : {std::tuple{8192, 2048, 430e12}, std::tuple{16384, 2048, 400e12}}) {
    auto const t = job({n, batch, 8, 16, 8}, 8192, "bf16", Recompute::none, 50e9, "meta/2024");
    add("grattafiori2024llama3", "405B on " + std::to_string(n), llama405b(), t, h100(), from_rate(llama405b(), t, rate));
  }

  // MLPerf Training GPT-3 175B; step times from the logged throughput.
  struct MlPerf {
    char const* label;
    Split split;
    double step_s;
    char const* stack;
  };
  for (auto const& r : {MlPerf{"v3.0 512", {512, 2048, 4, 8, 12}, 13.390, "nemo/23.04"},
                        MlPerf{"v3.0 768", {768, 3072, 4, 8, 12}, 13.440, "nemo/23.04"},
                        MlPerf{"v3.0 3584", {3584, 2688, 4, 8, 12}, 2.974, "nemo/23.04"},
                        MlPerf{"v3.1 512", {512, 2048, 4, 8, 6}, 12.135, "nemo/23.09"},
                        MlPerf{"v3.1 8192", {8192, 4096, 4, 8, 6}, 1.871, "nemo/23.09"},
                        MlPerf{"v3.1 10752", {10752, 2688, 4, 8, 6}, 1.068, "nemo/23.09"},
                        MlPerf{"v4.0 512", {512, 2048, 4, 8, 6, 1, 2}, 11.847, "nemo/24.04"},
                        MlPerf{"v4.1 512", {512, 2048, 4, 8, 6, 1, 2}, 10.366, "nemo/24.09"},
                        MlPerf{"v4.1 1536", {1536, 3072, 4, 8, 6, 1, 2}, 5.678, "nemo/24.09"}})
    add("mlperf_training_gpt3", std::string(r.label) + " H100", gpt3(),
        job(r.split, 2048, "fp8", Recompute::none, 50e9, r.stack), h100(), r.step_s);
  add("mlperf_training_gpt3", "v4.1 64 B200", gpt3(),
      job({64, 2048, 4, 8, 6, 1, 2}, 2048, "fp8", Recompute::none, 50e9, "nemo/24.09"), b200(), 40.111);

  // MLPerf Training Llama 3.1 405B; median logged step.
  for (auto const& r : {MlPerf{"512", {512, 1152, 8, 8, 8, 2}, 55.1017, "nemo/25.01"},
                        MlPerf{"2048", {2048, 1152, 8, 8, 8, 2}, 14.2068, "nemo/25.01"},
                        MlPerf{"2560", {2560, 1120, 8, 8, 8, 2}, 11.1847, "nemo/25.01"}})
    add("mlperf_training_405b", std::string("H100 fp8 ") + r.label, llama405b(),
        job(r.split, 8192, "fp8", Recompute::none, 50e9, r.stack), h100(), r.step_s);
  for (auto const& r : {MlPerf{"256", {256, 448, 4, 8, 8, 2}, 19.0932, "nemo/25.04"},
                        MlPerf{"512", {512, 896, 4, 8, 8, 2}, 19.5997, "nemo/25.04"},
                        MlPerf{"1024", {1024, 768, 4, 8, 8, 2}, 8.4484, "nemo/25.04"},
                        MlPerf{"2048", {2048, 1280, 4, 8, 8, 2}, 7.1523, "nemo/25.04"}})
    add("mlperf_training_405b", std::string("GB200 fp8 ") + r.label, llama405b(),
        job(r.split, 8192, "fp8", Recompute::none, 50e9, r.stack), gb200(), r.step_s);
  return all;
}

}  // namespace ondol::workloads::published
