#pragma once
/// Training jobs for tests: shapes, layouts and pools to write by hand, and those that published runs had.

#include <string>
#include <vector>

#include "scenarios/schema/read.hpp"
#include "sim/engine/rack_class.hpp"
#include "workloads/demand/pool.hpp"
#include "workloads/training/stack.hpp"

namespace ondol::workloads::published {

struct Row {
  std::string label;
  schema::ModelShapeSpec model;
  schema::TrainingSpec job;
  PoolSupply pool;
  schema::TrainingStackSpec stack;
};

inline schema::Scenario const& hardware() {
  static schema::Scenario const all = [] {
    schema::Scenario s;
    s.catalogue = schema::read_catalogue(schema::catalogue_folder(), s.origin);
    return s;
  }();
  return all;
}
inline schema::Catalogue const& catalogue() {
  return hardware().catalogue;
}

inline PoolSupply const& a100() {
  static PoolSupply const pool = sim::pool_supply(hardware(), "air/4x-dgx-a100");
  return pool;
}
inline PoolSupply const& h100() {
  static PoolSupply const pool = sim::pool_supply(hardware(), "air/4x-dgx-h100");
  return pool;
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
                                std::string stack = "megatron-core/2024") {
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
  if (network > 0) t.network_bandwidth = BytesPerSecond{network};
  return t;
}

/// The steps of tests/validation/training on their racks: layouts that ran.
inline std::vector<Row> const& rows() {
  static std::vector<Row> const all = [] {
    std::vector<Row> read;
    for (auto const* source : {"deepseek_v3", "korthikanti2022", "llama3", "megascale", "megatron_core", "mlperf_405b",
                               "mlperf_gpt3", "narayanan2021"}) {
      auto const file = schema::read_steps(std::string(ONDOL_SOURCE_DIR "/tests/validation/training/") + source + ".toml");
      auto const& known = file.hardware.catalogue;
      for (auto const& step : file.step)
        read.push_back({step.job.name, known.model.at(step.job.model), step.job, sim::pool_supply(file.hardware, step.rack),
                        stack_of(step.job, known)});
    }
    return read;
  }();
  return all;
}

}  // namespace ondol::workloads::published
