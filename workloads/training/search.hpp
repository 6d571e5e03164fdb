#pragma once
/// The fastest ways to lay a training job out on its accelerators.
///
/// Tried: tensor groups within a scale-up domain (powers of two that divide the heads), pipelines whose stages lose no more
/// than a tenth of their layers, interleaving where micro-batches are a multiple of stages, context groups for sequences of
/// 8,192 and more (at least 2,048 tokens a rank), expert groups that divide experts and ranks, micro-batches of 1, 2, 4 and 8
/// sequences. Each with the least recomputation that fits into memory, by the framework's usual need (memory.hpp, not the lean
/// one). Model, accelerators, batch, sequence, precision, stack and links are the job's.  Times at the reference clock: a power
/// limit stretches all layouts, not equally. Ignores: layouts of unequal stages, tensor groups beyond a domain, other
/// shapes of batch.

#include <cstddef>
#include <vector>

#include "workloads/training/step_model.hpp"

namespace ondol::workloads {

struct LayoutFound {
  schema::TrainingSpec job;  ///< the job asked for, laid out
  double step_s = 0, mfu = 0;
  double memory_bytes = 0;  ///< one accelerator
};

struct LayoutSearch {
  std::vector<LayoutFound> best;  ///< fastest first; equal ones with fewer parts first; empty: nothing fits
  std::size_t tried = 0;          ///< layouts that divide evenly
  std::size_t fitting = 0;        ///< of them in memory
};

/// At most `keep` layouts.  Throws as training_step does for what no layout can mend.
LayoutSearch search_layouts(schema::TrainingSpec const& job, schema::ModelShapeSpec const& model, PoolSupply const& pool,
                            schema::TrainingStackSpec const& stack = {}, std::size_t keep = 10);

}  // namespace ondol::workloads
