/// What layout.hpp says of a job, at its place, and what is odd but runs.

#include "scenarios/schema/check_context.hpp"
#include "scenarios/schema/layout.hpp"

namespace ondol::schema {

void check_precision(Context const& c, std::string const& path, TrainingSpec const& t, AcceleratorSpec const& device) {
  bool const fp4 = t.precision == "fp4" && !device.fp4_peak;
  if (c.good(path + ".precision") && (fp4 || (t.precision == "fp8" && !device.fp8_peak)))
    c.warning(path + ".precision", device.id + " has no rate for " + t.precision + "; that of " +
                                       (fp4 && device.fp8_peak ? "fp8" : "bf16") + " counts");
}

void check_pauses(Context const& c, std::string const& path, TrainingSpec const& t) {
  if (!c.good(path)) return;
  auto const at = [&](char const* key) { return path + "." + key; };
  if (auto const* m = Context::find(c.s.catalogue.model, t.model);
      m && t.checkpoint_interval.v > 0 && t.storage_bandwidth.v > 0) {
    double const bytes = t.checkpoint_size ? t.checkpoint_size->v : checkpoint_bytes_a_parameter * m->parameters;
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

void check_layout(Context const& c, std::string const& path, TrainingSpec const& t) {
  if (!c.good(path)) return;
  auto const at = [&](char const* key) { return path + "." + key; };
  auto const* m = c.good("model." + t.model) ? Context::find(c.s.catalogue.model, t.model) : nullptr;
  for (auto const& fault : layout_faults(t, m)) c.error(at(fault.key), fault.what);
  if (double const all = 1.0 * t.pipeline_parallel * t.virtual_pipeline; m && all <= m->layers + 2) {
    int const stages = static_cast<int>(all);
    if (m->layers % stages != 0 && (m->layers + 2) % stages != 0)
      c.warning(at("pipeline_parallel"), "the " + std::to_string(m->layers) + " layers of " + t.model + " do not divide into " +
                                             std::to_string(stages) + " stages; the fullest has " +
                                             std::to_string(m->layers / stages + 1));
  }
  if (t.virtual_pipeline > 1 && t.pipeline_parallel == 1)
    c.warning(at("virtual_pipeline"), "virtual_pipeline has no effect without pipeline_parallel");
}

}  // namespace ondol::schema
