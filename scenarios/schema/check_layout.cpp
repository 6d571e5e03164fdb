/// Sizes of a training job that must go together.  Parallel sizes: tensor groups split the heads, context groups the sequence,
/// stages the layers, replicas the batch, expert groups the experts.  What does not divide is told with the nearest that would.

#include <algorithm>
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

/// Checkpoints and evaluations.
void check_pauses(Context const& c, std::string const& path, TrainingSpec const& t) {
  auto const at = [&](char const* key) { return path + "." + key; };
  if (t.checkpoint_interval.v > 0 && t.storage_bandwidth.v <= 0) {
    c.error(at("checkpoint_interval"), "checkpoints need storage_bandwidth. Write storage_bandwidth = \"100 GB/s\"?");
  } else if (auto const* m = Context::find(c.s.catalogue.model, t.model); t.checkpoint_interval.v > 0 && m) {
    double const bytes = t.checkpoint_size ? t.checkpoint_size->v : 13.1 * m->parameters;
    if (double const write_s = bytes / t.storage_bandwidth.v; write_s > t.checkpoint_interval.v) {
      auto const said = "a checkpoint of " + about(bytes / 1e9) + " GB takes " + about(write_s) + " s to write, longer than " +
                        "checkpoint_interval = " + about(t.checkpoint_interval.v) + " s";
      if (t.checkpoint == CheckpointMode::async)
        c.error(at("checkpoint_interval"), said + ": the next one would find it unfinished");
      else
        c.warning(at("checkpoint_interval"), said + ": the job mostly waits for storage");
    }
  }
  if (t.evaluation_interval > 0 && t.evaluation_sequences == 0)
    c.error(at("evaluation_interval"), "evaluations need evaluation_sequences, the number of sequences of one");
  if (t.evaluation_sequences > 0 && t.evaluation_interval == 0)
    c.error(at("evaluation_sequences"),
            "evaluation_sequences needs evaluation_interval, the sequences trained between evaluations");
  if (t.evaluation_interval > 0 && t.evaluation_interval < t.batch_sequences)
    c.warning(at("evaluation_interval"), "evaluation_interval = " + std::to_string(t.evaluation_interval) +
                                             " is less than a batch: an evaluation follows every step");
}

}  // namespace

void check_layout(Context const& c, std::string const& path, TrainingSpec const& t) {
  if (!c.good(path)) return;
  auto const at = [&](char const* key) { return path + "." + key; };
  auto const is = [](char const* key, int value) { return std::string(key) + " = " + std::to_string(value); };

  double const replica = 1.0 * t.tensor_parallel * t.pipeline_parallel * t.context_parallel;
  if (std::fmod(t.accelerators, replica) != 0) {
    c.error(at("accelerators"), is("accelerators", t.accelerators) +
                                    " is not a multiple of tensor x pipeline x context = " + whole(replica) +
                                    " accelerators of one replica. Write " + multiples_near(t.accelerators, replica) + "?");
  } else {
    double const replicas = t.accelerators / replica, round = replicas * t.micro_batch;
    if (std::fmod(t.batch_sequences, round) != 0)
      c.error(at("batch_sequences"),
              is("batch_sequences", t.batch_sequences) + " is not a multiple of replicas x micro_batch = " + whole(replicas) +
                  " x " + std::to_string(t.micro_batch) + ". Write " + multiples_near(t.batch_sequences, round) + "?");
    double const ranks = replicas * t.context_parallel;
    if (std::fmod(ranks, t.expert_parallel) != 0)
      c.error(at("expert_parallel"), is("expert_parallel", t.expert_parallel) + " does not divide the " + whole(ranks) +
                                         " data-parallel ranks. Write " +
                                         divisors_near(t.expert_parallel, static_cast<int>(ranks)) + "?");
  }
  if (t.sequence % t.context_parallel != 0)
    c.error(at("context_parallel"), is("context_parallel", t.context_parallel) + " does not divide the " +
                                        std::to_string(t.sequence) + " tokens of a sequence. Write " +
                                        divisors_near(t.context_parallel, t.sequence) + "?");

  if (auto const* m = Context::find(c.s.catalogue.model, t.model); m && c.good("model." + t.model)) {
    // Embedding and logits may stand for a layer each, as Llama 3 was cut.
    double const stages = 1.0 * t.pipeline_parallel * t.virtual_pipeline;
    if (stages > m->layers + 2)
      c.error(at("pipeline_parallel"),
              "more pipeline stages (" + whole(stages) + ") than layers (" + std::to_string(m->layers) + ") of " + t.model);
    else if (m->layers % static_cast<int>(stages) != 0 && (m->layers + 2) % static_cast<int>(stages) != 0)
      c.warning(at("pipeline_parallel"), "the " + std::to_string(m->layers) + " layers of " + t.model + " do not divide into " +
                                             whole(stages) + " stages; the fullest has " +
                                             std::to_string(m->layers / static_cast<int>(stages) + 1));
    if (t.tensor_parallel > m->heads)
      c.error(at("tensor_parallel"), is("tensor_parallel", t.tensor_parallel) + " is more than the " +
                                         std::to_string(m->heads) + " attention heads of " + t.model);
    else if (m->heads % t.tensor_parallel != 0)
      c.error(at("tensor_parallel"), is("tensor_parallel", t.tensor_parallel) + " does not divide the " +
                                         std::to_string(m->heads) + " attention heads of " + t.model + ". Write " +
                                         divisors_near(t.tensor_parallel, m->heads) + "?");
  }
  if (t.virtual_pipeline > 1 && t.pipeline_parallel == 1)
    c.warning(at("virtual_pipeline"), "virtual_pipeline has no effect without pipeline_parallel");
  check_pauses(c, path, t);
}

}  // namespace ondol::schema
