#include "scenarios/schema/layout.hpp"

#include <cmath>

#include "scenarios/schema/check_context.hpp"

namespace ondol::schema {
namespace {

/// The multiples of `step` next to `x`, from `step` on: "64 or 128".
std::string multiples_near(double x, double step) {
  double const below = std::floor(x / step) * step;
  return below < step ? whole(step) : whole(below) + " or " + whole(below + step);
}

/// The divisors of `whole_of` next to `x`: "8 or 12".
std::string divisors_near(int x, int whole_of) {
  int below = 1, above = whole_of;
  for (int d = 1; d <= whole_of; ++d) {
    if (whole_of % d != 0) continue;
    if (d <= x) below = d;
    if (d >= x) {
      above = d;
      break;
    }
  }
  return below == above || x > whole_of ? std::to_string(below) : std::to_string(below) + " or " + std::to_string(above);
}

}  // namespace

std::vector<LayoutFault> layout_faults(TrainingSpec const& t, ModelShapeSpec const* model) {
  std::vector<LayoutFault> faults;
  auto const error = [&](char const* key, std::string what) { faults.push_back({key, std::move(what)}); };
  auto const is = [](char const* key, int value) { return std::string(key) + " = " + std::to_string(value); };

  double const replica = 1.0 * t.tensor_parallel * t.pipeline_parallel * t.context_parallel;
  if (std::fmod(t.accelerators, replica) != 0) {
    error("accelerators", is("accelerators", t.accelerators) +
                              " is not a multiple of tensor x pipeline x context = " + whole(replica) +
                              " accelerators of one replica. Write " + multiples_near(t.accelerators, replica) + "?");
  } else {
    double const replicas = t.accelerators / replica, round = replicas * t.micro_batch;
    if (std::fmod(t.batch_sequences, round) != 0)
      error("batch_sequences", is("batch_sequences", t.batch_sequences) +
                                   " is not a multiple of replicas x micro_batch = " + whole(replicas) + " x " +
                                   std::to_string(t.micro_batch) + ". Write " + multiples_near(t.batch_sequences, round) + "?");
    double const ranks = replicas * t.context_parallel;
    if (std::fmod(ranks, t.expert_parallel) != 0)
      error("expert_parallel", is("expert_parallel", t.expert_parallel) + " does not divide the " + whole(ranks) +
                                   " data-parallel ranks. Write " + divisors_near(t.expert_parallel, static_cast<int>(ranks)) +
                                   "?");
  }
  if (t.sequence % t.context_parallel != 0)
    error("context_parallel", is("context_parallel", t.context_parallel) + " does not divide the " +
                                  std::to_string(t.sequence) + " tokens of a sequence. Write " +
                                  divisors_near(t.context_parallel, t.sequence) + "?");
  if (t.checkpoint_interval.v > 0 && t.storage_bandwidth.v <= 0)
    error("checkpoint_interval", "checkpoints need storage_bandwidth. Write storage_bandwidth = \"100 GB/s\"?");
  if (!model) return faults;

  // Embedding and logits may stand for a layer each, as Llama 3 was cut.
  if (double const stages = 1.0 * t.pipeline_parallel * t.virtual_pipeline; stages > model->layers + 2)
    error("pipeline_parallel",
          "more pipeline stages (" + whole(stages) + ") than layers (" + std::to_string(model->layers) + ") of " + t.model);
  if (t.tensor_parallel > model->heads)
    error("tensor_parallel", is("tensor_parallel", t.tensor_parallel) + " is more than the " + std::to_string(model->heads) +
                                 " attention heads of " + t.model);
  else if (model->heads % t.tensor_parallel != 0)
    error("tensor_parallel", is("tensor_parallel", t.tensor_parallel) + " does not divide the " + std::to_string(model->heads) +
                                 " attention heads of " + t.model + ". Write " +
                                 divisors_near(t.tensor_parallel, model->heads) + "?");
  if (t.expert_parallel > 1 && model->experts == 0)
    error("expert_parallel", is("expert_parallel", t.expert_parallel) + ", but " + t.model + " has no experts. Write 1?");
  else if (t.expert_parallel > 1 && model->experts % t.expert_parallel != 0)
    error("expert_parallel", is("expert_parallel", t.expert_parallel) + " does not divide the " +
                                 std::to_string(model->experts) + " experts of " + t.model + ". Write " +
                                 divisors_near(t.expert_parallel, model->experts) + "?");
  return faults;
}

}  // namespace ondol::schema
