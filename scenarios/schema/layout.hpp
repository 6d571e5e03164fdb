#pragma once
/// Sizes of a training job that must go together.  Parallel sizes: tensor groups split the heads, context groups the sequence,
/// stages the layers, replicas the batch, expert groups the experts.  What does not divide is told with the nearest that would.

#include <string>
#include <vector>

#include "scenarios/schema/spec.hpp"

namespace ondol::schema {

struct LayoutFault {
  char const* key;  ///< of the job
  std::string what;
};

/// All of them; none: the job can run on accelerators with memory and links enough.  Without a model, what does not need one.
std::vector<LayoutFault> layout_faults(TrainingSpec const& job, ModelShapeSpec const* model);

}  // namespace ondol::schema
